"""Typical cases: written without the person, agreed to by the family, read by experts who never served the child,
published by somebody else, and gone at once when the agreement is."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from tongxin import vault
from tongxin.access import scope
from tongxin.access import selectors as access
from tongxin.accounts.viewers import WORKER, Viewer
from tongxin.coordination.models import Expert, Opinion, Step, TypicalCase
from tongxin.coordination.rules import CASES, Rules
from tongxin.core.consent import standing as consent
from tongxin.core.forms import Problem
from tongxin.flows import coordinating
from tongxin.flows import coordinating_experts as experts
from tongxin.flows.consenting import standings_of
from tongxin.flows.coordinating import CHANGED, add_step, read, tell
from tongxin.flows.coordinating_hiding import hidden
from tongxin.flows.coordinating_interest import has_interest
from tongxin.flows.facts import facts_of
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.people.models import Child
from tongxin.registers.answers import Given

TEXT, ASKED, RETURNED, PUBLISHED, WITHDRAWN = "text", "asked", "returned", "published", "withdrawn"
READ_CASES = coordinating.SEE
AGREES = "agrees"
NO_TOPIC = "没有保存：请选主题。"
NO_CONSENT = "没有保存：孩子和监护人还没有同意“典型案例”这一项用途，或者已经撤回。请先填“知情同意”。"
FEW = "没有保存：至少要请 {least} 位专家。"
CONFLICT = "没有保存：选的专家里有人服务过这个孩子，或者就是作者，不能审这个案例。请换别的专家。"
NOT_READ = "没有发布：这一稿要有至少 {least} 位专家看过、都认为可以发布。"
OWN = "没有发布：案例是您写的，要由另一位同事发布。"
NO_WORDS = "没有保存：请写明为什么撤下。"
GONE = "同意撤回或到期"


def rules_for(county_id: int, *, at: datetime) -> Rules:
    return coordinating.rules_of(CASES, county_id, at=at)


def may_write(viewer: Viewer, *, at: datetime) -> bool:
    return access.may_do(viewer=viewer, action=coordinating.WRITE, at=at)


def consented(child_id: UUID | None, county_id: int, *, at: datetime) -> bool:
    """Whether child and guardian agree now that their case is told; a case without a file needs no such word."""
    if child_id is None:
        return True
    # Whoever reads the library has no part in the child; only whether it may be shown is asked.
    with scope.widened():
        child = Child.objects.filter(id=child_id).first()
        if child is None or vault.destroyed([child.key_owner]):
            return False
        wanted = str(rules_for(county_id, at=at).content["purpose"])
        found = next((each for each in standings_of(child, facts=facts_of(child_id)[0], at=at)
                      if each.purpose.id == wanted), None)
    return found is not None and found.state == consent.GIVEN and not found.child_refuses


def published(viewer: Viewer, *, at: datetime) -> list[TypicalCase]:
    """What the viewer may learn from: published, and the family's agreement stands this moment."""
    rows = TypicalCase.objects.filter(county_id=coordinating.county_of(viewer), state=TypicalCase.PUBLISHED)
    return [each for each in rows.order_by("-year", "-number") if consented(each.child_id, each.county_id, at=at)]


def in_work(viewer: Viewer, *, at: datetime) -> QuerySet[TypicalCase]:
    """What is being written or read: for its author, for who leads; experts come to it by their opinion."""
    county = coordinating.county_of(viewer)
    rows = TypicalCase.objects.filter(county_id=county).order_by("-year", "-number")
    if coordinating.leads(viewer, county, at=at):
        return rows
    asked = Opinion.objects.filter(expert__expert_id=viewer.person_id, kind=Opinion.REVIEW).exclude(
        state__in=(Opinion.DECLINED, Opinion.DROPPED)
    )
    return rows.filter(Q(person_id=viewer.person_id) | Q(id__in=asked.values("case_id")))


def case_for(case_id: UUID, *, viewer: Viewer, at: datetime) -> TypicalCase:
    """The case, for who works on it, or published for everybody; none whose agreement is gone but for its author."""
    case = in_work(viewer, at=at).filter(id=case_id).first()
    if case is not None:
        if case.person_id == viewer.person_id or consented(case.child_id, case.county_id, at=at):
            return case
        raise NotAllowed
    found = next((each for each in published(viewer, at=at) if each.id == case_id), None)
    if found is None:
        raise NotAllowed
    return found


def texts_of(case: TypicalCase) -> list[Step]:
    return coordinating.steps_of(case.id, TEXT)


