"""The score of goal attainment against what Kiresuk and Sherman's formula gives by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from tongxin.core.attainment import Scale, score

SCALE = Scale(middle=50, spread=10, correlation_percent=30)
POINTS = some.lists(some.integers(-2, 2), min_size=1, max_size=12)


@pytest.mark.parametrize(("points", "expected"), [
    ([0], 50), ([0, 0, 0], 50), ([1], 60), ([-2], 30), ([2], 70),
    ([1, 1], 62), ([-1, -1], 38), ([2, 2, 2], 77), ([-2, -2, -2], 23), ([2, -2], 50), ([1, 0, -1, -1], 46),
])
def test_golden(points: list[int], expected: int) -> None:
    assert score(points, SCALE) == expected


@given(points=POINTS)
def test_one_goal_further_is_never_less_and_order_says_nothing(points: list[int]) -> None:
    assert score(points, SCALE) == score(list(reversed(points)), SCALE)
    assert score([*points[:-1], min(points[-1] + 1, 2)], SCALE) >= score(points, SCALE)


def test_nothing_has_no_score() -> None:
    with pytest.raises(ValueError, match="no goal"):
        score([], SCALE)
