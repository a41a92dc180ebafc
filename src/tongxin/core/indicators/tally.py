"""An indicator counted over rows in memory: what every other engine must say too; and its cases tried."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from tongxin.core.indicators.definition import PERCENT, ROWS, SUM, Group, Indicator
from tongxin.core.language import FactError, read_facts
from tongxin.core.language.errors import DefinitionError
from tongxin.core.language.rule import Rule

Row = Mapping[str, Any]


def tally(indicator: Indicator, rows: Sequence[Row], *, first: date, last: date) -> tuple[int | None, int | None]:
    """What is counted (the share's upper part) and of how many; (None, None) where there is no row at all."""
    if not rows:
        return None, None
    inside = [row for row in rows if _within(indicator, row, first, last)]
    base = _counted(indicator, inside)
    if indicator.met is None:
        return base, None
    return _counted(indicator, [row for row in inside if _holds(indicator.met, row, first, last)]), base


def _within(indicator: Indicator, row: Row, first: date, last: date) -> bool:
    day = row.get(indicator.during) if indicator.during else None
    if indicator.during and (day is None or not first <= day <= last):
        return False
    return indicator.where is None or _holds(indicator.where, row, first, last)


def _holds(rule: Rule, row: Row, first: date, last: date) -> bool:
    return rule.run({**row, "first": first, "last": last}) is True


def _counted(indicator: Indicator, rows: Sequence[Row]) -> int | None:
    if indicator.count == ROWS:
        return len(rows)
    if indicator.count == SUM:
        return sum(int(row[indicator.column]) for row in rows if row.get(indicator.column) is not None)
    if indicator.count in PERCENT:
        rising: list[int] = sorted(row[indicator.column] for row in rows if row.get(indicator.column) is not None)
        return rising[-(-len(rising) * PERCENT[indicator.count] // 100) - 1] if rising else None
    return len({row[indicator.count] for row in rows if row.get(indicator.count) is not None})


def try_cases(group: Group) -> int:
    """How many cases came out as written; refuses the first that doesn't."""
    many = 0
    for at, indicator in enumerate(group.indicators):
        for number, case in enumerate(indicator.cases):
            path = f"indicators[{at}].cases[{number}]"
            first, last = _day(case, "first", path), _day(case, "last", path)
            rows = [_row(indicator, each, path) for each in case["rows"]]
            found = [each for each in tally(indicator, rows, first=first, last=last) if each is not None]
            wanted = case["gives"] if isinstance(case["gives"], list) else [case["gives"]]
            if found != wanted:
                raise DefinitionError(path, f"“{indicator.zh}”应得 {wanted}，算出 {found}", "核对规则或案例")
            many += 1
    return many


def _row(indicator: Indicator, raw: Row, path: str) -> dict[str, Any]:
    facts = indicator.facts
    unknown = sorted(raw.keys() - facts.facts.keys() - set(facts.keys))
    if unknown:
        raise DefinitionError(path, f"没有名为“{unknown[0]}”的事实", f"有：{'、'.join(facts.facts)}")
    try:
        return {**{key: raw[key] for key in facts.keys if key in raw}, **read_facts(raw, vocabulary=facts.vocabulary)}
    except FactError as error:
        raise DefinitionError(path, str(error), "改正这一行") from None


def _day(case: Row, key: str, path: str) -> date:
    try:
        return date.fromisoformat(str(case[key]))
    except (KeyError, ValueError):
        raise DefinitionError(f"{path}.{key}", "案例要写统计期的第一天和最后一天", "写成 2025-01-01") from None
