"""An instrument as SQL: the same totals, bands and alarms, for whole tables at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from tongxin.batch import sql_norms
from tongxin.batch.dialects import divided
from tongxin.batch.narrowing import Narrow, as_it_is
from tongxin.core.instruments.definition import Instrument, Item, Scale
from tongxin.core.instruments.norm import Validity

SQL_OPERATORS = {"==": "=", ">=": ">=", "<=": "<="}
NOTHING = "CAST(NULL AS INTEGER)"


@dataclass(frozen=True, slots=True)
class Who:
    """SQL for what is known of the child and the informant in each row; empty where the file doesn't say."""

    age_months: str = ""
    sex: str = ""
    informant: str = ""
    seconds: str = ""


NOBODY = Who()


def score_query(
    instrument: Instrument,
    answers: str,
    *,
    given: Mapping[str, str],
    who: Who = NOBODY,
    full: bool = False,
    also: Sequence[str] = (),
    narrow: Narrow = as_it_is,
) -> str:
    """A query over `answers` (columns `id` and one score per item) that yields one scored row each.

    `given` names the column of each item that was asked; the others stand as unanswered. `full` adds to
    `id, s0…, band, status, alerts` what else `Score` says: `band0…` and `standard0…` of each scale, `norm`,
    `crisis`, `safety_check`, `failed` and `made_up` (blanks that a scale's rule filled). `also` are further
    columns of `answers` that each row carries; `narrow` may give the words of `band, status, alerts` a type.
    """
    columns = {item.id: given.get(item.id, NOTHING) for item in instrument.items}
    counted = {item.id: _counted(item, columns) for item in instrument.items}
    plain = [index for index, scale in enumerate(instrument.scales) if not scale.parts]
    parts = [_part(instrument.scales[index], instrument, counted, who, index) for index in plain]
    norms = sql_norms.number(instrument, who.age_months, who.sex, who.informant)
    sheets = f"SELECT *, {', '.join(parts)} FROM ({answers})"
    composed = [
        f"{_composed(scale, instrument, who)} AS n{index}, 1 AS d{index}"
        for index, scale in enumerate(instrument.scales) if scale.parts
    ]
    sheets = f"SELECT *, {', '.join([*composed, f'{norms} AS norm_number'])} FROM ({sheets})"
    outcome = [
        "id",
        *(f"{_shown(scale, index)} AS s{index}" for index, scale in enumerate(instrument.scales)),
        f"{narrow('band', sql_norms.band(instrument, 0))} AS band",
        f"{narrow('status', _status(instrument, counted, who))} AS status",
        f"{narrow('alerts', _alerts(instrument, columns))} AS alerts",
    ]
    more = _more(instrument, columns, counted, who) if full else []
    return f"SELECT {', '.join([*outcome, *more, *also])} FROM ({sheets})"


def _counted(item: Item, columns: Mapping[str, str]) -> str:
    """The score of an item; that of a question rightly left out is what it counts then."""
    asked = item.asked_if
    if asked is None:
        return columns[item.id]
    others = [columns[id] for id in asked.items]
    left_out = " AND ".join(f"NOT ({other} {SQL_OPERATORS[asked.op]} {asked.value})" for other in others)
    return f"coalesce({columns[item.id]}, CASE WHEN {left_out} THEN {asked.otherwise} END)"


def _part(scale: Scale, instrument: Instrument, columns: Mapping[str, str], who: Who, index: int) -> str:
    """The exact value as a fraction: numerator `n{index}`, NULL where there is none, over `d{index}`."""
    points = [_turned(scale, instrument.item(id), columns[id]) for id in scale.items]
    size = len(points)
    answered = "(" + " + ".join(f"CAST({point} IS NOT NULL AS INTEGER)" for point in points) + ")"
    made_up = "0"
    if scale.max_missing == 0:
        if scale.method == "count_ge":
            points = [f"CAST({point} >= {scale.at_least} AS INTEGER)" for point in points]
        total, denominator = " + ".join(points), str(size)
    else:
        total = " + ".join(f"coalesce({point}, 0)" for point in points)
        total = f"CASE WHEN {answered} >= {size - scale.max_missing} THEN {total} END"
        denominator, made_up = answered, f"({size} - {answered})"
    if scale.method != "mean":
        denominator = "1"
        if scale.max_missing and scale.blanks == "person_mean":
            total = divided(f"2 * ({total}) * {size} + {answered}", f"2 * {answered}")
        if scale.factor != 1:
            total = f"{scale.factor} * ({total})"
    if scale.ages and who.age_months:
        total = f"CASE WHEN {_out_of_age(scale, who)} THEN NULL ELSE {total} END"
    return f"({total}) AS n{index}, {denominator} AS d{index}, {made_up} AS m{index}"


