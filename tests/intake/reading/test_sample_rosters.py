"""Both sample rosters, row by row, against what they were made from."""

import json
from typing import Any

import pytest

from tests.intake.reading.files import SAMPLES, TODAY
from tongxin.intake.reading import Roster, Row, open_roster

CODES = {
    "孤儿": "orphan",
    "事实无人抚养儿童": "de_facto_unattended",
    "农村留守儿童": "left_behind",
    "流动儿童": "migrant",
    "重残儿童": "severe_disability",
    "重病儿童": "severe_illness",
    "流浪儿童": "street_child",
    "低保家庭儿童": "poor_family",
}
SEX = {"男": "male", "女": "female"}


def truth_of(name: str) -> list[dict[str, Any]]:
    content: dict[str, Any] = json.loads((SAMPLES / f"{name}.truth.json").read_text(encoding="utf-8"))
    children: list[dict[str, Any]] = content["truth"]
    return children


@pytest.fixture(scope="module")
def flat() -> tuple[Roster, list[Row]]:
    return opened("roster-a-7")


@pytest.fixture(scope="module")
def grouped() -> tuple[Roster, list[Row]]:
    return opened("roster-b-8")


def opened(name: str) -> tuple[Roster, list[Row]]:
    roster = open_roster(SAMPLES / f"{name}.xlsx")
    return roster, list(roster.rows(today=TODAY))


def expected(true: dict[str, Any], problem: str | None) -> dict[str, Any]:
    return {
        "name": None if problem == "no_name" else true["name"],
        "birth": None if problem == "birth_impossible" else true["birth"],
        "division_code": true["village_code"],
        "carer": true["carer"],
        "relation": true["relation"],
        "phone": true["phone"],
        "problems": [problem] if problem else [],
    }


def compare(row: Row, true: dict[str, Any], problem: str | None) -> None:
    told = row.as_json()
    assert {key: told[key] for key in expected(true, problem)} == expected(true, problem), row.row
    assert CODES[true["category"]] in told["categories"], row.row
    if problem in ("no_id", "id_lost_digits"):
        assert told["id_no"] is None
    elif problem == "id_check_digit":
        assert told["id_no"][:17] == true["id_no"][:17] != told["id_no"]
    else:
        assert told["id_no"] == true["id_no"], row.row
    if problem != "sex_contradicts_id":
        assert told["sex"] == SEX[true["sex"]], row.row


class TestTheFlatRoster:
    def test_knows_its_head_its_columns_and_its_county(self, flat: tuple[Roster, list[Row]]) -> None:
        roster, _ = flat
        layout = roster.parts[0].layout
        assert layout.head_rows == (2,)
        assert dict(layout.columns) == {
            "serial": 0, "town": 1, "village": 2, "name": 3, "sex": 4, "birth": 5, "id_no": 6,
            "categories": 7, "carer": 8, "relation": 9, "phone": 10,
        }  # fmt: skip
        assert layout.confidence == 1.0
        assert roster.county == "370116"

    def test_leaves_out_the_total_the_signatures_and_the_instructions(self, flat: tuple[Roster, list[Row]]) -> None:
        roster, _ = flat
        assert [(each.row, each.why) for each in roster.parts[0].layout.skipped_rows] == [
            (592, "total"),
            (593, "note"),
        ]
        assert [sheet for sheet, _ in roster.left_aside] == ["填表说明"]

    def test_reads_every_row_as_it_was_meant(self, flat: tuple[Roster, list[Row]]) -> None:
        rows, truth = flat[1], truth_of("roster-a-7")
        assert [row.row for row in rows] == list(range(4, 4 + len(truth)))
        for row, true in zip(rows, truth, strict=True):
            compare(row, true, true["problem"])
            first = true["duplicate_of"]
            assert row.duplicate_of == (None if first is None else ("花名册", first + 4))


class TestTheGroupedRoster:
    def test_understands_a_head_of_two_rows(self, grouped: tuple[Roster, list[Row]]) -> None:
        roster, _ = grouped
        layout = roster.parts[0].layout
        assert layout.head_rows == (2, 3)
        assert dict(layout.columns) == {
            "name": 0, "sex": 1, "birth": 2, "id_no": 3, "village": 4, "carer": 5, "relation": 6,
            "phone": 7, "categories": 8,
        }  # fmt: skip

    def test_finds_the_county_from_the_places_alone(self, grouped: tuple[Roster, list[Row]]) -> None:
        assert grouped[0].county == "370116"

    def test_reads_every_row_as_it_was_meant(self, grouped: tuple[Roster, list[Row]]) -> None:
        """The sheet is sorted by village, so each row is found again by its carer and phone."""
        waiting: dict[tuple[str, str], list[dict[str, Any]]] = {}
        for true in truth_of("roster-b-8"):
            waiting.setdefault((true["carer"], true["phone"]), []).append(true)
        first_row: dict[tuple[str, str], int] = {}
        for row in grouped[1]:
            key = (row.carer or "", row.phone or "")
            true = waiting[key].pop(0)
            compare(row, true, true["problem"])
            twin = first_row.setdefault(key, row.row)
            assert row.duplicate_of == (None if twin == row.row else ("花名册", twin))
        assert not any(waiting.values())

    def test_carries_a_village_down_its_group_and_says_so(self, grouped: tuple[Roster, list[Row]]) -> None:
        above, row = (next(row for row in grouped[1] if row.row == at) for at in (21, 22))
        assert row.division_code == above.division_code
        assert "place_carried" in row.notes
        assert "village" not in row.written
