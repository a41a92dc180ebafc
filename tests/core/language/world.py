"""One vocabulary with every type, and random rules and answers over it."""

from __future__ import annotations

import datetime
from typing import Any

from hypothesis import strategies as st

from tongxin.core.language import BOOL, CODE, DATE, INT, SET, Fact, Type, Vocabulary, decimal, records

CATEGORIES = {"orphan": "孤儿", "de_facto": "事实无人抚养", "poor": "低保"}
RELATIONS = {"father": "父亲", "mother": "母亲", "grandmother": "祖母"}
FREQUENCIES = {"never": "从不", "sometimes": "偶尔", "often": "经常"}


def fact(type_: Type, zh: str, options: dict[str, str] | None = None, *, sealed: bool = False) -> Fact:
    return Fact(type=type_, zh=zh, sealed=sealed, options=options or {})


CARER = {
    "relation": fact(CODE, "关系", RELATIONS),
    "lives_with": fact(BOOL, "同住"),
    "years": fact(INT, "年限"),
    "born": fact(DATE, "出生"),
    "income": fact(decimal(2), "收入"),
}
SIGN = {"answer": fact(CODE, "频率", FREQUENCIES), "level": fact(INT, "级别")}
VOCABULARY = Vocabulary(
    facts={
        "item.9": fact(INT, "第9题"),
        "total": fact(INT, "总分"),
        "present": fact(BOOL, "见到本人"),
        "in_school": fact(BOOL, "在校"),
        "v1": fact(CODE, "有无伤痕", {"yes": "是", "no": "否"}),
        "category": fact(CODE, "主要类别", CATEGORIES),
        "other": fact(CODE, "另一类别", CATEGORIES),
        "categories": fact(SET, "类别", CATEGORIES),
        "birth": fact(DATE, "出生日期"),
        "on": fact(DATE, "评估日"),
        "income": fact(decimal(2), "人均收入"),
        "ratio": fact(decimal(4), "比例"),
        "carers": fact(records(CARER), "照料人"),
        "signs": fact(records(SIGN), "体征"),
    },
    values={
        "limit": fact(INT, "期限"),
        "line": fact(decimal(1), "低保线"),
        "kind": fact(CODE, "重点类别", CATEGORIES),
    },
)
VALUES = {"limit": 30, "line": 700, "kind": "orphan"}

# Names that json_each and friends use themselves: a rule must still reach the outer column.
COLUMNS = {
    name: f'"{column}"'
    for name, column in {
        **{name: name.replace(".", "_") for name in VOCABULARY.facts},
        "total": "value",
        "category": "key",
        "categories": "type",
        "carers": "json",
        "birth": "rule",
    }.items()
}

_days = st.dates(datetime.date(1999, 12, 25), datetime.date(2004, 3, 5)) | st.sampled_from(
    [
        datetime.date(2000, 2, 29),
        datetime.date(2001, 2, 28),
        datetime.date(2001, 3, 1),
        datetime.date(2004, 2, 29),
    ]
)
_counts = st.integers(-3, 30) | st.sampled_from([-1_000_000_000, 1_000_000_000])


def _answer(type_: Type, options: dict[str, str]) -> st.SearchStrategy[Any]:
    match str(type_.kind):
        case "bool":
            return st.booleans()
        case "int":
            return _counts
        case "decimal":
            units = st.integers(-500, 90_000) | st.sampled_from([999_999_999, -1])
            return units.map(lambda whole: f"{whole / 10**type_.scale:.{type_.scale}f}")
        case "date":
            return _days.map(str)
        case "code":
            return st.sampled_from(sorted(options))
        case "set":
            return st.lists(st.sampled_from(sorted(options)), unique=True)
        case _:
            return st.lists(_sheet(type_.fields), max_size=3)


def _sheet(facts: Any) -> st.SearchStrategy[dict[str, Any]]:
    answers = {name: st.none() | _answer(each.type, dict(each.options)) for name, each in facts.items()}
    return st.fixed_dictionaries({}, optional=answers)


SHEETS = _sheet(VOCABULARY.facts)
