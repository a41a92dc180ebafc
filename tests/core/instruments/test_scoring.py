"""A sheet's score, with each mistake that was seen in public code as a test."""

from decimal import Decimal

import pytest

from tests.core.instruments import questionnaires as made
from tongxin.core.instruments import Score, read, score


def answers(*values: object) -> dict[str, object]:
    return {f"q{number}": value for number, value in enumerate(values, start=1)}


def scored(content: made.Content, *values: object) -> Score:
    return score(read(content), answers(*values))


class TestBlanks:
    @pytest.mark.parametrize("blank", [None, "", " ", "\u3000", float("nan")])
    def test_are_never_counted_as_nought(self, blank: object) -> None:
        result = score(made.shipped("phq_9"), answers(3, 3, 3, 3, blank, 0, 0, 0, 0))
        assert (result.totals["total"], result.status, result.missing) == (None, "incomplete", ("q5",))
        assert result.totals["phq_2"] == 6

    @pytest.mark.parametrize("id", made.SHIPPED)
    def test_all_of_them_give_nothing_not_nought(self, id: str) -> None:
        result = score(made.shipped(id), {})
        assert set(result.totals.values()) == {None}
        assert set(result.band.values()) == {None}
        assert (result.status != "ok", result.alerts, result.rejected) == (True, (), ())

    def test_on_a_reversed_yes_no_item_are_no_point(self) -> None:
        result = scored(made.like_mht(), "yes", None, *["no"] * 10)
        assert result.totals["total"] is None

    def test_name_the_critical_items_nobody_answered(self) -> None:
        assert score(made.shipped("phq_a"), answers(*[0] * 9)).missing == ("s3", "s4")


class TestImpossibleCodes:
    @pytest.mark.parametrize("code", [7, -1, 4, 1.5, "abc", "１", "1.0", " 1", True, False, 1e999, [1], {}])
    def test_are_rejected_and_never_counted(self, code: object) -> None:
        result = score(made.shipped("phq_9"), answers(0, 0, 0, 0, 0, 0, 0, 0, code))
        assert (result.rejected, result.totals["total"], result.status) == (("q9",), None, "incomplete")
        assert result.alerts == ()

    def test_a_question_that_was_never_asked_is_named(self) -> None:
        assert score(made.shipped("gad_7"), answers(*[1] * 7) | {"q8": 1}).rejected == ("q8",)

    def test_a_code_may_come_as_text_from_a_form(self) -> None:
        assert score(made.shipped("phq_9"), answers(*["1"] * 9)).totals["total"] == 9


class TestAlarms:
    @pytest.mark.parametrize(("given", "kind"), [(1, "safety_check"), (2, "crisis"), (3, "crisis")])
    def test_stand_on_one_answer_however_low_the_total(self, given: int, kind: str) -> None:
        complete = score(made.shipped("phq_9"), answers(0, 0, 0, 0, 0, 0, 0, 0, given))
        alone = score(made.shipped("phq_9"), {"q9": given})
        assert complete.alerts == alone.alerts
        assert [(alert.code, alert.kind) for alert in alone.alerts] == [("suicide_ideation", kind)]

    def test_are_raised_on_an_untrustworthy_sheet_too(self) -> None:
        result = scored(made.like_mht(), *["no"] * 7, "yes", "no", "yes", "yes", "yes")
        assert result.status == "invalid"
        assert result.failed == ("lie",)
        assert [alert.code for alert in result.alerts] == ["wish_to_die"]
        assert result.totals["total"] == 2

    def test_don_t_ask_for_the_age(self) -> None:
        assert score(made.shipped("phq_a"), {"s3": 1}, age_months=96).alerts[0].kind == "crisis"


