"""Whether two results of one questionnaire differ for real."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from tongxin.core.instruments.definition import Instrument

Total = int | Decimal | Fraction


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a score: `better`, `worse`, or `unsure` where the difference may be chance."""

    code: str
    difference: Fraction
    points: float
    kind: str
    source: str


def changed(instrument: Instrument, scale: str, *, before: Total | None, after: Total | None) -> Verdict | None:
    """The verdict on two totals of one scale; none where a total or the definition's measure of change is lacking."""
    change = instrument.changes.get(scale)
    if change is None or before is None or after is None:
        return None
    difference = Fraction(after) - Fraction(before)
    code = "unsure"
    if difference and difference**2 >= change.square:
        code = "worse" if (difference > 0) == change.rising_is_worse else "better"
    return Verdict(code, difference, change.points, change.kind, change.source)
