"""Everything derived, found again from the facts and compared with what is stored (spine B1)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from tongxin import ledger
from tongxin.accounts.viewers import WORKER
from tongxin.assessments.models import Result
from tongxin.cases import derivation
from tongxin.cases.derivation import Derived
from tongxin.cases.models import Case
from tongxin.cases.tasks import LIVE
from tongxin.core.pathway import Fact
from tongxin.flows import joined, people_again
from tongxin.flows.derive import ground_for
from tongxin.flows.facts import as_facts
from tongxin.flows.replay import replay
from tongxin.flows.shelved import as_lived
from tongxin.ledger.models import Entry, HeldEntry
from tongxin.people import again
from tongxin.people.models import Child
from tongxin.rights.models import Tombstone
from tongxin.vault import Owner

COLUMNS = ("stage", "is_open", "level", "standing", "identified", "in_crisis", "rank", "due_at", "next_step",
           "derived_seq", "goes_on")


@dataclass(frozen=True, slots=True)
class Difference:
    """Something stored that the facts don't give: which file, what, and both sides as codes."""

    file_no: str
    what: str
    stored: str
    rebuilt: str


def differences(*, at: datetime) -> Iterator[Difference]:
    """Every difference between what is stored and what the facts give, file by file."""
    for child in Child.objects.order_by("id").iterator(chunk_size=200):
        yield from differences_of(child, at=at)


def differences_of(child: Child, *, at: datetime) -> list[Difference]:
    """The differences of one child."""
    if Tombstone.objects.filter(child_id=child.id).exists():
        return list(_left_of_erased(child))
    child = as_lived(child)
    entries = ledger.facts(Owner("child", child.id))
    stored = {row.entry_id: row.data for row in Result.objects.filter(child_id=child.id)}
    rebuilt: dict[str, Mapping[str, Any]] = {}
    words: list[Mapping[str, Any] | None] = []
    found: list[Difference] = []
    for each in replay(child, entries, at=at):
        kept = stored.get(each.entry.id)
        words.append(each.words)
        if each.data is None:
            rebuilt[str(each.entry.id)] = kept or {}
            continue
        rebuilt[str(each.entry.id)] = each.data
        if kept != _plain(each.data):
            found.append(_difference(child, f"result {each.entry.kind} #{each.entry.subject_seq}", kept, each.data))
    found += _compare_people(child, entries, words, rebuilt, at=at)
    case = Case.objects.filter(id=child.id).first()
    if case is None:
        return [*found, Difference(child.file_no, "case", "没有", "有")] if entries else found
    return [*found, *_compare_case(child, case, as_facts(entries, rebuilt))]


def _left_of_erased(child: Child) -> Iterator[Difference]:
    """What still stands of a file that was erased; nothing can be found again of it."""
    stands = {"results": Result.objects.filter(child_id=child.id), "case": Case.objects.filter(id=child.id)}
    for what, rows in stands.items():
        if rows.exists():
            yield Difference(child.file_no, what, "有", "已删除")


def _compare_people(
    child: Child, entries: Sequence[Entry], words: Sequence[Mapping[str, Any] | None],
    results: Mapping[str, Mapping[str, Any]], *, at: datetime,
) -> Iterator[Difference]:
    """Who the child is, in names of columns only; a file whose key was destroyed says nothing any more."""
    if any(each is None for each in words):
        return
    standing = people_again.standing_entries(entries)
    ids = {entry.id for entry in standing}
    said = people_again.said_by(pair for pair in zip(entries, words, strict=True) if pair[0].id in ids)
    arrivals = people_again.arrivals_of((UUID(key), data) for key, data in results.items())
    place = people_again.said_place(standing, said, arrivals)
    for name in again.differing(child=child, said=said, place=place, viewer=WORKER, at=at):
        yield Difference(child.file_no, f"people.{name}", "…", "…")


def _compare_case(child: Child, case: Case, facts: tuple[Fact, ...]) -> Iterator[Difference]:
    at, group = case.derived_at, joined.group_of(child.id, facts)
    ground = ground_for(Child.objects.get(id=group.kept) if group else child, at=at)
    side = joined.sides_of(group, {child.id: facts}, ground=ground, at=at)[child.id] if group else None
    thought = Derived(side.state, side.all_steps) if side else derivation.think(facts, ground=ground, at=at)
    own, steps = (side.own, side.steps) if side else (thought.state, thought.steps)
    wanted = derivation.case_row(
        child=child, derived=thought, ground=ground, at=at, seq=facts[-1].seq if facts else 0, side=side
    )
    is_stored = child.county_id != case.county_id
    if not is_stored and (case.look_again_at or derivation.FAR) > (wanted.look_again_at or derivation.FAR):
        # Sooner is no difference: a handing-over asks for a look before time does.
        yield _difference(child, "case.look_again_at", case.look_again_at, wanted.look_again_at)
    for name in COLUMNS:
        if getattr(case, name) != getattr(wanted, name):
            yield _difference(child, f"case.{name}", getattr(case, name), getattr(wanted, name))
    if case.state != _plain(wanted.state):
        yield _difference(child, "case.state", case.state, wanted.state)
    tasks = {task.key: task.due_at for task in case.tasks.filter(state__in=LIVE)}
    planned = {step.key: step.due_at for step in steps}
    if tasks != planned:
        yield _difference(child, "tasks", sorted(tasks), sorted(planned))
    proposals = {row.entry_id: (row.level, row.is_open) for row in case.proposals.all()}
    folded = {UUID(p.entry): (p.level, p.is_open) for p in own.grades.proposals.values()}
    if proposals != folded:
        yield _difference(child, "proposals", proposals, folded)
    decided = {row.entry_id: (row.level, row.stands) for row in case.decisions.all()}
    refolded = {UUID(d.fact.id): (d.level, d.stands) for d in own.grades.decisions}
    if decided != refolded:
        yield _difference(child, "decisions", decided, refolded)
    alarms = {row.key: row.state for row in case.alarms.all()}
    if alarms != (wanted_alarms := derivation.alarm_states(own)):
        yield _difference(child, "alarms", alarms, wanted_alarms)
    copies = derivation.held_copies(own)
    kept = {row.id: row.settled_at and (row.settled_at, row.settled_by) for row in _held(copies)}
    if copies != kept:
        yield _difference(child, "held copies", kept, copies)


def _held(copies: Iterable[UUID]) -> Iterator[HeldEntry]:
    return HeldEntry.objects.filter(id__in=list(copies)).defer("content").iterator()


def _difference(child: Child, what: str, stored: object, rebuilt: object) -> Difference:
    return Difference(child.file_no, what, str(stored), str(rebuilt))


def _plain(data: Any) -> Any:
    """As JSON stores it: tuples are lists."""
    if isinstance(data, Mapping):
        return {str(key): _plain(value) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return [_plain(value) for value in data]
    return data
