"""Questions that people put together: counted as by hand, hidden, filtered, kept, shared, taken along."""

import io
from collections import defaultdict
from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from python_calamine import CalamineWorkbook

from tests import world
from tests.indicators.lives import FIRST, LAST, live
from tests.indicators.test_both_ways import WORDS, ask, facts, groups
from tests.web.conftest import Office
from tests.web.conftest import office as office
from tests.web.conftest import time as time
from tongxin.accounts.models import Division
from tongxin.core.indicators.dimensions import read_dimensions
from tongxin.core.indicators.tally import tally
from tongxin.indicators.crosses import cross
from tongxin.indicators.questions import months_of, period_of
from tongxin.indicators.selects import SELECTS
from tongxin.lists.models import KeptQuery, KeptQueryVersion
from tongxin.people.models import Child

pytestmark = pytest.mark.django_db
SignedIn = Callable[[str], Office]
YEAR = "period=days&first=2025-09-01&last=2025-12-31"
COUNTY = ("37", "3701", "370116")
DIMENSIONS = read_dimensions(next(
    each.document.content for each in world.library().versions if each.kind == "dimensions" and each.document
))


def text(answer: Any) -> str:
    return str(answer.content.decode())


def cells(page: Any, at: int = 0) -> dict[str, list[str]]:
    return {line["zh"]: [cell["said"] for cell in line["cells"]] for line in page.context["tables"][at]["lines"]}


def code_of(dimension: str, row: dict[str, Any], kid: dict[str, Any], during: str) -> list[str]:
    """The codes of a row, said again in Python."""
    if dimension == "month":
        return [f"{row[during]:%Y-%m}"] if row[during] else []
    if dimension == "sex":
        return [kid["sex"] if kid["sex"] in ("male", "female") else "other_"]
    if dimension == "age":
        age = LAST.year - kid["born"].year - ((LAST.month, LAST.day) < (kid["born"].month, kid["born"].day))
        return ["under_6" if age < 6 else "from_6" if age < 12 else "from_12" if age < 15 else "from_15"]
    return kid["category"] or ["other_"]


@pytest.mark.parametrize("id", ["visits", "visited_children", "visited_households", "children_open", "accept_hours",
                                "identify_in_time"])
@pytest.mark.parametrize("named", [("sex",), ("age", "sex"), ("category",), ("category", "month")])
def test_every_cell_is_counted_as_by_hand(cast: world.World, id: str, named: tuple[str, ...]) -> None:
    live(cast)
    indicator = next(each for group in groups(3) for each in group.indicators if each.id == id)
    dims = [DIMENSIONS.by_id[each] for each in named]
    if not all(each.fits(indicator) for each in dims):
        assert named[-1] == "month" and id == "children_open"
        return
    period = period_of({"period": ["days"], "first": [str(FIRST)], "last": [str(LAST)]}, dimensions=DIMENSIONS,
                       today=LAST)
    assert not isinstance(period, str)
    found = cross(
        indicator, dims, first=FIRST, last=LAST, months=months_of(period), under=1, shown=lambda path: True, ask=ask,
        source=SELECTS[indicator.over](WORDS), words=WORDS, codes=dict(Division.objects.values_list("id", "code")),
    )
    kids: dict[str, dict[str, Any]] = defaultdict(lambda: {"category": []})
    for child in Child.objects.all():
        key = child.id.hex if connection.vendor == "sqlite" else str(child.id).replace("-", "")
        kids[key] |= {"sex": child.sex, "born": child.birth_month}
    for row in facts("spans"):
        kids[row["child"]]["category"] = sorted({*kids[row["child"]]["category"], row["category"]})
    rows = facts(indicator.over)
    for wanted in {coords for path, coords in found.cells if path == ()}:
        inside = [
            row for row in rows if all(
                code is None or code in code_of(each, row, kids[row["child"]], indicator.during)
                for each, code in zip(named, wanted, strict=True)
            )
        ]
        value, base = tally(indicator, inside, first=FIRST, last=LAST) if inside else (None, None)
        told = found.cells[(), wanted]
        if indicator.count == "median":
            assert told.value == value, (wanted, told)
        else:
            assert (told.value or 0, told.base or 0) == (value or 0, base or 0), (wanted, told)


def test_a_question_is_answered_and_small_numbers_are_not(cast: world.World, office: SignedIn) -> None:
    live(cast)
    desk = office("郑管理")
    page = desk.get(f"/queries/?indicator=children_open&indicator=visits&rows=age&{YEAR}")
    assert page.status_code == 200 and cells(page)["全部"] == ["13"]
    assert "是现在的数，不能倒推" in text(page)
    assert "/indicators/visits/?place=370116&amp;first=2025-09-01" in text(page)
    ages = cells(page)
    shown = [int(each[0]) for zh, each in ages.items() if zh != "全部" and each[0] not in ("不显示", "0")]
    assert all(each >= 5 for each in shown) and sum(shown) < 13 and "不显示" in {each[0] for each in ages.values()}
    # Filtering by what is hidden, or by all but that, tells no more.
    hidden = [code for code, zh in DIMENSIONS.by_id["age"].codes.items() if ages.get(zh) == ["不显示"]]
    for codes in ([hidden[0]], hidden[:1] + [each for each in DIMENSIONS.by_id["age"].codes if each not in hidden]):
        asked = "&".join(f"f_age={each}" for each in codes)
        assert cells(desk.get(f"/queries/?indicator=children_open&rows=sex&{asked}&{YEAR}"))["全部"] == ["不显示"]
    assert cells(desk.get(f"/queries/?indicator=session_presences&rows=sex&{YEAR}"))["全部"] == ["没有记录"]
    assert "还没有登记过这类事" in text(desk.get(f"/queries/?indicator=session_presences&rows=sex&{YEAR}"))
    towns = cells(desk.get(f"/queries/?indicator=visits&columns=month&{YEAR}"))
    assert len(towns["全部"]) == 5 and "童1" not in text(page)
    rough = desk.get("/queries/?indicator=children_open&rows=sex&period=days&first=2025-09-02&last=2025-12-30")
    assert cells(rough)["全部"] == ["约 15"]


