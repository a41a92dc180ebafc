"""The exact value of each scale: a fraction of whole numbers, or nothing where too much is blank."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

from tongxin.core.instruments.definition import Instrument, Scale
from tongxin.core.instruments.prepared import Counted, Prepared, prepared

Value = tuple[int, int]


def measured(
    instrument: Instrument, known: Prepared, points: Mapping[str, int], age_months: int | None
) -> tuple[dict[str, Value | None], dict[str, int]]:
    """The value of every scale, and how many blanks a scale's own rule filled."""
    values: dict[str, Value | None] = {}
    made_up: dict[str, int] = {}
    for counted in known.plain:
        scale = counted.scale
        if scale.ages and not scale.fits(age_months):
            values[scale.id] = None
            continue
        values[scale.id] = _value(counted, points)
        if scale.max_missing and values[scale.id] is not None:
            blank = sum(1 for id in counted.items if id not in points)
            if blank:
                made_up[scale.id] = blank
    for scale in known.composed:
        values[scale.id] = _composed(scale, instrument, values, age_months)
    return values, made_up


def measure(
    scale: Scale, instrument: Instrument, points: Mapping[str, int], *, age_months: int | None = None
) -> Fraction | None:
    """The exact value of one scale."""
    value = measured(instrument, prepared(instrument), points, age_months)[0][scale.id]
    return Fraction(*value) if value is not None else None


def shown_all(instrument: Instrument, values: Mapping[str, Value | None]) -> dict[str, int | Decimal | None]:
    """Every value as it is written down, in the order of the scales."""
    totals: dict[str, int | Decimal | None] = {}
    for scale in instrument.scales:
        value = values[scale.id]
        totals[scale.id] = value[0] if value and value[1] == 1 and not scale.decimals else shown(scale, value)
    return totals


def shown(scale: Scale, value: Value | None) -> int | Decimal | None:
    """The value as it is written down; bands are read off the exact one."""
    if value is None:
        return None
    numerator, denominator = value
    if scale.decimals == 0:
        return numerator if denominator == 1 else half_up(numerator, denominator)
    return Decimal(half_up(numerator * 10**scale.decimals, denominator)).scaleb(-scale.decimals)


def half_up(numerator: int, denominator: int) -> int:
    return (2 * numerator + denominator) // (2 * denominator)


def _value(counted: Counted, points: Mapping[str, int]) -> Value | None:
    scale = counted.scale
    if counted.is_plain:
        try:
            return scale.factor * sum([points[id] for id in counted.items]), 1
        except KeyError:
            return None
    given = [
        base + sign * points[id]
        for id, (base, sign) in zip(counted.items, counted.turned, strict=True)
        if id in points
    ]
    size, answered = len(counted.items), len(given)
    if size - answered > scale.max_missing:
        return None
    if scale.method == "count_ge":
        return sum(1 for value in given if value >= scale.at_least), 1
    if scale.method == "mean":
        return sum(given), answered
    if scale.blanks == "zero":
        return scale.factor * sum(given), 1
    return scale.factor * half_up(sum(given) * size, answered), 1


def _composed(
    scale: Scale, instrument: Instrument, values: Mapping[str, Value | None], age_months: int | None
) -> Value | None:
    """The sum of all parts; by age, the one part for the child's age, and nothing where none is."""
    if scale.method == "by_age":
        fitting = [id for id in scale.parts if age_months is not None and instrument.scale(id).fits(age_months)]
        return values[fitting[0]] if fitting else None
    parts = [values[id] for id in scale.parts]
    whole = [part for part in parts if part is not None]
    return (sum(part[0] for part in whole), 1) if len(whole) == len(parts) else None
