"""Pathway, calendar and state as plain data for their twins on the phone (`pwa/core/pathway`)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from tongxin.core.language import to_json
from tongxin.core.pathway.calendar import CHINA, Calendar
from tongxin.core.pathway.definition import Pathway, StepRule
from tongxin.core.pathway.facts import Fact
from tongxin.core.pathway.plan import Step
from tongxin.core.pathway.state import CaseState

# What the fold looks up in a pathway by its name.
NAMED = ("unknown", "hint_raises", "professionals", "crisis_not_needed", "details", "routing", "staff_concern_skips",
         "referral_clocks", "referral_climb", "report_bodies", "referral_results", "aftercare")


def pathway_json(pathway: Pathway, *, psychology: bool) -> dict[str, Any]:
    """The pathway with every rule as a tree; the same for every child of a region.

    Without psychology it doesn't say how soon a step comes again at which grade: by that a child's spans would
    tell the grade (spine A11).
    """
    told = set(pathway.levels) if psychology else {next(iter(pathway.levels)), str(pathway.content["unknown"])}
    return {
        "id": pathway.id, "order": list(pathway.levels), "stages": dict(pathway.stages),
        "closed_stages": sorted(pathway.closed_stages), "crisis_reopens": pathway.crisis_reopens,
        "moves": [
            {"kind": m.kind, "where": dict(m.where), "from": sorted(m.only_from), "to": m.to} for m in pathway.moves
        ],
        "steps": [_step_rule(rule) for rule in pathway.steps], "fallback": _step_rule(pathway.fallback),
        "crisis_steps": [
            {"id": s.id, "zh": s.zh, "role": s.role, "clock": dict(s.clock), "times": s.times,
             "when": to_json(s.when), "climb": [dict(span) for span in s.climb.after] if s.climb else None,
             "by": sorted(s.by)}
            for s in pathway.crisis_steps
        ],
        "watch_first": dict(pathway.watch_first), "watch_daily": dict(pathway.watch_daily),
        "crisis_climb": [dict(span) for span in pathway.crisis_climb.after],
        "intervals": {name: {level: dict(span) for level, span in table.items() if level in told}
                      for name, table in pathway.intervals.items()},
        "evidence_grace": dict(pathway.evidence_grace), "safety_check_lapses": dict(pathway.safety_check_lapses),
        "lowering": [sorted(roles) for roles in pathway.lowering], "urgency": dict(pathway.urgency),
        "only": {state: sorted(steps) for state, steps in pathway.only.items()},
        "counts_if": {
            towards: [{"kind": row.kind, "where": dict(row.where)} for row in rows]
            for towards, rows in pathway.counts_if.items()
        },
        **{name: pathway.content[name] for name in NAMED},
    }


def calendar_json(calendar: Calendar) -> dict[str, Any]:
    """Public holidays and make-up working days; `day_ends` as hours and minutes."""
    return {
        "holidays": sorted(day.isoformat() for day in calendar.holidays),
        "workdays": sorted(day.isoformat() for day in calendar.workdays),
        "years": sorted(calendar.years), "day_ends": calendar.day_ends.strftime("%H:%M"),
    }


def fact_json(fact: Fact) -> dict[str, Any]:
    """One fact as the phone reads it."""
    return {
        "id": fact.id, "seq": fact.seq, "kind": fact.kind, "at": _moment(fact.at),
        "recorded_at": _moment(fact.recorded_at), "data": dict(fact.data), "person": fact.person, "post": fact.post,
        "role": fact.role, "supersedes": fact.supersedes, "correction": fact.correction,
    }


def step_json(step: Step) -> dict[str, Any]:
    """One step of a plan, with moments as they are written in China."""
    return {
        "key": step.key, "rule": step.rule, "zh": step.zh, "form": step.form, "role": step.role,
        "due_at": _moment(step.due_at), "climbs": [_moment(each) for each in step.climbs],
        "is_urgent": step.is_urgent, "organisation": step.organisation, "place": step.place,
        "waits_until": _moment(step.waits_until), "may_wait": dict(step.may_wait) if step.may_wait else None,
    }


def masked_json(state: CaseState, *, upto: int) -> dict[str, Any]:
    """How soon each step of a graded child comes again, without saying the grade (spine A11).

    For roles that may not read psychology: the phone's plan takes its spans from here in place of the level's.
    `upto` is the place of the last fact that the state knows of.
    """
    level, lowest = state.level, next(iter(state.pathway.levels))
    spans = {name: dict(table[level]) for name, table in state.pathway.intervals.items() if level in table}
    since = state.grades.since
    return {
        "upto": upto, "spans": spans,
        "level": lowest if level == lowest else str(state.pathway.content["unknown"]),
        "since": {"id": since.id, "seq": since.seq, "kind": since.kind, "recorded_at": _moment(since.recorded_at)}
        if since else None,
    }


def without_levels(data: Mapping[str, Any]) -> dict[str, Any]:
    """A fact's clear data without what only roles entitled to psychology may read."""
    return {name: value for name, value in data.items() if name not in PSYCHOLOGY}


PSYCHOLOGY = frozenset({
    "proposed", "proposal", "cells", "factors", "suggestion", "scores", "level", "action",
    # By these a plan would tell the grade it was made for.
    "based_on", "plan_class", "services", "approvals",
    # By these a course would tell what a child is counselled for.
    "protocol", "course_plan", "measures", "carer_index",
})


def _step_rule(rule: StepRule) -> dict[str, Any]:
    return {
        "id": rule.id, "zh": rule.zh, "when": to_json(rule.when), "anchor": list(rule.anchor), "each": rule.each,
        "form": rule.form, "role": rule.role, "due": dict(rule.due) if rule.due is not None else None,
        "by_level": rule.by_level, "climb": [dict(span) for span in rule.climb.after], "is_urgent": rule.is_urgent,
        "may_wait": rule.may_wait, "by_urgency": rule.by_urgency,
        "longest": dict(rule.longest) if rule.longest is not None else None,
    }


def _moment(moment: datetime | None) -> str | None:
    return moment.astimezone(CHINA).isoformat() if moment else None
