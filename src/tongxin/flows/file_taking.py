"""A child's file from another installation: it arrives sealed, is looked at, and is accepted or returned by a person.

Accepted, its entries stand here under their own ids, with what was made of them there; nothing counts twice. Who lives
where, what is due and who answers is derived anew by the rules here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from tongxin import ledger, vault
from tongxin.access import selectors as access
from tongxin.access.models import Relation
from tongxin.accounts.models import Division
from tongxin.accounts.viewers import WORKER, Viewer
from tongxin.assessments.models import Result
from tongxin.cases.models import Case
from tongxin.documents import carried
from tongxin.flows import peers, people_again
from tongxin.flows.derive import derive_again
from tongxin.flows.record import Sheet, record
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.flows.transfers import TRANSFERRED
from tongxin.instances import letters, receipts, shapes
from tongxin.instances.models import Arrival, ForeignEntry
from tongxin.instances.rules import rules_in
from tongxin.ledger import Draft
from tongxin.ledger.models import Entry
from tongxin.lib import ids
from tongxin.lib.faults import Fault
from tongxin.people import services as people
from tongxin.people.models import Child
from tongxin.rights.models import Tombstone
from tongxin.rulebook import rules, versions
from tongxin.vault import Owner

ACTION = "move_files"
STRANGER = "发来这份档案的外地系统没有登记，或没有由第二个人核对指纹。没有收下，请先登记、核对，再放一次。"
ELSEWHERE = "这份档案不是送到您这里的区县的，没有收下。请转给那里的个案管理员。"
ANSWERED = "这份档案已经答复过，没有再答复。"
OURS = "这里已有这个孩子的档案，正在使用。请退回，并与对方核对是不是同一份。"
ERASED = "这个孩子的档案在这里已依法删除，不能再接收。请退回，并写明理由。"
STOPPED = "发来这份档案的外地系统已经停用或没有核对指纹，不能接收。请退回，或先登记、核对对方。"
NOT_THEIRS = "这个孩子的档案不是从这个外地系统接来的，不能收它的补充。请退回，并与对方核实。"
OURS_STAYS = "这份补充要改这里自己写的记录，没有接收。请退回，并与对方核实；这里的记录由这里更正。"
ORDER = "先要接收主件，才能收这份补充。请向对方要主件。"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who recorded an entry elsewhere: ids that nobody here has."""

    person_id: UUID | None
    post_id: UUID | None


@dataclass(frozen=True, slots=True)
class Accepting:
    """What whoever accepts has to say: since when the child is here, and whether somebody saw the child."""

    arrived_on: str
    seen_in_person: bool
    signature: str
    first_needs: str = ""


def receive(*, content: bytes, actor: Viewer, at: datetime) -> Arrival:
    """Keep a file that came, sealed as it is; the same file twice is one arrival. Nothing of the child stands yet."""
    if not access.may_do(viewer=actor, action=ACTION, at=at):
        raise NotAllowed
    letter = letters.opened(content, format=letters.FILE)
    peer = peers.trusted(letter.sign_key)
    if peer is None:
        raise Refused.because(STRANGER)
    said = letter.content
    shapes.check_file(said)
    id, child_id = ids.id_in(str(said.get("id", ""))), ids.id_in(str(said.get("child", {}).get("id", "")))
    county = _county_of(actor)
    if id is None or child_id is None:
        raise Fault(letters.UNREADABLE)
    if county is None:
        raise Refused.because(ELSEWHERE)
    arrival, _ = Arrival.objects.get_or_create(id=id, defaults={
        "peer": peer, "received_at": at, "county_id": county, "child_id": child_id, "content": content,
        "is_urgent": bool(said.get("summary", {}).get("in_crisis")), "digest": letters.digest(content),
    })
    return arrival


def _county_of(actor: Viewer) -> int | None:
    place = Division.objects.filter(id=actor.seat.division_id).first() if actor.seat else None
    return place.county_id if place else None


def summary_of(arrival: Arrival) -> Mapping[str, Any]:
    """What the sender says in short, without a name or words: enough to decide who has to look."""
    if not arrival.content:
        return {}
    said = _said(arrival)
    return {
        **said.get("summary", {}), "office": str(said.get("office", "")), "region": str(said.get("region", "")),
        "made_at": said.get("made_at"), "entries": len(said.get("entries", ())),
        "attachments": len(said.get("attachments", ())), "is_supplement": bool(said.get("is_supplement")),
        "file_no": str(said.get("child", {}).get("file_no", "")),
    }