class TestReversal:
    def test_turns_on_the_item_s_own_ends(self) -> None:
        nought_based = scored(made.like_cesd(0), *[0] * 20)
        one_based = scored(made.like_cesd(1), *[1] * 20)
        assert nought_based.totals["total"] == 4 * 3
        assert one_based.totals["total"] == 16 * 1 + 4 * 4

    def test_of_positive_items_runs_the_right_way(self) -> None:
        happy = scored(made.like_cesd(), *[3 if n in (4, 8, 12, 16) else 0 for n in range(1, 21)])
        assert happy.totals["total"] == 0

    def test_a_scale_that_stands_apart_isn_t_in_the_total(self) -> None:
        assert scored(made.like_sdq(), *[2] * 15).totals == {"total": 18, "kind": 8}
        assert scored(made.like_sdq(), *[0] * 15).totals == {"total": 2, "kind": 2}


class TestScales:
    def test_options_carry_their_own_scores(self) -> None:
        assert scored(made.like_cries(), *[5] * 8).totals["total"] == 40
        assert scored(made.like_cries(), *[3] * 8).totals["total"] == 24
        assert scored(made.like_cries(), *[2] * 8).rejected == tuple(answers(*[0] * 8))

    def test_doubling_is_done(self) -> None:
        assert scored(made.like_dass(), *[1] * 14).totals == {"low_mood": 14, "fear": 14}
        assert scored(made.like_dass(), *[3] * 7, *[0] * 7).totals == {"low_mood": 42, "fear": 0}

    def test_blanks_are_made_up_for_only_where_allowed_and_half_is_rounded_up(self) -> None:
        one_blank = scored(made.like_dass(), *[0] * 7, 1, 1, 1, 0, 0, 0, None)
        assert one_blank.totals["fear"] == 2 * ((2 * 3 * 7 + 6) // 12)
        assert one_blank.status == "ok"
        assert scored(made.like_dass(), *[0] * 7, 1, 1, 1, 0, 0, None, None).totals["fear"] is None

    def test_a_floor_of_ones_has_a_mean_of_one(self) -> None:
        floor = [5 if number == 3 else 1 for number in range(1, 7)]
        assert scored(made.like_mssmhs(), *floor).totals["total"] == Decimal("1.00")

    def test_a_band_is_read_off_the_exact_mean(self) -> None:
        content = made.like_mssmhs()
        content["items"] = made.items(200)
        content["scales"] = [made.scale("total", range(1, 201), "mean", decimals=2, range=[1, 5])]
        below = scored(content, *[2] * 199, 1)
        assert (below.totals["total"], below.band["total"]) == (Decimal("2.00"), "none")
        assert scored(content, *[2] * 200).band["total"] == "light"

    def test_items_are_counted_from_a_score_on(self) -> None:
        result = scored(made.counting(), 2, 1, 3, 0, 0, 1)
        assert (result.totals["total"], result.band["total"]) == (3, "many")


class TestNorms:
    def test_none_for_the_age_is_none_at_all(self) -> None:
        result = score(made.shipped("phq_9"), answers(*[2] * 9), age_months=11 * 12 + 11)
        assert (result.totals["total"], result.band["total"], result.norm) == (18, None, None)
        assert set(result.remarks) == {"no_norm", "outside_age"}

    def test_of_another_translation_are_remarked_on(self) -> None:
        remarks = score(made.shipped("phq_a"), answers(*[1] * 9), age_months=180).remarks
        assert set(remarks) == {"translation_not_validated", "norm_translation_differs"}
        assert score(made.shipped("phq_9"), answers(*[1] * 9)).remarks == ()

    def test_a_low_index_of_well_being_is_the_severe_end(self) -> None:
        bands = {band.code: band.severity for band in made.shipped("who_5").norms[0].bands["total"]}
        assert bands == {"very_low": 2, "low": 1, "adequate": 0}
        assert score(made.shipped("who_5"), answers(*[3] * 5)).totals == {"total": 60, "raw": 15}


class TestValidity:
    def test_too_many_blanks(self) -> None:
        assert "blanks" in scored(made.like_mht(), *["no"] * 5).failed
        assert "blanks" not in scored(made.like_mht(), *["no"] * 6).failed

    def test_one_answer_throughout(self) -> None:
        assert scored(made.like_mht(), *["no"] * 12).failed == ("straight",)
        assert scored(made.like_mht(), "no", "yes", *["no"] * 10).failed == ()
