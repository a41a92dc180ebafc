"""Ending the use of a file because somebody asked: one person proposes, another of another post agrees."""

from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from tongxin import ledger, vault
from tongxin.access import selectors as access
from tongxin.accounts.models import Person
from tongxin.accounts.viewers import Viewer
from tongxin.core.pathway import CHINA
from tongxin.flows import barred, erasing, rights, shelving
from tongxin.flows.derive import state_of
from tongxin.flows.facts import facts_of
from tongxin.flows.looking import posts_with
from tongxin.flows.record import Sheet, record
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.flows.rights import Request
from tongxin.lib import ids
from tongxin.notices import services as notices
from tongxin.people.models import Child
from tongxin.rights.models import Ending
from tongxin.rulebook import rules

ACTION = "end_files"
FORM = rights.ANSWER
NO_REQUEST = "没有待答复的“删除”请求。请先登记权利请求。"
SHUT = "提出人现在不能办理这一项。请在答复里选“不办”，不说明其他情况。"
NOT_CHECKED = "提出人的身份还没有核实。请先核实，更正权利请求里的“怎样核实身份”。"
WAITING = "已经有一份提议在等另一个人确认。"
SAME_POST = "确认的人要来自另一个岗位。没有改动。"
DONE = {
    Ending.ERASE: "已由两个岗位确认删除。账本里留有删除的记录和打不开的密文；旧备份到期后清除。",
    Ending.STORE: "法律要求保存的，改为只保存、不使用；平时任何人都看不到。",
}


def request_of(child: Child, *, at: datetime) -> Request | None:
    """The request for erasure that waits, the oldest of several."""
    facts, _ = facts_of(child.id)
    state = state_of(child, facts=facts, at=at)
    found = rights.requests_of(facts, found=rights.rules_for(child, at=at))
    return next((each for each in reversed(found) if each.kind.id == "erase" and each.id in state.rights), None)


def against(child: Child, *, kind: str, at: datetime) -> list[str]:
    """What stands against ending the use of a file in this way now, a sentence each."""
    request = request_of(child, at=at)
    if request is None:
        return [NO_REQUEST]
    facts, _ = facts_of(child.id)
    state = state_of(child, facts=facts, at=at)
    said = [SHUT] if rights.is_shut_to(request, child=child, state=state) else []
    if request.fact.data.get("identity_by") == "not_yet":
        said.append(NOT_CHECKED)
    if kind == Ending.ERASE:
        return said + erasing.refusals(child, basis=erasing.REQUEST, at=at, request_id=UUID(request.id))
    return said + shelving.against(child, state, request_id=UUID(request.id))


@transaction.atomic
def propose(*, child_id: UUID, kind: str, actor: Viewer, at: datetime) -> Ending:
    """A proposal that waits for another person."""
    child = _child_for(child_id, actor, at)
    if said := against(child, kind=kind, at=at):
        raise Refused.because(*said)
    if Ending.objects.filter(child_id=child_id, state=Ending.OPEN).exists():
        raise Refused.because(WAITING)
    request = request_of(child, at=at)
    row = Ending.objects.create(
        child_id=child_id, county_id=child.county_id, kind=kind, request_id=UUID(request.id) if request else None,
        proposed_by=_person(actor), proposed_post=actor.post_id, proposed_at=at,
    )
    _tell_others(row, child, actor, at)
    return row


def _tell_others(row: Ending, child: Child, actor: Viewer, at: datetime) -> None:
    """Whoever may agree where the child lives learns that something waits, not for whom."""
    event = ledger.record(
        kind="ending.proposed", subject=child.key_owner, actor=actor, at=at, is_fact=True,
        clear={"ending": str(row.id), "kind": row.kind},
    )
    roles = rules.access_rules(at=at).office.get(ACTION, frozenset())
    notices.tell_posts(posts=posts_with(child, roles, but=actor), event=event, at=at)


@transaction.atomic
def confirm(*, ending_id: UUID, actor: Viewer, at: datetime) -> Ending:
    """What was proposed is done, and the request answered; nothing of either when something stands against it."""
    row = _waiting(ending_id)
    child = _child_for(row.child_id, actor, at)
    person = _person(actor)
    if person == row.proposed_by:
        raise Refused.because(barred.ALONE)
    if actor.post_id == row.proposed_post:
        raise Refused.because(SAME_POST)
    if said := against(child, kind=row.kind, at=at):
        raise Refused.because(*said)
    _decide(row, Ending.DONE, actor, at)
    _answer(child, row, actor, at)
    if row.kind == Ending.ERASE:
        erasing.erase(
            child_id=child.id, basis=erasing.REQUEST, proposed_by=row.proposed_by,
            proposed_post=row.proposed_post, actor=actor, at=at,
            request_id=row.request_id,
        )
    else:
        shelving.shelve(
            child_id=child.id, basis=erasing.REQUEST, proposed_by=row.proposed_by, actor=actor, at=at,
            request_id=row.request_id, until_on=_until(child, at),
        )
    return row


@transaction.atomic
def drop(*, ending_id: UUID, actor: Viewer, at: datetime) -> Ending:
    """A proposal that anybody entitled takes back; nothing was done."""
    row = _waiting(ending_id)
    _child_for(row.child_id, actor, at)
    _decide(row, Ending.DROPPED, actor, at)
    return row


def _decide(row: Ending, state: str, actor: Viewer, at: datetime) -> None:
    row.state, row.decided_by, row.decided_post, row.decided_at = state, actor.person_id, actor.post_id, at
    row.save(update_fields=["state", "decided_by", "decided_post", "decided_at"])


def _answer(child: Child, row: Ending, actor: Viewer, at: datetime) -> None:
    outcome = {"outcome": rights.GRANTED} if row.kind == Ending.ERASE else {
        "outcome": "partly", "reason": "must_keep", "complaint_told": "yes",
    }
    told = {
        **outcome, "done": DONE[row.kind], "told_on": at.astimezone(CHINA).date().isoformat(), "told_way": "written",
        "signature": _name(actor, at),
    }
    sheet = Sheet(ids.new_id(), FORM, told, at, about=str(row.request_id))
    record(child_id=child.id, sheet=sheet, actor=actor, at=at)


def _name(actor: Viewer, at: datetime) -> str:
    person = Person.objects.get(id=_person(actor))
    (name,) = vault.open([person.name], viewer=actor, purpose="sign", part="staff", at=at)
    return name or "（姓名待补）"


def _until(child: Child, at: datetime) -> date | None:
    """Until when the law wants the last of what it keeps."""
    return max((each.until.date() for each in erasing.kept(child, at=at)), default=None)


def _waiting(ending_id: UUID) -> Ending:
    row = Ending.objects.select_for_update().filter(id=ending_id, state=Ending.OPEN).first()
    if row is None:
        raise NotAllowed
    return row


def _child_for(child_id: UUID, actor: Viewer, at: datetime) -> Child:
    may = access.may_do(viewer=actor, action=ACTION, at=at) and access.may(
        viewer=actor, child_id=child_id, part="", action=f"record.{FORM}", at=at
    )
    if not may:
        raise NotAllowed
    return Child.objects.get(id=child_id)


def _person(actor: Viewer) -> UUID:
    if actor.person_id is None:
        raise NotAllowed
    return actor.person_id
