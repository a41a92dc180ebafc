"""Days of birth as they are compared: as written, day and month swapped, by the moon's calendar."""

from __future__ import annotations

import re
from datetime import date, datetime
from functools import lru_cache
from typing import NamedTuple

from cnlunar import Lunar

from tongxin.lib.plain_text import compact

_WRITTEN = re.compile(r"(\d{4})\D{0,2}(\d{1,2})\D{1,2}(\d{1,2})\D?|(\d{4})(\d{2})(\d{2})")
# The years the moon's calendar is known for.
FIRST_YEAR, LAST_YEAR = 1902, 2099


class Day(NamedTuple):
    """A day as numbers such as 20170921; `lunar` is this day by the moon's calendar, `year` and `month` its parts."""

    day: int | None = None
    swapped: int | None = None
    lunar: int | None = None
    month: int | None = None
    year: int | None = None
    is_first: bool = False


NO_DAY = Day()


@lru_cache(maxsize=1 << 15)
def day_of(written: str | date | None) -> Day:
    """The columns of a day of birth; none where it is no day.

    What was meant by the moon may be no day of ours (30 February): it is kept as written, for it is only compared.
    """
    if isinstance(written, datetime | date):
        written = f"{written:%Y-%m-%d}"
    found = _WRITTEN.match(compact(written)) if written else None
    if found is None:
        return NO_DAY
    year, month, day = (int(part) for part in found.groups() if part is not None)
    if not (1 <= month <= 12 and 1 <= day <= 31 and 1900 <= year <= 2199):
        return NO_DAY
    return Day(
        day=_number(year, month, day),
        swapped=_number(year, day, month) if day <= 12 and day != month else None,
        lunar=_lunar(year, month, day),
        month=year * 100 + month,
        year=year,
        is_first=month == day == 1,
    )


def _number(year: int, month: int, day: int) -> int:
    return year * 10_000 + month * 100 + day


def _lunar(year: int, month: int, day: int) -> int | None:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return None
    try:
        moon = Lunar(datetime(year, month, day, 12), godType="8char")  # noqa: DTZ001
    except (ValueError, IndexError):
        return None
    return _number(moon.lunarYear, moon.lunarMonth, moon.lunarDay)
