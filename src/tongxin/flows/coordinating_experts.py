"""The expert pool, and what experts are asked: they answer or step back, are reminded, and late ones are passed up."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from tongxin.access import selectors as access
from tongxin.accounts.models import Division, Holding, Person, Post
from tongxin.accounts.viewers import WORKER, Viewer, held
from tongxin.coordination.models import Expert, Opinion, TypicalCase
from tongxin.coordination.rules import CASES, Rules
from tongxin.core.forms import Problem
from tongxin.core.pathway import CHINA, due_at
from tongxin.flows import coordinating
from tongxin.flows.coordinating import CHANGED, File, add_step, examined, keep_scan, locked, read, tell
from tongxin.flows.coordinating_hiding import hidden
from tongxin.flows.coordinating_interest import has_interest
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.people.models import Child
from tongxin.registers.answers import Given
from tongxin.rulebook import rules

# Who may be asked: whoever sees a county's table, or the tables of all counties of a city.
ANSWER = (coordinating.SEE, coordinating.OVERSEE)
APPOINTED, ENDED = "appointed", "ended"
ASKED, ANSWERED, DECLINED, RUNG = "asked", "answered", "declined", "rung"
NO_PERSON = "没有保存：请选一位本区县或市里在岗的人。"
TWICE = "没有保存：这位同事已经在专家库里。聘期到了的，先解聘再聘。"
NO_EXPERT = "没有保存：请选一位在聘的专家。"
NO_WORDS = "没有保存：请写明原因。"
OWN = "没有保存：不能请自己。"
SERVED = "没有保存：这位专家服务过这个孩子，不能请。请换一位。"


def rules_for(county_id: int, *, at: datetime) -> Rules:
    return coordinating.rules_of(CASES, county_id, at=at)


def candidates(county_id: int, *, at: datetime) -> list[tuple[Person, Post]]:
    """Who may be asked into the pool: people with a post of the county or of its city in which they can answer."""
    county = Division.objects.get(id=county_id)
    access_rules = rules.access_rules(at=at)
    rows = Holding.objects.filter(held(at), person__is_active=True, kind=Holding.HOLDER).filter(
        post__division_id__in=[each for each in (county.id, county.city_id) if each]
    ).exclude(post__role__in=access_rules.apart).select_related("person", "post").order_by("post__title", "id")
    found: dict[UUID, tuple[Person, Post]] = {}
    for row in rows:
        if any(access_rules.may_do(role=row.post.role, action=each) for each in ANSWER):
            found.setdefault(row.person_id, (row.person, row.post))
    return list(found.values())


def serving(county_id: int, *, at: datetime) -> QuerySet[Expert]:
    """The experts whose term runs."""
    today = at.astimezone(CHINA).date()
    return Expert.objects.filter(
        county_id=county_id, state=Expert.SERVES, from_on__lte=today, to_on__gte=today, expert__is_active=True
    ).select_related("expert").order_by("year", "number")


def expert_for(expert_id: UUID, *, viewer: Viewer) -> Expert:
    found = Expert.objects.filter(id=expert_id, county_id=coordinating.county_of(viewer)).first()
    if found is None:
        raise NotAllowed
    return found


@transaction.atomic
def appoint(
    *, person_id: UUID | None, given: Given, file: File | None, actor: Viewer, at: datetime,
    new_id: UUID | None = None,
) -> Expert:
    """Somebody joins the pool for a term, with the proof of what they are."""
    county = coordinating.leading(actor, at=at)
    said = read("expert_fields", given, rules_for(county, at=at), at=at)
    if person_id not in {person.id for person, _ in candidates(county, at=at)}:
        raise Refused([Problem("person", NO_PERSON, True)])
    running = Expert.objects.filter(county_id=county, expert_id=person_id, state=Expert.SERVES).first()
    if running is not None and running.id != new_id:
        raise Refused([Problem("person", TWICE, True)])
    kept = examined(file, county, at=at)
    expert, is_new = coordinating.begin(
        Expert, county_id=county, actor=actor, at=at, new_id=new_id, state=Expert.SERVES, expert_id=person_id,
        fields=said.clear["fields"], grade=said.clear["grade"], from_on=date.fromisoformat(said.clear["from_on"]),
        to_on=date.fromisoformat(said.clear["to_on"]),
    )
    if is_new:
        keep_scan(add_step(expert.id, APPOINTED, actor=actor, at=at, clear=said.clear, words=said.words), kept)
        tell("expert.appointed", expert.id, actor=actor, at=at, posts=posts_of(expert, at=at), step=APPOINTED)
    return expert


@transaction.atomic
def end(*, expert_id: UUID, words: str, actor: Viewer, at: datetime) -> Expert:
    """They leave the pool; what they said stays."""
    county = coordinating.leading(actor, at=at)
    expert = Expert.objects.select_for_update().filter(id=expert_id, county_id=county).first()
    if expert is None:
        raise NotAllowed
    if expert.state == Expert.ENDED:
        raise Refused.because(CHANGED)
    if not words.strip():
        raise Refused.because(NO_WORDS)
    expert.state = Expert.ENDED
    expert.save(update_fields=["state"])
    add_step(expert.id, ENDED, actor=actor, at=at, words={"words": words.strip()})
    tell("expert.appointed", expert.id, actor=actor, at=at, step=ENDED)
    return expert


def posts_of(expert: Expert, *, at: datetime) -> list[UUID]:
    """The posts by which an expert is reached now."""
    rows = Holding.objects.filter(held(at), person_id=expert.expert_id, person__is_active=True)
    return list(rows.values_list("post_id", flat=True))


def reach(viewer: Viewer, *, at: datetime) -> QuerySet[Opinion]:
    """What somebody was asked as an expert, of whichever county; what they asked; for who leads all of the county."""
    # No person, no file: a viewer without a person is nobody's expert.
    asked = Q(expert__expert_id=viewer.person_id)
    rows, county = Opinion.objects.select_related("expert", "case"), coordinating.county_if_any(viewer)
    if county is None:
        # Experts of the city work above the counties that ask them.
        return rows.filter(asked)
    if coordinating.leads(viewer, county, at=at):
        return rows.filter(Q(county_id=county) | asked)
    return rows.filter(asked | Q(county_id=county, person_id=viewer.person_id))


def opinion_for(opinion_id: UUID, *, viewer: Viewer, at: datetime) -> Opinion:
    found = reach(viewer, at=at).filter(id=opinion_id).first()
    if found is None:
        raise NotAllowed
    return found


@transaction.atomic
def consult(
    *, child_id: UUID, expert_id: UUID | None, given: Given, actor: Viewer, at: datetime, new_id: UUID | None = None
) -> Opinion:
    """An expert is asked about a child whom they aren't told of; what could tell who it is, is hidden first."""
    county = coordinating.county_of(actor)
    child: Child | None = access.child_if_visible(viewer=actor, child_id=child_id, part="psychological", at=at)
    if child is None or not access.may_do(viewer=actor, action=coordinating.WRITE, at=at):
        raise NotAllowed
    found = rules_for(county, at=at)
    said = read("question_fields", given, found, at=at)
    expert = next((each for each in serving(county, at=at) if each.id == expert_id), None)
    if expert is None:
        raise Refused([Problem("expert", NO_EXPERT, True)])
    if expert.expert_id == actor.person_id:
        raise Refused([Problem("expert", OWN, True)])
    words, many = hidden(said.words, child=child, at=at)
    return ask(expert, kind=Opinion.CONSULTATION, actor=actor, at=at, child_id=child.id, words=words, hidden=many,
               new_id=new_id)


