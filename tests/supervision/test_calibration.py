"""Tables that give nobody away, and the page on which colours, yields and drift stand."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import world
from tests.flows.story import Story, phq_a
from tests.web.conftest import Office
from tests.web.conftest import office as office
from tests.web.conftest import time as time
from tongxin.supervision.calibration import chain, parts, share, table

SignedIn = Callable[[str], Office]
UNDER = 5


def recovered(rows: list[list[int | None]]) -> list[tuple[int, int]]:
    """The hidden cells that whoever reads the table works out from its sums: bounds drawn together again and again."""
    high = 10_000
    low = {(r, c): 0 for r, row in enumerate(rows) for c, each in enumerate(row) if each is None}
    top = dict.fromkeys(low, high)
    across = [[(r, c) for c in range(len(rows[0]))] for r in range(len(rows))]
    down = [[(r, c) for r in range(len(rows))] for c in range(len(rows[0]))]
    lines = across + down
    for _ in range(200):
        before = (dict(low), dict(top))
        for line in lines:
            *parts, whole = line
            for cell in line:
                if cell not in low:
                    continue
                rest = [each for each in parts if each != cell]
                value = {each: rows[each[0]][each[1]] for each in line}
                least = sum(low[each] if value[each] is None else value[each] or 0 for each in rest)
                most = sum(top[each] if value[each] is None else value[each] or 0 for each in rest)
                if cell == whole:
                    low[cell], top[cell] = max(low[cell], least), min(top[cell], most)
                else:
                    known = value[whole]
                    low[cell] = max(low[cell], (low[whole] if known is None else known) - most)
                    top[cell] = min(top[cell], (top[whole] if known is None else known) - least)
        if before == (low, top):
            break
    return [cell for cell in low if low[cell] == top[cell]]


@given(st.integers(2, 4).flatmap(lambda columns: st.lists(
    st.lists(st.integers(0, 30), min_size=columns, max_size=columns), min_size=1, max_size=6
)))
def test_no_hidden_cell_is_found_by_subtraction(counts: list[list[int]]) -> None:
    lines, total = table(
        {f"r{n}": row for n, row in enumerate(counts)}, columns=len(counts[0]), under=UNDER
    )
    assert total is not None
    shown = [[*line.counts, line.total] for line in (*lines, total)]
    assert all(each is None or each == 0 or each >= UNDER for row in shown for each in row)
    sums = [[*row, sum(row)] for row in counts]
    small = {(r, c) for r, row in enumerate(sums) for c, each in enumerate(row) if 0 < each < UNDER}
    assert not small & set(recovered(shown))
    # Whoever knows every sum of a column that is told anywhere, and every child of a row, still finds none.
    known = [[*line.counts, sum(row)] for line, row in zip(lines, counts, strict=True)]
    assert not {cell for cell in small if cell[1] < len(counts[0])} & set(
        recovered([*known, [*total.counts, sum(map(sum, counts))]])
    )


def test_a_place_of_three_children_is_not_what_is_left_of_all() -> None:
    lines, total = table({"甲": [20, 20], "乙": [1, 2]}, columns=2, under=UNDER)
    assert total is not None and total.total == 43
    assert [(line.counts, line.total) for line in lines] == [((None, None), None)] * 2
    lines, _ = table({"甲": [20, 20], "乙": [1, 2], "丙": [9, 0]}, columns=2, under=UNDER)
    assert [line.total for line in lines] == [40, None, None]


@pytest.mark.parametrize(("counts", "told"), [
    ([100, 20, 12, 6], [100, 20, 12, 6]), ([100, 3, 2, 1], [100, None, None, None]),
    ([100, 98, 50, 20], [100, None, None, None]), ([0, 0, 0, 0], [0, 0, 0, 0]), ([20, 10, 8, 8], [20, 10, None, None]),
])
def test_a_chain_ends_where_few_are_left_or_lost(counts: list[int], told: list[int | None]) -> None:
    assert chain(counts, under=UNDER) == told


@pytest.mark.parametrize(("counts", "of", "told"), [
    ([40, 12], 52, [40, 12]), ([40, 12], 100, [40, 12]), ([40, 3], 43, [None, None]), ([40, 12], 55, [40, None]),
    ([40, 3], 100, [None, None]), ([3], 3, [None]),
])
def test_of_those_who_would_stand_otherwise_none_is_what_is_left(
    counts: list[int], of: int, told: list[int | None]
) -> None:
    assert parts(counts, of=of, under=UNDER) == told


def test_a_share_of_few_is_not_told() -> None:
    assert [share(*each, under=UNDER) for each in ((3, 20), (18, 20), (10, 20), (0, 20), (1, 3))] == [
        None, None, 50, 0, None,
    ]


@pytest.mark.django_db
def test_the_page_tells_many_and_hides_few(cast: world.World, office: SignedIn) -> None:
    for number in range(6):
        story = Story(cast, cast.child(f"童{number}"))
        story.identified()
        story.assessed(**phq_a(q1="1", q2="1"))
    page = office("郑管理").get("/calibration/")
    text = page.content.decode()
    assert page.status_code == 200 and "童0" not in text and "怎么算" in text
    yields = {each["id"]: each for each in page.context["yields"]}
    assert [step["n"] for step in yields["identified"]["steps"]][:3] == [6, 6, 6]
    (drift,) = page.context["drift"]
    assert (drift["row"].sheets, str(drift["row"].mean), drift["row"].positive) == (6, "2.00", 0)
    (one,) = [each for each in page.context["tables"] if each["id"] == "informants"]
    assert [line.zh for line in one["lines"]] == ["本人"] and one["total"].total == 6
    assert office("陈管理").get("/calibration/").context["children"] == 0
    assert office("周主任").get("/calibration/").status_code == 404


@pytest.mark.django_db
def test_a_corrected_sheet_counts_once_and_a_place_and_period_are_chosen(
    cast: world.World, office: SignedIn
) -> None:
    for number in range(6):
        story = Story(cast, cast.child(f"童{number}"))
        story.identified()
        first = story.assessed(**phq_a(q1="1", q2="1")).entry
        story.assessed(**phq_a(q1="3", q2="3"), supersedes=first.id, correction_kind="correct")
    desk = office("郑管理")
    (drift,) = desk.get("/calibration/").context["drift"]
    assert (drift["row"].sheets, str(drift["row"].mean)) == (6, "6.00")
    town = desk.get("/calibration/?place=370116001")
    assert town.context["place"].zh == "凤城街道" and town.context["drift"][0]["row"].sheets == 6
    past = desk.get("/calibration/?period=last_year")
    assert past.context["drift"] == [] and [each["steps"][0]["n"] for each in past.context["yields"]] == [0, 0]
    assert "还没有在办的档案" in past.content.decode()
    assert desk.get("/calibration/?place=510104").status_code == 404
    assert "没有这个统计期" in desk.get("/calibration/?period=3000").content.decode()
    rows = desk.get("/calibration/table/?kind=csv").content.decode("utf-8-sig").splitlines()
    assert "识别,,有识别结果,6,人" in rows and any(each.startswith("各地的颜色,凤城街道,") for each in rows)
    assert desk.get("/calibration/table/").content[:2] == b"PK"
    assert office("周主任").get("/calibration/table/").status_code == 404