@transaction.atomic
def write(
    *, topic: str, given: Given, actor: Viewer, at: datetime, child_id: UUID | None = None,
    case_id: UUID | None = None, new_id: UUID | None = None,
) -> TypicalCase:
    """A case or its next text; what could tell who it is about is hidden before it is kept."""
    if actor.person_id is None or not may_write(actor, at=at):
        raise NotAllowed
    case = _own(case_id, actor) if case_id else None
    county = case.county_id if case else coordinating.county_of(actor)
    found = rules_for(county, at=at)
    if case is not None:
        child_id = case.child_id
    child: Child | None = None
    if child_id is not None:
        child = access.child_if_visible(viewer=actor, child_id=child_id, part="psychological", at=at)
        if child is None:
            raise NotAllowed
        if not consented(child_id, county, at=at):
            raise Refused.because(NO_CONSENT)
    if topic not in found.words("topics"):
        raise Refused([Problem("topic", NO_TOPIC, True)])
    said = read("text", given, found, at=at)
    words, many = hidden(said.words, child=child, at=at)
    if case is None:
        case, is_new = coordinating.begin(
            TypicalCase, county_id=county, actor=actor, at=at, new_id=new_id, state=TypicalCase.DRAFT, topic=topic,
            child_id=child_id,
        )
        if not is_new:
            return case
    number = len(texts_of(case)) + 1
    add_step(case.id, TEXT, actor=actor, at=at, clear={"number": number, "hidden": many, "topic": topic}, words=words)
    experts.drop(list(case.opinions.filter(state=Opinion.ASKED)))
    _stand(case, TypicalCase.DRAFT, topic=topic)
    tell("typical.advanced", case.id, actor=actor, at=at, step=TEXT)
    return case


def _own(case_id: UUID, actor: Viewer) -> TypicalCase:
    case = TypicalCase.objects.select_for_update().filter(id=case_id).first()
    if case is None or case.person_id != actor.person_id:
        raise NotAllowed
    if case.state in (TypicalCase.PUBLISHED, TypicalCase.WITHDRAWN):
        raise Refused.because(CHANGED)
    return case


def _stand(case: TypicalCase, state: str, *, topic: str = "") -> None:
    case.state, case.topic = state, topic or case.topic
    case.save(update_fields=["state", "topic"])


def free_experts(case: TypicalCase, *, at: datetime) -> list[Expert]:
    """The experts who may read a case: in their term, not its author, never served the child."""
    return [
        each for each in experts.serving(case.county_id, at=at)
        if each.expert_id != case.person_id
        and not (case.child_id and has_interest(each.expert_id, case.child_id, at=at))
    ]


def _led(case_id: UUID, actor: Viewer, at: datetime) -> TypicalCase:
    county = coordinating.leading(actor, at=at)
    case = TypicalCase.objects.select_for_update().filter(id=case_id, county_id=county).first()
    if case is None:
        raise NotAllowed
    return case


@transaction.atomic
def ask(*, case_id: UUID, expert_ids: Iterable[UUID], actor: Viewer, at: datetime) -> TypicalCase:
    """The newest text goes to experts who have no part in it."""
    case = _led(case_id, actor, at)
    if case.state not in (TypicalCase.DRAFT, TypicalCase.REVIEW):
        raise Refused.because(CHANGED)
    if not consented(case.child_id, case.county_id, at=at):
        raise Refused.because(NO_CONSENT)
    wanted = set(expert_ids)
    free = {each.id: each for each in free_experts(case, at=at)}
    if wanted - set(free):
        raise Refused([Problem("experts", CONFLICT, True)])
    number = int(texts_of(case)[-1].clear["number"])
    now = readings(case, number)
    there = {each.expert_id for each in now}
    least = rules_for(case.county_id, at=at).least
    if len(wanted | there) < least:
        raise Refused([Problem("experts", FEW.format(least=least), True)])
    for expert_id in sorted(wanted - there):
        experts.ask(free[expert_id], kind=Opinion.REVIEW, actor=actor, at=at, case=case, text_no=number)
    add_step(case.id, ASKED, actor=actor, at=at, clear={"number": number, "experts": len(wanted | there)})
    _stand(case, TypicalCase.REVIEW)
    tell("typical.advanced", case.id, actor=actor, at=at, step=ASKED)
    return case


def readings(case: TypicalCase, number: int) -> list[Opinion]:
    """The opinions that count for a text: those that wait and those that were given."""
    rows = case.opinions.filter(text_no=number, kind=Opinion.REVIEW).select_related("expert")
    return list(rows.exclude(state__in=(Opinion.DECLINED, Opinion.DROPPED)).order_by("opened_at", "id"))