def accept(*, arrival_id: UUID, given: Accepting, actor: Viewer, at: datetime) -> Child:
    """Take the child over: the whole file with its history, and from now on this county answers."""
    _allow(actor, at)
    # The keys stand in another database: made first, an orphan if the file is refused.
    owner = Owner("child", Arrival.objects.only("child_id").get(id=arrival_id).child_id)
    vault.create_keys([owner], at=at)
    with transaction.atomic():
        arrival = _waiting(arrival_id, actor)
        if not arrival.peer.is_trusted:
            raise Refused.because(STOPPED)
        said = _said(arrival)
        child = _child_for(arrival, said, actor=actor, at=at)
        versions.keep(said["definitions"], at=at)
        _keep_entries(child, arrival, said["entries"], at=at)
        carried.take_in(child, said["attachments"])
        people_again.tell_again(child=child, at=at)
        if not said.get("is_supplement"):
            _record_arrival(child, said, given, actor=actor, at=at)
        else:
            derive_again(child=child, actor=actor, at=at)
        _answer(arrival, receipts.ACCEPTED, "", actor=actor, at=at)
        ledger.record(
            kind="move.accepted", subject=child.key_owner, actor=actor, at=at, is_fact=True,
            clear={"arrival": str(arrival.id), "peer": str(arrival.peer_id), "entries": len(said["entries"])},
        )
        child.refresh_from_db()
        return child


def _said(arrival: Arrival) -> Mapping[str, Any]:
    """What lies in a file that waits; one that can't be read is refused in words, whenever it came."""
    said = letters.opened(bytes(arrival.content), format=letters.FILE).content
    shapes.check_file(said)
    return said


def give_back(*, arrival_id: UUID, reason: str, actor: Viewer, at: datetime) -> Arrival:
    """Return a file, saying why; what came is forgotten, the receipt stays."""
    _allow(actor, at)
    with transaction.atomic():
        arrival = _waiting(arrival_id, actor)
        reasons = rules_in(region=rules.region_of(arrival.county_id), at=at).returned
        if reason not in reasons:
            raise Refused.because("请选择退回的理由，没有保存。")
        _answer(arrival, receipts.RETURNED, reasons[reason], actor=actor, at=at)
        return arrival


def answer_by(arrival: Arrival, *, at: datetime) -> datetime:
    """Until when a file waits for an answer; one that is sealed and unread is not kept for ever."""
    limits = rules_in(region=rules.region_of(arrival.county_id), at=at)
    return arrival.received_at + timedelta(days=limits.waits_days)


def return_unanswered(*, at: datetime) -> int:
    """How many files went back because nobody answered in time: what came is forgotten, the signed receipt stays to be
    carried back. A supplement waits on: its child is here already."""
    here = Arrival.objects.filter(state=Arrival.ACCEPTED).values("child_id")
    waiting = Arrival.objects.filter(state=Arrival.WAITING).exclude(child_id__in=here)
    return sum(_returned_late(each.id, at=at) for each in waiting if answer_by(each, at=at) <= at)


def _returned_late(arrival_id: UUID, *, at: datetime) -> int:
    with transaction.atomic():
        arrival = Arrival.objects.select_for_update(of=("self",)).select_related("peer").get(id=arrival_id)
        if arrival.state != Arrival.WAITING:
            return 0
        limits = rules_in(region=rules.region_of(arrival.county_id), at=at)
        _answer(arrival, receipts.RETURNED, limits.waits_zh, actor=WORKER, at=at)
    return 1


def _allow(actor: Viewer, at: datetime) -> None:
    if not access.may_do(viewer=actor, action=ACTION, at=at):
        raise NotAllowed


def _waiting(arrival_id: UUID, actor: Viewer) -> Arrival:
    arrival = Arrival.objects.select_for_update().select_related("peer").filter(id=arrival_id).first()
    if arrival is None or arrival.county_id != _county_of(actor):
        raise NotAllowed
    if arrival.state != Arrival.WAITING:
        raise Refused.because(ANSWERED)
    return arrival


def _child_for(arrival: Arrival, said: Mapping[str, Any], *, actor: Viewer, at: datetime) -> Child:
    if Tombstone.objects.filter(child_id=arrival.child_id).exists():
        raise Refused.because(ERASED)
    known = Child.objects.filter(id=arrival.child_id).first()
    last = Arrival.objects.filter(child_id=arrival.child_id, state=Arrival.ACCEPTED).order_by("answered_at").last()
    if known is not None and last is None:
        raise Refused.because(OURS)
    if known is None and said.get("is_supplement"):
        raise Refused.because(ORDER)
    if said.get("is_supplement"):
        _refuse_others(arrival, last, said)
    elif known is not None and Case.objects.filter(id=known.id, is_open=True).exists() and not _is_from(last, arrival):
        raise Refused.because(OURS)
    child = known or people.open_file(actor=actor, at=at, child_id=arrival.child_id)
    ledger.lock_subject(child.key_owner)
    return child