@pytest.mark.parametrize(("asked", "says"), [
    ("indicator=nothing", "请选一至5个指标"), ("indicator=visits&rows=nothing", "从列出的分组里选"),
    ("indicator=visits&rows=sex&columns=sex", "两种不同的分组"), ("indicator=lectures&rows=sex", "不能按“性别”分"),
    ("indicator=children_open&rows=month", "不能按“月份”分"), ("indicator=visits&f_sex=nobody", "没有这一项"),
    ("indicator=visits&f_category=orphan&f_category=migrant", "一次只能筛一项"),
    ("indicator=visits&f_sex=male&f_age=under_6&f_grade=high", "最多同时筛2种"),
    ("indicator=visits&period=days&first=2025-09-01&last=2025-09-07", "至少要28天"),
    ("indicator=visits&period=days&first=²&last=9999-12-31", "第一天和最后一天"),
    ("indicator=visits&period=2025-13", "选一个统计期"), ("indicator=visits&period=" + "9" * 400, "选一个统计期"),
    ("indicator=visits&period=2025-", "选一个统计期"), ("indicator=visits&period=2199", "选一个统计期"),
])
def test_what_cannot_be_asked_is_said(cast: world.World, office: SignedIn, asked: str, says: str) -> None:
    page = office("郑管理").get(f"/queries/?{asked}")
    assert page.status_code == 200 and says in text(page) and not page.context["tables"]
    away = office("郑管理").get(f"/queries/table/?{asked}")
    assert away.status_code == 302 and away["Location"].startswith("/queries/?indicator=")


@pytest.mark.parametrize(("code", "first", "last"), [
    ("last_month", "2024-12-01", "2024-12-31"), ("this_month", "2025-01-31", "2025-01-31"),
    ("last_quarter", "2024-10-01", "2024-12-31"), ("last_year", "2024-01-01", "2024-12-31"),
    ("2024q1", "2024-01-01", "2024-03-31"), ("2024-2", "2024-02-01", "2024-02-29"),
])
def test_periods(code: str, first: str, last: str) -> None:
    found = period_of({"period": [code]}, dimensions=DIMENSIONS, today=date(2025, 1, 31))
    assert not isinstance(found, str) and found.last == date.fromisoformat(last) and not found.is_rough
    assert found.first == (date(2025, 1, 1) if code == "this_month" else date.fromisoformat(first))


def test_kept_shared_changed_and_removed(cast: world.World, office: SignedIn) -> None:
    live(cast)
    mine, hers, far = office("郑管理"), office("王督导"), office("陈管理")
    given = {"id": str(uuid4()), "indicator": ["visits"], "rows": "sex", "period": "2025", "name": "走访按性别"}
    for _ in range(2):
        assert mine.post("/queries/keep/", given).status_code == 302
    row = KeptQuery.objects.get()
    here = f"/queries/{row.id}/"
    assert hers.get(here).status_code == 404 and "走访按性别" in text(mine.get("/queries/"))
    assert mine.post(f"{here}change/", {**given, "rows": "age", "is_shared": "yes"}).status_code == 302
    page = hers.get(here)
    # Computed for the reader: of the own town, by what the owner asks now.
    assert page.context["place"].zh == "凤城街道" and "不满6岁" in cells(page)
    assert "走访按性别" in text(hers.get("/queries/")) and "走访按性别" not in text(far.get("/queries/"))
    for url in (f"{here}change/", f"{here}remove/"):
        assert hers.post(url, {**given, "name": "别的"}).status_code == 404
    assert far.get(here).status_code == 404 and office("周主任").get("/queries/").status_code == 404
    for name in ("", "长" * 31):
        assert mine.post("/queries/keep/", {**given, "id": str(uuid4()), "name": name}).status_code == 422
    assert mine.post("/queries/keep/", {**given, "id": str(uuid4()), "indicator": []}).status_code == 422
    assert mine.post(f"{here}remove/").status_code == 302
    assert mine.get(here).status_code == 404 and hers.get(here).status_code == 404
    assert [each.is_removed for each in KeptQueryVersion.objects.order_by("at", "id")] == [False, False, True]


def test_the_file_says_how_it_was_counted(cast: world.World, office: SignedIn) -> None:
    live(cast)
    desk, asked = office("郑管理"), f"indicator=visits&indicator=identify_in_time&rows=sex&{YEAR}"
    book = CalamineWorkbook.from_filelike(io.BytesIO(desk.get(f"/queries/table/?{asked}").content))
    assert book.sheet_names == ["数", "怎么算"]
    rows = book.get_sheet_by_name("数").to_python()
    assert rows[0][:3] == ["指标", "性别", ""] and {row[0] for row in rows[1:]} == {"走访", rows[-1][0]}
    assert "走访" in [row[0] for row in book.get_sheet_by_name("怎么算").to_python()]
    assert "走访,男," in desk.get(f"/queries/table/?kind=csv&{asked}").content.decode("utf-8-sig")
    part = text(desk.get("/queries/split/?indicator=children_open"))
    assert "<html" not in part and "性别" in part and "月份" not in part
