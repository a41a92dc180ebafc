"""What an office writes for a class, told apart into a grade and a name."""

import re

DIGITS = {"一": 1, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
STAGES = {"小": 0, "初": 6, "高": 9}
OF_STAGE = re.compile(r"([小初高])(?:中|学)?([一二三四五六1-6])")
OF_YEAR = re.compile(r"([一二三四五六七八九]|[1-9])\s*年?级")
SHORT = re.compile(r"^([一二三四五六七八九1-9])\s*[（(.\-]")


def grade_of(label: str) -> int | None:
    """The school year from 1 to 12 that a class's name speaks of; nothing when it doesn't say."""
    text = label.replace(" ", "")
    if found := OF_STAGE.search(text):
        return STAGES[found[1]] + _number(found[2])
    found = OF_YEAR.search(text) or SHORT.search(text)
    return _number(found[1]) if found else None


def grade_zh(grade: int | None) -> str:
    """A grade as people say it."""
    if grade is None:
        return "年级不明"
    words = "一二三四五六"
    if grade > STAGES["高"]:
        return f"高{words[grade - STAGES['高'] - 1]}"
    return f"初{words[grade - STAGES['初'] - 1]}" if grade > STAGES["初"] else f"{words[grade - 1]}年级"


def _number(text: str) -> int:
    return DIGITS.get(text) or int(text)
