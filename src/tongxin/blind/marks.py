"""What of a row is compared: one text for each way in which two lists can know the same child."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from tongxin.lib.identity_numbers import LIKE_X, birth_in, is_well_formed
from tongxin.lib.plain_text import compact

BY_NUMBER, BY_NAME = "id", "person"
KINDS = {BY_NUMBER: "身份证号", BY_NAME: "姓名＋出生日期"}
_DOTS = re.compile(r"[·•・.。‧∙⋅]")
_DAY = re.compile(r"(\d{4})[-/.年]?(\d{1,2})[-/.月]?(\d{1,2})日?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Listed:
    """A row as given: `key` is how its own side finds it again and never leaves."""

    key: str
    id_no: str = ""
    name: str = ""
    birth: str = ""


@dataclass(frozen=True, slots=True)
class Refused:
    """A row that takes no part, and why."""

    key: str
    zh: str


@dataclass(frozen=True, slots=True)
class Marks:
    """The texts that are compared, each with the keys of the rows that have it; and the rows that have none."""

    keys: dict[str, tuple[str, ...]]
    refused: tuple[Refused, ...]


def mark_lists(rows: Iterable[Listed], *, kind: str) -> Marks:
    """Rows by what is compared; a doubtful number or day is refused, since a near miss can't be seen later."""
    keys: dict[str, list[str]] = {}
    refused = []
    for row in rows:
        text, fault = _by_number(row) if kind == BY_NUMBER else _by_name(row)
        if fault:
            refused.append(Refused(row.key, fault))
        else:
            keys.setdefault(text, []).append(row.key)
    return Marks({text: tuple(every) for text, every in keys.items()}, tuple(refused))


def found_in(marks: Marks, texts: Sequence[str]) -> list[str]:
    """The keys of all rows that have one of `texts`, in the order of the list."""
    wanted = set(texts)
    return [key for text, keys in marks.keys.items() if text in wanted for key in keys]


def _by_number(row: Listed) -> tuple[str, str]:
    text = re.sub(r"[\s\-'_]", "", compact(row.id_no)).translate(LIKE_X).upper()
    if not text:
        return "", "没有身份证号"
    if not is_well_formed(text) or birth_in(text) is None:
        return "", "身份证号校验不通过"
    return f"id {text}", ""


def _by_name(row: Listed) -> tuple[str, str]:
    name = _DOTS.sub("", compact(row.name)).casefold()
    if not name:
        return "", "没有姓名"
    born = _DAY.fullmatch(compact(row.birth))
    try:
        day = date(*map(int, born.groups())) if born else None
    except ValueError:
        day = None
    if day is None:
        return "", "出生日期读不出"
    return f"person {name} {day.isoformat()}", ""
