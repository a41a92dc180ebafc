"""The same draw again, weights that count, and a worker's history that moves them."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongxin.rechecks.drawing import draw, seed_of, size_of, weight_of

WEIGHTS = {"usual": 4, "differs": 4, "unreached": 2, "most": 16, "trusted": 2, "trusted_after": 3}
POOLS = st.dictionaries(st.text("abcdef0123", min_size=1, max_size=6), st.integers(1, 16), max_size=30)


@given(POOLS, st.integers(0, 9))
def test_is_the_same_again_in_any_order_and_nothing_comes_up_twice(pool: dict[str, int], size: int) -> None:
    found = draw(list(pool.items()), size=size, seed="a")
    assert found == draw(list(reversed(pool.items())), size=size, seed="a")
    assert len(found) == len(set(found)) == min(size, len(pool)) and set(found) <= set(pool)


def test_what_weighs_four_times_as_much_comes_up_four_times_as_often() -> None:
    pool = [("light", 1), ("heavy", 4)]
    first = Counter(draw(pool, size=1, seed=seed_of(b"x", batch=n, post="p", week="w"))[0] for n in range(4000))
    assert first["heavy"] / first["light"] == pytest.approx(4, rel=0.15)


@pytest.mark.parametrize(("found", "weight"), [
    ({}, 4), ({"agreed": 2}, 4), ({"agreed": 3}, 2), ({"agreed": 3, "differs": 1}, 8), ({"unreached": 1}, 6),
    ({"differs": 9}, 16),
])
def test_a_history_moves_the_weight(found: dict[str, int], weight: int) -> None:
    assert weight_of(found, weights=WEIGHTS) == weight


def test_a_share_between_least_and_most() -> None:
    assert [size_of(n, share=5, least=3, most=10) for n in (0, 2, 40, 100, 999)] == [0, 2, 3, 5, 10]