def ask(
    expert: Expert, *, kind: str, actor: Viewer, at: datetime, case: TypicalCase | None = None, text_no: int = 0,
    child_id: UUID | None = None, words: dict[str, str] | None = None, hidden: int = 0, new_id: UUID | None = None,
) -> Opinion:
    """One question to one expert, with its day; told to their posts."""
    found = rules_for(expert.county_id, at=at)
    due = due_at(found.span(kind, "within"), since=at, calendar=rules.calendar_at(at))
    opinion, is_new = coordinating.begin(
        Opinion, county_id=expert.county_id, actor=actor, at=at, new_id=new_id, kind=kind, state=Opinion.ASKED,
        expert=expert, case=case, text_no=text_no, child_id=child_id, due_at=due,
        ring_at=_before(found, kind, due, at),
    )
    if is_new:
        add_step(opinion.id, ASKED, actor=actor, at=at, clear={"hidden": hidden}, words=words)
        tell("opinion.asked", opinion.id, actor=actor, at=at, posts=posts_of(expert, at=at), what=kind)
    return opinion


def _before(found: Rules, kind: str, due: datetime, at: datetime) -> datetime:
    ((unit, amount),) = found.span(kind, "before").items()
    before = due_at({unit: -amount}, since=due, calendar=rules.calendar_at(at))
    return before if before > at else due


