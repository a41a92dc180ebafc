"""Dates of birth in the habits of offices: with dots, dashes, years in characters, serial numbers."""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Literal

from tongxin.intake.reading.text import Cell, clean, compact, shown
from tongxin.intake.reading.words import limits, words

State = Literal["day", "month", "year", "lunar", "missing", "impossible"]

_GAP = r"[.\-/年月,、_·。\\]+"
_FULL = re.compile(rf"(\d{{4}}){_GAP}(\d{{1,2}}){_GAP}(\d{{1,2}})[日号]?\.?")
_MONTH = re.compile(rf"(\d{{4}}){_GAP}(\d{{1,2}})月?\.?")
_YEAR = re.compile(r"(\d{4})年?")
_SHORT = re.compile(r"(\d{2})[.年](\d{1,2})[.月](\d{1,2})日?")
_CLOCK = re.compile(r"[ T]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?$")
_NUMERALS = re.compile(r"[〇零○一二三四五六七八九十]+")
_DIGIT = dict(zip("\u3007零\u25cb一二三四五六七八九", "000123456789", strict=True))
_LUNAR = re.compile(r"农历|阴历|旧历|腊月|正月|冬月|闰|初[一二三四五六七八九十]|廿")
_EPOCH = date(1899, 12, 30)


@dataclass(frozen=True, slots=True)
class Birth:
    """A date of birth as read; `months` are the months it can mean where the day is not told."""

    state: State
    day: date | None = None
    year: int | None = None
    months: tuple[int, ...] = ()

    def month(self) -> str | None:
        """Year and month (`2017-11`), where they are certain."""
        if self.day:
            return f"{self.day.year}-{self.day.month:02}"
        return f"{self.year}-{self.months[0]:02}" if self.year and len(self.months) == 1 else None

    def admits(self, born: date) -> bool:
        """Whether somebody born on `born` may be described so."""
        if self.day:
            return self.day == born
        return self.year in (None, born.year) and (not self.months or born.month in self.months)


IMPOSSIBLE = Birth("impossible")


def read_birth(cell: Cell | None, *, today: date) -> Birth:
    """The date of birth in `cell`; a day that can't be is said to be impossible, never mended."""
    if isinstance(cell, datetime):
        return _born(cell.date(), today)
    if isinstance(cell, date):
        return _born(cell, today)
    if isinstance(cell, float) and 10_000 < cell < 100_000:
        return _serial(int(cell), today)
    return _read(shown(cell), today)


@lru_cache(maxsize=1 << 14)
def _read(written: str, today: date) -> Birth:
    text = compact(_CLOCK.sub("", clean(written).strip("'\"= ")))
    if not text or text.lower() in words().blank:
        return Birth("missing")
    if _LUNAR.search(text):
        return Birth("lunar")
    text = _NUMERALS.sub(_arabic, text).strip("()").removeprefix("公历")
    text = text.removesuffix("出生").removesuffix("生")
    if match := _FULL.fullmatch(text):
        return _made(*map(int, match.groups()), today=today)
    if text.isdigit():
        return _digits(text, today)
    if match := _MONTH.fullmatch(text):
        return _month(int(match[1]), match[2], today, dotted="." in text)
    if match := _SHORT.fullmatch(text):
        return _short(*map(int, match.groups()), today=today)
    return _year(int(match[1]), today) if (match := _YEAR.fullmatch(text)) else IMPOSSIBLE


def _digits(text: str, today: date) -> Birth:
    if len(text) == 8:
        return _made(int(text[:4]), int(text[4:6]), int(text[6:]), today=today)
    if len(text) == 6:
        return _month(int(text[:4]), text[4:], today, dotted=False)
    if len(text) == 5:
        return _serial(int(text), today)
    return _year(int(text), today) if len(text) == 4 else IMPOSSIBLE


def _serial(days: int, today: date) -> Birth:
    return _born(_EPOCH + timedelta(days=days), today)


def _made(year: int, month: int, day: int, *, today: date) -> Birth:
    try:
        return _born(date(year, month, day), today)
    except ValueError:
        return IMPOSSIBLE


def _born(day: date, today: date) -> Birth:
    if day > today or day.year < today.year - limits()["birth_years"]:
        return IMPOSSIBLE
    return Birth("day", day, day.year, (day.month,))


def _month(year: int, month: str, today: date, *, dotted: bool) -> Birth:
    """A month without its day; `2017.1` may be what a number cell left of `2017.10`."""
    first = int(month)
    if not 1 <= first <= 12 or _made(year, first, 1, today=today) is IMPOSSIBLE:
        return IMPOSSIBLE
    if dotted and month == "1":
        return Birth("month", None, year, (1, 10))
    return Birth("month", None, year, (first,))


def _year(year: int, today: date) -> Birth:
    return IMPOSSIBLE if _made(year, 1, 1, today=today) is IMPOSSIBLE else Birth("year", None, year)


def _short(year: int, month: int, day: int, *, today: date) -> Birth:
    century = today.year // 100 * 100
    return _made(century + year - (100 if century + year > today.year else 0), month, day, today=today)


def _arabic(match: re.Match[str]) -> str:
    text = match[0]
    if "十" not in text:
        return "".join(_DIGIT[character] for character in text)
    tens, _, ones = text.partition("十")
    return str(int(_DIGIT.get(tens, "1")) * 10 + int(_DIGIT.get(ones, "0")))
