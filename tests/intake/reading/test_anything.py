"""Whatever stands in the cells: rows or a refusal in words, never a fault, and no child lost."""

from datetime import date, datetime, time, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.intake.reading.files import LAIWU, TODAY, XIAOYU, number
from tongxin.intake.reading import Divisions, RosterError, open_roster, read_rows, tables
from tongxin.intake.reading.row import NOTES, PROBLEMS
from tongxin.intake.reading.workbook import Sheet

DIVISIONS = Divisions.load(LAIWU)
WORDS = [
    "姓名", "身份证号", "性别", "监护人", "村居", "镇街", "出生日期", "合计", "填表人：",
    "小雨", "凤城街道", "东升社区",
    number(XIAOYU), "2015-02-30", "孤儿、流动儿童", "男", "1", "", "",
    "\x00", "=1+1", "雨" * 700, "√", "无", "一、雪野街道（2人）",
]  # fmt: skip
cells = st.one_of(
    st.sampled_from(WORDS),
    st.text(max_size=6),
    st.floats(allow_nan=True, allow_infinity=True),
    st.booleans(),
    st.dates(),
    st.datetimes(),
    st.just(time(3)),
    st.just(timedelta(days=3)),
    st.integers(),
)
areas = st.tuples(*[st.integers(0, 6)] * 4).map(
    lambda at: (min(at[0], at[2]), min(at[1], at[3]), max(at[0], at[2]), max(at[1], at[3]))
)


@settings(max_examples=150)
@given(
    st.lists(st.lists(cells, max_size=6), max_size=8),
    st.lists(areas, max_size=2),
    st.booleans(),
)
def test_any_sheet_is_read_without_a_fault(grid: list[list[object]], merged: list[object], headed: bool) -> None:
    rows = [WORDS[:6], *grid] if headed else grid
    sheet = Sheet("雪野街道", rows, tuple(merged))  # type: ignore[arg-type]
    for layout in tables(sheet):
        for row in read_rows(sheet, layout, DIVISIONS, today=TODAY):
            assert set(row.problems) <= PROBLEMS.keys()
            assert set(row.notes) <= NOTES.keys()
            assert layout.first_row < row.row <= layout.last_row + 1
            assert row.birth is None or row.birth <= TODAY
            assert row.as_json()


@settings(max_examples=150)
@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused_in_words(content: bytes) -> None:
    try:
        list(open_roster(content, name="花名册.csv", county=LAIWU).rows(today=TODAY))
    except RosterError as refused:
        assert refused.zh.endswith("。") or "：" in refused.zh


@settings(max_examples=60)
@given(
    st.lists(st.sampled_from("甲乙丙丁戊己庚辛"), min_size=1, max_size=12),
    st.integers(0, 3),
    st.integers(0, 3),
)
def test_every_named_row_becomes_a_child(names: list[str], above: int, below: int) -> None:
    rows: list[list[object]] = [["莱芜区花名册"]] * above + [["序号", "姓名", "性别", "监护人"]]
    rows += [[at, name, "女", ""] for at, name in enumerate(names, start=1)]
    rows += [["合计", "", ""], ["填表人：", "", "审核人："], []][:below]
    sheet = Sheet("花名册", rows)  # type: ignore[arg-type]
    layout = next(iter(tables(sheet)))
    found = read_rows(sheet, layout, DIVISIONS, today=TODAY)
    assert [row.name for row in found] == names


def test_moments_and_days_are_both_read() -> None:
    head = ["姓名", "出生日期"]
    moment = datetime.combine(date(2015, 3, 4), time())
    sheet = Sheet("花名册", [head, ["小雨", moment], ["小风", date(2015, 3, 4)], ["小雪", time(3)]])  # type: ignore[list-item]
    births = [row.birth for row in read_rows(sheet, next(iter(tables(sheet))), DIVISIONS, today=TODAY)]
    assert births == [date(2015, 3, 4), date(2015, 3, 4), None]
