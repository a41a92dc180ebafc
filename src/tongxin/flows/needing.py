"""Needs first: what a filled form shows to be due to a child, for the outcome of its entry."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from tongxin.assessments.forms import Asked, age_on
from tongxin.core import needs
from tongxin.core.grading import Rules
from tongxin.core.grading.facts import facts_of
from tongxin.core.needs import Needs
from tongxin.people.models import Child
from tongxin.rulebook import rules

KIND = ID = "needs"
NAMED = f"{KIND}/{ID}"

_read: dict[str, tuple[Rules, Needs]] = {}


def shown_by(
    asked: Asked, answers: Mapping[str, Any], *, child: Child, on: date, at: datetime
) -> tuple[dict[str, Any], str] | None:
    """What an entry tells the pathway of needs, with the definition's hash; None where it tells nothing."""
    known = _needs_in(asked.rules, region=rules.region_of(child.county_id), at=at)
    if known is None or asked.form.id not in known[0].forms:
        return None
    age = age_on(child.birth_month, on)
    facts = facts_of(asked.form, answers, names=asked.rules.names, scores={}, on=on, age=age)
    found = needs.find(known[0], facts)
    told: dict[str, Any] = {}
    if found.due:
        told["needs"] = [{"id": each.id, "zh": each.zh, "role": each.role} for each in found.due]
    if found.met:
        told["needs_met"] = list(found.met)
    return (told, known[1]) if told else None


def _needs_in(found: Rules, *, region: str, at: datetime) -> tuple[Needs, str] | None:
    """The list in force in a county with its hash; None before one is adopted."""
    try:
        version = rules.resolve(KIND, ID, region=region, at=at)
    except rules.NotAdopted:
        return None
    before = _read.get(version.hash)
    if before is None or before[0] is not found:
        before = _read[version.hash] = (found, needs.read(version.content, vocabulary=found.vocabulary))
    return before[1], version.hash
