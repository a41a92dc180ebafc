"""The queue of a place from its own bookings: who asked when, how often and how long they came, who sits when.

Of bookings only times are read; whose they are only to tell one course from another, and is nowhere kept.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median
from uuid import UUID

from tongxin.accounts.models import Organisation
from tongxin.accounts.viewers import Viewer
from tongxin.bookings.models import BookedChild, Booking, Room, Shift
from tongxin.bookings.selectors import day_of
from tongxin.bookings.times import moment_of
from tongxin.capacity.rules import ModelRules
from tongxin.capacity.simulation import DAY, WEEK, Course, Estimate, Past, Span, estimate
from tongxin.core.forms import Problem
from tongxin.flows.capacity.figures import rooms_for
from tongxin.flows.refusals import NotAllowed, Refused

MINUTE = timedelta(minutes=1)
FEW = (
    "没有推算：过去 {weeks} 周这里新来的只有 {new} 名、有预约的星期只有 {known} 个，太少，算出来的靠不住"
    "（至少要 {least_new} 名、{least_weeks} 个星期）。请过几周再算。"
)
NO_ROTA = "没有推算：这里没有坐班表，不知道每周有多少时间。请先在“坐班表”里排好。"
WRONG = "没有推算：人数要在 -{most} 到 {most} 之间，每人每周 1 到 {half} 个半天；减少以后至少要留一段坐班。"
TOO_MANY = "没有推算：过去几周的预约太多，这里算不了。请联系系统管理员用服务器算。"


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked: so many more counsellors (or fewer) at a place, each so many half days a week."""

    organisation_id: int
    people: int
    half_days: int


@dataclass(frozen=True, slots=True)
class Answer:
    """The wait now and then as the model has it, and what was really waited."""

    now: Estimate
    then: Estimate
    new: int
    weeks: int
    hours_now: float
    hours_then: float
    really: float


def places_for(viewer: Viewer, *, at: datetime) -> list[Organisation]:
    """The bodies within the viewer's area in whose rooms somebody sits."""
    seated = Shift.objects.filter(room__in=rooms_for(viewer, at=at)).values("room__organisation_id")
    return list(Organisation.objects.filter(id__in=seated).order_by("name", "id"))


def what_if(asked: Asked, *, rules: ModelRules, viewer: Viewer, at: datetime) -> Answer:
    """The answer to one question; refused where the past says too little."""
    if asked.organisation_id not in {each.id for each in places_for(viewer, at=at)}:
        raise NotAllowed
    rooms = list(rooms_for(viewer, at=at).filter(organisation_id=asked.organisation_id))
    past, really = _past(rooms, rules, at)
    counters = _changed(past.counters, asked, rules)
    then = Past(past.weeks, past.courses, counters)
    return Answer(
        now=estimate(past, rules.plan), then=estimate(then, rules.plan), new=sum(map(len, past.weeks)),
        weeks=len(past.weeks), hours_now=_hours(past.counters), hours_then=_hours(counters), really=really,
    )


def _hours(counters: tuple[tuple[Span, ...], ...]) -> float:
    return sum(end - start for spans in counters for start, end in spans) / 60


def _past(rooms: list[Room], rules: ModelRules, at: datetime) -> tuple[Past, float]:
    counters = _counters(rooms, at)
    if not counters:
        raise Refused.because(NO_ROTA)
    begin = _monday(at - timedelta(weeks=rules.weeks))
    rows = Booking.objects.filter(
        room__in=rooms, starts_at__lt=at, starts_at__gte=begin - rules.new_after, meeting_id__isnull=True
    ).exclude(state=Booking.CANCELLED)
    courses: dict[object, list[Booking]] = defaultdict(list)
    whose: dict[UUID, UUID] = dict(BookedChild.objects.filter(booking__in=rows).values_list("booking_id", "child_id"))
    for each in rows.order_by("starts_at", "id"):
        courses[whose.get(each.id) or each.series or each.id].append(each)
    fresh = [found for found in courses.values() if found[0].made_at >= begin and found[0].starts_at >= begin]
    asked: dict[int, list[float]] = {number: [] for number in range((at - begin) // timedelta(weeks=1) or 1)}
    for found in fresh:
        minutes = (found[0].made_at - begin) / MINUTE
        if int(minutes // WEEK) in asked:
            asked[int(minutes // WEEK)].append(minutes % WEEK)
    # Weeks before the first booking of all don't say that nobody came.
    first = min((number for number, each in asked.items() if each), default=0)
    weeks = tuple(tuple(sorted(each)) for number, each in asked.items() if number >= first)
    new, known = sum(map(len, weeks)), sum(1 for each in weeks if each)
    if new < rules.least_new or known < rules.least_weeks:
        raise Refused.because(FEW.format(
            weeks=rules.weeks, new=new, known=known, least_new=rules.least_new, least_weeks=rules.least_weeks
        ))
    if new > rules.most_new:
        raise Refused.because(TOO_MANY)
    really = median((found[0].starts_at - found[0].made_at) / MINUTE / DAY for found in fresh)
    return Past(weeks, tuple(_course(found) for found in fresh), counters), really


def _monday(moment: datetime) -> datetime:
    """The first minute of the week in China."""
    day = day_of(moment)
    return moment_of(day - timedelta(days=day.weekday()), 0)


def _course(rows: list[Booking]) -> Course:
    lengths = tuple((each.ends_at - each.starts_at) / MINUTE for each in rows)
    gaps = tuple(max((two.starts_at - one.ends_at) / MINUTE, 0.0) for one, two in pairwise(rows))
    return Course(lengths, gaps)


def _counters(rooms: list[Room], at: datetime) -> tuple[tuple[Span, ...], ...]:
    """Each shift of today's pattern as a counter that is open on its weekday."""
    today = day_of(at)
    rows = Shift.objects.filter(room__in=rooms, first_day__lte=today).exclude(last_day__lt=today)
    return tuple(
        ((each.weekday * DAY + each.starts, each.weekday * DAY + each.ends),)
        for each in rows.order_by("weekday", "starts", "id")
    )


def _changed(
    counters: tuple[tuple[Span, ...], ...], asked: Asked, rules: ModelRules
) -> tuple[tuple[Span, ...], ...]:
    """The counters with so many half days more, on working days in turn, mornings first; or with the last ones gone."""
    half = rules.half_day / MINUTE
    many = abs(asked.people) * asked.half_days
    is_fine = 0 < abs(asked.people) <= rules.most_people and 1 <= asked.half_days <= rules.most_half_days
    if not is_fine or (asked.people < 0 and many >= len(counters)):
        raise Refused([Problem("people", WRONG.format(most=rules.most_people, half=rules.most_half_days), True)])
    if asked.people < 0:
        return counters[: len(counters) - many]
    added = [
        ((begins, begins + half),) for _ in range(asked.people) for number in range(asked.half_days)
        for begins in [number % 5 * DAY + rules.begins[number // 5 % len(rules.begins)]]
    ]
    return (*counters, *added)
