"""A question somebody puts together: which figures, of which days, split by what; read from codes and checked."""

import calendar
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from tongxin.core.indicators import Group, Indicator
from tongxin.core.indicators.dimensions import KIND, PLACE, SINCE, Dimension, Dimensions, read_dimensions
from tongxin.lib.numbers import day_in
from tongxin.rulebook import shipped

RELATIVE = {
    "last_month": "上个月", "this_month": "这个月到今天", "last_quarter": "上个季度", "last_year": "去年",
    "this_year": "今年到今天",
}
DAYS, FILTER = "days", "f_"
Given = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Period:
    """First and last day; `is_rough`: own days that are no whole months, of which only round numbers are told."""

    code: str
    first: date
    last: date
    is_rough: bool


@dataclass(frozen=True, slots=True)
class Question:
    """Everything that was asked, in codes; the place comes with who asks."""

    indicators: tuple[tuple[Group, Indicator], ...]
    rows: Dimension
    columns: Dimension | None
    filters: tuple[tuple[Dimension, tuple[str, ...]], ...]
    period: Period

    @property
    def dimensions(self) -> tuple[Dimension, ...]:
        """All dimensions in it but the place."""
        named = (self.rows, *((self.columns,) if self.columns else ()), *(each for each, _ in self.filters))
        return tuple({each.id: each for each in named if each.by != PLACE}.values())

    @property
    def codes(self) -> dict[str, list[str]]:
        """The question as it stands in an address or is kept."""
        found = {
            "indicator": [each.id for _, each in self.indicators], "rows": [self.rows.id],
            "columns": [self.columns.id] if self.columns else [],
            **{f"{FILTER}{each.id}": list(codes) for each, codes in self.filters},
        }
        if self.period.code == DAYS:
            found |= {"first": [self.period.first.isoformat()], "last": [self.period.last.isoformat()]}
        return {**{name: values for name, values in found.items() if values}, "period": [self.period.code]}


def dimensions_in(*, region: str = "", at: datetime) -> Dimensions:
    """The dimensions in force."""
    return shipped.read_in_force(read_dimensions, KIND, KIND, region=region, at=at, since=SINCE)


def read(given: Given, *, groups: Sequence[Group], dimensions: Dimensions, today: date) -> Question | str:
    """The question, or what is wrong with it in words."""
    known = {each.id: (group, each) for group in groups for each in group.indicators if can_ask(each)}
    named = tuple(dict.fromkeys(each for each in given.get("indicator", ()) if each))
    if not named or len(named) > dimensions.indicators_most or any(each not in known for each in named):
        return f"没有算：请选一至{dimensions.indicators_most}个指标。"
    found = tuple(known[each] for each in named)
    rows = dimensions.by_id.get(_one(given, "rows") or PLACE)
    columns = dimensions.by_id.get(_one(given, "columns"))
    if rows is None or (columns is None and _one(given, "columns")):
        return "没有算：行和列请从列出的分组里选。"
    if columns is not None and columns.id == rows.id:
        return "没有算：行和列请选两种不同的分组。"
    if columns is not None and columns.by == PLACE:
        rows, columns = columns, rows
    filters = _filters(given, dimensions)
    if isinstance(filters, str):
        return filters
    period = period_of(given, dimensions=dimensions, today=today)
    if isinstance(period, str):
        return period
    question = Question(found, rows, columns, filters, period)
    for _, indicator in found:
        for each in (rows, *question.dimensions):
            if not each.fits(indicator):
                return f"没有算：“{indicator.zh}”不能按“{each.zh}”分，请换一种分组或指标。"
    return question


def can_ask(indicator: Indicator) -> bool:
    """Whether a figure can be split at all; a quotient of two others and one without a sum can't."""
    return bool(indicator.over) and not indicator.is_alone


def _one(given: Given, name: str) -> str:
    return next(iter(given.get(name, ())), "")


