"""From facts to a proposed level, with its reasons; a person confirms."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from tongxin.core.grading.facts import digest_input
from tongxin.core.grading.gates import Gates, OpenGate, open_gates
from tongxin.core.grading.reading import Reason, reason
from tongxin.core.grading.rubric import UNKNOWN, Cell, Rubric
from tongxin.core.grading.scheme import Scheme
from tongxin.core.language import evaluate

RULES_LEFT_IT_OPEN = Reason("unknown", "现有资料不足以确定等级，记为未明，不作为绿色。")
GAP_HOLDS = "有维度缺少资料或已过期，不能据此降低原来的等级。"


@dataclass(frozen=True, slots=True)
class CellResult:
    """One dimension as graded: the higher of what a person set and what the rules found."""

    cell: Cell
    level: int | None
    on: date | None
    is_current: bool
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class FactorResult:
    """One factor as a scheme shows it; `level` is None where nothing is known."""

    id: str
    zh: str
    level: int | None


@dataclass(frozen=True, slots=True)
class Proposal:
    """What the rules propose; `facts_digest_input` is what the stored digest is made of."""

    scheme: str
    level: str
    reasons: tuple[Reason, ...]
    gates: tuple[OpenGate, ...]
    cells: tuple[CellResult, ...]
    factors: tuple[FactorResult, ...]
    suggestion: str
    facts_digest_input: dict[str, Any]


def grade(scheme: Scheme, facts: Mapping[str, Any], *, gates: Gates, on: date, standing: str | None = None) -> Proposal:
    """The level that `facts` come to on the day `on`, never lower than the gaps in them allow.

    `standing` is the level in force: evidence that is missing, or older than that level's
    re-assessment interval and the grace after it, can't support a lower one.
    """
    rubric = scheme.rubric
    opened = open_gates(gates, facts)
    in_force = standing if standing in rubric.order else None
    cells = _cells(rubric, facts, on=on, level=in_force or "")
    level, reasons = _level(rubric, facts, cells, opened)
    if in_force is None:
        cells = _cells(rubric, facts, on=on, level=level)
    elif rubric.rank(level) < rubric.rank(in_force):
        holding = _holding(rubric, _given(facts, cells, opened), cells)
        level, reasons = (in_force, (*holding, *reasons)) if holding else (level, reasons)
    return Proposal(
        scheme=scheme.id,
        level=level,
        reasons=reasons,
        gates=opened,
        cells=cells,
        factors=_factors(scheme, cells),
        suggestion=_suggestion(rubric, _given(facts, cells, opened), level),
        facts_digest_input=digest_input(facts),
    )


def level_of(rubric: Rubric, facts: Mapping[str, Any], *, gates_open: int = 0) -> str:
    """The level of these facts alone, on their own day, with so many gates open."""
    cells = _cells(rubric, facts, on=facts["on"], level="")
    given = {**_given(facts, cells, ()), "gates_open": gates_open}
    rule = next((rule for rule in rubric.combine if evaluate(rule.when, given) is True), None)
    return UNKNOWN if rule is None else str(rule.level)


def expires_on(rubric: Rubric, seen_on: date, level: str) -> date:
    """The first day on which evidence of `seen_on` no longer supports `level`.

    A level without an interval of its own is held to the longest one.
    """
    months = rubric.reassess_months.get(level, max(rubric.reassess_months.values()))
    return _ends_on(seen_on, months, rubric.grace_days)


@lru_cache(maxsize=4096)
def _ends_on(seen_on: date, months: int, grace_days: int) -> date:
    index = seen_on.year * 12 + seen_on.month - 1 + months
    first = date(index // 12, index % 12 + 1, 1)
    last = date(first.year + first.month // 12, first.month % 12 + 1, 1) - timedelta(days=1)
    return first.replace(day=min(seen_on.day, last.day)) + timedelta(days=grace_days + 1)


def _cells(rubric: Rubric, facts: Mapping[str, Any], *, on: date, level: str) -> tuple[CellResult, ...]:
    given = {row["cell"]: row for row in facts.get("cells") or ()}
    return tuple(_cell(rubric, cell, given.get(cell.id, {}), facts, on, level) for cell in rubric.cells)


def _cell(
    rubric: Rubric, cell: Cell, row: Mapping[str, Any], facts: Mapping[str, Any], on: date, held_to: str
) -> CellResult:
    held = [r for r in rubric.cell_rules if r.cell == cell.id and evaluate(r.when, facts) is True]
    levels = [int(r.level) for r in held] + ([row["level"]] if row.get("level") is not None else [])
    seen_on = row.get("on") if row.get("level") is not None else None
    return CellResult(
        cell=cell,
        level=max(levels, default=None),
        on=seen_on,
        is_current=seen_on is not None and seen_on <= on < expires_on(rubric, seen_on, held_to),
        reasons=tuple(reason(r.id, r.because, r.when, facts) for r in held if r.level == max(levels)),
    )


def _given(facts: Mapping[str, Any], cells: Sequence[CellResult], gates: Sequence[OpenGate]) -> dict[str, Any]:
    rows = [{"cell": c.cell.id, "level": c.level, "on": c.on, "is_current": c.is_current} for c in cells]
    levels = {f"cell.{c.cell.id}": c.level for c in cells}
    return {**facts, **levels, "cells": rows, "cell_gaps": len(_gaps(cells)), "gates_open": len(gates)}


def _level(
    rubric: Rubric, facts: Mapping[str, Any], cells: Sequence[CellResult], gates: Sequence[OpenGate]
) -> tuple[str, tuple[Reason, ...]]:
    given = _given(facts, cells, gates)
    rule = next((rule for rule in rubric.combine if evaluate(rule.when, given) is True), None)
    if rule is None:
        return UNKNOWN, (RULES_LEFT_IT_OPEN,)
    evidence = (*(opened.gate.zh for opened in gates), *_told(cells))
    found = replace(reason(rule.id, rule.because, rule.when, given), evidence=evidence)
    reasons = (found, *(opened.reason for opened in gates))
    return str(rule.level), (*reasons, *(each for cell in cells for each in cell.reasons))


def _holding(rubric: Rubric, given: Mapping[str, Any], cells: Sequence[CellResult]) -> tuple[Reason, ...]:
    """Why the level in force can't be lowered on this evidence."""
    gaps = _gaps(cells)
    held = tuple(
        reason(each.id, each.because, each.when, given) for each in rubric.holding if evaluate(each.when, given) is True
    )
    return (Reason("evidence_gap", GAP_HOLDS, gaps), *held) if gaps else held


def _told(cells: Sequence[CellResult]) -> tuple[str, ...]:
    return tuple(
        f"{c.cell.zh}：{c.level} 级" + (f"（{c.on.isoformat()}）" if c.on else "")
        for c in sorted(cells, key=lambda c: -(c.level or 0))
        if c.level
    )


def _gaps(cells: Sequence[CellResult]) -> tuple[str, ...]:
    lacking = [f"{c.cell.zh}：没有资料" for c in cells if c.level is None]
    return (
        *lacking,
        *(f"{c.cell.zh}：资料过期或没有日期" for c in cells if c.level is not None and not c.is_current),
    )


def _factors(scheme: Scheme, cells: Sequence[CellResult]) -> tuple[FactorResult, ...]:
    levels = {c.cell.id: c.level for c in cells}
    found = []
    for factor in scheme.factors:
        known = [level for cell in factor.of if (level := levels[cell]) is not None]
        found.append(FactorResult(factor.id, factor.zh, max(known, default=None)))
    return tuple(found)


def _suggestion(rubric: Rubric, given: Mapping[str, Any], level: str) -> str:
    facts = {**given, "proposed": level}
    return "".join(each.zh for each in rubric.suggestions if evaluate(each.when, facts) is True)
