"""A guardian decides by a one-time link: who may be sent one, what its page may show, what an answer becomes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from django.db import transaction

from tongxin import ledger, vault
from tongxin.access import selectors as access
from tongxin.accounts.viewers import WORKER, Viewer
from tongxin.assessments.forms import age_on
from tongxin.consents import links
from tongxin.consents.links import Issued, NoWayIn
from tongxin.consents.models import ConsentLink
from tongxin.core.consent import GIVEN, OUT_OF_DATE, REFUSED, WITHDRAWN, Notice, Standing
from tongxin.core.pathway import CHINA, CaseState
from tongxin.documents.papers import papers_in
from tongxin.flows.consenting import is_unnamed, notice_in, notice_on, standings_of
from tongxin.flows.derive import state_of
from tongxin.flows.facts import facts_of
from tongxin.flows.handlers import later_handlers
from tongxin.flows.record import Sheet, record
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.people.models import Carer, Child
from tongxin.rulebook import rules

FORM = "consent"
NOT_TO_THEM = "没有发：这位照料人需要回避，或者还不清楚监护人是否就是危险来源。"
NOBODY = "没有发：请选发给谁。"
NO_PURPOSE = "没有发：请至少选一个用途。"
NOT_A_GUARDIAN = "没有发：档案里写着这位照料人不是监护人。请先填“照料人变更”。"
ANOTHER = "没有提交：姓名和档案里登记的这位监护人不一样。请写身份证上的姓名；登记有误的，请打电话给给您链接的工作人员。"
DEFERRED = "现在正在处理孩子的安全，暂时不能在这里撤回。您的意思已经记下，会有人和您联系；这不影响您的权利。"


@dataclass(frozen=True, slots=True)
class Opened:
    """What a right link leads to: the child, what is asked, how each stands, and whether looks may be told."""

    link: ConsentLink
    child: Child
    notice: Notice
    standings: tuple[Standing, ...]
    may_see_looks: bool


def issue(
    *, child_id: UUID, carer_id: int, purposes: Iterable[str], actor: Viewer, at: datetime
) -> Issued:
    """A link for a guardian on file; never for one who may be the danger (spine A4)."""
    if not access.may(viewer=actor, child_id=child_id, part="", action=f"record.{FORM}", at=at):
        raise NotAllowed
    child = Child.objects.get(id=child_id)
    notice = notice_in(region=rules.region_of(child.county_id), at=at)
    wanted = [each.id for each in notice.purposes if each.id in set(purposes)]
    carer = Carer.objects.filter(id=carer_id, child_id=child_id, to_on__isnull=True).first()
    if carer is None:
        raise Refused.because(NOBODY)
    if not wanted:
        raise Refused.because(NO_PURPOSE)
    if carer.is_guardian is False:
        raise Refused.because(NOT_A_GUARDIAN)
    facts, _ = facts_of(child_id)
    if _is_kept_from(carer, state_of(child, facts=facts, at=at)):
        raise Refused.because(NOT_TO_THEM)
    with transaction.atomic():
        return links.issue(
            child_id=child_id, carer_id=carer.id, relation=carer.relation, purposes=wanted,
            notice_on=at.astimezone(CHINA).date(), lasts=notice.lasts, actor=actor, at=at,
        )


def open_link(*, token: str, at: datetime) -> Opened:
    """What a link's page shows; NoWayIn says nothing about whose it was."""
    link = links.find(token=token, at=at)
    opened = _opened(link, at)
    if link.opened_at is None:
        ConsentLink.objects.filter(id=link.id).update(opened_at=at)
    return opened


def decide(
    *, token: str, answers: Mapping[str, str], signer: str, child_agrees: str = "", child_view: str = "",
    at: datetime,
) -> list[str]:
    """Record what a guardian answered, purpose by purpose, and end the link; sentences about what has to wait."""
    with transaction.atomic():
        link = links.find(token=token, at=at, for_update=True)
        opened = _opened(link, at)
        said = _grouped(opened, answers)
        if not signer.strip() or not said:
            raise Refused.because("没有提交：请对每一项作出选择，并写上您的姓名。")
        _refuse_another(link, signer, at)
        waits: list[str] = []
        for answer, purposes in said.items():
            sheet = _sheet(opened, answer, purposes, signer.strip(), child_agrees, child_view, at)
            try:
                with transaction.atomic():
                    record(child_id=link.child_id, sheet=sheet, actor=WORKER, at=at)
            except Refused:
                if answer != WITHDRAWN:
                    raise
                _defer(opened.child, purposes, at)
                waits.append(DEFERRED)
        ConsentLink.objects.filter(id=link.id).update(used_at=at)
    return waits


