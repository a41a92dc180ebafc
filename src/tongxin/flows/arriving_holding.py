"""Keeping what can't be recorded: whole, sealed, with somebody who decides by a moment; its danger acts at once."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid5

from tongxin import ledger, vault
from tongxin.access.relations import recused_from
from tongxin.accounts.models import LEVELS, Division, Person, Post, places_of
from tongxin.accounts.posts import Responsible, Roster, roster_for
from tongxin.accounts.viewers import WORKER, Viewer, viewer_of
from tongxin.assessments.forms import Asked, age_on, form_in
from tongxin.core.forms import Problem, review
from tongxin.core.pathway import CHINA
from tongxin.flows import lists
from tongxin.flows.arriving_reading import Sender, Sent, read
from tongxin.flows.handlers import later_handlers
from tongxin.flows.meanwhile import meanwhile_of
from tongxin.flows.outcome import HELD, outcome_for
from tongxin.flows.record import asked_of, hold
from tongxin.ledger import Draft, canonical
from tongxin.ledger.models import HeldEntry
from tongxin.lib import ids
from tongxin.people.models import Child
from tongxin.rulebook import rules
from tongxin.sync import receipts
from tongxin.sync.limits import limits_at
from tongxin.sync.models import Arrival, Device, Receipt
from tongxin.vault import Owner

# In the record twice already: the record's own copy is the one that waits.
IN_RECORD = "different_copy"
# The file was erased: as of an unknown child, sealed under a key of its own.
ERASED = "gone_child"
PASSED_ON = "arrival.passed_on"
OPENED = UUID("3d4a9b3e-91a5-4c61-8a10-6c1f8a0f5c42")


class Holding(Exception):
    """An entry can't be recorded as it is; somebody has to look."""

    def __init__(
        self, reason: str, *, problems: Sequence[Problem] = (), fields: Iterable[str] = (), child: Child | None = None,
        is_in_record: bool = False,
    ) -> None:
        super().__init__(reason)
        self.reason, self.problems, self.fields, self.child = reason, list(problems), list(fields), child
        self.is_in_record = is_in_record


def owner_of(sent: Sent, child: Child | None) -> Owner:
    """Whose key seals it: the child's, or one of its own while there is no such child here."""
    return child.key_owner if child is not None else Owner("intake", sent.id)


def keep(sent: Sent, *, why: Holding, child: Child | None, sender: Sender, at: datetime) -> Receipt:
    """The receipt of an entry that waits."""
    child = None if why.reason == ERASED else why.child or child
    owner = owner_of(sent, child)
    vault.create_keys([owner], at=at)
    arrival_id = ids.new_id()
    held_id, is_danger = _act_on_danger(
        sent, why=why, child=child, sender=sender, at=at, ties=_ties(sent, why, arrival_id)
    )
    receipt = receipts.give(
        entry_id=sent.id, payload=sent.payload, owner=owner, device=sender.carrier or sender.device,
        state=Receipt.HELD, at=at, reason=why.reason, shifted=sender.behind,
    )
    arrival = Arrival(
        id=arrival_id, receipt=receipt, device=sender.device, person_id=sender.device.person_id,
        post_id=sender.device.post_id, owner_kind=owner.kind, owner_id=owner.id, child_id=child.id if child else None,
        named_id=sent.child, division_id=_place_of(sender), form_id=sent.form[:40], fields=why.fields,
        held_id=held_id, is_danger=is_danger, received_at=at, due_at=_due(is_danger, at),
    )
    decider = decider_for(arrival, child=child, at=at)
    arrival.decider_id = decider.post_id if decider else None
    vault.put(arrival, {"content": canonical.text(sent.payload), "found": _words_of(why)})
    arrival.save(force_insert=True)
    told = ledger.record(
        kind="arrival.held", subject=owner, actor=sender.viewer, at=at, is_fact=True,
        clear={
            "arrival": str(arrival.id), "entry": str(sent.id), "reason": why.reason, "danger": is_danger,
            "owner": str(arrival.decider_id) if arrival.decider_id else None,
        },
    )
    ledger.enqueue(told, later_handlers(told.kind))
    return receipt


