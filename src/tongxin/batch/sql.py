"""An instrument as SQL: the same totals, bands and alarms, for whole tables at once."""

from __future__ import annotations

import math
from collections.abc import Mapping
from decimal import Decimal

from tongxin.core.instruments.definition import Band, Instrument, Item, Scale, Validity

SQL_OPERATORS = {"==": "=", ">=": ">=", "<=": "<="}


def score_query(instrument: Instrument, answers: str, *, given: Mapping[str, str]) -> str:
    """A query over `answers` (columns `id` and one score per item) that yields one scored row each.

    `given` names the column of each item that was asked; the others stand as unanswered.
    """
    columns = {item.id: given.get(item.id, "CAST(NULL AS INTEGER)") for item in instrument.items}
    parts = [_parts(scale, instrument, columns, index) for index, scale in enumerate(instrument.scales)]
    measured = ", ".join(part for pair in parts for part in pair)
    sheets = f"SELECT *, {measured} FROM ({answers})"
    outcome = [
        "id",
        *(f"{_shown(scale, index)} AS s{index}" for index, scale in enumerate(instrument.scales)),
        f"{_band(instrument)} AS band",
        f"{_status(instrument, columns)} AS status",
        f"{_alerts(instrument, columns)} AS alerts",
    ]
    return f"SELECT {', '.join(outcome)} FROM ({sheets})"


def _turned(item: Item, column: str) -> str:
    return f"({item.lowest + item.highest} - {column})" if item.reverse else column


def _parts(scale: Scale, instrument: Instrument, columns: Mapping[str, str], index: int) -> tuple[str, str]:
    """The exact value as a fraction: numerator `n{index}`, NULL where there is none, over `d{index}`."""
    points = [_turned(instrument.item(id), columns[id]) for id in scale.items]
    size = len(points)
    if scale.max_missing == 0:
        if scale.method == "count_ge":
            points = [f"CAST({point} >= {scale.at_least} AS INTEGER)" for point in points]
        total, answered = " + ".join(points), str(size)
    else:
        answered = "(" + " + ".join(f"CAST({point} IS NOT NULL AS INTEGER)" for point in points) + ")"
        total = " + ".join(f"coalesce({point}, 0)" for point in points)
        total = f"CASE WHEN {answered} >= {size - scale.max_missing} THEN {total} END"
    if scale.method == "mean":
        return f"({total}) AS n{index}", f"{answered} AS d{index}"
    if scale.max_missing:
        total = f"(2 * ({total}) * {size} + {answered}) // (2 * {answered})"
    if scale.factor != 1:
        total = f"{scale.factor} * ({total})"
    return f"({total}) AS n{index}", f"1 AS d{index}"


def _shown(scale: Scale, index: int) -> str:
    if scale.method != "mean":
        return f"CAST(n{index} AS INTEGER)"
    scaled = f"(2 * n{index} * {10**scale.decimals} + d{index}) // (2 * d{index})"
    step = f"CAST({Decimal(1).scaleb(-scale.decimals)} AS DECIMAL(18, {scale.decimals}))"
    return f"CAST({scaled} AS INTEGER) * {step}"


def _band(instrument: Instrument) -> str:
    norm = instrument.norm(None)
    if norm is None or instrument.main.id not in norm.bands:
        return "CAST(NULL AS VARCHAR)"
    rows = reversed(norm.bands[instrument.main.id])
    return f"CASE {' '.join(f'WHEN {_reaches(band, instrument.main)} THEN {band.code!r}' for band in rows)} END"


def _reaches(band: Band, scale: Scale) -> str:
    if scale.method != "mean":
        return f"n0 >= {math.ceil(band.start)}"
    return f"n0 * {band.start.denominator} >= {band.start.numerator} * d0"


def _status(instrument: Instrument, columns: Mapping[str, str]) -> str:
    lacking = " OR ".join(f"n{index} IS NULL" for index in range(len(instrument.scales)))
    failed = " OR ".join(f"coalesce({_fails(rule, instrument, columns)}, false)" for rule in instrument.validity)
    invalid = f"WHEN {failed} THEN 'invalid' " if failed else ""
    return f"CASE {invalid}WHEN {lacking} THEN 'incomplete' ELSE 'ok' END"


def _fails(rule: Validity, instrument: Instrument, columns: Mapping[str, str]) -> str:
    if rule.kind == "lie_scale":
        index = [scale.id for scale in instrument.scales].index(rule.scale)
        return f"n{index} {SQL_OPERATORS[rule.op]} {rule.value} * d{index}"
    if rule.kind == "same_answer":
        first, *others = [columns[id] for id in rule.items]
        return "(" + " AND ".join(f"{first} = {other}" for other in others) + ")"
    blank = " + ".join(f"CAST({columns[item.id]} IS NULL AS INTEGER)" for item in instrument.scored_items)
    return f"({blank} > {rule.max_missing})"


def _alerts(instrument: Instrument, columns: Mapping[str, str]) -> str:
    raised: dict[str, list[str]] = {}
    for item in instrument.items:
        for critical in item.critical:
            condition = f"{columns[item.id]} {SQL_OPERATORS[critical.op]} {critical.value}"
            raised.setdefault(critical.alert, []).append(condition)
    whens = [f"CASE WHEN {' OR '.join(conditions)} THEN {code!r} END" for code, conditions in raised.items()]
    if len(whens) == 1:
        return f"coalesce({whens[0]}, '')"
    return f"concat_ws(';', {', '.join(whens)})" if whens else "''"
