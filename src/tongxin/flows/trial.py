"""Who would stand otherwise under rules that nobody has adopted yet: read from the record, stored nowhere."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby, islice
from typing import Any
from uuid import UUID

from tongxin import ledger
from tongxin.accounts.models import Division
from tongxin.accounts.viewers import WORKER, Viewer
from tongxin.assessments.forms import Asked
from tongxin.assessments.models import Result
from tongxin.cases import derivation
from tongxin.core.pathway import CaseState
from tongxin.flows import recusal
from tongxin.flows.derive import ground_for
from tongxin.flows.facts import as_facts
from tongxin.flows.outcome import outcome_for
from tongxin.flows.record import ASSIGNMENT, asked_of
from tongxin.flows.replay import NO_FORM, draft_of
from tongxin.ledger.models import Entry
from tongxin.lib import steady
from tongxin.people.models import Child
from tongxin.rulebook import rules
from tongxin.rulebook.rules import Supposable

PURPOSE = "trial"
CHUNK = 200
OWN_LISTS = {ASSIGNMENT, *recusal.FORMS}
Data = Mapping[str, Any]
Progress = Callable[[int], object]


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a child stands, in codes: the colour, what identification said, open alarms, and what is to be done."""

    level: str
    rank: int
    identified: str
    gates: frozenset[str]
    tasks: frozenset[str]


@dataclass(frozen=True, slots=True)
class Effect:
    """A child who would stand otherwise."""

    child_id: UUID
    file_no: str
    town_id: int | None
    county_id: int | None
    before: Standing
    after: Standing

    @property
    def direction(self) -> str:
        """Whether the grade would rise or fall, or what else would change."""
        if self.before.rank != self.after.rank:
            return "up" if self.after.rank > self.before.rank else "down"
        if self.before.gates != self.after.gates:
            return "gate"
        return "identified" if self.before.identified != self.after.identified else "task"


def effects(
    *, versions: Iterable[Supposable], at: datetime, region: str = "", viewer: Viewer = WORKER,
    progress: Progress | None = None,
) -> Iterator[Effect]:
    """Each child whose record, read by the versions, gives something else than read by the rules in force.

    Both sides are judged by the rules of one moment, so that only the new rules make a difference. Looks are recorded
    like any look; nothing else is written.
    """
    supposed = list(versions)
    children = Child.objects.order_by("county_id", "id")
    if region:
        children = children.filter(county_id__in=_counties(region))
    rows = children.iterator(chunk_size=CHUNK)
    with steady.reading():
        while chunk := list(islice(rows, CHUNK)):
            yield from _effects_in(chunk, supposed, viewer, at)
            if progress:
                progress(len(chunk))


def total(*, region: str = "") -> int:
    """How many children a trial looks at."""
    children = Child.objects.filter(county_id__in=_counties(region)) if region else Child.objects.all()
    return children.count()


def _counties(region: str) -> list[int]:
    return list(Division.objects.filter(code=region, level="county").values_list("id", flat=True))


def counts_of(found: Iterable[Effect]) -> Counter[str]:
    """How many would rise, fall, get or lose an alarm, be identified otherwise, or have other tasks."""
    return Counter(each.direction for each in found)


def _effects_in(
    chunk: Sequence[Child], supposed: Sequence[Supposable], viewer: Viewer, at: datetime
) -> Iterator[Effect]:
    ids = [child.id for child in chunk]
    entries: dict[UUID, list[Entry]] = {id: [] for id in ids}
    found = Entry.objects.filter(subject_id__in=ids).order_by("subject_id", "subject_seq").select_related("subject")
    for subject, rows in groupby(found, key=lambda entry: entry.subject_id):
        entries[subject] = list(rows)
    results = {row.entry_id: row for row in Result.objects.filter(child_id__in=ids)}
    reading = _Reading(results, viewer, at)
    reading.open_what_changes(chunk, entries, supposed)
    for child in chunk:
        before = reading.standing(child, entries[child.id])
        with rules.supposing(supposed):
            after = reading.standing(child, entries[child.id])
        if before != after:
            yield Effect(child.id, child.file_no, child.town_id, child.county_id, before, after)


class _Reading:
    """A chunk of files with what is stored about them, and the answers of those that have to be judged anew."""

    def __init__(self, results: Mapping[UUID, Result], viewer: Viewer, at: datetime) -> None:
        self.results, self.viewer, self.at = results, viewer, at
        self.answers: dict[UUID, dict[str, Any]] = {}

    def open_what_changes(
        self, chunk: Sequence[Child], entries: Mapping[UUID, Sequence[Entry]], supposed: Sequence[Supposable]
    ) -> None:
        """Open, as one look, the answers that either side judges otherwise than when they were recorded."""
        wanted = {entry.id: entry for child in chunk for entry in entries[child.id] if self._asked_anew(child, entry)}
        with rules.supposing(supposed):
            wanted |= {
                entry.id: entry for child in chunk for entry in entries[child.id] if self._asked_anew(child, entry)
            }
        rows = list(wanted.values())
        opened = ledger.open_entries(rows, viewer=self.viewer, purpose=PURPOSE, at=self.at, route=PURPOSE)
        self.answers = {row.id: words for row, words in zip(rows, opened, strict=True) if words is not None}

    def standing(self, child: Child, entries: Sequence[Entry]) -> Standing:
        """Where a child stands by the rules that hold now."""
        ground = ground_for(child, at=self.at)
        made: dict[str, Data] = {}
        for index, entry in enumerate(entries):
            made[str(entry.id)] = self._data(child, entry, entries[:index], made)
        derived = derivation.think(as_facts(entries, made), ground=ground, at=self.at)
        return _standing(derived.state, frozenset(step.rule for step in derived.steps))

    def _data(self, child: Child, entry: Entry, before: Sequence[Entry], made: Mapping[str, Data]) -> Data:
        kept: Data = self.results[entry.id].data if entry.id in self.results else {}
        asked, words = self._asked_anew(child, entry), self.answers.get(entry.id)
        if asked is None or words is None:
            return kept
        stood = ""
        if entry.kind == "assessment":
            ground = ground_for(child, at=self.at)
            stood = derivation.think(as_facts(before, made), ground=ground, at=self.at).state.grades.standing
        return outcome_for(
            child=child, asked=asked, draft=draft_of(entry, words), post_id=entry.post_id, standing=stood, at=self.at
        ).data

    def _asked_anew(self, child: Child, entry: Entry) -> Asked | None:
        """The form by which an entry has to be judged anew; none where what is stored still says the same."""
        form_id = str(entry.clear.get("form", ""))
        kept = self.results.get(entry.id)
        if entry.kind in NO_FORM or not form_id or kept is None:
            return None
        try:
            key = (PURPOSE, rules.newest(), child.county_id, form_id, rules.supposed())
            asked: Asked = (
                asked_of(child, form_id=form_id, at=self.at) if form_id in OWN_LISTS
                else steady.once(key, lambda: asked_of(child, form_id=form_id, at=self.at))
            )
        except rules.NotAdopted:
            return None
        return None if dict(asked.definitions) == kept.definitions else asked


def _standing(state: CaseState, tasks: frozenset[str]) -> Standing:
    open_alarms = (alarm.gate for alarm in state.alarms.alarms.values() if alarm.is_open)
    return Standing(
        level=state.level, rank=state.pathway.rank_of(state.level), identified=state.identified,
        gates=frozenset(open_alarms), tasks=tasks,
    )
