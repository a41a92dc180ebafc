"""Nobody finds a hidden month, step or place by subtracting what a dashboard shows.

An attacker knows how it is hidden, writes down every sum there is (months to quarters to the year, steps to phases to
all on file, villages to towns to counties), fixes what elimination fixes, and bounds the rest.
"""

from collections import Counter, defaultdict
from dataclasses import replace
from typing import Any, cast

from hypothesis import given, settings
from hypothesis import strategies as st

from tests import world
from tests.indicators.test_hiding import narrowed, solved
from tongxin.core.indicators import board
from tongxin.core.indicators.hiding import Path
from tongxin.core.indicators.splitting import Tree, hide_split
from tongxin.dashboards import funnel

UNDER = 5
YEAR: Tree = {"y": ("q0", "q1"), "q0": ("m0", "m1", "m2"), "q1": ("m3", "m4", "m5")}
FUNNEL = board.read(world.library().of("dashboards", "dashboards")[-1].content).funnel
# The steps as they come, with fewer of them: what is split in halves is split alike however often.
SHORT = replace(FUNNEL, steps=(*FUNNEL.steps[:5], FUNNEL.steps[-1]))
Cell = tuple[Path, str]
Equation = tuple[dict[Cell, int], int]


def leaves(tree: Tree, whole: str) -> list[str]:
    return [leaf for part in tree[whole] for leaf in leaves(tree, part)] if whole in tree else [whole]


@st.composite
def places(draw: st.DrawFn, tree: Tree, root: str) -> dict[Path, dict[str, int]]:
    """Two levels of places with every leaf drawn, and all sums."""
    number = st.one_of(st.just(0), st.integers(0, 4), st.integers(0, 9), st.integers(0, 60))
    found: dict[Path, dict[str, int]] = defaultdict(lambda: dict.fromkeys(names(tree, root), 0))
    for a in range(draw(st.integers(1, 3))):
        for b in range(draw(st.integers(1, 3))):
            for leaf in leaves(tree, root):
                many = draw(number)
                for path in ((), (a,), (a, b)):
                    for name in above(tree, root, leaf):
                        found[path][name] += many
    return dict(found)


def names(tree: Tree, whole: str) -> list[str]:
    return [whole, *(name for part in tree.get(whole, ()) for name in names(tree, part))]


def above(tree: Tree, whole: str, leaf: str) -> list[str]:
    return [name for name in names(tree, whole) if leaf in leaves(tree, name)]


def equations(counts: dict[Path, dict[str, int]], hidden: dict[str, frozenset[Path]], tree: Tree) -> list[Equation]:
    found = []

    def add(terms: list[tuple[Cell, int]]) -> None:
        unknown: dict[Cell, int] = {}
        known = 0
        for (path, name), sign in terms:
            if path in hidden[name]:
                unknown[path, name] = sign
            else:
                known -= sign * counts[path][name]
        if unknown:
            found.append((unknown, known))

    for path in counts:
        parts = [each for each in counts if each and each[:-1] == path]
        for name in hidden:
            if parts:
                add([((path, name), -1), *(((part, name), 1) for part in parts)])
        for whole, split in tree.items():
            add([((path, whole), -1), *(((path, part), 1) for part in split)])
    return found


def bounded(counts: dict[Path, dict[str, int]], hidden: dict[str, frozenset[Path]], found: list[Equation], root: str
            ) -> dict[Cell, tuple[int, int]]:
    most = counts[()][root] + 1
    bounds = {(path, name): (0, most) for name, paths in hidden.items() for path in paths}
    return narrowed(bounds, found)


def attack(counts: dict[Path, dict[str, int]], tree: Tree, root: str) -> None:
    hidden = hide_split(counts, tree, root=root, under=UNDER)
    small = {(path, name) for path, row in counts.items() for name, many in row.items() if 0 < many < UNDER}
    assert not [cell for cell in small if cell[0] not in hidden[cell[1]]]
    found = equations(counts, hidden, tree)
    known: Any = solved(cast(Any, found))
    assert not small & known.keys(), (small & known.keys(), counts)
    bounds = bounded(counts, hidden, found, root)
    sure = {cell for cell in small if bounds[cell][0] == bounds[cell][1]}
    assert not sure, (sure, counts)


@settings(max_examples=80, deadline=None)
@given(places(YEAR, "y"))
def test_no_month_is_found_from_quarters_years_and_places(counts: dict[Path, dict[str, int]]) -> None:
    attack(counts, YEAR, "y")


@settings(max_examples=80, deadline=None)
@given(places(funnel.tree(SHORT), funnel.FILED))
def test_no_step_is_found_from_its_neighbours_and_places(counts: dict[Path, dict[str, int]]) -> None:
    attack(counts, funnel.tree(SHORT), funnel.FILED)


@settings(max_examples=8, deadline=None)
@given(places(funnel.tree(FUNNEL), funnel.FILED))
def test_no_step_is_found_of_all_there_are(counts: dict[Path, dict[str, int]]) -> None:
    attack(counts, funnel.tree(FUNNEL), funnel.FILED)


def steps_of(**parts: int) -> list[funnel.Told]:
    """What is told of a county with these parts, beside one in which every part is large."""
    large = Counter({name: 40 for name in leaves(funnel.tree(FUNNEL), funnel.FILED)})
    here = Counter({"goal": 30, **parts})
    said = funnel.told(FUNNEL, {(): large + here, (1,): large, (2,): here}, under=UNDER)
    return funnel.rows(FUNNEL, said[2,])


def test_a_small_step_takes_one_neighbour_with_it_and_no_more() -> None:
    """Three stopped before they were identified: told with those who stopped after."""
    told = steps_of(lost_filed=3, lost_identified=9, ended_identified=20, lost_assessed=7, lost_graded=6,
                    lost_planned=8, lost_helped=8, lost_followed=8, lost_again=8)
    assert [each.reached for each in told[1:]] == [107, None, 75, 68, 62, 54, 46, 38, 30]
    assert (told[1].together, told[1].until, told[2].follows) == (32, 2, True)
    assert [each.lost for each in told[3:9]] == [7, 6, 8, 8, 8, 8] and told[9].reached == 30


def test_few_who_need_not_go_on_hide_no_step() -> None:
    told = steps_of(lost_filed=8, lost_identified=9, ended_identified=2, lost_assessed=7, lost_graded=6,
                    lost_planned=8, lost_helped=8, lost_followed=8, lost_again=8)
    assert None not in [each.reached for each in told[1:]] and told[2].together == 11
    assert [each.lost for each in told[1:]] == [8, None, 7, 6, 8, 8, 8, 8, None]


def test_what_is_large_is_told() -> None:
    row = {"y": 120, "q0": 60, "q1": 60, **{f"m{number}": 20 for number in range(6)}}
    small = row | {"y": 103, "q1": 43, "m3": 3}
    hidden = hide_split({(): row, (1,): row}, YEAR, root="y", under=UNDER)
    assert not any(hidden.values())
    counts: dict[Path, dict[str, int]] = {(): {name: row[name] + small[name] for name in row}, (1,): row, (2,): small}
    hidden = hide_split(counts, YEAR, root="y", under=UNDER)
    assert hidden["m0"] == hidden["q1"] == hidden["y"] == frozenset()
    # A large neighbour is not lost for a small place: the sum of both is.
    assert hidden["m3"] == hidden["m4"] == {(), (2,)}