def wait_on(arrival: Arrival, sent: Sent, *, why: Holding, child: Child, sender: Sender, at: datetime) -> None:
    """It waits for another reason; by now there is a file, so that the danger in it acts."""
    held_id, is_danger = _act_on_danger(
        sent, why=why, child=child, sender=sender, at=at, ties=_ties(sent, why, arrival.id)
    )
    arrival.child_id, arrival.fields, arrival.held_id, arrival.is_danger = child.id, why.fields, held_id, is_danger
    arrival.due_at = min(arrival.due_at, _due(is_danger, at))
    before = arrival.decider_id
    decider = decider_for(arrival, child=child, at=at)
    arrival.decider_id = decider.post_id if decider else None
    vault.put(arrival, {"found": _words_of(why)})
    arrival.save()
    Receipt.objects.filter(id=arrival.receipt_id).update(reason=why.reason)
    if arrival.decider_id != before:
        tell_decider(arrival, kind=PASSED_ON, at=at)


def tell_decider(arrival: Arrival, *, kind: str, at: datetime) -> None:
    """Record that it rests with somebody else from now on, who is told."""
    told = ledger.record(
        kind=kind, subject=arrival.key_owner, actor=WORKER, at=at,
        clear={"arrival": str(arrival.id), "owner": str(arrival.decider_id) if arrival.decider_id else None},
    )
    ledger.enqueue(told, later_handlers(told.kind))


def _words_of(why: Holding) -> str:
    return json.dumps([[each.path, each.zh] for each in why.problems], ensure_ascii=False)


def opened_id(arrival_id: UUID) -> UUID:
    """The id of the entry that an arrival becomes when it is opened as a form and handed in."""
    return uuid5(OPENED, str(arrival_id))


def _ties(sent: Sent, why: Holding, arrival_id: UUID) -> dict[str, Any]:
    """What ties a copy to the entry that it is part of, or becomes: the same danger is raised once."""
    if why.reason == IN_RECORD:
        return {}
    return {"sitting": str(sent.sitting or sent.id), "becomes": str(opened_id(arrival_id))}


def decider_for(arrival: Arrival, *, child: Child | None, at: datetime) -> Responsible | None:
    """Who decides: the first role named that has somebody near the child, but never who wrote it."""
    if child is not None:
        return decider_near(child, without=arrival.person_id, climbed=arrival.climbed, at=at)
    place = _place(arrival.division_id)
    ancestors = place.ancestors if place else {}
    return _decider(ancestors, frozenset({arrival.person_id}), arrival.climbed, at)


def decider_near(child: Child, *, without: UUID, at: datetime, climbed: int = 0) -> Responsible | None:
    """Who decides about a child on file, but never who wrote it, nor who is kept from the child."""
    return _decider(places_of(child), recused_from(child_id=child.id, at=at) | {without}, climbed, at)


def _decider(
    ancestors: Mapping[str, int | None], without: frozenset[UUID], climbed: int, at: datetime
) -> Responsible | None:
    roster = roster_for(ancestors=ancestors, at=at)
    line = [found for role in limits_at(at).decides if (found := _answers(roster, role, ancestors, without))]
    return line[min(climbed, len(line) - 1)] if line else None


def _answers(
    roster: Roster, role: str, ancestors: Mapping[str, int | None], without: frozenset[UUID]
) -> Responsible | None:
    post = roster.serving(role=role, ancestors=ancestors, without=without)
    return roster.responsible(post_id=post.id, without=without) if post else None


def _due(is_danger: bool, at: datetime) -> datetime:
    limits = limits_at(at)
    return at + (limits.decide_danger_within if is_danger else limits.decide_within)


def _place_of(sender: Sender) -> int | None:
    return Post.objects.filter(id=sender.device.post_id).values_list("division_id", flat=True).first()


def _place(division_id: int | None) -> Division | None:
    return Division.objects.filter(id=division_id).first() if division_id is not None else None


