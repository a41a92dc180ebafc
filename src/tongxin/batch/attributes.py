"""Age and sex as they stand in files, as SQL: months, and one of two codes."""

from __future__ import annotations

from collections.abc import Callable

from tongxin.batch.cells import BLANKS, LONGEST, NOTHING, Judged, canonical
from tongxin.batch.dialects import Engine
from tongxin.batch.errors import TableError

# 1 and 2, 0 and 9 as GB/T 2261.1 has them.
SEXES = {"男": "male", "女": "female", "男性": "male", "女性": "female", "1": "male", "2": "female"}
SEXES |= {"male": "male", "female": "female", "m": "male", "f": "female"}
UNTOLD_SEXES = BLANKS | {"0", "9", "未知", "未说明", "不详"}
OLDEST = 120
MOST_VALUES = 5000


def ages(engine: Engine, query: str, *, column: str, heading: str) -> Judged:
    """Months of age of a column in years, where 11.5 is eleven and a half."""
    return _judged(engine, query, column, heading, _months, "年龄")


def sexes(engine: Engine, query: str, *, column: str, heading: str) -> Judged:
    """The code of a column of sexes in Chinese, English or the national code."""
    return _judged(engine, query, column, heading, _sex, "性别")


def _months(text: str) -> tuple[bool, str | None]:
    text = canonical(text).removesuffix("岁")
    if text.lower() in BLANKS:
        return True, None
    try:
        years = float(text)
    except ValueError:
        return False, None
    return (True, str(int(years * 12 + 1e-6))) if 0 <= years <= OLDEST else (False, None)


def _sex(text: str) -> tuple[bool, str | None]:
    code = canonical(text).lower()
    return code in SEXES or code in UNTOLD_SEXES, SEXES.get(code)


def _judged(
    engine: Engine,
    query: str,
    column: str,
    heading: str,
    read: Callable[[str], tuple[bool, str | None]],
    zh: str,
) -> Judged:
    cell = f"CAST({column} AS STRING)"
    start = f"left({cell}, {LONGEST + 1})"
    values = f"SELECT DISTINCT {start} FROM ({query}) WHERE {column} IS NOT NULL"
    rows = engine.rows(f"{values} LIMIT {MOST_VALUES + 1}")
    if len(rows) > MOST_VALUES:
        raise TableError(f"“{heading}”列有 {MOST_VALUES} 种以上的值，不像{zh}。请核对列名。")
    found = {text: read(text) for text in sorted(str(row[0]) for row in rows)}
    quoted = engine.dialect.quoted
    numeric = zh == "年龄"
    worth = [
        f"WHEN {quoted(text)} THEN {value if numeric else quoted(value)}"
        for text, (_, value) in found.items()
        if value is not None
    ]
    known = [f"WHEN {quoted(text)} THEN 1" for text, (is_known, _) in found.items() if is_known]
    nothing = NOTHING if numeric else "CAST(NULL AS STRING)"
    return Judged(
        score=f"CASE {start} {' '.join(worth)} END" if worth else nothing,
        present=cell,
        known=f"CASE {start} {' '.join(known)} END" if known else NOTHING,
    )
