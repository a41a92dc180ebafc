"""What has been done in the crises that are open, read for many children at once from clear results only."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from tongxin.assessments.models import Result
from tongxin.core.pathway import Fact, in_force
from tongxin.core.pathway.crises import ENDED, PLAN, WATCH, Turn, turns_of
from tongxin.flows.facts import as_facts
from tongxin.ledger.models import Entry, Event

TOLD, STEP = "crisis_told", "crisis_step"
KINDS = (WATCH, TOLD, STEP, PLAN, "crisis_report")
RINGS = ("task.opened", "task.climbed", "task.passed_on")
TAKEN, GUARDIAN, MEANS = "take_over", "tell_guardian", "means_removed"


@dataclass(slots=True)
class Held:
    """How a child in a crisis is held now: who is there, who was told, what was put away, who has taken over."""

    turns: list[Turn] = field(default_factory=list)
    relations: dict[str, str] = field(default_factory=dict)
    watch_over: Fact | None = None
    told: list[Fact] = field(default_factory=list)
    guardian: Fact | None = None
    means: Fact | None = None
    taken_over: Fact | None = None
    plan: Fact | None = None
    # Whom the bell reached, in turn: the moment and the post.
    rings: list[tuple[datetime, UUID]] = field(default_factory=list)

    def now(self, at: datetime) -> Turn | None:
        """The turn that runs at a moment; of several the one that lasts longest."""
        running = [turn for turn in self.turns if turn.from_at <= at < turn.to_at]
        return max(running, key=lambda turn: turn.to_at, default=None)

    def covered_until(self, at: datetime) -> datetime | None:
        """Until when somebody is named without a gap, from now on; none when nobody is there."""
        turn = self.now(at)
        if turn is None:
            return None
        until = turn.to_at
        for each in self.turns:
            if each.from_at <= until < each.to_at:
                until = each.to_at
        return until


def held_in(began: Mapping[UUID, datetime]) -> dict[UUID, Held]:
    """How the children of open crises are held, by child; `began` says since when each is one."""
    found = {child: Held() for child in began}
    entries: dict[UUID, list[Entry]] = defaultdict(list)
    for entry in Entry.objects.filter(subject_id__in=list(began), kind__in=KINDS).select_related("subject").order_by(
        "subject_id", "subject_seq"
    ):
        entries[entry.subject_id].append(entry)
    ids = [entry.id for rows in entries.values() for entry in rows]
    results = {str(id): data for id, data in Result.objects.filter(entry_id__in=ids).values_list("entry_id", "data")}
    for child, rows in entries.items():
        _take(found[child], in_force(as_facts(rows, results)), began[child])
    for child, at, owner in _rings(began):
        if at >= began[child]:
            found[child].rings.append((at, owner))
    return found


def _take(held: Held, facts: Iterable[Fact], began: datetime) -> None:
    turns = []
    for fact in facts:
        is_of_this = fact.recorded_at >= began
        if fact.kind == WATCH:
            if fact.data.get("act") == ENDED:
                held.watch_over = fact if is_of_this else None
            else:
                turns.append(fact)
                held.relations[fact.id] = str(fact.data.get("relation", ""))
                held.watch_over = None
        elif not is_of_this:
            continue
        elif fact.kind == TOLD:
            held.told.append(fact)
        elif fact.kind == PLAN:
            held.plan = fact
        elif fact.kind == STEP and fact.data.get("result", "done") == "done":
            _take_step(held, fact)
    held.turns = turns_of(turns, began_at=began)


def _take_step(held: Held, fact: Fact) -> None:
    step = fact.data.get("step")
    if step == TAKEN:
        held.taken_over = held.taken_over or fact
    if step == GUARDIAN:
        held.guardian = fact
    if fact.data.get(MEANS) == "yes":
        held.means = fact


def _rings(began: Mapping[UUID, datetime]) -> Iterable[tuple[UUID, datetime, UUID]]:
    if not began:
        return
    rows = Event.objects.filter(subject_id__in=list(began), kind__in=RINGS, at__gte=min(began.values())).order_by(
        "at", "id"
    )
    for event in rows:
        if event.clear.get("step") == f"crisis.{TAKEN}" and event.clear.get("owner"):
            yield event.subject_id, event.at, UUID(str(event.clear["owner"]))
