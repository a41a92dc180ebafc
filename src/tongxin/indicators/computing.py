"""All figures of some groups from one source: each fact set is read once, whatever is counted over it."""

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date
from typing import Any

from tongxin.core.indicators import SETS, Group, Indicator
from tongxin.core.language.dialects import Engine
from tongxin.indicators.counting import NO_CODES, Ask, Counted, count
from tongxin.indicators.figures import Figures, quotients, told
from tongxin.indicators.statements import NO_DAYS, Asked

Source = Callable[[str], str]


def wanted(groups: Iterable[Group], ids: Collection[str] | None) -> list[Indicator]:
    """The indicators of these ids, and what they are made of; all when none is named."""
    known = {each.id: each for group in groups for each in group.indicators}
    if ids is None:
        return list(known.values())
    asked = {id for id in ids if id in known}
    asked |= {name for id in asked for name in known[id].per or ()}
    return [each for each in known.values() if each.id in asked]


def compute(
    groups: Iterable[Group], *, ids: Collection[str] | None = None, first: date, last: date, ask: Ask,
    source: Source, engine: Engine, placeholder: str, depths: Iterable[int],
    codes: Mapping[Any, str] = NO_CODES, days: Mapping[str, tuple[date, date]] = NO_DAYS,
) -> dict[str, Figures]:
    """By indicator and path what may be shown; `days` gives some a period of their own."""
    groups, depths = list(groups), list(depths)
    under = {each.id: group.small_under for group in groups for each in group.indicators}
    found = wanted(groups, ids)
    counted: Counted = {}
    for name, facts in SETS.items():
        over = tuple(each for each in found if each.over == name)
        if over:
            asked = Asked(facts, over, source(name), first, last, engine, placeholder, days)
            counted |= count(asked, ask, depths=depths, lowest=facts.lowest, codes=codes)
    figures = {each.id: told(each, counted[each.id], under=under[each.id]) for each in found if each.per is None}
    for each in found:
        if each.per is not None:
            figures[each.id] = quotients(each, figures)
    return {each.id: figures[each.id] for each in found}
