"""Python, the phone and SQL give one score, whatever is on the sheet."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.instruments import questionnaires as made
from tests.core.instruments.engines import (
    as_full_row,
    as_row,
    by_javascript,
    by_python,
    by_sql,
    fully_by_sql,
)
from tongxin.core.instruments import read, score

ODD = [None, None, "", " ", "\u3000", 7, -1, 1.5, "abc", "7"]
CONTENTS: list[Any] = [pytest.param(lambda id=id: made.content(id), id=id) for id in made.SHIPPED]
CONTENTS += [pytest.param(build, id=build.__name__) for build in made.MADE]
FOUR: list[Any] = [pytest.param(lambda id=id: made.content(id), id=id) for id in made.ON_PHONES]
PHONES = [*FOUR, *(pytest.param(build, id=build.__name__) for build in made.MADE)]
FILES = PHONES
quick = settings(max_examples=3)


def sheets(content: made.Content, count: int) -> list[dict[str, Any]]:
    """Random sheets: some whole, some with gaps, some with impossible codes, some quite empty."""
    chance = random.Random(content["id"] + str(len(content["items"])))
    found = []
    for number in range(count):
        oddness = (0, 0, 0.1, 0.5)[number % 4]
        sheet = {}
        for item in content["items"]:
            codes = [option["code"] for option in content["option_sets"][item["options"]]]
            sheet[item["id"]] = chance.choice(ODD if chance.random() < oddness else codes)
        found.append(sheet)
    return [*found, {}]


@pytest.mark.parametrize("build", PHONES)
def test_python_and_javascript_agree(build: Callable[[], made.Content]) -> None:
    content = build()
    drawn = sheets(content, 400)
    drawn += [{item["id"]: True for item in content["items"]}, {"constructor": 1, "other": "x"}]
    ages = [None if number % 3 else 60 + number % 200 for number in range(len(drawn))]
    assert by_javascript(content, drawn, ages) == by_python(content, drawn, ages)


@pytest.mark.parametrize("build", CONTENTS)
@quick
@given(seed=st.integers(0, 2**32))
def test_python_and_sql_say_the_same_of_each_sheet(build: Callable[[], made.Content], seed: int) -> None:
    """Every total, band, standard score, alarm and sign of distrust, by age, sex, informant and time."""
    instrument, chance = read(build()), random.Random(seed)
    sheets, rows = [], []
    for number in range(60):
        gaps = (0, 0, 0.03, 0.3)[number % 4]
        sheets.append({
            item.id: None if chance.random() < gaps else chance.choice(item.options) for item in instrument.items
        })
        rows.append((
            chance.choice([None, *range(0, 240, 7)]), chance.choice([None, "male", "female"]),
            chance.choice([None, "self", "carer", "teacher", "observer"]), chance.choice([None, 0, 5, 20, 60, 600]),
        ))
    points = [{id: option.score if option else None for id, option in sheet.items()} for sheet in sheets]
    found = fully_by_sql(instrument, points, rows)
    for number, (sheet, (age, sex, informant, seconds)) in enumerate(zip(sheets, rows, strict=True)):
        result = score(
            instrument, {id: option.code if option else None for id, option in sheet.items()},
            age_months=age, sex=sex, informant=informant, seconds=seconds,
        )
        assert found[number] == as_full_row(number, instrument, result)


@pytest.mark.parametrize("build", FILES)
def test_python_and_sql_agree_on_files(build: Callable[[], made.Content], tmp_path: Path) -> None:
    content = build()
    instrument, drawn = read(content), sheets(content, 600)
    rows, outcome = by_sql(content, drawn, tmp_path)
    scores = [score(instrument, sheet) for sheet in drawn]
    assert rows == [as_row(number, instrument, result) for number, result in enumerate(scores)]
    rejected = sum(len(result.rejected) for result in scores)
    assert sum(each.cells for each in outcome.rejections) == rejected
