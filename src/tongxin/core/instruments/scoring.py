"""What a sheet of answers comes to: totals, bands, alarms, and what is lacking."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from tongxin.core.instruments.definition import OPERATORS, Answer, Instrument, Norm, Scale, Validity

BLANK = re.compile(r"[ \t\r\n\u00a0\u3000]*")
REMARKS = {
    "translation_not_validated": "这一译文未经效度验证，结果仅供参考。",
    "norm_translation_differs": "界值来自另一译文，套用时请谨慎。",
    "no_norm": "无适用常模，只显示原始分。",
    "outside_age": "年龄不在本量表适用范围内。",
}


@dataclass(frozen=True, slots=True)
class Alert:
    """One alarm: a crisis at once, or a safety check by a qualified person."""

    code: str
    kind: str
    item: str
    zh: str


@dataclass(frozen=True, slots=True)
class Score:
    """What a sheet comes to; alarms stand on each answer alone, totals on complete scales."""

    totals: Mapping[str, int | Decimal | None]
    band: Mapping[str, str | None]
    status: str
    alerts: tuple[Alert, ...]
    answered: tuple[str, ...]
    missing: tuple[str, ...]
    rejected: tuple[str, ...]
    failed: tuple[str, ...]
    norm: str | None
    remarks: tuple[str, ...]


def score(instrument: Instrument, answers: Mapping[str, Answer], *, age_months: int | None = None) -> Score:
    """The score of `answers`; a blank or an impossible code is never counted, not even as 0."""
    points, rejected = _points(instrument, answers)
    values = {scale.id: measure(scale, instrument, points) for scale in instrument.scales}
    norm = instrument.norm(age_months)
    failed = tuple(rule.id for rule in instrument.validity if _fails(rule, instrument, points, values))
    whole = all(value is not None for value in values.values())
    return Score(
        totals={scale.id: shown(scale, values[scale.id]) for scale in instrument.scales},
        band={scale.id: band_of(norm, scale, values[scale.id]) for scale in instrument.scales},
        status="invalid" if failed else "ok" if whole else "incomplete",
        alerts=_alerts(instrument, points),
        answered=tuple(points),
        missing=tuple(
            item.id
            for item in instrument.items
            if (item.scored or item.critical) and item.id not in points and item.id not in rejected
        ),
        rejected=rejected,
        failed=failed,
        norm=norm.id if norm else None,
        remarks=_remarks(instrument, norm, age_months),
    )


def is_blank(answer: Answer) -> bool:
    """Whether nothing was answered: no value, spaces, or not-a-number."""
    if isinstance(answer, str):
        return BLANK.fullmatch(answer) is not None
    return answer is None or answer != answer


def measure(scale: Scale, instrument: Instrument, points: Mapping[str, int]) -> Fraction | None:
    """The exact value of `scale`, or nothing where more is blank than the scale allows."""
    counted = [instrument.item(id).turned(points[id]) for id in scale.items if id in points]
    if len(scale.items) - len(counted) > scale.max_missing:
        return None
    if scale.method == "count_ge":
        return Fraction(sum(1 for value in counted if value >= scale.at_least))
    if scale.method == "mean":
        return Fraction(sum(counted), len(counted))
    return Fraction(scale.factor * _half_up(sum(counted) * len(scale.items), len(counted)))


def shown(scale: Scale, value: Fraction | None) -> int | Decimal | None:
    """The value as it is written down; bands are read off the exact one."""
    if value is None:
        return None
    if scale.decimals == 0:
        return _half_up(value.numerator, value.denominator)
    return Decimal(_half_up(value.numerator * 10**scale.decimals, value.denominator)).scaleb(-scale.decimals)


def band_of(norm: Norm | None, scale: Scale, value: Fraction | None) -> str | None:
    """The band `value` has reached: 1.995 has not reached 2."""
    if norm is None or value is None or scale.id not in norm.bands:
        return None
    return [band.code for band in norm.bands[scale.id] if band.start <= value][-1]


def _half_up(numerator: int, denominator: int) -> int:
    return (2 * numerator + denominator) // (2 * denominator)


def _points(instrument: Instrument, answers: Mapping[str, Answer]) -> tuple[dict[str, int], tuple[str, ...]]:
    points: dict[str, int] = {}
    rejected: list[str] = []
    for item in instrument.items:
        answer = answers.get(item.id)
        if is_blank(answer):
            continue
        option = item.option(answer)
        if option is None:
            rejected.append(item.id)
        else:
            points[item.id] = option.score
    known = {item.id for item in instrument.items}
    rejected.extend(sorted(str(id) for id in answers if id not in known))
    return points, tuple(rejected)


def _alerts(instrument: Instrument, points: Mapping[str, int]) -> tuple[Alert, ...]:
    return tuple(
        Alert(code=critical.alert, kind=critical.kind, item=item.id, zh=critical.zh)
        for item in instrument.items
        for critical in item.critical
        if item.id in points and critical.met(points[item.id])
    )


def _fails(
    rule: Validity, instrument: Instrument, points: Mapping[str, int], values: Mapping[str, Fraction | None]
) -> bool:
    if rule.kind == "lie_scale":
        value = values[rule.scale]
        return value is not None and OPERATORS[rule.op](value, rule.value)
    if rule.kind == "same_answer":
        given = [points.get(id) for id in rule.items]
        return None not in given and len(set(given)) == 1
    return sum(1 for item in instrument.scored_items if item.id not in points) > rule.max_missing


def _remarks(instrument: Instrument, norm: Norm | None, age_months: int | None) -> tuple[str, ...]:
    outside = age_months is not None and not instrument.youngest <= age_months <= instrument.oldest
    found = {
        "translation_not_validated": not instrument.validated,
        "norm_translation_differs": norm is not None and norm.translation_id != instrument.translation_id,
        "no_norm": norm is None,
        "outside_age": outside,
    }
    return tuple(code for code, holds in found.items() if holds)
