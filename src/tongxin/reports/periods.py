"""Months, quarters and years that are over: a report never tells of a period that still runs."""

from dataclasses import dataclass
from datetime import date, timedelta

MONTHS = {"month": 1, "quarter": 3, "year": 12}
QUARTERS = "一二三四"


@dataclass(frozen=True, slots=True)
class Period:
    """From the first to the last day."""

    first: date
    last: date
    zh: str

    @property
    def code(self) -> str:
        """As it stands in a form."""
        return self.first.isoformat()


def over(every: str, *, on: date, most: int) -> list[Period]:
    """The periods that ended before `on`, the newest first."""
    months = MONTHS[every]
    number = (on.year * 12 + on.month - 1) // months
    return [_period(every, number - back) for back in range(1, most + 1) if (number - back) * months >= 12]


def _period(every: str, number: int) -> Period:
    months = MONTHS[every]
    first, after = _month(number * months), _month((number + 1) * months)
    words = {
        "month": f"{first.year}年{first.month}月",
        "quarter": f"{first.year}年第{QUARTERS[(first.month - 1) // 3]}季度",
        "year": f"{first.year}年",
    }
    return Period(first, after - timedelta(days=1), words[every])


def _month(number: int) -> date:
    return date(number // 12, number % 12 + 1, 1)
