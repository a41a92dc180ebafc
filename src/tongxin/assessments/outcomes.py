"""What definitions make of one filled form: clear codes, scores, alarms, a result, a proposed level.

The outcome follows from the answers and the named definition versions alone, so a rebuild finds it again.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from tongxin.assessments.forms import Asked, age_on, months_on
from tongxin.core import grading
from tongxin.core.forms import Form, Review, review
from tongxin.core.grading import Proposal, Reason
from tongxin.core.instruments import Score
from tongxin.people.models import Child

ABOUT = {
    "task_reason": "task", "safety_check": "alarm", "referral_answer": "referral", "referral": "after",
    "report_answer": "report", "household_check": "household", "held_settlement": "held", "flag_answer": "flag",
    "report": "duty", "report_ruling": "duty", "screening": "sitting",
    "rights_answer": "right", "heard_answer": "record",
    "need_answer": "need",
    "conference_record": "conference", "decision_answer": "decision", "mediation_result": "mediation",
    "mediation_follow": "mediation", "session": "course", "course_review": "course", "course_end": "course",
    "course_ask": "course",
}
# The list of a record that says which problems a child has.
PROBLEMS = {"visit": "problems", "plan": "goals"}


@dataclass(slots=True)
class Outcome:
    """The clear outcome of an entry and the hashes of the definitions it stands on."""

    data: dict[str, Any]
    definitions: dict[str, str] = field(default_factory=dict)


def outcome_of(
    *, asked: Asked, answers: Mapping[str, Any], child: Child, on: date, scheme: str, about: str = "",
    standing: str | None = None, seen: Review | None = None,
) -> Outcome:
    """What the definitions named in `asked` make of answers about a child, recorded on a day.

    `scheme` is the one the region shows; both schemes stand over one rubric and propose the same level.
    """
    form = asked.form
    seen = seen or review(form, answers, on=on, age=age_on(child.birth_month, on))
    found = asked.rules.outcome(
        form, seen, on=on, age_months=months_on(child.birth_month, on), standing=standing
    )
    data = clear_of(form, seen.answers) | _scored(found.scores)
    if form.kind in ABOUT and about:
        data[ABOUT[form.kind]] = about
    if found.alarms:
        data["alarms"] = list(found.alarms)
    if found.identified:
        data |= {"result": found.identified.result, "reasons": [_told(r) for r in found.identified.reasons]}
    if proposal := found.proposals.get(scheme):
        data |= _proposed(proposal, asked)
    elif found.gates:
        data |= _red(asked, scheme, [_told(gate.reason) for gate in found.gates], found.facts)
    if form.kind == "report":
        rows = seen.answers.get("reports") or ()
        data["reported_to"] = sorted({str(row["to"]) for row in rows if row.get("to")})
    if form.kind == "detail_correction":
        # A child who truly has no number is complete without one.
        without = {"id_no"} if seen.answers.get("id_kind") == "none" else set()
        data["given"] = sorted({*seen.answers, *without})
    if problems := problems_of(form.kind, seen.answers):
        data["problems"] = problems
    return Outcome(data, dict(asked.definitions))


def problems_of(kind: str, answers: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """By kind of problem how it stands: by a visit new, going on or solved; by a plan, that it has a goal."""
    found: dict[str, dict[str, str]] = {}
    for row in answers.get(PROBLEMS.get(kind, "")) or ():
        problem, state = row.get("problem"), row.get("progress") or "planned"
        if problem and found.get(problem, {}).get("state") in (None, "solved"):
            found[problem] = {"state": state}
    return found


def clear_of(form: Form, answers: Mapping[str, Any]) -> dict[str, Any]:
    """The answers that may stand in clear: codes, dates and numbers that the field list says so of (B5)."""
    return {
        each.id: answers[each.id]
        for each in form.fields
        if not each.sealed and each.id in answers and each.type not in {"list", "instrument"}
    }


def _scored(scores: Mapping[str, Score]) -> dict[str, Any]:
    if not scores:
        return {}
    return {
        "scores": {
            name: {
                "status": score.status,
                "totals": {scale: None if total is None else str(total) for scale, total in score.totals.items()},
                "bands": dict(score.band),
                "alerts": [alert.code for alert in score.alerts],
            }
            for name, score in scores.items()
        }
    }


def _proposed(proposal: Proposal, asked: Asked) -> dict[str, Any]:
    return {
        "proposed": proposal.level,
        "cells": {cell.cell.id: cell.level for cell in proposal.cells},
        "factors": {factor.id: factor.level for factor in proposal.factors},
        "suggestion": proposal.suggestion,
        "proposal": _stored(
            asked, proposal.scheme, [_told(each) for each in proposal.reasons], proposal.facts_digest_input
        ),
    }


def _red(asked: Asked, scheme: str, reasons: list[dict[str, Any]], facts: Mapping[str, Any]) -> dict[str, Any]:
    """A gate is red at once, whatever else is known (rubric step 0)."""
    return {
        "proposed": asked.rules.rubric.order[-1],
        "proposal": _stored(asked, scheme, reasons, grading.digest_input(facts)),
    }


def _stored(asked: Asked, scheme: str, reasons: list[dict[str, Any]], facts: Mapping[str, Any]) -> dict[str, Any]:
    text = json.dumps(facts, ensure_ascii=False, sort_keys=True, default=str)
    return {
        "scheme": scheme, "reasons": reasons, "definition_hash": asked.definitions[f"grading/{scheme}"],
        "facts_digest": hashlib.sha256(text.encode()).hexdigest(),
    }


def _told(reason: Reason) -> dict[str, Any]:
    """A reason in words that quote no answer; the answers stay sealed in their entry."""
    return {
        "rule": reason.rule, "zh": reason.zh, "evidence": list(reason.evidence), "changes": list(reason.would_change),
    }
