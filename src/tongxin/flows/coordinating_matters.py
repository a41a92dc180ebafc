"""What departments have to do: issued, received, answered with proof, returned for more, closed; late ones climb."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from tongxin.accounts.viewers import WORKER, Viewer
from tongxin.coordination.models import JointMeeting, Matter, Member
from tongxin.coordination.rules import MEETINGS, Rules
from tongxin.core.forms import Problem
from tongxin.core.pathway import due_at
from tongxin.flows import coordinating
from tongxin.flows import coordinating_members as members
from tongxin.flows.coordinating import CHANGED, File, add_step, end_of, examined, keep_scan, locked, read, tell
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.lib.numbers import day_in
from tongxin.registers.answers import Given
from tongxin.rulebook import rules

ISSUED, RECEIVED, ANSWERED, RETURNED, CLOSED, RUNG, CLIMBED = (
    "issued", "received", "answered", "returned", "closed", "rung", "climbed"
)
PAST = "没有保存：期限要在今天以后。"
FAR = "没有保存：期限最晚到{year}年{month}月{day}日。"
NO_WORDS = "没有保存：请写明还要办什么、补什么。"
OWN = "没有保存：答复是您写的，要由另一位同事核对。"
NO_DAY = "没有保存：新的期限不是日期，请重新选。"
NO_MEMBER = "没有保存：请选由哪个部门办。"


def reach(viewer: Viewer, *, at: datetime) -> QuerySet[Matter]:
    """What the county gave out, for who leads it; for the others what their posts have to do with."""
    county = coordinating.county_of(viewer)
    rows = Matter.objects.filter(county_id=county).select_related("member", "member__organisation", "meeting", "about")
    if coordinating.leads(viewer, county, at=at):
        return rows
    mine = Q(owner_post_id__in=viewer.post_ids) | Q(member_id__in=members.members_reached(viewer))
    return rows.filter(mine)


def matter_for(matter_id: UUID, *, viewer: Viewer, at: datetime) -> Matter:
    found = reach(viewer, at=at).filter(id=matter_id).first()
    if found is None:
        raise NotAllowed
    return found


def handles(viewer: Viewer, matter: Matter) -> bool:
    """Whether somebody answers for the department; nobody answers for somebody else."""
    return matter.member_id in members.members_reached(viewer)


def rules_of(county_id: int, *, at: datetime) -> Rules:
    return coordinating.rules_of(MEETINGS, county_id, at=at)


@transaction.atomic
def order(
    *, member_id: int | None, given: Given, actor: Viewer, at: datetime, about_id: UUID | None = None,
    new_id: UUID | None = None,
) -> Matter:
    """A supervision order of who leads the county: about a decision that isn't done, or of its own."""
    county = coordinating.leading(actor, at=at)
    about = Matter.objects.filter(id=about_id, county_id=county).first() if about_id else None
    if about_id and (about is None or not about.is_open):
        raise Refused.because(CHANGED)
    wanted = about.member_id if about else member_id
    member = next((each for each in members.current(county) if each.id == wanted), None)
    if member is None:
        raise Refused([Problem("member", NO_MEMBER, True)])
    return issue(kind=Matter.ORDER, member=member, given=given, actor=actor, at=at, about=about, new_id=new_id)


@transaction.atomic
def issue(
    *, kind: str, member: Member, given: Given, actor: Viewer, at: datetime, meeting: JointMeeting | None = None,
    about: Matter | None = None, new_id: UUID | None = None,
) -> Matter:
    """A matter given to a member; its contact is told."""
    found = rules_of(member.county_id, at=at)
    said = read(f"{kind}_fields", given, found, at=at)
    due = _due(said.clear["due_on"], kind, found, at)
    matter, is_new = coordinating.begin(
        Matter, county_id=member.county_id, actor=actor, at=at, new_id=new_id, kind=kind, state=ISSUED, member=member,
        meeting=meeting, about=about, due_at=due,
    )
    if not is_new:
        return matter
    clear = {**said.clear}
    if kind == Matter.ORDER:
        receive = due_at(found.span(kind, "receive"), since=at, calendar=rules.calendar_at(at))
        clear["receive_by"] = receive.isoformat()
    add_step(matter.id, ISSUED, actor=actor, at=at, clear=clear, words=said.words)
    settle(matter, found, at=at)
    tell("matter.issued", matter.id, actor=actor, at=at, posts=members.contact_ids(member), what=kind)
    return matter


def _due(day: str, kind: str, found: Rules, at: datetime) -> datetime:
    due = end_of(day)
    most = due_at(found.span(kind, "at_most"), since=at, calendar=rules.calendar_at(at))
    if due <= at:
        raise Refused([Problem("due_on", PAST, True)])
    if due > end_of(most.date().isoformat()):
        raise Refused([Problem("due_on", FAR.format(year=most.year, month=most.month, day=most.day), True)])
    return due


@transaction.atomic
def receive(*, matter_id: UUID, actor: Viewer, at: datetime) -> Matter:
    """The department has it."""
    matter = _handled(matter_id, actor, at)
    if matter.state == ISSUED:
        matter.state = RECEIVED
        add_step(matter.id, RECEIVED, actor=actor, at=at)
        settle(matter, rules_of(matter.county_id, at=at), at=at)
        tell("matter.advanced", matter.id, actor=actor, at=at, step=RECEIVED)
    return matter