def _turned(scale: Scale, item: Item, column: str) -> str:
    return f"({item.lowest + item.highest} - {column})" if item.id in scale.reversed else column


def _out_of_age(scale: Scale, who: Who) -> str:
    """True where the scale isn't made for the age; never NULL."""
    if scale.ages is None or not who.age_months:
        return "false"
    return f"coalesce({who.age_months} NOT BETWEEN {scale.ages[0]} AND {scale.ages[1]}, false)"


def _composed(scale: Scale, instrument: Instrument, who: Who) -> str:
    indexes = {each.id: index for index, each in enumerate(instrument.scales)}
    if scale.method != "by_age":
        return "(" + " + ".join(f"n{indexes[part]}" for part in scale.parts) + ")"
    if not who.age_months:
        return NOTHING
    whens = [
        f"WHEN {who.age_months} BETWEEN {ages[0]} AND {ages[1]} THEN n{indexes[part]}"
        for part in scale.parts if (ages := instrument.scale(part).ages)
    ]
    return f"CASE {' '.join(whens)} END"


def _shown(scale: Scale, index: int) -> str:
    if scale.method != "mean":
        return f"CAST(n{index} AS INTEGER)"
    scaled = divided(f"2 * n{index} * {10**scale.decimals} + d{index}", f"2 * d{index}")
    step = f"CAST({Decimal(1).scaleb(-scale.decimals)} AS DECIMAL(18, {scale.decimals}))"
    return f"{scaled} * {step}"


def _status(instrument: Instrument, columns: Mapping[str, str], who: Who) -> str:
    lacking = " OR ".join(
        f"(n{index} IS NULL{f' AND NOT {_out_of_age(scale, who)}' if scale.ages else ''})"
        for index, scale in enumerate(instrument.scales)
    )
    failed = [_fails(rule, instrument, columns, who) for rule in instrument.validity]
    invalid = f"WHEN {' OR '.join(failed)} THEN 'invalid' " if failed else ""
    return f"CASE {invalid}WHEN {lacking} THEN 'incomplete' ELSE 'ok' END"


def _fails(rule: Validity, instrument: Instrument, columns: Mapping[str, str], who: Who) -> str:
    """Whether a sheet fails the rule; never NULL."""
    if rule.kind == "lie_scale":
        index = [scale.id for scale in instrument.scales].index(rule.scale)
        return f"coalesce(n{index} {SQL_OPERATORS[rule.op]} {rule.value} * d{index}, false)"
    if rule.kind == "same_answer":
        first, *others = [columns[id] for id in rule.items]
        return "coalesce(" + " AND ".join(f"{first} = {other}" for other in others) + ", false)"
    if rule.kind == "too_fast":
        return f"coalesce({who.seconds} < {rule.min_seconds}, false)" if who.seconds else "false"
    blank = " + ".join(f"CAST({columns[item.id]} IS NULL AS INTEGER)" for item in instrument.scored_items)
    return f"({blank} > {rule.max_missing})"


def _alerts(instrument: Instrument, columns: Mapping[str, str], *, kind: str = "") -> str:
    """The codes of the alarms raised, each once, in the order of the form; all kinds, or those of one."""
    raised: dict[str, list[str]] = {}
    for item in instrument.items:
        for critical in item.critical:
            if kind in ("", critical.kind):
                condition = f"{columns[item.id]} {SQL_OPERATORS[critical.op]} {critical.value}"
                raised.setdefault(critical.alert, []).append(condition)
    return _joined([f"CASE WHEN {' OR '.join(conditions)} THEN {code!r} END" for code, conditions in raised.items()])


def _joined(words: list[str]) -> str:
    """Words with semicolons between them, an empty text where there is none."""
    if len(words) == 1:
        return f"coalesce({words[0]}, '')"
    return f"concat_ws(';', {', '.join(words)})" if words else "''"


def _more(
    instrument: Instrument, columns: Mapping[str, str], counted: Mapping[str, str], who: Who
) -> list[str]:
    scales = range(len(instrument.scales))
    failed = [
        f"CASE WHEN {_fails(rule, instrument, counted, who)} THEN {rule.id!r} END" for rule in instrument.validity
    ]
    made_up = " + ".join(
        f"CASE WHEN n{index} IS NULL THEN 0 ELSE m{index} END"
        for index in scales if not instrument.scales[index].parts
    )
    return [
        *(f"{sql_norms.band(instrument, index)} AS band{index}" for index in scales),
        *(f"{sql_norms.standard(instrument, index, who.sex)} AS standard{index}" for index in scales),
        f"{sql_norms.name(instrument)} AS norm",
        f"{_alerts(instrument, columns, kind='crisis')} AS crisis",
        f"{_alerts(instrument, columns, kind='safety_check')} AS safety_check",
        f"{_joined(failed)} AS failed",
        f"{made_up} AS made_up",
    ]
