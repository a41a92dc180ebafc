"""Deriving a case anew from its facts, and telling of what changed."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from tongxin import ledger
from tongxin.accounts.models import places_of
from tongxin.accounts.viewers import Viewer
from tongxin.cases import derivation
from tongxin.cases.derivation import Derived, Ground
from tongxin.core.pathway import CaseState, Fact
from tongxin.flows import conferring, sharing_sending, shelved
from tongxin.flows.facts import facts_of
from tongxin.flows.handlers import later_handlers
from tongxin.ledger import EventDraft
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
    return derivation.think(facts, ground=ground_for(child, at=at), at=at).state


def derive_again(
    *, child: Child, actor: Viewer, at: datetime, keyring: Keyring | None = None,
    read: tuple[tuple[Fact, ...], Mapping[str, Mapping[str, Any]]] | None = None,
) -> Derived:
    """Recompute a case under its subject's lock; every consequence becomes an event with its reactions."""
    facts, results = read or facts_of(child.id)
    if child.county_id is None:
        _wake(child, facts, at)
    derived = derivation.derive(
        child=child, facts=facts, results=results, ground=ground_for(child, at=at), at=at
    )
    if child.state != derived.state.child_state:
        child.state = derived.state.child_state
        Child.objects.filter(id=child.id).update(state=child.state)
    if any(fact.kind == "referral" for fact in facts):
        follow_referrals(child=child, state=derived.state, steps=derived.steps, at=at)
    if any(fact.kind in conferring.KINDS for fact in facts):
        conferring.follow(child=child, state=derived.state, at=at)
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