@transaction.atomic
def answer(*, matter_id: UUID, given: Given, file: File | None, actor: Viewer, at: datetime) -> Matter:
    """What was done, with its proof; who leads judges it."""
    matter = _handled(matter_id, actor, at)
    if matter.state not in (ISSUED, RECEIVED, RETURNED):
        raise Refused.because(CHANGED)
    found = rules_of(matter.county_id, at=at)
    said = read("answer_fields", given, found, at=at)
    kept = examined(file, matter.county_id, at=at)
    if matter.state == ISSUED:
        add_step(matter.id, RECEIVED, actor=actor, at=at)
    step = add_step(matter.id, ANSWERED, actor=actor, at=at, clear=said.clear, words=said.words)
    keep_scan(step, kept)
    matter.state = ANSWERED
    settle(matter, found, at=at)
    tell("matter.advanced", matter.id, actor=actor, at=at, step=ANSWERED,
         posts=coordinating.leaders(matter.county_id, at=at))
    return matter


def _handled(matter_id: UUID, actor: Viewer, at: datetime) -> Matter:
    matter = locked(matter_for(matter_id, viewer=actor, at=at))
    if actor.person_id is None or not handles(actor, matter):
        raise NotAllowed
    return matter


@transaction.atomic
def judge(
    *, matter_id: UUID, is_enough: bool, words: str, due_on: str = "", actor: Viewer, at: datetime
) -> Matter:
    """Enough, then it is closed; or more is wanted, by a new day if one is given."""
    county = coordinating.leading(actor, at=at)
    matter = Matter.objects.select_for_update().filter(id=matter_id, county_id=county).first()
    if matter is None:
        raise NotAllowed
    if matter.state != ANSWERED:
        raise Refused.because(CHANGED)
    last = coordinating.steps_of(matter.id, ANSWERED)[-1]
    if last.person_id == actor.person_id:
        raise Refused.because(OWN)
    if not is_enough and not words.strip():
        raise Refused([Problem("words", NO_WORDS, True)])
    found = rules_of(county, at=at)
    if not is_enough and due_on:
        if day_in(due_on) is None:
            raise Refused([Problem("due_on", NO_DAY, True)])
        matter.due_at = _due(due_on, matter.kind, found, at)
    matter.state, matter.climbed = (CLOSED if is_enough else RETURNED), 0
    add_step(matter.id, matter.state, actor=actor, at=at, clear={"due_on": due_on} if due_on else {},
             words={"words": words.strip()})
    settle(matter, found, at=at)
    tell("matter.advanced", matter.id, actor=actor, at=at, step=matter.state,
         posts=members.contact_ids(matter.member))
    return matter


def settle(matter: Matter, found: Rules, *, at: datetime) -> None:
    """Who answers now and when it rings next, found anew; saved."""
    owner = members.answering(matter.member, climbed=matter.climbed, at=at)
    matter.owner_post_id = owner.post_id if owner else None
    matter.ring_at = _next_ring(matter, found, at)
    matter.save(update_fields=["state", "due_at", "climbed", "owner_post_id", "ring_at"])


def _next_ring(matter: Matter, found: Rules, at: datetime) -> datetime | None:
    if matter.state == CLOSED:
        return None
    calendar, spans = rules.calendar_at(at), found.content[matter.kind]
    again = due_at(spans["climb"], since=at, calendar=calendar)
    if matter.state == ANSWERED:
        return again
    ((unit, amount),) = spans["before"].items()
    before = due_at({unit: -amount}, since=matter.due_at, calendar=calendar)
    moments = [before, matter.due_at, again if matter.due_at <= at else None]
    if (receive := receive_by(matter)) is not None:
        moments.append(receive if receive > at else again)
    return min(each for each in moments if each is not None and each > at)


def receive_by(matter: Matter) -> datetime | None:
    """Until when an order that nobody has taken has to be taken."""
    if matter.kind != Matter.ORDER or matter.state != ISSUED:
        return None
    steps = coordinating.steps_of(matter.id, ISSUED)
    said = steps[0].clear.get("receive_by") if steps else None
    return datetime.fromisoformat(said) if said else None


def is_late(matter: Matter, *, at: datetime) -> bool:
    """Whether a department is late with it: what it answered waits for who leads."""
    if matter.state in (CLOSED, ANSWERED):
        return False
    receive = receive_by(matter)
    return matter.due_at <= at or (receive is not None and receive <= at)


@transaction.atomic
def ring(matter_id: UUID, *, now: datetime) -> None:
    """A moment of a matter has come: its owner is reminded, or it goes one person further up."""
    matter = Matter.objects.select_for_update().get(id=matter_id)
    if matter.ring_at is None or matter.ring_at > now:
        return
    found = rules_of(matter.county_id, at=now)
    lead = coordinating.leaders(matter.county_id, at=now)
    # Above the last person nobody is left: whoever it came to is reminded again.
    late = is_late(matter, at=now) and matter.climbed < len(members.line_of(matter.member, at=now)) - 1
    if late:
        matter.climbed += 1
    settle(matter, found, at=now)
    told = lead if matter.state == ANSWERED else [matter.owner_post_id or (lead[0] if lead else None)]
    kind = CLIMBED if late else RUNG
    add_step(matter.id, kind, actor=WORKER, at=now, clear={"owner": str(matter.owner_post_id or ""),
                                                          "level": matter.climbed})
    event = "matter.climbed" if late else "matter.reminded"
    tell(event, matter.id, actor=WORKER, at=now, posts=[*told, *members.contact_ids(matter.member)] if late else told)
