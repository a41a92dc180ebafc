"""The shipped questionnaires: their words, their order, their codes, their licences."""

import json
from pathlib import Path

import pytest

from tests.core.instruments import questionnaires as made
from tongxin.core.instruments import read, score, sheet

WORDS = json.loads((Path(__file__).parents[2] / "golden" / "instrument_words.json").read_text("utf-8"))
LOINC = {
    "phq_9": {"panel": "44249-1", "total": "44261-6", "phq_2": "55758-7"},
    "gad_7": {"panel": "69737-5", "total": "70274-6"},
    "phq_2": {"total": "55758-7"},
}
ITEM_LOINC = "44250-9 44255-8 44259-0 44254-1 44251-7 44258-2 44252-5 44253-3 44260-8"
PHQ_A_IN_PHQ_9 = {1: 2, 2: 1, 3: 3, 4: 5, 5: 4, 6: 6, 7: 7, 8: 8, 9: 9}
DISEASES = ("抑郁症", "焦虑症", "障碍", "确诊", "诊断", "患者")


@pytest.mark.parametrize("id", made.SHIPPED)
def test_the_words_are_pinned(id: str) -> None:
    assert made.shipped(id).text_sha256 == WORDS[id]


def test_one_changed_word_is_another_text() -> None:
    content = made.content("gad_7")
    content["option_sets"]["frequency"][0]["en"] = "Not at all sure"
    assert read(content).text_sha256 != made.shipped("gad_7").text_sha256
    content = made.content("gad_7")
    content["citation"] = "other"
    assert read(content).text_sha256 == made.shipped("gad_7").text_sha256


def test_phq_a_has_an_order_of_its_own() -> None:
    adolescent, adult = made.shipped("phq_a"), made.shipped("phq_9")
    assert "低落" in adolescent.items[0].text["zh"]
    assert "兴趣" in adult.items[0].text["zh"]
    same = {number for number, other in PHQ_A_IN_PHQ_9.items() if number == other}
    for number in same - {7}:
        assert adolescent.items[number - 1].text["zh"] == adult.items[number - 1].text["zh"]
    assert [item.id for item in adolescent.items[9:]] == ["s1", "s2", "s3", "s4"]
    only_first = {f"q{number}": 3 if number == 1 else 0 for number in range(1, 10)}
    assert score(adult, only_first).totals["phq_2"] == 3


@pytest.mark.parametrize("id", sorted(LOINC))
def test_the_loinc_codes_are_the_right_ones(id: str) -> None:
    content = made.content(id)
    found = {scale["id"]: scale["loinc"] for scale in content["scales"] if "loinc" in scale}
    assert found | content.get("loinc", {}) == LOINC[id]


def test_the_loinc_codes_of_items_are_nine_and_distinct() -> None:
    codes = [item["loinc"] for item in made.content("phq_9")["items"] if "loinc" in item]
    assert " ".join(codes) == ITEM_LOINC


@pytest.mark.parametrize("id", made.SHIPPED)
def test_no_band_names_a_disease(id: str) -> None:
    for norm in made.shipped(id).norms:
        for bands in norm.bands.values():
            for band in bands:
                assert not [word for word in DISEASES if word in band.zh]


def test_well_being_carries_its_notice() -> None:
    notice = made.shipped("who_5").notice
    assert "CC BY-NC-SA 3.0 IGO" in notice["zh"]
    assert "不为任何机构、产品或服务背书" in notice["zh"]
    assert sheet(made.shipped("who_5"))["notice"] == notice["zh"]


def test_only_well_being_and_warning_signs_are_handed_out_by_lay_workers() -> None:
    lay = {"child_director", "child_supervisor"}
    handed_out = {id for id in made.SHIPPED if lay & set(made.shipped(id).roles["administer"])}
    assert handed_out == {"who_5", "wsc"}
    assert {id for id in made.SHIPPED if lay & set(made.shipped(id).roles["read_items"])} == {"wsc"}


@pytest.mark.parametrize("id", [id for id in made.SHIPPED if made.shipped(id).has_words])
def test_a_sheet_shows_words_and_no_scores(id: str) -> None:
    shown = sheet(made.shipped(id))
    assert [item["id"] for item in shown["items"]] == [item.id for item in made.shipped(id).items]
    assert "score" not in str(shown) and "critical" not in str(shown)
    assert all(set(option) == {"code", "zh"} for option in shown["options"])


def test_a_sheet_gives_an_item_its_own_options() -> None:
    shown = sheet(made.shipped("phq_a"), language="en")
    by_id = {item["id"]: item for item in shown["items"]}
    assert "options" not in by_id["q1"]
    assert [option["zh"] for option in by_id["s3"]["options"]] == ["No", "Yes"]