def _opened(link: ConsentLink, at: datetime) -> Opened:
    child = Child.objects.get(id=link.child_id)
    carer = Carer.objects.filter(id=link.carer_id, child_id=child.id, to_on__isnull=True).first()
    facts, _ = facts_of(child.id)
    state = state_of(child, facts=facts, at=at)
    if carer is None or carer.is_guardian is False or _is_kept_from(carer, state):
        raise NoWayIn
    region = rules.region_of(child.county_id)
    standings = standings_of(child, facts=facts, at=at)
    return Opened(
        link, child, notice_on(link.notice_on, region=region, at=at),
        tuple(each for each in standings if each.purpose.id in link.purposes),
        may_see_looks=not papers_in(region=region, at=at).family.is_closed(state.names()),
    )


def _is_kept_from(carer: Carer, state: CaseState) -> bool:
    """Whether a carer may be the danger. Nobody sees who opens a link, so a doubt about any of them is enough here."""
    if carer.is_concern or state.concern_unknown:
        return True
    return is_unnamed(state, Carer.objects.filter(child_id=carer.child_id, to_on__isnull=True))


def _refuse_another(link: ConsentLink, signer: str, at: datetime) -> None:
    """The link is for one guardian: whoever signs writes that person's name, where the file has it."""
    adult = Carer.objects.select_related("adult").get(id=link.carer_id).adult
    (name,) = vault.open([adult.name], viewer=WORKER, purpose="sign", part="family", at=at)
    if name and _plain(name) != _plain(signer):
        raise Refused.because(ANOTHER)


def _plain(name: str) -> str:
    return "".join(sign for sign in name if sign.isalpha())


def _grouped(opened: Opened, answers: Mapping[str, str]) -> dict[str, list[str]]:
    """The purposes by what was said of them; a no after a yes is a withdrawal."""
    before = {each.purpose.id: each.state for each in opened.standings}
    said: dict[str, list[str]] = {}
    for purpose in opened.link.purposes:
        answer = answers.get(purpose, "")
        if answer == REFUSED and before.get(purpose) in {GIVEN, OUT_OF_DATE}:
            answer = WITHDRAWN
        if answer in {GIVEN, REFUSED, WITHDRAWN}:
            said.setdefault(answer, []).append(purpose)
    return said


def _sheet(
    opened: Opened, answer: str, purposes: list[str], signer: str, child_agrees: str, child_view: str, at: datetime
) -> Sheet:
    link = opened.link
    answers: dict[str, Any] = {
        "purposes": purposes, "answer": answer, "decided_on": at.astimezone(CHINA).date().isoformat(),
        "notice_on": link.notice_on.isoformat(), "way": "link", "decided_by": "guardian", "signer": signer,
        "signer_relation": link.relation,
    }
    age = age_on(opened.child.birth_month, at.astimezone(CHINA).date())
    if age is not None and age >= opened.notice.asked_from:
        answers["child_asked"] = "yes" if child_agrees else "no"
    if answers.get("child_asked") == "yes":
        answers |= {"child_agrees": child_agrees, **({"child_view": child_view} if child_view.strip() else {})}
    return Sheet(uuid5(link.id, answer), FORM, answers, at)


def _defer(child: Child, purposes: list[str], at: datetime) -> None:
    """A withdrawal that has to wait for a child's safety is told to the child's line at once."""
    event = ledger.record(
        kind="withdrawal.deferred", subject=child.key_owner, actor=WORKER, at=at, clear={"purposes": purposes},
        is_fact=True,
    )
    ledger.enqueue(event, later_handlers(event.kind))
