"""What one filled form shows of a child's needs."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tongxin.core.language import evaluate
from tongxin.core.needs.rules import Need, Needs

# How the file says of a benefit whether it is received.
ENOUGH, REFUSED, LACKING = "full", "not_due", frozenset({"due", "partial"})


@dataclass(frozen=True, slots=True)
class Found:
    """The needs that a form shows to be due, and those that it shows to be met; of the others it says nothing."""

    due: tuple[Need, ...]
    met: tuple[str, ...]


def find(needs: Needs, facts: Mapping[str, Any]) -> Found:
    """What these facts show; what is missing shows nothing."""
    due, met = [], []
    for need in needs.needs:
        said = {row.get("aid_state") for row in facts.get("benefits") or () if row.get("aid_kind") in need.aid}
        entitled = evaluate(need.when, facts) if need.when else None
        if said & LACKING or (entitled is True and not said & {ENOUGH, REFUSED}):
            due.append(need)
        elif said & {ENOUGH, REFUSED} or _is_over(need, entitled, facts):
            met.append(need.id)
    return Found(tuple(due), tuple(met))


def _is_over(need: Need, entitled: object, facts: Mapping[str, Any]) -> bool:
    return entitled is False if need.ends is None else evaluate(need.ends, facts) is True
