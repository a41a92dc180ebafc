"""The norm of each row, and what its bands and standard scores say, as SQL."""

from __future__ import annotations

from tongxin.core.instruments.definition import Instrument, Scale
from tongxin.core.instruments.norm import Ladder, Norm

NO_WORD = "CAST(NULL AS STRING)"
NO_NUMBER = "CAST(NULL AS INTEGER)"


def number(instrument: Instrument, age_months: str, sex: str, informant: str) -> str:
    """The place of the norm that holds for the row among the instrument's norms; NULL where none does."""
    if not (age_months or sex or informant):
        held = instrument.norm(None)
        return str(instrument.norms.index(held)) if held else NO_NUMBER
    whens = []
    for index, norm in enumerate(instrument.norms):
        if norm.alternative:
            continue
        conditions = [_ages(norm, age_months), _sexes(norm, sex), _informants(instrument, norm, informant)]
        whens.append(f"WHEN {' AND '.join(conditions)} THEN {index}")
    return f"CASE {' '.join(whens)} END" if whens else NO_NUMBER


def band(instrument: Instrument, index: int) -> str:
    """The band that the scale's exact value has reached in the row's norm."""
    scale = instrument.scales[index]
    whens = [
        f"WHEN {at} THEN {_reached(norm.ladders[scale.id], scale, index)}"
        for at, norm in enumerate(instrument.norms)
        if scale.id in norm.ladders and not norm.alternative
    ]
    return f"CASE norm_number {' '.join(whens)} END" if whens else NO_WORD


def standard(instrument: Instrument, index: int, sex: str) -> str:
    """The T score or percentile rank of the scale in the row's norm, for the row's sex where that matters."""
    scale = instrument.scales[index]
    whens = []
    for at, norm in enumerate(instrument.norms):
        for each in () if norm.alternative else norm.standards.get(scale.id, ()):
            is_theirs = f" AND {sex} = {each.sex!r}" if each.sex and sex else " AND false" if each.sex else ""
            whens.append(f"WHEN norm_number = {at}{is_theirs} THEN {_reached(each.ladder, scale, index)}")
    return f"CASE {' '.join(whens)} END" if whens else NO_NUMBER


def name(instrument: Instrument) -> str:
    """The id of the row's norm."""
    whens = [f"WHEN {index} THEN {norm.id!r}" for index, norm in enumerate(instrument.norms) if not norm.alternative]
    return f"CASE norm_number {' '.join(whens)} END" if whens else NO_WORD


def _ages(norm: Norm, age_months: str) -> str:
    default = "true" if norm.default else "false"
    if not age_months:
        return default
    within = f"{age_months} BETWEEN {norm.youngest} AND {norm.oldest}"
    return f"CASE WHEN {age_months} IS NULL THEN {default} ELSE {within} END"


def _sexes(norm: Norm, sex: str) -> str:
    if not norm.sexes:
        return "true"
    return f"{sex} IN ({', '.join(map(repr, norm.sexes))})" if sex else "false"


def _informants(instrument: Instrument, norm: Norm, informant: str) -> str:
    """An informant that isn't told is the only one that there can be; else only a norm for all holds."""
    only = instrument.informants[0].code if len(instrument.informants) == 1 else ""
    untold = "true" if norm.is_for_all or only in norm.informants else "false"
    if not informant:
        return untold
    return f"coalesce({informant} IN ({', '.join(map(repr, norm.informants))}), {untold})"


def _reached(ladder: Ladder, scale: Scale, index: int) -> str:
    """The highest rung reached; below the lowest the lowest holds."""
    rungs = list(zip(ladder.whole, ladder.starts, ladder.values, strict=True))
    whens = []
    for whole, start, value in reversed(rungs[1:]):
        is_reached = f"n{index} >= {whole}"
        if scale.method == "mean":
            is_reached = f"n{index} * {start.denominator} >= {start.numerator} * d{index}"
        whens.append(f"WHEN {is_reached} THEN {value!r}")
    ladder_sql = f"CASE {' '.join(whens)} ELSE {rungs[0][2]!r} END" if whens else repr(rungs[0][2])
    return f"CASE WHEN n{index} IS NULL THEN NULL ELSE {ladder_sql} END"
