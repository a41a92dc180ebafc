"""The sample rosters against the children they were made from, and the generator's lists."""

from datetime import date
from typing import Any

import pytest

from benchmarks.linkage_figures import figures
from benchmarks.linkage_lists import lists
from tests.intake.reading.test_sample_rosters import opened, truth_of
from tongxin import linkage
from tongxin.intake.reading import Row
from tongxin.linkage import Record


@pytest.mark.parametrize("name", ["roster-a-7", "roster-b-8"])
def test_a_dirty_roster_meets_its_children(name: str) -> None:
    truth = truth_of(name)
    left = [_left(str(at), row) for at, row in enumerate(opened(name)[1])]
    register = [_registered(str(at), each) for at, each in enumerate(truth) if each["duplicate_of"] is None]
    # Two rows of one child have its home and its telephone.
    homes = {each.key: (each.division, each.phone) for each in left}
    truly = {each.key: (each.division, each.phone) for each in register}
    pairs = [pair for pair in linkage.compare(left, register) if pair.left_key and pair.right_key]
    merged = [pair for pair in pairs if pair.verdict == "same"]
    assert all(homes[pair.left_key or ""] == truly[pair.right_key or ""] for pair in merged)
    assert len({pair.left_key for pair in merged}) > 0.93 * len(left)
    assert {pair.left_key for pair in pairs} == {each.key for each in left}


def _left(key: str, row: Row) -> Record:
    born = row.birth or row.id_birth
    return Record(key, row.name, row.sex, f"{born or ''}", row.id_no, row.phone, row.carer, row.division_code)


def _registered(key: str, true: dict[str, Any]) -> Record:
    cells = [true[name] for name in ("name", "sex", "birth", "id_no", "phone", "carer", "village_code")]
    return Record(key, *cells)


def test_the_generator_is_the_same_each_time_and_the_aims_hold() -> None:
    made = lists(4000, 12)
    assert made.sides == lists(4000, 12).sides
    found = figures(made, linkage.compare(*made.sides))
    assert found.twins == 0
    assert found.precision >= 0.999
    assert found.recall >= 0.94
    assert found.found >= 0.99


def test_days_of_dates_are_read_too() -> None:
    row = {"key": "1", "name": "王一", "birth": date(2014, 6, 5)}
    assert linkage.compare_two(row, row).verdict == "same"
