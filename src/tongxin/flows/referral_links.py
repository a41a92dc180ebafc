"""A body without accounts answers by a link: what its page shows, what an answer and a paper become."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from django.db import transaction
from django.db.models import F

from tongxin import ledger
from tongxin.access import selectors as access
from tongxin.accounts.viewers import WORKER, Viewer
from tongxin.core.pathway import CHINA, CaseState, Handover
from tongxin.documents.faults import NotTaken
from tongxin.documents.services import File
from tongxin.flows import attaching, referring
from tongxin.flows.derive import state_of
from tongxin.flows.facts import facts_of
from tongxin.flows.record import Sheet, asked_of, record
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.ledger.models import Entry
from tongxin.lib import ids
from tongxin.people.models import Child
from tongxin.referrals import links
from tongxin.referrals.links import Issued, NoWayIn
from tongxin.referrals.models import ReferralLink
from tongxin.referrals.rules import Referrals, rules_in
from tongxin.rulebook import rules

# Whoever holds the link: nobody who works here.
OUTSIDE = Viewer(person_id=None)
PURPOSE, ROUTE, PART = "referral_link", "referral_link", "referral"
FORM = referring.ANSWER
# What goes to the other side of the sheet; nothing else of the file does.
TOLD = ("reason", "summary", "risks", "phone", "residence_address", "escort", "transport", "payer", "signature")
ENDED = "没有发：这份转介已经办结，不用再答复。"
MANY = "没有保存：这个链接已经传了 {most} 份文书。还有的，请交给转出单位的工作人员。"
TITLE = "接收单位凭链接上传"


@dataclass(frozen=True, slots=True)
class Opened:
    """What a right link and code lead to: the child, the sheet, where the referral stands, what may be answered."""

    link: ReferralLink
    child: Child
    handover: Handover
    sheet: Mapping[str, str]
    answers: tuple[str, ...]
    rules: Referrals


def issue(*, child_id: UUID, referral_id: UUID, actor: Viewer, at: datetime) -> Issued:
    """A link for the receiving body, from whoever may refer this child."""
    if not access.may(viewer=actor, child_id=child_id, part="", action=f"record.{referring.REFERRAL}", at=at):
        raise NotAllowed
    child, handover = _handover(child_id, referral_id, at)
    if handover is None:
        raise NotAllowed
    if referring.is_guest(actor, at) and handover.fact.post not in {str(each) for each in actor.post_ids}:
        raise NotAllowed
    if not handover.is_open:
        raise Refused.because(ENDED)
    found = rules_in(region=rules.region_of(child.county_id), at=at)
    with transaction.atomic():
        return links.issue(
            child_id=child_id, referral_id=referral_id, lasts=found.lasts, digits=found.digits, actor=actor, at=at
        )


def open_link(*, token: str, code: str, at: datetime) -> Opened:
    """What the page of a link shows; the look is written down. NoWayIn says nothing about whose it was."""
    opened = _find(token, code, at)
    links.look(opened.link, at=at)
    return opened


def answer(
    *, token: str, code: str, answers: Mapping[str, Any], signer: str, at: datetime
) -> str:
    """Record what the body answered, each state once; the state."""
    opened = _find(token, code, at)
    said = str(answers.get("answer", ""))
    if said not in opened.answers:
        raise Refused.because(referring.DONE_BEFORE)
    if not signer.strip():
        raise Refused.because("没有提交：请写上答复人的姓名和科室（年级）。")
    told = opened.handover.told
    entry_id = uuid5(opened.link.id, f"{said}:{told.id if told else ''}")
    if Entry.everything.filter(id=entry_id).exists():
        raise Refused.because(referring.DONE_BEFORE)
    now = f"{at.astimezone(CHINA):%Y-%m-%dT%H:%M}"
    given = {**answers, "way": "link", "answered_at": now, "signature": signer.strip()}
    # A place whose rules are older asks less.
    asked = {field.id for field in asked_of(opened.child, form_id=FORM, at=at).form.fields}
    given = {name: value for name, value in given.items() if name in asked and value not in ("", None)}
    sheet = Sheet(entry_id, FORM, given, at, about=str(opened.link.referral_id))
    record(child_id=opened.child.id, sheet=sheet, actor=WORKER, at=at)
    return said


def add_paper(*, token: str, code: str, name: str, content: bytes, at: datetime) -> None:
    """Keep a paper of the body in the child's file, its content checked; NotTaken says why not."""
    opened = _find(token, code, at)
    if opened.link.papers >= opened.rules.most_papers:
        raise NotTaken(MANY.format(most=opened.rules.most_papers))
    kinds = referring.paper_kinds(opened.child, at=at)
    if not kinds:
        raise NotTaken("这里还不能传文书，请交给转出单位的工作人员。")
    file = File(id=ids.new_id(), name=name, content=content, kind=kinds[0], title=TITLE)
    attaching.add(child=opened.child, file=file, actor=WORKER, at=at)
    ReferralLink.objects.filter(id=opened.link.id).update(papers=F("papers") + 1)


def _find(token: str, code: str, at: datetime) -> Opened:
    region = _region_of(token)
    found = rules_in(region=region, at=at)
    link = links.find(token=token, code=code, tries=found.tries, at=at)
    child, state = _state(link.child_id, at)
    handover = state.referrals.get(str(link.referral_id))
    entry = Entry.objects.filter(id=link.referral_id, subject_id=link.child_id).select_related("subject").first()
    if handover is None or entry is None or not handover.is_open:
        raise NoWayIn
    (told,) = ledger.open_entries([entry], viewer=OUTSIDE, purpose=PURPOSE, at=at, part=PART, route=ROUTE)
    if told is None:
        raise NoWayIn
    hidden = () if referring.WHO in found.parts(handover, state=state) else referring.CONTACT
    sheet = {name: str(told[name]) for name in TOLD if told.get(name) and name not in hidden}
    return Opened(link, child, handover, sheet, referring.answers_to(handover), found)


def _region_of(token: str) -> str:
    link = ReferralLink.objects.filter(digest=links.digest_of(token)).only("child_id").first()
    child = Child.objects.filter(id=link.child_id).only("county_id").first() if link else None
    return rules.region_of(child.county_id) if child else ""


def _handover(child_id: UUID, referral_id: UUID, at: datetime) -> tuple[Child, Handover | None]:
    child, state = _state(child_id, at)
    return child, state.referrals.get(str(referral_id))


def _state(child_id: UUID, at: datetime) -> tuple[Child, CaseState]:
    child = Child.objects.get(id=child_id)
    facts, _ = facts_of(child_id)
    return child, state_of(child, facts=facts, at=at)
