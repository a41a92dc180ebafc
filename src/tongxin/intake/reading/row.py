"""One row of a roster as understood."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from tongxin.intake.reading.identity import State
from tongxin.intake.reading.text import clean

NAME_TOO_LONG = "name_too_long"
PROBLEMS = {
    "no_id": "没有身份证号",
    "id_check_digit": "身份证号不成立（校验码、位数或其中的日期不对）",
    "id_lost_digits": "身份证号被表格改成了数字，后几位已丢失",
    "birth_impossible": "出生日期不可能或读不懂",
    "sex_contradicts_id": "性别与身份证号不符",
    "birth_contradicts_id": "出生日期与身份证号不符",
    "no_name": "没有姓名",
    "unknown_division": "查不到或不能确定所在的村（居）",
    "duplicate": "疑似与前面的一行是同一个儿童",
}

NOTES = {
    "birth_month_only": "出生日期只有年月",
    "birth_year_only": "出生日期只有年份",
    "birth_lunar": "出生日期是农历，没有换算",
    "birth_missing": "没有出生日期",
    "birth_completed": "出生日期只写到月或年，日子取自身份证号",
    "sex_unreadable": "性别的写法看不懂",
    "sex_missing": "没有性别",
    "category_unknown": "有看不懂的困境类别",
    "relation_unknown": "与儿童关系的写法看不懂",
    "place_carried": "村（居）沿用上一行",
    NAME_TOO_LONG: "姓名过长，只取了开头",
    "too_long": "有的格子过长",
}

# What counts as doubtful when a roster is taken in: the official codes, and what this system asks about besides.
DOUBTS = {**PROBLEMS, NAME_TOO_LONG: NOTES[NAME_TOO_LONG]}


@dataclass(frozen=True, slots=True)
class Row:
    """A child as one row tells it.

    What can't be trusted is empty in its field and stands in `written` as it was in the cell;
    `notes` say what is doubtful beyond the problems that the office has to settle.
    """

    sheet: str
    row: int
    name: str | None
    id_no: str | None
    id_state: State
    birth: date | None
    birth_month: str | None
    sex: str | None
    division_code: str | None
    town_code: str | None
    categories: tuple[str, ...]
    carer: str | None
    relation: str | None
    relation_code: str | None
    phone: str | None
    problems: tuple[str, ...]
    notes: tuple[str, ...] = ()
    written: Mapping[str, str] = field(default_factory=dict)
    others: Mapping[str, str] = field(default_factory=dict)
    duplicate_of: tuple[str, int] | None = None
    id_birth: date | None = None
    id_sex: str | None = None

    def as_json(self) -> dict[str, Any]:
        """The row as `tongxin roster check --json` prints it; a name too long stands as it was written."""
        of = self.duplicate_of
        is_cut = NAME_TOO_LONG in self.notes
        return {
            "sheet": self.sheet,
            "row": self.row,
            "name": clean(self.written["name"]) if is_cut else self.name,
            "id_no": self.id_no,
            "birth": self.birth.isoformat() if self.birth else None,
            "sex": self.sex,
            "division_code": self.division_code,
            "categories": list(self.categories),
            "carer": self.carer,
            "relation": self.relation,
            "phone": self.phone,
            "problems": list(self.problems),
            "duplicate_of": {"sheet": of[0], "row": of[1]} if of else None,
        }