def _is_from(last: Arrival | None, arrival: Arrival) -> bool:
    return last is not None and last.peer_id == arrival.peer_id


def _refuse_others(arrival: Arrival, last: Arrival | None, said: Mapping[str, Any]) -> None:
    """A supplement comes from where the child came from, and changes only what was written there."""
    if not _is_from(last, arrival):
        raise Refused.because(NOT_THEIRS)
    named = {UUID(row["supersedes"]) for row in said["entries"] if row["supersedes"]}
    named -= {UUID(row["id"]) for row in said["entries"]}
    foreign = ForeignEntry.objects.filter(entry_id__in=named, arrival__child_id=arrival.child_id)
    if foreign.count() != len(named):
        raise Refused.because(OURS_STAYS)


def _keep_entries(
    child: Child, arrival: Arrival, rows: Sequence[Mapping[str, Any]], *, at: datetime
) -> None:
    """Entries with their own ids, moments and writers; what is on record already is left alone."""
    known = set(Entry.everything.filter(id__in=[row["id"] for row in rows]).values_list("id", flat=True))
    history = rules_in(region=rules.region_of(arrival.county_id), at=at).history
    keys = vault.keyring([child.key_owner])
    for row in rows:
        if UUID(row["id"]) in known:
            continue
        draft = _draft(child, row)
        writer = Actor(_id(row["person"]), _id(row["post"]))
        kept = ledger.keep_entries(
            [draft], recorded_at=datetime.fromisoformat(row["recorded_at"]), actor=writer, keyring=keys
        )[0]
        ForeignEntry.objects.create(
            entry_id=kept.entry.id, arrival=arrival, role=str(row["role"])[:40], office=str(row["office"])[:160],
            counts=draft.kind not in history,
        )
        if row["result"] is not None:
            Result.objects.create(
                entry_id=kept.entry.id, child_id=child.id, kind=draft.kind, form_hash=draft.form_hash,
                data=row["result"]["data"], definitions=row["result"]["definitions"],
            )


def _draft(child: Child, row: Mapping[str, Any]) -> Draft:
    return Draft(
        entry_id=UUID(row["id"]), subject=child.key_owner, kind=str(row["kind"]), form_hash=str(row["form_hash"]),
        occurred_at=datetime.fromisoformat(row["occurred_at"]), clear=row["clear"], answers=row["answers"],
        device=str(row["device"]), supersedes=_id(row["supersedes"]), correction_kind=str(row["correction_kind"]),
    )


def _id(text: str | None) -> UUID | None:
    return UUID(text) if text else None


def _record_arrival(
    child: Child, said: Mapping[str, Any], given: Accepting, *, actor: Viewer, at: datetime
) -> None:
    answers = {
        "arrived_on": given.arrived_on, "outcome": "accepted", "file_received": "yes",
        "seen_in_person": "yes" if given.seen_in_person else "no", "signature": given.signature,
        "from_organisation": str(said.get("office", ""))[:120],
        **({"first_needs": given.first_needs} if given.first_needs else {}),
    }
    sheet = Sheet(entry_id=ids.new_id(), form_id="transfer_in", answers=answers, occurred_at=at)
    # As among the counties of one installation: whom a child moves to may see the file and say that they take over.
    Relation.objects.create(
        child_id=child.id, relation=TRANSFERRED, post_id=actor.post_id, from_at=at, source_id=ids.new_id()
    )
    record(child_id=child.id, sheet=sheet, actor=actor, at=at)


def _answer(arrival: Arrival, outcome: str, reason_zh: str, *, actor: Viewer, at: datetime) -> None:
    """The signed receipt; a returned file is forgotten here, an accepted one stands as entries."""
    place = Division.objects.filter(id=arrival.county_id).first()
    arrival.receipt = receipts.written(
        sending_id=arrival.id, digest=arrival.digest, outcome=outcome, reason_zh=reason_zh, at=at,
        office=place.name if place else "", to=arrival.peer.seal_key,
    )
    arrival.state = Arrival.ACCEPTED if outcome == receipts.ACCEPTED else Arrival.RETURNED
    arrival.answered_at, arrival.answered_by = at, actor.person_id
    arrival.content = b""
    arrival.save(update_fields=["receipt", "state", "answered_at", "answered_by", "content"])
