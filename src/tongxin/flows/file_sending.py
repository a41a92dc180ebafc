"""Handing a child's whole file to another installation: made, carried or sent, answered by a signed receipt.

Until the receipt says that the other side took over, everything here stays as it is and this county answers.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from tongxin import ledger
from tongxin.access import selectors as access
from tongxin.accounts.models import Division
from tongxin.accounts.viewers import Viewer
from tongxin.core.pathway import CHINA
from tongxin.flows import peers
from tongxin.flows.derive import state_of
from tongxin.flows.facts import facts_of
from tongxin.flows.file_bundles import bundle_of
from tongxin.flows.record import Sheet, record
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.instances import letters
from tongxin.instances.models import Peer, Sending
from tongxin.instances.receipts import ACCEPTED, OUTCOMES
from tongxin.ledger.models import Entry
from tongxin.lib import ids
from tongxin.people.models import Child

IN_DANGER = (
    "对方已接收。这里的危机或安全核实还没有办结，请先办结，再把同一份回执收一次，这里的责任才结束。"
)
ACTION = "move_files"
NOT_LEAVING = "这个孩子没有在办的迁出，没有制作。请先填“迁出移交”。"
WRONG_PLACE = "“迁出移交”写的是迁往别的地方，不是 {name} 管的地方，没有制作。请核对迁往地区，或换一个外地系统。"
UNTRUSTED = "这个外地系统还没有由第二个人核对指纹，或已经停用，没有制作。"
UNKNOWN = "这份回执不是对这里某次移交的答复，或对方没有登记。没有处理，请与对方核实。"
LATE = "对方接收以后，这里又有 {count} 条记录。已另做一份补充，请一并交给对方；收到补充的回执以前，档案不关。"


def make(*, child_id: UUID, peer_id: UUID, actor: Viewer, at: datetime) -> Sending:
    """The child's file sealed for a peer, while a moving away to its region is under way."""
    if not access.may_do(viewer=actor, action=ACTION, at=at):
        raise NotAllowed
    if not access.may(viewer=actor, child_id=child_id, part="", action="record.transfer_out", at=at):
        raise NotAllowed
    peer = Peer.objects.filter(id=peer_id).first()
    if peer is None or not peer.is_trusted:
        raise Refused.because(UNTRUSTED)
    with transaction.atomic():
        child = _leaving(child_id, peer, at)
        Sending.objects.filter(child_id=child.id, state=Sending.WAITING).update(state=Sending.REPLACED, content=b"")
        return _made(child, peer, after=0, actor=actor, at=at)


def _leaving(child_id: UUID, peer: Peer, at: datetime) -> Child:
    child = Child.objects.get(id=child_id)
    ledger.lock_subject(child.key_owner)
    state = state_of(child, facts=facts_of(child.id)[0], at=at)
    out = state.last.get("transfer_out")
    if out is None or not state.names()["transfer_open"]:
        raise Refused.because(NOT_LEAVING)
    if not str(out.data.get("to_division", "")).startswith(peer.region.rstrip("0")):
        raise Refused.because(WRONG_PLACE.format(name=peer.name))
    return child


def _made(child: Child, peer: Peer, *, after: int, actor: Viewer, at: datetime) -> Sending:
    bundle = bundle_of(child, after=after, actor=actor, at=at)
    county = Division.objects.filter(id=child.county_id).first() if child.county_id else None
    if actor.person_id is None or actor.post_id is None:
        raise NotAllowed
    id = ids.new_id()
    content = bundle.content | {
        "id": str(id), "made_at": at.isoformat(), "region": county.code[:6] if county else "",
        "office": county.name if county else "", "is_supplement": after > 0,
    }
    sealed = letters.sealed(letters.FILE, content, seal_key=peer.seal_key)
    sending = Sending.objects.create(
        id=id, child_id=child.id, peer=peer, made_at=at, person_id=actor.person_id, post_id=actor.post_id,
        last_seq=bundle.last_seq, entries=bundle.entries, digest=letters.digest(sealed), content=sealed,
    )
    ledger.record(
        kind="move.offered", subject=child.key_owner, actor=actor, at=at, is_fact=True,
        clear={"sending": str(id), "peer": str(peer.id), "entries": bundle.entries},
    )
    return sending


