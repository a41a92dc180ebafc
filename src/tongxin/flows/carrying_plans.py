"""The safety plans that a phone carries: what keeps a child safe, and what the child agreed to share."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from tongxin import ledger
from tongxin.accounts.viewers import Viewer
from tongxin.flows import safety_plans
from tongxin.ledger.models import Entry
from tongxin.people.models import Child

PART = "crisis"


def plans_for(
    children: Sequence[Child], *, entries: Mapping[UUID, Sequence[Entry]], parts: Mapping[UUID, frozenset[str]],
    viewer: Viewer, at: datetime, route: str,
) -> dict[UUID, dict[str, Any]]:
    """By child, the newest plan as far as the viewer may see it; opened by one look."""
    wanted = [
        (child, *newest) for child in children
        if PART in parts[child.id] and (newest := safety_plans.newest(entries.get(child.id, ()))) is not None
    ]
    if not wanted:
        return {}
    opened = ledger.open_entries(
        [entry for _child, entry, _version in wanted], viewer=viewer, purpose="safety_plan", at=at, part="answers",
        route=route,
    )
    found: dict[UUID, dict[str, Any]] = {}
    for (child, entry, version), answers in zip(wanted, opened, strict=True):
        if answers is None:
            continue
        plan = safety_plans.shown(
            child, entry=entry, version=version, answers=answers, parts=parts[child.id], at=at
        )
        found[child.id] = {
            "made_on": plan.made_on, "version": version, "kept_back": len(plan.kept_back),
            "parts": [{"zh": title, "text": text} for title, text in plan.parts],
        }
    return found