def verdicts(opinions: Sequence[Opinion]) -> dict[UUID, str]:
    """What experts said of a text, by opinion."""
    rows = Step.objects.filter(about_id__in=[each.id for each in opinions], kind=experts.ANSWERED)
    return {row.about_id: str(row.clear.get("verdict", "")) for row in rows}


def is_agreed(case: TypicalCase, *, at: datetime) -> bool:
    """Whether enough experts without a part in it find that the newest text may be published, and nobody doesn't."""
    texts = texts_of(case)
    opinions = readings(case, int(texts[-1].clear["number"])) if texts else []
    said = verdicts(opinions)
    fair = [
        each for each in opinions
        if each.id in said and not (case.child_id and has_interest(each.expert.expert_id, case.child_id, at=at))
    ]
    return all(said[each.id] == AGREES for each in fair) and len(fair) >= rules_for(case.county_id, at=at).least


@transaction.atomic
def review(*, opinion_id: UUID, given: Given, actor: Viewer, at: datetime) -> Opinion:
    """An expert's verdict; anything but yes goes back to the author."""
    opinion = experts.answer(opinion_id=opinion_id, given=given, actor=actor, at=at)
    case = opinion.case
    if case is None:
        return opinion
    said = verdicts([opinion])[opinion.id]
    if said != AGREES and case.state == TypicalCase.REVIEW:
        add_step(case.id, RETURNED, actor=actor, at=at, clear={"number": opinion.text_no})
        _stand(case, TypicalCase.RETURNED)
    tell("typical.advanced", case.id, actor=actor, at=at, step="reviewed",
         posts=[case.post_id, *coordinating.leaders(case.county_id, at=at)])
    return opinion


@transaction.atomic
def publish(*, case_id: UUID, actor: Viewer, at: datetime) -> TypicalCase:
    """Everybody at work in the county may read it from now on."""
    case = _led(case_id, actor, at)
    if case.state == TypicalCase.PUBLISHED:
        return case
    if case.state != TypicalCase.REVIEW:
        raise Refused.because(CHANGED)
    if case.person_id == actor.person_id:
        raise Refused.because(OWN)
    if not consented(case.child_id, case.county_id, at=at):
        raise Refused.because(NO_CONSENT)
    if not is_agreed(case, at=at):
        raise Refused.because(NOT_READ.format(least=rules_for(case.county_id, at=at).least))
    experts.drop(list(case.opinions.filter(state=Opinion.ASKED)))
    add_step(case.id, PUBLISHED, actor=actor, at=at, clear={"number": len(texts_of(case))})
    _stand(case, TypicalCase.PUBLISHED)
    tell("typical.advanced", case.id, actor=actor, at=at, step=PUBLISHED, posts=[case.post_id])
    return case


@transaction.atomic
def withdraw(*, case_id: UUID, words: str, actor: Viewer, at: datetime) -> TypicalCase:
    """Nobody reads it any more; by its author or whoever leads."""
    case = TypicalCase.objects.select_for_update().filter(
        id=case_id, county_id=coordinating.county_of(actor)
    ).first()
    if case is None or not (case.person_id == actor.person_id or coordinating.leads(actor, case.county_id, at=at)):
        raise NotAllowed
    if case.state == TypicalCase.WITHDRAWN:
        return case
    if not words.strip():
        raise Refused.because(NO_WORDS)
    _take_down(case, words.strip(), actor, at)
    return case


def _take_down(case: TypicalCase, words: str, actor: Viewer, at: datetime) -> None:
    experts.drop(list(case.opinions.filter(state=Opinion.ASKED)))
    add_step(case.id, WITHDRAWN, actor=actor, at=at, words={"words": words})
    _stand(case, TypicalCase.WITHDRAWN)
    tell("typical.advanced", case.id, actor=actor, at=at, step=WITHDRAWN,
         posts=[case.post_id, *coordinating.leaders(case.county_id, at=at)])


def take_down_unconsented(now: datetime) -> int:
    """How many cases went down because the family doesn't agree any more; nobody could read them since."""
    rows = TypicalCase.objects.exclude(state=TypicalCase.WITHDRAWN).filter(child_id__isnull=False)
    gone = [each for each in rows if not consented(each.child_id, each.county_id, at=now)]
    for case in gone:
        with transaction.atomic():
            _take_down(TypicalCase.objects.select_for_update().get(id=case.id), GONE, WORKER, now)
    return len(gone)
