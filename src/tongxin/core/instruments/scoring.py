"""What a sheet of answers comes to: totals, bands, alarms, and what is lacking."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from tongxin.core.instruments.definition import Alert, Answer, Instrument
from tongxin.core.instruments.measuring import Value, measured, shown_all
from tongxin.core.instruments.norm import Norm
from tongxin.core.instruments.prepared import Prepared, prepared
from tongxin.core.instruments.trust import failed_rules

BLANK = re.compile(r"[ \t\r\n\u00a0\u3000]*")
REMARKS = {
    "translation_not_validated": "这一译文未经效度验证，结果仅供参考。",
    "norm_translation_differs": "界值来自另一译文，套用时请谨慎。",
    "no_norm": "无适用常模，只显示原始分。",
    "outside_age": "年龄不在本量表适用范围内。",
    "age_needed": "这份量表按年龄选题，没有年龄就没有总分。",
    "blanks_as_zero": "有空题按 0 分计（本量表的规则），实际得分可能更高。",
    "blanks_made_up": "有空题按已答题的均值补足（本量表的规则）。",
}
NONE: frozenset[str] = frozenset()
MADE_UP = {"zero": "blanks_as_zero", "person_mean": "blanks_made_up"}


@dataclass(frozen=True, slots=True)
class Score:
    """What a sheet comes to; alarms stand on each answer alone, totals on complete scales.

    `standards` are T scores or percentile ranks where the norm has them; `made_up` counts the blanks that
    a scale's own rule filled.
    """

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
    standards: Mapping[str, int] = field(default_factory=dict)
    made_up: Mapping[str, int] = field(default_factory=dict)

    @property
    def is_trusted(self) -> bool:
        """Whether no validity rule failed; an untrusted total is shown greyed, its alarms are not."""
        return not self.failed


def score(
    instrument: Instrument,
    answers: Mapping[str, Answer],
    *,
    age_months: int | None = None,
    sex: str | None = None,
    informant: str | None = None,
    norm: str | None = None,
    seconds: int | None = None,
) -> Score:
    """The score of `answers`; a blank or an impossible code is never counted, not even as 0.

    `norm` names one of the definition's norms in place of the one that age, sex and informant give.
    """
    known = prepared(instrument)
    points, rejected = _points(known, answers)
    counted = _with_left_out(instrument, points) if known.conditional else points
    values, made_up = measured(instrument, known, counted, age_months)
    held = instrument.norm_named(norm) if norm else instrument.norm(age_months, sex=sex, informant=informant)
    failed = failed_rules(instrument, counted, values, seconds) if instrument.validity else ()
    band, standards = _compared(instrument, held, values, sex)
    unasked = _out_of_age(instrument, age_months) if known.by_age else NONE
    return Score(
        totals=shown_all(instrument, values),
        band=band,
        status="invalid" if failed else _status(values, unasked),
        alerts=_alerts(known, points),
        answered=tuple(points),
        missing=_missing(instrument, known, counted, rejected, unasked),
        rejected=rejected,
        failed=failed,
        norm=held.id if held else None,
        remarks=_remarks(instrument, held, age_months, informant, made_up),
        standards=standards,
        made_up=made_up,
    )


def is_blank(answer: Answer) -> bool:
    """Whether nothing was answered: no value, spaces, or not-a-number."""
    if isinstance(answer, str):
        return BLANK.fullmatch(answer) is not None
    return answer is None or answer != answer


def _points(known: Prepared, answers: Mapping[str, Answer]) -> tuple[dict[str, int], tuple[str, ...]]:
    points: dict[str, int] = {}
    rejected: list[str] = []
    for id, codes in known.codes:
        answer = answers.get(id)
        if answer is None:
            continue
        try:
            worth = None if answer is True or answer is False else codes.get(answer)
        except TypeError:
            worth = None
        if worth is not None:
            points[id] = worth
        elif not is_blank(answer):
            rejected.append(id)
    if not known.known.issuperset(answers):
        rejected.extend(sorted(str(id) for id in answers if id not in known.known))
    return points, tuple(rejected)


def _with_left_out(instrument: Instrument, points: Mapping[str, int]) -> dict[str, int]:
    """The points with those of questions that were rightly left out."""
    counted = dict(points)
    for item in instrument.items:
        if item.asked_if and item.id not in counted and item.asked_if.holds(counted) is False:
            counted[item.id] = item.asked_if.otherwise
    return counted


def _out_of_age(instrument: Instrument, age_months: int | None) -> frozenset[str]:
    """The scales that aren't made for a child of that age."""
    if age_months is None:
        return frozenset()
    return frozenset(scale.id for scale in instrument.scales if scale.ages and not scale.fits(age_months))


def _status(values: Mapping[str, Value | None], unasked: frozenset[str]) -> str:
    for id, value in values.items():
        if value is None and id not in unasked:
            return "incomplete"
    return "ok"


def _compared(
    instrument: Instrument, norm: Norm | None, values: Mapping[str, Value | None], sex: str | None
) -> tuple[dict[str, str | None], dict[str, int]]:
    band: dict[str, str | None] = {scale.id: None for scale in instrument.scales}
    standards: dict[str, int] = {}
    if norm is None:
        return band, standards
    for id, ladder in norm.ladders.items():
        value = values[id]
        if value is not None:
            band[id] = str(ladder.at(*value))
    for id in norm.standards:
        value, standard = values[id], norm.standard(id, sex)
        if value is not None and standard is not None:
            standards[id] = int(standard.ladder.at(*value))
    return band, standards


def _alerts(known: Prepared, points: Mapping[str, int]) -> tuple[Alert, ...]:
    found: list[Alert] = []
    for id, alarms in known.alarms.items():
        if id in points:
            found.extend(alarms[points[id]])
    return tuple(found)


def _missing(
    instrument: Instrument,
    known: Prepared,
    counted: Mapping[str, int],
    rejected: tuple[str, ...],
    unasked: frozenset[str],
) -> tuple[str, ...]:
    lacking = [id for id in known.expected if id not in counted and id not in rejected]
    if lacking and unasked:
        asked = {id for scale in instrument.scales if scale.id not in unasked and not scale.parts for id in scale.items}
        lacking = [id for id in lacking if id in asked]
    return tuple(lacking)


def _remarks(
    instrument: Instrument, norm: Norm | None, age_months: int | None, informant: str | None, made_up: Mapping[str, int]
) -> tuple[str, ...]:
    found = [] if instrument.validated else ["translation_not_validated"]
    if norm is None:
        found.append("no_norm")
    elif norm.translation_id != instrument.translation_id:
        found.append("norm_translation_differs")
    if age_months is not None:
        who = instrument.informant(informant) or instrument
        if not who.youngest <= age_months <= who.oldest:
            found.append("outside_age")
    elif any(scale.method == "by_age" for scale in instrument.scales):
        found.append("age_needed")
    if made_up:
        rules = {MADE_UP[scale.blanks] for scale in instrument.scales if scale.id in made_up}
        found.extend(code for code in MADE_UP.values() if code in rules)
    return tuple(found)
