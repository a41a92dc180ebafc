"""What definitions make of one filled form: clear codes, scores, alarms, a result, a proposed level.

The outcome follows from the answers and the named definition versions alone, so a rebuild finds it again.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from tongxin.assessments.forms import Asked, age_on, instrument_of
from tongxin.assessments.rulings import Rulings, rulings_in
from tongxin.core import grading, instruments
from tongxin.core.forms import Form, review
from tongxin.core.grading import Reason
from tongxin.core.instruments import Score
from tongxin.people.models import Child
from tongxin.rulebook import rules

ABOUT = {"task_reason": "task", "safety_check": "alarm", "referral_answer": "referral"}
IDENTIFICATION = "identification"
ASSESSMENT = "assessment"


@dataclass(slots=True)
class Outcome:
    """The clear outcome of an entry and the hashes of the definitions it stands on."""

    data: dict[str, Any]
    definitions: dict[str, str] = field(default_factory=dict)


def outcome_of(
    *, asked: Asked, answers: Mapping[str, Any], child: Child, on: date, at: datetime, about: str = "",
    standing: str | None = None,
) -> Outcome:
    """What the definitions in force at `at` make of answers about a child, recorded on a day."""
    form = asked.form
    age = age_on(child.birth_month, None, on)
    seen = review(form, answers, on=on, age=age)
    scores = _scores(form, asked, seen.answers, seen.shown, child, on)
    found = rulings_in(region=rules.region_of(child.county_id), at=at)
    facts = grading.facts_of(
        form, seen.answers, names=found.names, scores=scores, on=on, age=age, shown=seen.shown
    )
    data = clear_of(form, seen.answers)
    data |= _scored(scores)
    if form.kind in ABOUT and about:
        data[ABOUT[form.kind]] = about
    if form.kind == IDENTIFICATION:
        data |= _identified(form.id, facts, found)
    elif form.kind == ASSESSMENT:
        data |= _assessed(facts, found, on=on, standing=standing)
    else:
        data |= _alarmed(facts, found)
    if form.kind == "crisis_report":
        data |= _reported(data, found)
    if form.kind == "detail_correction":
        data["given"] = sorted(seen.answers)
    return Outcome(data, {**asked.definitions, **found.hashes})


def clear_of(form: Form, answers: Mapping[str, Any]) -> dict[str, Any]:
    """The answers that may stand in clear: codes, dates and numbers that the field list says so of (B5)."""
    return {
        each.id: answers[each.id]
        for each in form.fields
        if not each.sealed and each.id in answers and each.type not in {"list", "instrument"}
    }


def _scores(
    form: Form, asked: Asked, answers: Mapping[str, Any], shown: set[str], child: Child, on: date
) -> dict[str, Score]:
    months = None
    if child.birth_month:
        months = (on.year - child.birth_month.year) * 12 + on.month - child.birth_month.month
    return {
        each.sheet.id: instruments.score(
            instrument_of(asked.definitions[each.sheet.id]), answers.get(each.id) or {}, age_months=months
        )
        for each in form.fields
        if each.sheet and each.id in shown
    }


def _scored(scores: Mapping[str, Score]) -> dict[str, Any]:
    if not scores:
        return {}
    return {
        "scores": {
            name: {
                "status": score.status,
                "totals": {scale: None if total is None else str(total) for scale, total in score.totals.items()},
                "bands": dict(score.bands),
                "alerts": [alert.code for alert in score.alerts],
            }
            for name, score in scores.items()
        }
    }


def _identified(form_id: str, facts: Mapping[str, Any], found: Rulings) -> dict[str, Any]:
    result = grading.identify(found.identification(form_id), facts, gates=found.gates)
    data: dict[str, Any] = {"result": result.result, "reasons": [_told(each) for each in result.reasons]}
    if result.gates:
        data |= _gated(result.gates, facts, found)
    return data


def _alarmed(facts: Mapping[str, Any], found: Rulings) -> dict[str, Any]:
    opened = grading.open_gates(found.gates, facts)
    return _gated(opened, facts, found) if opened else {}


def _gated(opened: Any, facts: Mapping[str, Any], found: Rulings) -> dict[str, Any]:
    """A gate is red at once, whatever else is known (rubric step 0)."""
    return {
        "alarms": [gate.alarm for gate in opened],
        "proposed": found.highest,
        "proposal": _proposal(found, [_told(gate.reason) for gate in opened], facts),
    }


def _assessed(facts: Mapping[str, Any], found: Rulings, *, on: date, standing: str | None) -> dict[str, Any]:
    proposal = grading.grade(found.scheme, facts, gates=found.gates, on=on, standing=standing)
    return {
        "alarms": [gate.alarm for gate in proposal.gates],
        "proposed": proposal.level,
        "cells": {cell.cell.id: cell.level for cell in proposal.cells},
        "factors": {factor.id: factor.level for factor in proposal.factors},
        "suggestion": proposal.suggestion,
        "proposal": _proposal(found, [_told(each) for each in proposal.reasons], facts),
    }


def _reported(data: Mapping[str, Any], found: Rulings) -> dict[str, Any]:
    """A crisis that a person reports is one, whatever a rule would say."""
    kind = str(data.get("kind", ""))
    alarm = {"gate": f"reported_{kind}", "zh": "工作人员上报危机", "kind": "crisis", "crisis": kind,
             "report": False, "situations": [], "household": kind in {"harmed", "unguarded", "life_threat"}}
    return {
        "alarms": [*data.get("alarms", []), alarm],
        "proposed": found.highest,
        "proposal": data.get("proposal") or _proposal(found, [{"rule": "reported", "zh": "工作人员上报危机"}], {}),
    }


def _proposal(found: Rulings, reasons: list[dict[str, Any]], facts: Mapping[str, Any]) -> dict[str, Any]:
    text = json.dumps(grading.digest_input(facts), ensure_ascii=False, sort_keys=True, default=str)
    return {
        "scheme": found.scheme.id, "reasons": reasons, "definition_hash": found.hashes["scheme"],
        "facts_digest": hashlib.sha256(text.encode()).hexdigest(),
    }


def _told(reason: Reason) -> dict[str, Any]:
    """A reason in words that quote no answer; the answers stay sealed in their entry."""
    return {"rule": reason.rule, "zh": reason.zh, "evidence": list(reason.evidence)}
