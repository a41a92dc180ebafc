"""Which signs say that a sheet can't be trusted as a whole."""

from __future__ import annotations

from collections.abc import Mapping

from tongxin.core.instruments.definition import OPERATORS, Instrument
from tongxin.core.instruments.norm import Validity


def failed_rules(
    instrument: Instrument,
    points: Mapping[str, int],
    values: Mapping[str, tuple[int, int] | None],
    seconds: int | None,
) -> tuple[str, ...]:
    """The validity rules that the sheet fails; how long it took is only known where the caller says it."""
    return tuple(rule.id for rule in instrument.validity if _fails(rule, instrument, points, values, seconds))


def _fails(
    rule: Validity,
    instrument: Instrument,
    points: Mapping[str, int],
    values: Mapping[str, tuple[int, int] | None],
    seconds: int | None,
) -> bool:
    if rule.kind == "lie_scale":
        value = values[rule.scale]
        return value is not None and OPERATORS[rule.op](value[0], rule.value * value[1])
    if rule.kind == "same_answer":
        given = [points.get(id) for id in rule.items]
        return None not in given and len(set(given)) == 1
    if rule.kind == "too_fast":
        return seconds is not None and seconds < rule.min_seconds
    return sum(1 for item in instrument.scored_items if item.id not in points) > rule.max_missing