def _mine(opinion_id: UUID, actor: Viewer, at: datetime) -> Opinion:
    opinion = locked(opinion_for(opinion_id, viewer=actor, at=at))
    if actor.person_id is None or opinion.expert.expert_id != actor.person_id:
        raise NotAllowed
    if opinion.state != Opinion.ASKED:
        raise Refused.because(CHANGED)
    return opinion


@transaction.atomic
def answer(*, opinion_id: UUID, given: Given, actor: Viewer, at: datetime) -> Opinion:
    """The expert's word: a verdict on a case, or advice. Who served the child gives none."""
    opinion = _mine(opinion_id, actor, at)
    child = opinion.case.child_id if opinion.case else opinion.child_id
    if opinion.kind == Opinion.REVIEW and child and has_interest(opinion.expert.expert_id, child, at=at):
        raise Refused.because("没有保存：您服务过这个孩子，不能审这个案例。请选“我要回避”。")
    form = "review_fields" if opinion.kind == Opinion.REVIEW else "opinion_fields"
    said = read(form, given, rules_for(opinion.county_id, at=at), at=at)
    add_step(opinion.id, ANSWERED, actor=actor, at=at, clear=said.clear, words=said.words)
    _stand(opinion, Opinion.ANSWERED)
    tell("opinion.advanced", opinion.id, actor=actor, at=at, step=ANSWERED, posts=[opinion.post_id])
    return opinion


@transaction.atomic
def decline(*, opinion_id: UUID, words: str, actor: Viewer, at: datetime) -> Opinion:
    """The expert knows the child or can't; another one is asked."""
    opinion = _mine(opinion_id, actor, at)
    if not words.strip():
        raise Refused.because(NO_WORDS)
    add_step(opinion.id, DECLINED, actor=actor, at=at, words={"words": words.strip()})
    _stand(opinion, Opinion.DECLINED)
    tell("opinion.advanced", opinion.id, actor=actor, at=at, step=DECLINED,
         posts=[opinion.post_id, *coordinating.leaders(opinion.county_id, at=at)])
    return opinion


def _stand(opinion: Opinion, state: str) -> None:
    opinion.state, opinion.ring_at = state, None
    opinion.save(update_fields=["state", "ring_at"])


def drop(opinions: Sequence[Opinion]) -> None:
    """Nobody waits for these any more."""
    for each in opinions:
        _stand(each, Opinion.DROPPED)


@transaction.atomic
def ring(opinion_id: UUID, *, now: datetime) -> None:
    """The expert is reminded; once it is late, who asked and then who leads hear of it, one at a time."""
    opinion = Opinion.objects.select_for_update().select_related("expert").get(id=opinion_id)
    if opinion.ring_at is None or opinion.ring_at > now:
        return
    late = opinion.due_at <= now
    opinion.climbed += late
    found = rules_for(opinion.county_id, at=now)
    opinion.ring_at = opinion.due_at if not late else due_at(
        found.span(opinion.kind, "climb"), since=now, calendar=rules.calendar_at(now)
    )
    opinion.save(update_fields=["ring_at", "climbed"])
    posts = posts_of(opinion.expert, at=now)
    if late:
        posts += [opinion.post_id] if opinion.climbed == 1 else coordinating.leaders(opinion.county_id, at=now)
    add_step(opinion.id, RUNG, actor=WORKER, at=now, clear={"level": opinion.climbed})
    tell("opinion.climbed" if late else "opinion.reminded", opinion.id, actor=WORKER, at=now, posts=posts)
