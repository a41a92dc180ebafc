"""A request of the receiving side under an agreement: who, why, which children; the giving side chooses and answers."""

import json
from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from tongxin import vault
from tongxin.access import selectors as access
from tongxin.accounts.viewers import Viewer
from tongxin.core.forms import Problem
from tongxin.core.pathway import CHINA
from tongxin.flows import sharing_duties as duties
from tongxin.flows.made_once import made_before
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.flows.sharing_ending import locked
from tongxin.flows.sharing_scope import children_in
from tongxin.flows.sharing_sending import queue_asked
from tongxin.lib import ids
from tongxin.people.models import Child
from tongxin.registers import answers
from tongxin.registers.answers import Given
from tongxin.registers.rules import Field, fields_in
from tongxin.sharing import selectors
from tongxin.sharing.models import GIVER, Agreement, Duty, Request, Version
from tongxin.sharing.rules import Rules

ASKED, ANSWERED = "share.asked", "share.answered"
NOT_IN_FORCE = "没有提交：这份协议现在没有效，或不是一次一次地要的。"
NO_FIELDS = "没有提交：请至少选一项协议里有的内容。"
NO_WHOM = "没有提交：请写明要哪些孩子，或选“范围里全部孩子”。"
NO_DAY = "没有提交：“用到哪天”要在今天到协议终止的那天之间。"
CHANGED = "没有保存：这份申请刚有变化，请看过再办。"
NO_CHILDREN = "没有保存：请选要给哪些孩子；只能选协议范围里、您看得到的。"
NO_REASON = "没有保存：请选理由；选“另有办法”的，请写明是什么办法。"
OTHERWISE = "otherwise"


def fields_of(found: Rules) -> tuple[Field, ...]:
    """The questions of a request."""
    return fields_in(found.asking, {})


@transaction.atomic
def ask(
    *, agreement_id: UUID, fields: Sequence[str], is_everyone: bool, given: Given, actor: Viewer, at: datetime,
    new_id: UUID | None = None,
) -> Request:
    """A request for some fields of some children, made once under `new_id`; the giving side answers by a due
    moment."""
    known = selectors.agreement_for(agreement_id, viewer=actor, at=at)
    person_id, post_id = duties.acting(actor)
    if known is None or not selectors.is_receiver(known, viewer=actor, at=at):
        raise NotAllowed
    (agreement,) = locked([agreement_id])
    if before := made_before(Request, new_id, agreement_id=agreement.id, person_id=person_id):
        return before
    version, found = _askable(agreement, at), duties.rules_of(agreement, at=at)
    read = answers.read(fields_of(found), given, at=at)
    until = date.fromisoformat(str(read.clear["until"])) if "until" in read.clear else None
    problems = list(read.problems)
    if not fields or set(fields) - set(version.fields):
        problems.append(Problem("fields", NO_FIELDS, True))
    if not is_everyone and not read.words.get("whom"):
        problems.append(Problem("whom", NO_WHOM, True))
    if until is not None and not at.astimezone(CHINA).date() <= until <= version.ends_on:
        problems.append(Problem("until", NO_DAY, True))
    if problems or until is None:
        raise Refused(problems)
    request = Request(
        id=new_id or ids.new_id(), agreement=agreement, fields=[each for each in version.fields if each in fields],
        is_everyone=is_everyone, until_on=until, person_id=person_id, post_id=post_id, at=at,
    )
    vault.create_keys([request.key_owner], at=at)
    vault.put(request, {"words": json.dumps(read.words, ensure_ascii=False)})
    request.save(force_insert=True)
    duty = duties.begin(agreement, Duty.ANSWER, side=GIVER, at=at, request=request)
    duties.tell(ASKED, agreement, actor, at, [duty.owner_post_id])
    return request


def _askable(agreement: Agreement, at: datetime) -> Version:
    version = agreement.current
    today = at.astimezone(CHINA).date()
    if agreement.state != Agreement.IN_FORCE or version is None or version.ends_on < today:
        raise Refused.because(NOT_IN_FORCE)
    if version.flow != Version.ASKED:
        raise Refused.because(NOT_IN_FORCE)
    return version


def choosable(request: Request, *, viewer: Viewer, at: datetime) -> QuerySet[Child]:
    """The children whom somebody on the giving side may choose for a request."""
    agreement, version = request.agreement, request.agreement.current
    purpose = duties.rules_of(agreement, at=at).purposes.get(version.purpose) if version else None
    if version is None or purpose is None:
        return Child.objects.none()
    inside = children_in(agreement, version, purpose, at=at)
    return access.visible(inside, viewer=viewer, part="identity", at=at)


def may_answer(request: Request, *, viewer: Viewer, at: datetime) -> bool:
    """Whether somebody chooses the children: of the giving side, and of those who see files."""
    giver = selectors.is_giver(request.agreement, viewer=viewer, at=at)
    return giver and access.reads(viewer=viewer, part="identity", at=at)


@transaction.atomic
def agree(*, request_id: UUID, children: Sequence[UUID], actor: Viewer, at: datetime) -> Request:
    """These children are given, as far as each one's consent allows."""
    request = _to_answer(request_id, actor, at)
    _askable(request.agreement, at)
    mine = choosable(request, viewer=actor, at=at)
    wanted = list(mine if request.is_everyone else mine.filter(id__in=list(children)))
    if not wanted or (not request.is_everyone and len(wanted) != len(set(children))):
        raise Refused([Problem("children", NO_CHILDREN, True)])
    _answer(request, Request.AGREED, "", "", actor, at)
    queue_asked(request, [each.id for each in wanted], at=at)
    return request


@transaction.atomic
def refuse(*, request_id: UUID, reason: str, words: str, actor: Viewer, at: datetime) -> Request:
    """Nothing is given, with a reason that whoever asked reads."""
    request = _to_answer(request_id, actor, at)
    found = duties.rules_of(request.agreement, at=at)
    if reason not in found.refused or (reason == OTHERWISE and not words.strip()):
        raise Refused([Problem("reason", NO_REASON, True)])
    _answer(request, Request.REFUSED, reason, words, actor, at)
    return request


@transaction.atomic
def withdraw(*, request_id: UUID, actor: Viewer, at: datetime) -> Request:
    """Whoever asked needs it no more."""
    request = _locked(request_id, actor, at)
    if not selectors.is_receiver(request.agreement, viewer=actor, at=at):
        raise NotAllowed
    if request.state != Request.WAITING:
        raise Refused.because(CHANGED)
    _answer(request, Request.WITHDRAWN, "", "", actor, at)
    return request


def _locked(request_id: UUID, actor: Viewer, at: datetime) -> Request:
    known = selectors.request_for(request_id, viewer=actor, at=at)
    if known is None:
        raise NotAllowed
    (agreement,) = locked([known.agreement_id])
    request = Request.objects.select_for_update(of=("self",)).get(id=request_id)
    request.agreement = agreement
    return request


def _to_answer(request_id: UUID, actor: Viewer, at: datetime) -> Request:
    request = _locked(request_id, actor, at)
    if not may_answer(request, viewer=actor, at=at):
        raise NotAllowed
    if request.state != Request.WAITING:
        raise Refused.because(CHANGED)
    return request


def _answer(request: Request, state: str, reason: str, words: str, actor: Viewer, at: datetime) -> None:
    request.state, request.reason, request.answered_at, request.answered_by = state, reason, at, actor.person_id
    vault.put(request, {"answer": words.strip() or None})
    request.save()
    duties.finish_all(request.duties.all(), actor=actor, at=at, outcome=state)
    duties.tell(ANSWERED, request.agreement, actor, at, [request.post_id], outcome=state)