def _act_on_danger(
    sent: Sent, *, why: Holding, child: Child | None, sender: Sender, at: datetime, ties: Mapping[str, Any]
) -> tuple[UUID | None, bool]:
    """The copy in the child's record, if the danger in it had to act there; and whether there is any."""
    if why.is_in_record:
        found = HeldEntry.objects.filter(entry_id=sent.id).order_by("-received_at", "-id").first()
        return (found.id if found else None), False
    about = child or _unknown_child(sender)
    if about is None or not sent.form:
        return None, False
    asked = _asked(sent, about, at=at)
    if asked is None:
        return None, False
    draft = _draft(sent, asked, about, sender, at, ties)
    made = outcome_for(
        child=about, asked=asked, draft=replace(draft, kind=HELD), post_id=sender.viewer.post_id, standing="", at=at
    )
    is_danger = bool(made.data.get("alarms"))
    stands = meanwhile_of(child=about, asked=asked, answers=draft.answers, at=at)
    if child is None or not (made.data or stands or why.reason == IN_RECORD):
        return None, is_danger
    held = hold(
        child=child, asked=asked, draft=draft, actor=sender.viewer, at=at, keys=vault.keyring([child.key_owner]),
        reason=why.reason,
    )
    return held.id, is_danger


def _asked(sent: Sent, child: Child, *, at: datetime) -> Asked | None:
    try:
        if child.file_no:
            return asked_of(child, form_id=sent.form, at=at)
        region, choices = rules.region_of(child.county_id), lists.choices_in(child.county_id)
        return form_in(form_id=sent.form, region=region, at=at, lists=choices)
    except rules.NotAdopted:
        return None


def _unknown_child(sender: Sender) -> Child | None:
    """Nobody on file: somewhere at the place of the phone's post, of an age that isn't known."""
    place = _place(_place_of(sender))
    if place is None:
        return None
    return Child(**{f"{level}_id": getattr(place, f"{level}_id") for level in LEVELS})


def _draft(
    sent: Sent, asked: Asked, child: Child, sender: Sender, at: datetime, ties: Mapping[str, Any]
) -> Draft:
    """What of the answers fits the form; the whole of them stays in the arrival."""
    occurred = min(sent.occurred_at or at, at)
    on: date = occurred.astimezone(CHINA).date()
    found = review(asked.form, sent.answers, on=on, age=age_on(child.birth_month, on))
    return Draft(
        entry_id=sent.id, subject=child.key_owner, kind=asked.form.kind, form_hash=asked.form_hash,
        occurred_at=occurred, clear={"form": sent.form, "about": sent.about, **ties}, answers=found.answers,
        device=str(sender.device.id),
    )


def sent_in(arrival: Arrival, *, viewer: Viewer, at: datetime, part: str = "arrival") -> Sent:
    """What waits, opened as a look."""
    (text,) = vault.open([arrival.content], viewer=viewer, purpose="decide", part=part, route="arrivals", at=at)
    return read(json.loads(text or "{}"), otherwise=lambda: arrival.receipt.entry_id)


def sender_of(arrival: Arrival, *, at: datetime) -> Sender:
    """Whoever wrote it, as far as they may now, with the clock that their phone had."""
    return Sender(
        device=arrival.device, viewer=viewer_for(arrival.device, at=at), behind=arrival.receipt.shifted,
        knows_clock=False,
    )


def viewer_for(device: Device, *, at: datetime) -> Viewer:
    """Whose phone it is, acting from the post it was paired for and from no other."""
    found = viewer_of(person=Person(id=device.person_id), at=at, post_id=device.post_id)
    seats = tuple(seat for seat in found.seats if seat.post_id == device.post_id)
    return Viewer(person_id=device.person_id, seats=seats)


def settle(arrival: Arrival, *, outcome: str, actor: Viewer, at: datetime, aside: str = "", note: str = "") -> None:
    """It waits no longer; the phone is told at its next contact."""
    told = ledger.record(
        kind="arrival.settled", subject=arrival.key_owner, actor=actor, at=at, is_fact=True,
        clear={"arrival": str(arrival.id), "entry": str(arrival.receipt.entry_id), "outcome": outcome, "why": aside},
    )
    arrival.settled_at, arrival.settled_by, arrival.settled_post = at, actor.person_id, actor.post_id
    arrival.outcome, arrival.aside = outcome, aside
    if note:
        vault.put(arrival, {"because": note})
    arrival.save()
    Receipt.objects.filter(id=arrival.receipt_id).update(
        state=Receipt.ARRIVED if outcome == Arrival.RECORDED else Receipt.PUT_ASIDE, settled_at=at,
        settled_event=told.id,
    )
