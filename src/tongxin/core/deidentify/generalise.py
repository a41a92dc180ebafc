"""One value from fine to coarse: a month of birth, a place, a set of codes."""

from collections.abc import Sequence
from datetime import date

ANY, UNKNOWN = "不显示", "不详"
MONTHS = 12


def birth_levels(month: date | None, *, on: date, bands: Sequence[Sequence[int]]) -> tuple[str, ...]:
    """Year of birth, then each set of age bands (a band begins with each of these ages), then nothing."""
    if month is None:
        return (*[UNKNOWN] * (len(bands) + 1), ANY)
    age = ((on.year - month.year) * MONTHS + on.month - month.month) // MONTHS
    return (f"{month.year}年", *(_band(age, begins) for begins in bands), ANY)


def _band(age: int, begins: Sequence[int]) -> str:
    low = max((each for each in begins if each <= age), default=None)
    if low is None:
        return f"{begins[0]}岁以下"
    high = min((each for each in begins if each > age), default=None)
    return f"{low}岁及以上" if high is None else f"{low}至{high - 1}岁"


def place_levels(names: Sequence[str]) -> tuple[str, ...]:
    """The places around a child from near to far, then nothing; a place that isn't known hides those within it."""
    return (*(name or UNKNOWN for name in names), ANY)


def count_levels(words: Sequence[str]) -> tuple[str, ...]:
    """Several codes: all of them, then how many, then nothing."""
    told = "、".join(sorted(words)) or "无"
    number = "无" if not words else "1类" if len(words) == 1 else "2类及以上"
    return told, number, ANY


def same_levels(word: str) -> tuple[str, ...]:
    """A value that is shown or not."""
    return word or UNKNOWN, ANY