def take_receipt(*, content: bytes, actor: Viewer, at: datetime) -> Sending:
    """What the other side answered: the child is theirs from then on, or comes back as work for this county.

    The same receipt twice changes nothing. Entries recorded here since the file was made go after it, and only the
    receipt of that supplement ends the responsibility here.
    """
    if not access.may_do(viewer=actor, action=ACTION, at=at):
        raise NotAllowed
    letter = letters.read_plain(content, format=letters.RECEIPT)
    peer = peers.trusted(letter.sign_key)
    with transaction.atomic():
        sending = _answered(letter.content, peer)
        outcome = str(letter.content["outcome"])
        child = Child.objects.get(id=sending.child_id)
        ledger.lock_subject(child.key_owner)
        if sending.state == Sending.ACCEPTED:
            _end_here(child, sending, letter.content, actor=actor, at=at)
            return sending
        if sending.state == Sending.RETURNED:
            return sending
        sending.state = Sending.ACCEPTED if outcome == ACCEPTED else Sending.RETURNED
        sending.answered_at, sending.receipt, sending.content = at, content.decode(), b""
        sending.save(update_fields=["state", "answered_at", "receipt", "content"])
        ledger.record(
            kind="move.answered", subject=child.key_owner, actor=actor, at=at, is_fact=True,
            clear={"sending": str(sending.id), "peer": str(sending.peer_id), "outcome": outcome},
        )
        if outcome == ACCEPTED and _since(child, sending):
            return _made(child, sending.peer, after=sending.last_seq, actor=actor, at=at)
        _end_here(child, sending, letter.content, actor=actor, at=at)
        return sending


def _end_here(child: Child, sending: Sending, said: dict[str, Any], *, actor: Viewer, at: datetime) -> None:
    """The answer on record, once. While a danger is worked on here the county answers on, though the other side took
    over: the same receipt ends it, brought again when that is done."""
    state = state_of(child, facts=facts_of(child.id)[0], at=at)
    if not state.names()["transfer_open"]:
        return
    if said["outcome"] == ACCEPTED and (state.in_crisis or state.names()["safety_check_open"]):
        return
    _record_answer(child, sending, said, actor=actor, at=at)


def _answered(said: dict[str, Any], peer: Peer | None) -> Sending:
    id = ids.id_in(str(said.get("sending", "")))
    sending = Sending.objects.select_for_update().filter(id=id, peer=peer).first() if peer and id else None
    if sending is None or said.get("digest") != sending.digest or said.get("outcome") not in OUTCOMES:
        raise Refused.because(UNKNOWN)
    return sending


def _since(child: Child, sending: Sending) -> int:
    """How many entries about the child the other side hasn't got."""
    return Entry.objects.filter(subject_id=child.id, subject_seq__gt=sending.last_seq).count()


def _record_answer(child: Child, sending: Sending, said: dict[str, Any], *, actor: Viewer, at: datetime) -> None:
    """The answer as an entry of the child's record here, by whoever brought the receipt."""
    is_taken = said["outcome"] == ACCEPTED
    answers = {
        "arrived_on": at.astimezone(CHINA).date().isoformat(), "outcome": said["outcome"], "file_received": "yes",
        "seen_in_person": "no", "signature": str(said.get("office", ""))[:60] or sending.peer.name,
        **({} if is_taken else {"returned_reason": str(said.get("reason_zh", ""))[:200] or "对方退回"}),
    }
    sheet = Sheet(entry_id=ids.new_id(), form_id="transfer_in", answers=answers, occurred_at=at)
    record(child_id=child.id, sheet=sheet, actor=actor, at=at)


def still_answers(child_id: UUID, *, at: datetime) -> bool:
    """Whether the other side took a child over while a danger is still worked on here."""
    taken = Sending.objects.filter(child_id=child_id, state=Sending.ACCEPTED).exists()
    waits = Sending.objects.filter(child_id=child_id, state=Sending.WAITING).exists()
    state = state_of(Child.objects.get(id=child_id), facts=facts_of(child_id)[0], at=at)
    return taken and not waits and bool(state.names()["transfer_open"])


def waiting_for(child_id: UUID) -> list[Sending]:
    """What was made for others of this child's file, newest first."""
    return list(Sending.objects.filter(child_id=child_id).select_related("peer").order_by("-made_at"))

