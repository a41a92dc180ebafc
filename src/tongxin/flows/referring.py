"""What may be written of a referral: answers in their order, a diagnosis only from a paper, who may pass a child on."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from tongxin.accounts.viewers import Viewer
from tongxin.core.forms import Problem
from tongxin.core.pathway import CaseState, Handover
from tongxin.documents import selectors as documents
from tongxin.documents.kinds import attachments_in
from tongxin.flows.refusals import Refused
from tongxin.ledger import Draft
from tongxin.people.models import Child
from tongxin.referrals.rules import rules_in
from tongxin.registers import impact
from tongxin.rulebook import rules

REFERRAL, ANSWER = "referral", "referral_answer"
KINDS = frozenset({REFERRAL, ANSWER})
# What a body may answer from where a referral stands; the answers in the order in which they come.
NEXT: Mapping[str, tuple[str, ...]] = {
    "sent": ("received", "accepted", "declined", "in_service", "done", "returned"),
    "received": ("accepted", "declined", "in_service", "done", "returned"),
    "accepted": ("in_service", "done", "returned"),
    "contacted": ("in_service", "done", "returned"),
    "in_service": ("in_service", "done", "returned"),
}
OVER = "这份转介已经办结，不用再答复。没有保存。"
DONE_BEFORE = "没有保存：这一步已经答复过了。请选接下来的办理情况。"
GIVE_BACK = "没有保存：已经答复接收的，不能再选“不能接收”。确实办不了的，请选“退回转出单位”，写明原因和建议。"
NO_PAPER = "还没有医院文书，不能写摘要或选“有”。请先在附件里传上文书（种类选“转介的文书”），再来填写。"
ITSELF = "没有保存：接收单位就是正在服务的这家单位。请选另一家。"
NOT_THEIRS = "没有保存：要转给别的单位，请从您收到的那份转介里点“转给别的单位”；只有还在办理的转介可以转。"
NO_CONTACT = "没有保存：这一类转介不给家里的电话和地址。要给的，先取得“部门间共享”的同意；不用的，请选“否”。"
THROUGH = frozenset({"referred"})
# How to reach the family: part of who the child is, and given where that part is.
CONTACT, WHO, ASKS_CONTACT = ("phone", "residence_address"), "identity", "give_contact"


def refuse(*, state: CaseState, draft: Draft, data: Mapping[str, Any], actor: Viewer, at: datetime) -> None:
    """Nothing, when the referral or its answer may stand; else a sentence that says what to do."""
    if draft.kind == ANSWER:
        _refuse_answer(state, draft, data, at)
    else:
        _refuse_referral(state, data, actor, at)
        _refuse_contact(state, draft, data, at)
        if draft.supersedes is None:
            _refuse_unassessed(state, draft.subject.id, data, at)


def answers_to(known: Handover) -> tuple[str, ...]:
    """What may be answered now."""
    return NEXT.get(known.answer, ())


def _refuse_answer(state: CaseState, draft: Draft, data: Mapping[str, Any], at: datetime) -> None:
    known = _named(state, str(data.get("referral", "")))
    answer = str(data.get("answer", ""))
    if known is None or not known.is_open:
        raise Refused.because(OVER)
    if answer not in answers_to(known):
        raise Refused([Problem("answer", GIVE_BACK if answer == "declined" else DONE_BEFORE, True)])
    summary = str(draft.answers.get("hospital_summary") or "").strip()
    says_paper = summary or data.get("hospital_document") == "yes"
    if says_paper and not has_paper(child_id=draft.subject.id, since=known.fact.recorded_at, at=at):
        where = "hospital_summary" if summary else "hospital_document"
        raise Refused([Problem(where, NO_PAPER, True)])


def _named(state: CaseState, key: str) -> Handover | None:
    if key:
        return state.referrals.get(key)
    waiting = [each for each in state.referrals.values() if each.is_open]
    return waiting[0] if len(waiting) == 1 else None


def has_paper(*, child_id: UUID, since: datetime, at: datetime) -> bool:
    """Whether a paper of the kinds that carry a diagnosis came to the file since a referral was sent."""
    kinds = paper_kinds(Child.objects.get(id=child_id), at=at)
    return documents.has_any(child_id=child_id, kinds=kinds, since=since)


def paper_kinds(child: Child, *, at: datetime) -> list[str]:
    """The kinds of attachments that are papers of a referral where a child lives, the fitting first."""
    region = rules.region_of(child.county_id)
    try:
        known = attachments_in(region=region, at=at).kinds
    except rules.NotAdopted:
        return []
    return [kind for kind in rules_in(region=region, at=at).papers if kind in known]


def _refuse_referral(state: CaseState, data: Mapping[str, Any], actor: Viewer, at: datetime) -> None:
    """Whoever came to the child by a referral passes on that one, while it is theirs, to another body."""
    after = state.referrals.get(str(data.get("after", "")))
    bodies = {str(each) for each in actor.organisation_ids}
    if after is not None and after.is_open and after.to == str(data.get("to_organisation", "")):
        raise Refused([Problem("to_organisation", ITSELF, True)])
    if actor.is_worker or not is_guest(actor, at):
        return
    if after is None or not after.is_open or after.to not in bodies:
        raise Refused.because(NOT_THEIRS)


def _refuse_contact(state: CaseState, draft: Draft, data: Mapping[str, Any], at: datetime) -> None:
    """How to reach the family goes only to whom the kind shows who the child is, with consent or by law."""
    if not any(draft.answers.get(name) for name in CONTACT):
        return
    region = rules.region_of(Child.objects.values_list("county_id", flat=True).get(id=draft.subject.id))
    if WHO not in rules_in(region=region, at=at).given(data, state=state):
        raise Refused([Problem(ASKS_CONTACT, NO_CONTACT, True)])


def _refuse_unassessed(state: CaseState, child_id: UUID, data: Mapping[str, Any], at: datetime) -> None:
    """Where the rules want an impact assessment before anything is provided to others, there is one; a child in
    danger doesn't wait for it."""
    county_id = Child.objects.values_list("county_id", flat=True).get(id=child_id)
    gate = impact.gate_without(REFERRAL, county_id=county_id, at=at)
    if gate is None or not gate.refuses or state.in_crisis or data.get("basis") in gate.unless:
        return
    raise Refused.because(f"没有保存：{gate.zh}")


def is_guest(actor: Viewer, at: datetime) -> bool:
    """Whether somebody may write a referral only about children who were referred to them."""
    found = rules.access_rules(at=at)
    through = {
        relation for role in actor.roles
        for relation in found.relations(role=role, part="", action=f"record.{REFERRAL}")
    }
    return through <= THROUGH
