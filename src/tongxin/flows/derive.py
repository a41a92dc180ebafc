"""Deriving a case anew from its facts, and telling of what changed."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from tongxin import ledger
from tongxin.accounts.models import places_of
from tongxin.accounts.viewers import Viewer
from tongxin.cases import derivation
from tongxin.cases.derivation import Derived, Ground
from tongxin.cases.sides import Side
from tongxin.core.pathway import CaseState, Fact
from tongxin.flows import conferring, joined, sharing_sending, shelved
from tongxin.flows.facts import facts_of
from tongxin.flows.handlers import later_handlers
from tongxin.ledger import EventDraft
from tongxin.lib import together
from tongxin.people.models import Child
from tongxin.referrals.services import follow_referrals
from tongxin.rulebook import rules
from tongxin.vault import Keyring


def ground_for(child: Child, *, at: datetime) -> Ground:
    """The pathway and calendar in force where a child lives."""
    hash, pathway = rules.pathway_in(region=rules.region_of(child.county_id), at=at)
    return Ground(pathway=pathway, pathway_hash=hash, calendar=rules.calendar_at(at))


def state_of(child: Child, *, facts: Iterable[Fact], at: datetime) -> CaseState:
    """How a child's facts stand now, thought anew; nothing is kept."""
    return joined.think(child.id, tuple(facts), ground=ground_for(child, at=at), at=at).state


def derive_again(
    *, child: Child, actor: Viewer, at: datetime, keyring: Keyring | None = None,
    read: tuple[tuple[Fact, ...], Mapping[str, Mapping[str, Any]]] | None = None,
) -> Derived:
    """Recompute a case under its subject's lock; every consequence becomes an event with its reactions."""
    facts, results = read or facts_of(child.id)
    group = joined.group_of(child.id, facts)
    if group is None:
        return _store(child, facts, results, ground_for(child, at=at), actor=actor, at=at, keyring=keyring)
    return _store_all(group, child, facts, results, actor=actor, at=at, keyring=keyring)


def _store_all(
    group: joined.Group, child: Child, facts: tuple[Fact, ...], results: Mapping[str, Mapping[str, Any]], *,
    actor: Viewer, at: datetime, keyring: Keyring | None,
) -> Derived:
    """All files of a child anew, as whatever is recorded in one of them is about the one child."""
    together.apart()
    others = {row.id: row for row in Child.objects.filter(id__in=group.members).exclude(id=child.id)}
    files = {each: child if each == child.id else others[each] for each in group.members}
    read = {each: (facts, results) if each == child.id else facts_of(each) for each in group.members}
    ground = ground_for(files[group.kept], at=at)
    sides = joined.sides_of(group, {each: known for each, (known, _) in read.items()}, ground=ground, at=at)
    found = {
        each: _store(
            files[each], *read[each], ground, actor=actor, at=at, keyring=keyring if each == child.id else None,
            side=sides[each],
        )
        for each in group.members
    }
    return found[child.id]


def _store(
    child: Child, facts: tuple[Fact, ...], results: Mapping[str, Mapping[str, Any]], ground: Ground, *,
    actor: Viewer, at: datetime, keyring: Keyring | None, side: Side | None = None,
) -> Derived:
    if child.county_id is None:
        _wake(child, facts, at)
        ground = ground if side else ground_for(child, at=at)
    derived = derivation.derive(child=child, facts=facts, results=results, ground=ground, at=at, side=side)
    own = side.own if side else derived.state
    if child.state != derived.state.child_state:
        child.state = derived.state.child_state
        Child.objects.filter(id=child.id).update(state=child.state)
    if any(fact.kind == "referral" for fact in facts):
        follow_referrals(child=child, state=own, steps=derived.steps, at=at)
    if any(fact.kind in conferring.KINDS for fact in facts):
        conferring.follow(child=child, state=own, at=at)
    sharing_sending.follow(child=child, facts=facts, at=at)
    tell(child=child, changes=derived.changes, actor=actor, at=at, keyring=keyring)
    return derived


def _wake(child: Child, facts: tuple[Fact, ...], at: datetime) -> None:
    """A file that is only stored is in use again at once when something is to be done for the child."""
    places = places_of(child)
    found = derivation.think(facts, ground=ground_for(shelved.as_lived(child), at=at), at=at)
    if found.state.is_open or found.steps:
        shelved.end(child, at=at)
    else:
        for column, value in places.items():
            setattr(child, column, value)


def tell(
    *, child: Child, changes: list[tuple[str, dict[str, Any]]], actor: Viewer, at: datetime,
    keyring: Keyring | None = None,
) -> None:
    """Record consequences as events and queue what may wait."""
    if not changes:
        return
    drafts = [EventDraft(kind, child.key_owner, clear) for kind, clear in changes]
    events = ledger.record_many(drafts, actor=actor, at=at, keyring=keyring)
    ledger.enqueue_many((event, handlers) for event in events if (handlers := later_handlers(event.kind)))