def _filters(given: Given, dimensions: Dimensions) -> tuple[tuple[Dimension, tuple[str, ...]], ...] | str:
    found = []
    for each in dimensions.by_id.values():
        codes = tuple(dict.fromkeys(code for code in given.get(f"{FILTER}{each.id}", ()) if code))
        if not codes:
            continue
        if any(code not in each.codes for code in codes):
            return f"没有算：“{each.zh}”里没有这一项，请重新选。"
        if len(codes) > 1 and not each.is_exclusive:
            return f"没有算：“{each.zh}”一次只能筛一项，因为一个孩子可能有几项。"
        if len(codes) < len(each.codes):
            found.append((each, tuple(code for code in each.codes if code in codes)))
    if len(found) > dimensions.filters_most:
        return f"没有算：最多同时筛{dimensions.filters_most}种。筛得越细，越会认出是哪个孩子。"
    return tuple(found)


def period_of(given: Given, *, dimensions: Dimensions, today: date) -> Period | str:
    """The days asked for; months, quarters and years by their codes."""
    code = _one(given, "period") or "last_month"
    if code == DAYS:
        first, last = day_in(_one(given, "first")), day_in(_one(given, "last"))
        if first is None or last is None or not dimensions.earliest_year <= first.year <= last.year <= today.year + 1:
            return "没有算：请写第一天和最后一天。"
        if (last - first).days + 1 < dimensions.days_least:
            return f"没有算：自己选的日子至少要{dimensions.days_least}天，太短会认出是哪个孩子。"
        rough = first.day != 1 or (last + timedelta(days=1)).day != 1
        return Period(DAYS, first, last, rough)
    span = _relative(code, today) if code in RELATIVE else _named(code, dimensions)
    if span is None or span[0] > today:
        return "没有算：请选一个统计期。"
    return Period(code, *span, is_rough=False)


def _relative(code: str, today: date) -> tuple[date, date]:
    month, year = today.replace(day=1), today.replace(month=1, day=1)
    if code == "this_month":
        return month, today
    if code == "this_year":
        return year, today
    if code == "last_year":
        return year.replace(year=year.year - 1), year - timedelta(days=1)
    if code == "last_month":
        last = month - timedelta(days=1)
        return last.replace(day=1), last
    last = month.replace(month=(today.month - 1) // 3 * 3 + 1) - timedelta(days=1)
    return last.replace(month=last.month - 2, day=1), last


def _named(code: str, dimensions: Dimensions) -> tuple[date, date] | None:
    """`2025`, `2025-3`, `2025q1`."""
    found = re.fullmatch(r"([0-9]{4})(?:-([0-9]{1,2})|q([1-4]))?", code)
    if found is None or int(found[1]) < dimensions.earliest_year:
        return None
    year, month, quarter = int(found[1]), int(found[2] or 0), int(found[3] or 0)
    if found[2] and not 1 <= month <= 12:
        return None
    first = month or (quarter * 3 - 2 if quarter else 1)
    last = month or (quarter * 3 or 12)
    return date(year, first, 1), date(year, last, calendar.monthrange(year, last)[1])


def offered(today: date, *, dimensions: Dimensions) -> list[tuple[str, str]]:
    """Periods to choose from, code and words: relative ones, then years, quarters and months back."""
    found = list(RELATIVE.items())
    for year in range(today.year, today.year - dimensions.years_offered, -1):
        found.append((str(year), f"{year}年"))
        found += [(f"{year}q{each}", f"{year}年第{'一二三四'[each - 1]}季度") for each in range(4, 0, -1)]
        found += [(f"{year}-{month}", f"{year}年{month}月") for month in range(12, 0, -1)]
    return [
        (code, zh) for code, zh in found if code in RELATIVE or (_named(code, dimensions) or (today,))[0] <= today
    ]


def months_of(period: Period) -> list[str]:
    """The months that a period touches, 2025-03."""
    many = (period.last.year - period.first.year) * 12 + period.last.month - period.first.month + 1
    return [
        f"{(period.first.month - 1 + at) // 12 + period.first.year}-{(period.first.month - 1 + at) % 12 + 1:02}"
        for at in range(many)
    ]
