"""What the pathway is told: facts of one child in the order they were recorded."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

# Kinds of correction that put nothing in the place of what they take back.
WITHDRAWN = frozenset({"retract", "moved"})


@dataclass(frozen=True, slots=True)
class Fact:
    """One recorded fact with its clear outcome; `seq` is its place in the child's record.

    `data` holds codes, levels and dates only: what forms and instruments made of the answers.
    """

    id: str
    seq: int
    kind: str
    at: datetime
    recorded_at: datetime
    data: Mapping[str, object] = field(default_factory=dict)
    person: str | None = None
    post: str | None = None
    role: str = ""
    supersedes: str | None = None
    correction: str = ""


def in_force(facts: tuple[Fact, ...]) -> tuple[Fact, ...]:
    """The facts without those that were corrected, retracted or moved to another child, and without
    the retractions themselves. Alarms and grades are read from all facts, not from these (spine A8)."""
    gone = {fact.supersedes for fact in facts if fact.supersedes}
    return tuple(
        fact for fact in facts if fact.id not in gone and fact.correction not in WITHDRAWN
    )
