"""A figure split by codes and a question by the same codes hide the same cells: joined they tell no more."""

import random

import pytest

from tests import world
from tongxin.core.indicators import read
from tongxin.core.indicators.crossing import ALL, hide_crossed
from tongxin.core.indicators.dimensions import OTHER
from tongxin.indicators.counting import Numbers
from tongxin.indicators.figures import hidden_at

CODES = ("high", "mid_high", "mid_low", "low", "unknown", "ungraded")


@pytest.mark.parametrize("seed", range(40))
def test_the_page_by_grade_hides_what_a_question_by_grade_hides(seed: int) -> None:
    chance = random.Random(seed)
    (indicator,) = [
        each for one in world.library().versions if one.kind == "indicators" and one.document
        for each in read(one.document.content).indicators if each.id == "children_by_grade"
    ]
    places = [("37", str(at)) for at in range(4)]
    rows = {path: [chance.choice((0, 0, 1, 3, 6, 12, 40)) for _ in CODES] for path in places}
    rows[("37",)] = rows[()] = [sum(each) for each in zip(*rows.values(), strict=True)]
    counted = {path: Numbers(known=sum(row), value=sum(row), behind=sum(row), parts=dict(zip(CODES, row, strict=True)))
               for path, row in rows.items()}
    hidden, parts = hidden_at(indicator, counted, under=5)
    cells = {(path, (ALL,)): (sum(row),) for path, row in rows.items()}
    cells |= {(path, (code,)): (many,) for path, row in rows.items() for code, many in zip(CODES, row, strict=True)}
    asked = hide_crossed(cells, [(*CODES, OTHER)], under=5, hidden=hidden)
    on_page = {(path, (code,)) for code in CODES for path in parts[code]} | {(path, (ALL,)) for path in hidden}
    assert on_page == {cell for cell in asked if cell[1] != (OTHER,)}
