"""The files of one child thought as one: the kept one leads, each entry stays in the file in which it was written."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from django.db.models import Q, UUIDField

from tongxin.cases import derivation
from tongxin.cases.derivation import Derived, Ground
from tongxin.cases.models import Task
from tongxin.cases.sides import Side
from tongxin.cases.tasks import LIVE
from tongxin.comparisons.models import Joining
from tongxin.core.pathway import CaseState, Fact, Record, Step, fold, fold_together, plan
from tongxin.flows.facts import facts_of
from tongxin.flows.refusals import Refused
from tongxin.ledger import subjects
from tongxin.lib import together
from tongxin.lib.prepared import Prepared
from tongxin.people.models import Child
from tongxin.vault import Owner

FORM, PART = "same_child", "link_part"
LEAVES = frozenset({"transfer_out", "closure", "closure_decision"})
STILL_OPEN = "这名儿童的另一份档案里还有没办完的事，请先在那一份里办完，或撤销“同一名儿童”。没有保存。"
PARTS = UUID("0d1a6f1c-8b7e-4c0e-9a63-2f6d0b7c51e2")
STANDING = Prepared(
    lambda kept, other: Joining.objects.filter(Q(kept_id=kept) | Q(other_id=other), state=Joining.STANDING)
    .order_by("decided_at", "id"),
    kept=UUIDField(), other=UUIDField(),
)
Facts = tuple[Fact, ...]
Results = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Group:
    """The files of one child, the one that is kept first, the others in the order in which they joined."""

    kept: UUID
    joinings: tuple[Joining, ...]

    @property
    def members(self) -> tuple[UUID, ...]:
        return (self.kept, *(each.other_id for each in self.joinings))


def group_of(child_id: UUID, facts: Iterable[Fact]) -> Group | None:
    """The files of a child who has several; mostly None, which costs no query."""
    return standing_with(child_id) if any(fact.kind in {FORM, PART} for fact in facts) else None


def standing_with(child_id: UUID) -> Group | None:
    """As `group_of`, for whoever has not read the facts."""
    rows = STANDING.rows(kept=child_id, other=child_id)
    if rows and rows[0].other_id == child_id:
        rows = STANDING.rows(kept=rows[0].kept_id, other=rows[0].kept_id)
    return Group(rows[0].kept_id, tuple(rows)) if rows else None


def owners_with(child_id: UUID) -> list[Owner]:
    """The subjects of all files of a child, to be locked together."""
    group = standing_with(child_id)
    return [Owner("child", each) for each in (group.members if group else (child_id,))]


def lock(child: Child) -> None:
    """Lock all files of a child together and in one order."""
    subjects.lock(owners_with(child.id))


def refuse_leaving(child_id: UUID) -> None:
    """Nothing, unless something is still to be done in another file of the child: whoever takes the child over, or
    closes the case, would not know of it."""
    group = standing_with(child_id)
    others = [each for each in group.members if each != child_id] if group else []
    if others and Task.objects.filter(case_id__in=others, state__in=LIVE).exists():
        raise Refused.because(STILL_OPEN)


def read_ahead(children: Iterable[UUID]) -> None:
    """That children whose pieces are done together have one file each; one of several files is done by itself."""
    ids = list(children)
    rows = Joining.objects.filter(Q(kept_id__in=ids) | Q(other_id__in=ids), state=Joining.STANDING)
    several = {each for row in rows.values_list("kept_id", "other_id") for each in row}
    for each in ids:
        if each not in several:
            together.learn(STANDING.question(kept=each, other=each), [])


def think(child_id: UUID, facts: Facts, *, ground: Ground, at: datetime) -> Derived:
    """State and plan of a child at a moment, whichever of the child's files the facts are from."""
    group = group_of(child_id, facts)
    if group is None:
        return derivation.think(facts, ground=ground, at=at)
    state, steps, _ = _thought(group, _facts(group, {child_id: facts}), ground=ground, at=at)
    return Derived(state, steps)


def sides_of(
    group: Group, known: Mapping[UUID, Facts], *, ground: Ground, at: datetime
) -> dict[UUID, Side]:
    """What is stored with each file of a group; `known` are facts that were read already."""
    facts = _facts(group, known)
    state, steps, owners = _thought(group, facts, ground=ground, at=at)
    ids = {member: {fact.id for fact in facts[member]} for member in group.members}
    return {
        member: Side(
            state=state, all_steps=steps, steps=tuple(step for step in steps if owners[step.key] == member),
            others=frozenset(each for other, known in ids.items() if other != member for each in known),
            members=group.members, goes_on=None if member == group.kept else group.kept,
            facts=tuple(fact for known in facts.values() for fact in known),
        )
        for member in group.members
    }


def _facts(group: Group, known: Mapping[UUID, Facts]) -> dict[UUID, Facts]:
    return {member: known[member] if member in known else facts_of(member)[0] for member in group.members}


def _thought(
    group: Group, facts: Mapping[UUID, Facts], *, ground: Ground, at: datetime
) -> tuple[CaseState, tuple[Step, ...], dict[str, UUID]]:
    """State, steps, and in which file each step is done."""
    kept = facts[group.kept]
    others = [(_record(each, facts[each.other_id]), _place(each, kept)) for each in group.joinings]
    state = fold_together(kept, others, pathway=ground.pathway, calendar=ground.calendar, on=at)
    steps = {step.key: step for step in plan(state, calendar=ground.calendar)}
    one_by_one = {rule.id for rule in ground.pathway.steps if rule.each}
    for each in _by_themselves(group, facts, ground=ground, at=at):
        # What one file asks for by itself, one by one, is asked for as long as nobody did it.
        steps |= {step.key: step for step in each if step.rule in one_by_one and step.key not in steps}
    wrote = {fact.id: member for member in reversed(group.members) for fact in facts[member]}
    owners = {
        step.key: _owner(step, wrote, group.kept) if step.rule in one_by_one else group.kept for step in steps.values()
    }
    return state, tuple(sorted(steps.values(), key=lambda step: (step.due_at, step.key))), owners


def _by_themselves(
    group: Group, facts: Mapping[UUID, Facts], *, ground: Ground, at: datetime
) -> Iterable[Sequence[Step]]:
    for member in group.members:
        joined = [each for each in group.joinings if member in (group.kept, each.other_id)]
        since = joined[0].decided_at or at
        later = [
            fact for each in group.members if each != member for fact in facts[each] if fact.recorded_at > since
        ]
        rows = sorted([*facts[member], *later], key=lambda fact: fact.recorded_at)
        numbered = tuple(replace(fact, seq=number) for number, fact in enumerate(rows, start=1))
        state = fold(numbered, pathway=ground.pathway, calendar=ground.calendar, on=at)
        yield plan(state, calendar=ground.calendar)


def _owner(step: Step, wrote: Mapping[str, UUID], kept: UUID) -> UUID:
    named = (wrote[part] for part in step.key.split(":")[1:] if part in wrote)
    return next(named, kept)


def _record(row: Joining, facts: Facts) -> Record:
    """Up to its own part of the entry that joins them, or all of it while that isn't written yet."""
    part = str(uuid5(PARTS, f"{row.entry_id}:{row.other_id}"))
    return Record(facts, next((fact.seq for fact in facts if fact.id == part), facts[-1].seq if facts else 0))


def _place(row: Joining, kept: Facts) -> int:
    return next((fact.seq for fact in kept if fact.id == str(row.entry_id)), kept[-1].seq if kept else 0)
