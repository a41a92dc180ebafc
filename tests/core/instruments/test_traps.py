"""Mistakes seen in public code, tried on the shipped questionnaires themselves."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.batch.answer_files import read_text, write_text
from tests.core.instruments import questionnaires as made
from tongxin.commands.score import main
from tongxin.core.instruments import DefinitionError, Score, read, refuse_unlicensed, score


def each(count: int, code: Any, **others: Any) -> dict[str, Any]:
    return {f"q{number}": code for number in range(1, count + 1)} | others


def scored(id: str, answers: dict[str, Any], **who: Any) -> Score:
    return score(made.shipped(id), answers, **who)


class TestReversal:
    def test_of_a_scale_from_one_to_four_is_five_less_the_score(self) -> None:
        assert scored("rses", each(10, 4)).totals == {"en_standard": 25, "zh_item8_forward": 28}
        assert scored("rses", each(10, 1)).totals == {"en_standard": 25, "zh_item8_forward": 22}

    def test_of_a_happy_sheet_comes_to_nothing(self) -> None:
        happy = {number: 3 for number in (4, 8, 12, 16)}
        for id in ("ces_d", "ces_dc"):
            assert scored(id, {f"q{number}": happy.get(number, 0) for number in range(1, 21)}).totals["total"] == 0
            assert scored(id, each(20, 0)).totals["total"] == 12

    def test_of_a_file_stored_from_one_to_four(self, tmp_path: Path) -> None:
        heads = [f"e{number}" for number in range(1, 21)]
        source = write_text(tmp_path / "a.csv", [["1", *["1"] * 20], ["2", *["4"] * 20]], head=["id", *heads])
        out, columns = tmp_path / "o.csv", ",".join(heads)
        recode = ["--recode", "1=0,2=1,3=2,4=3"]
        assert main(["cesd", str(source), "--columns", columns, "--id", "id", *recode, "-o", str(out)]) == 0
        assert [row["total"] for row in read_text(out)] == ["12", "48"]


class TestSdq:
    @pytest.mark.parametrize("id", ["sdq_p", "sdq_t", "sdq_s"])
    def test_prosocial_is_no_difficulty(self, id: str) -> None:
        both = ("total", "prosocial")
        found = [scored(id, each(25, code)).totals for code in (0, 1, 2)]
        assert [tuple(totals[name] for name in both) for totals in found] == [(10, 0), (20, 5), (30, 10)]

    def test_prosocial_bands_run_downwards(self) -> None:
        kind = {f"q{number}": 2 for number in (1, 4, 9, 17, 20)}
        assert scored("sdq_p", each(25, 0)).band["prosocial"] == "abnormal"
        assert scored("sdq_p", each(25, 0) | kind).band["prosocial"] == "normal"
        assert scored("sdq_p", each(25, 0) | kind | {"q1": 0, "q4": 0, "q9": 0}).band["prosocial"] == "borderline"

    @pytest.mark.parametrize(("norm", "abnormal_from"), [("", 19), ("du_2008", 17), ("uk_three", 17), ("uk_four", 17)])
    def test_bands_are_the_named_norm_s(self, norm: str, abnormal_from: int) -> None:
        bands = made.shipped("sdq_p").norm_named(norm or "gao_2013")
        assert bands is not None
        assert [band.start for band in bands.bands["total"]][2] == abnormal_from

    def test_three_of_five_are_enough_and_are_made_up_to_five(self) -> None:
        three = each(25, 0) | {"q3": 2, "q8": 1, "q13": 1, "q16": None, "q24": None}
        found = scored("sdq_p", three)
        assert (found.totals["emotional"], found.made_up["emotional"]) == (7, 2)
        assert "blanks_made_up" in found.remarks
        assert scored("sdq_p", three | {"q13": None}).totals["total"] is None


class TestKeys:
    def test_anxiety_and_depression_are_not_swapped(self) -> None:
        anxious = {f"q{number}": 3 for number in (2, 4, 7, 9, 15, 19, 20)}
        found = scored("dass_21", each(21, 0) | anxious).totals
        assert (found["anxiety"], found["depression"], found["stress"], found["total"]) == (42, 0, 0, 42)
        assert scored("dass_21", each(21, 3)).totals["total"] == 126

    def test_each_item_of_the_checklist_counts_in_its_printed_place(self) -> None:
        subs = {"internalising": (2, 6, 9, 11, 15), "attention": (1, 3, 7, 13, 17),
                "externalising": (4, 5, 8, 10, 12, 14, 16)}  # fmt: skip
        for name, numbers in subs.items():
            for number in range(1, 18):
                found = scored("psc_17", each(17, 0) | {f"q{number}": 2}).totals[name]
                assert found == (2 if number in numbers else 0), (name, number)

    def test_all_of_the_anxiety_screen_is_keyed(self) -> None:
        found = scored("scared", each(41, 1)).totals
        assert list(found.values()) == [41, 13, 9, 8, 7, 4]

    def test_impulse_and_lie_items_alternate(self) -> None:
        odd = {f"q{number}": int(number > 80 and number % 2) for number in range(1, 101)}
        found = scored("mht", odd).totals
        assert (found["impulse"], found["lie"], found["total"]) == (10, 0, 10)
        assert scored("mht", {id: 1 - code for id, code in odd.items()}).totals["impulse"] == 0


class TestOptions:
    @pytest.mark.parametrize(("id", "often"), [("cries_8", 40), ("cries_13", 65)])
    def test_often_is_five_and_two_is_nothing(self, id: str, often: int) -> None:
        count = len(made.shipped(id).items)
        assert scored(id, each(count, 5)).totals["total"] == often
        assert scored(id, each(count, 2)).rejected and scored(id, each(count, 2)).totals["total"] is None

    def test_a_floor_of_ones_has_a_mean_of_one_and_a_nought_is_refused(self) -> None:
        assert set(scored("mssmhs", each(60, 1)).totals.values()) == {Decimal("1.00")}
        assert len(scored("mssmhs", each(60, 0)).rejected) == 60

    def test_a_mean_that_rounds_to_two_has_not_reached_it(self) -> None:
        almost = scored("mssmhs", each(60, 2) | {"q1": 1})
        assert (almost.totals["total"], almost.band["total"]) == (Decimal("1.98"), "none")


class TestBlanks:
    def test_three_count_nothing_and_four_spoil_the_sheet(self) -> None:
        three = scored("psc_17", each(17, 2, q1=None, q2=None, q3=None))
        four = scored("psc_17", each(17, 2, q1=None, q2=None, q3=None, q4=None))
        assert (three.totals["total"], three.status) == (28, "ok")
        assert "blanks_as_zero" in three.remarks and three.made_up["total"] == 3
        assert (four.totals["total"], four.status, four.is_trusted) == (None, "invalid", False)

    def test_a_question_rightly_left_out_is_no_blank(self) -> None:
        no = {f"q{number}": "no" for number in range(1, 5)}
        assert (scored("asq", no).status, scored("asq", no).missing) == ("ok", ())
        positive = scored("asq", no | {"q2": "refused"})
        assert (positive.status, positive.missing) == ("incomplete", ("q5",))
        assert [alert.kind for alert in positive.alerts] == ["crisis"]


class TestAlarms:
    @pytest.mark.parametrize("number", [85, 97])
    def test_a_lie_scale_hides_none(self, number: int) -> None:
        lies = {f"q{each}": int(each > 82 and each % 2 == 0) for each in range(1, 101)}
        found = scored("mht", lies | {f"q{number}": 1})
        assert (found.totals["lie"], found.status) == (9, "invalid")
        assert [alert.item for alert in found.alerts] == [f"q{number}"]

    @pytest.mark.parametrize("id", [id for id in made.SHIPPED if any(i.critical for i in made.shipped(id).items)])
    def test_each_rings_alone_below_every_cut_and_however_fast(self, id: str) -> None:
        instrument = made.shipped(id)
        for item in instrument.items:
            for critical in item.critical:
                code = next(option.code for option in item.options if option.score == critical.value)
                alone = score(instrument, {item.id: code}, seconds=0, age_months=90)
                assert critical.alert in {alert.code for alert in alone.alerts}
                assert alone.totals[instrument.main.id] is None


class TestNorms:
    def test_of_another_translation_are_remarked_on(self) -> None:
        assert "norm_translation_differs" in scored("scared", each(41, 1)).remarks

    def test_for_teachers_are_not_for_parents(self) -> None:
        fifteen = each(17, 0) | {f"q{number}": 2 for number in range(1, 8)} | {"q8": 1}
        assert scored("psc_17", fifteen).band["total"] == "at_cut"
        assert scored("psc_17_t", fifteen).band["total"] == "below_cut"

    def test_standard_scores_wait_for_the_sex(self) -> None:
        girl, boy, nobody = (scored("scared", each(41, 0), sex=sex).standards for sex in ("female", "male", None))
        assert (girl, boy, nobody) == ({"total": 34}, {"total": 36}, {})

    def test_none_for_that_age_is_none_at_all(self) -> None:
        found = scored("sdq_s", each(25, 1), age_months=10 * 12)
        assert (found.norm, found.band["total"]) == (None, None)
        assert {"no_norm", "outside_age"} <= set(found.remarks)

    @pytest.mark.parametrize("months", range(3, 84))
    def test_each_month_of_age_has_its_four_warning_signs(self, months: int) -> None:
        found = scored("wsc", {item.id: 1 for item in made.shipped("wsc").items}, age_months=months)
        assert (found.totals["total"], found.status, found.band["total"]) == (4, "ok", "sign")


class TestLicences:
    @pytest.mark.parametrize("id", [id for id in made.SHIPPED if made.shipped(id).licence_tier == "C"])
    def test_what_needs_one_keeps_no_word_of_its_own(self, id: str) -> None:
        assert not made.shipped(id).has_words
        assert not any(item.text for item in made.shipped(id).items)

    @pytest.mark.parametrize("id", [id for id in made.SHIPPED if made.shipped(id).licence_tier == "B"])
    def test_conditions_and_notice_are_shown(self, id: str) -> None:
        assert made.shipped(id).conditions and made.shipped(id).notice["zh"]

    @pytest.mark.parametrize("id", ["psc_17", "psc_35", "scared", "scared_5", "who_5"])
    def test_words_that_must_not_change_can_t(self, id: str) -> None:
        content = made.content(id)
        content["items"][0]["text"]["zh"] += "。"
        with pytest.raises(DefinitionError, match="不允许改动文字"):
            refuse_unlicensed(content)
        assert read(content)

    def test_words_of_a_licensed_one_can_t_be_written_into_its_definition(self) -> None:
        content = made.content("isi")
        content["items"][0]["text"] = {"zh": "甲"}
        with pytest.raises(DefinitionError, match="文字不能写在定义里"):
            refuse_unlicensed(content)

    def test_children_under_eight_don_t_report_on_themselves(self) -> None:
        content = made.content("ces_dc")
        content["min_age"]["value"] = 7
        with pytest.raises(DefinitionError, match="8 岁以下"):
            read(content)
