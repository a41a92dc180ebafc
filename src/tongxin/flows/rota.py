"""Who sits in which room: the weekly pattern, days somebody is away, and swaps that the other has to agree to."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from tongxin import ledger
from tongxin.accounts.models import Holding, Person, Post
from tongxin.accounts.viewers import Viewer, held
from tongxin.bookings import selectors
from tongxin.bookings.models import Change, Room, Shift
from tongxin.bookings.rules import rules_at
from tongxin.bookings.selectors import Sitting, day_of
from tongxin.bookings.times import Span, moment_of, overlap
from tongxin.core.forms import Problem
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.flows.rooms import PLAN, in_reach, managed, span_zh, tell
from tongxin.flows.workforce import gates
from tongxin.lib import ids
from tongxin.notices import services as notices
from tongxin.rulebook import rules
from tongxin.vault import Owner

WEEKDAYS = "一二三四五六日"
AWAY = "这一天已经不是由这位咨询师坐班，请刷新后再看。"


@dataclass(frozen=True, slots=True)
class Named:
    """Somebody with the post from which they sit or are booked."""

    post_id: UUID
    person_id: UUID


@dataclass(frozen=True, slots=True)
class ShiftWish:
    """What somebody wants to stand in the rota: these hours on these weekdays; minutes of the day."""

    room_id: UUID
    who: Named | None
    weekdays: tuple[int, ...]
    starts: int
    ends: int
    first_day: date
    last_day: date | None


def candidates(room: Room, *, at: datetime) -> list[tuple[Post, UUID]]:
    """Who may sit in a room or be booked there: those who hold a fitting post in its county, or above it."""
    county = room.division.county_id
    above = [place for place in room.division.ancestors.values() if place]
    near = Q(post__division_id__in=above)
    if county is not None:
        near |= Q(post__division__county_id=county)
    rows = Holding.objects.filter(
        held(at), near, person__is_active=True, post__role__in=sorted(rules_at(at).serves)
    )
    return [(row.post, row.person_id) for row in rows.select_related("post").order_by("post__role", "post_id", "kind")]


def is_candidate(room: Room, who: Named | None, *, at: datetime) -> bool:
    """Whether somebody may sit in a room."""
    return who is not None and (who.post_id, who.person_id) in {
        (post.id, person) for post, person in candidates(room, at=at)
    }


def seated(rooms: Sequence[Room], *, first: date, last: date, at: datetime) -> list[Sitting]:
    """Who sits in rooms from one day to another."""
    shifts = selectors.shifts_in(rooms, first=first, last=last)
    return selectors.sittings(shifts, first=first, last=last, calendar=rules.calendar_at(at))


def seated_of(people: Sequence[UUID], *, first: date, last: date, at: datetime) -> list[Sitting]:
    """Where people sit, also those who only stand in for others."""
    own = {each.id: each for each in selectors.shifts_in(people=people, first=first, last=last)}
    others = Change.objects.filter(person__in=list(people), day__gte=first, day__lte=last, state=Change.AGREED)
    rows = Shift.objects.filter(id__in=[each.shift_id for each in others]).select_related(
        "room", "room__organisation", "post"
    )
    own |= {each.id: each for each in rows}
    found = selectors.sittings(own.values(), first=first, last=last, calendar=rules.calendar_at(at))
    return [each for each in found if each.person_id in set(people)]


def stood_in(*, viewer: Viewer, at: datetime) -> frozenset[UUID]:
    """The posts in which the viewer stands in for somebody now: what is sat and booked there is theirs meanwhile."""
    rows = Holding.objects.filter(held(at), person_id__in=[viewer.person_id], kind=Holding.STAND_IN)
    return frozenset(rows.values_list("post_id", flat=True))


@transaction.atomic
def write(*, wish: ShiftWish, actor: Viewer, at: datetime) -> list[Shift]:
    """One shift for each weekday of the wish, all or none."""
    room = managed(viewer=actor, action=PLAN, at=at).select_for_update().filter(id=wish.room_id).first()
    if room is None or actor.person_id is None:
        raise NotAllowed
    who = wish.who
    if who is None or not is_candidate(room, who, at=at):
        raise Refused([Problem("who", "没有排上：请选一位现在在岗、可以坐班的人。", True)])
    gates.refuse_person(person_id=who.person_id, post_id=who.post_id, place="who", at=at)
    # Two rooms' planners who name one person take turns.
    Person.objects.select_for_update().filter(id=who.person_id).first()
    if problems := [*_wrong_with(wish, at), *_clashes(wish, room, who)]:
        raise Refused(problems)
    shifts = [
        Shift(
            room=room, person_id=who.person_id, post_id=who.post_id, weekday=weekday, starts=wish.starts,
            ends=wish.ends, first_day=wish.first_day, last_day=wish.last_day, written_by_id=actor.person_id,
            written_at=at,
        )
        for weekday in sorted(set(wish.weekdays))
    ]
    Shift.objects.bulk_create(shifts)
    tell("rota.changed", actor, at, room=str(room.id), what="written", shifts=len(shifts))
    return shifts


@transaction.atomic
def end(*, shift_id: UUID, last_day: date, actor: Viewer, at: datetime) -> None:
    """The shift holds until a day only; what was sat before stays."""
    rooms = managed(viewer=actor, action=PLAN, at=at)
    shift = Shift.objects.select_for_update().filter(id=shift_id, room__in=rooms.values("id")).first()
    if shift is None:
        raise NotAllowed
    if last_day < shift.first_day:
        raise Refused([Problem("last_day", "没有改：结束日期早于这一班开始的日期。", True)])
    shift.last_day = last_day
    shift.save(update_fields=["last_day"])
    tell("rota.changed", actor, at, room=str(shift.room_id), what="ended", shift=str(shift.id))


@transaction.atomic
def leave(*, shift_id: UUID, day: date, stand_in: Named | None, actor: Viewer, at: datetime) -> int:
    """Whoever sits is away that day; a stand-in has to agree first. How many bookings have to be moved."""
    sitting = _own(shift_id, day, actor, at)
    if stand_in is not None:
        if not is_candidate(sitting.shift.room, stand_in, at=at) or stand_in.person_id == sitting.person_id:
            raise Refused([Problem("who", "没有保存：请选另一位现在在岗、可以坐班的人代班。", True)])
        gates.refuse_person(person_id=stand_in.person_id, post_id=stand_in.post_id, place="who", at=at)
        _refuse_if_busy(stand_in.person_id, sitting.span, at=at)
    _change(sitting, None, Change.AGREED, actor, at)
    tell("rota.changed", actor, at, room=str(sitting.shift.room_id), what="left", day=day.isoformat())
    if stand_in is not None:
        _change(sitting, stand_in, Change.ASKED, actor, at, asked_of=stand_in)
    span = sitting.span
    rows = selectors.booked_of([sitting.person_id] if sitting.person_id else [], since=span[0], until=span[1])
    return sum(1 for each in rows if each.room_id == sitting.shift.room_id)


@transaction.atomic
def swap(
    *, shift_id: UUID, day: date, other_shift_id: UUID, other_day: date, actor: Viewer, at: datetime
) -> None:
    """Two change places once the other has agreed."""
    mine, other = _own(shift_id, day, actor, at), _sitting(other_shift_id, other_day, at)
    if not in_reach(viewer=actor, at=at).filter(id=other.shift.room_id).exists():
        raise NotAllowed
    one, two = _named(mine), _named(other)
    if one is None or two is None or one.person_id == two.person_id:
        raise Refused([Problem("other", "没有提出：请选另一位咨询师坐的一班。", True)])
    for who, there in ((one, other), (two, mine)):
        if not is_candidate(there.shift.room, who, at=at):
            raise Refused([Problem("other", "没有提出：其中一位不能在对方的房间坐班。", True)])
        _refuse_if_busy(who.person_id, there.span, at=at, but={mine.shift.id, other.shift.id})
    pair = ids.new_id()
    _change(mine, two, Change.ASKED, actor, at, asked_of=two, pair=pair)
    _change(other, one, Change.ASKED, actor, at, asked_of=two, pair=pair, is_told=False)


@transaction.atomic
def answer(*, change_id: UUID, is_yes: bool, actor: Viewer, at: datetime) -> None:
    """Whoever was asked says yes or no; a swap as a whole."""
    first = Change.objects.select_for_update().filter(id=change_id, asked_of=actor.person_id).first()
    if first is None or actor.person_id is None:
        raise NotAllowed
    if first.state != Change.ASKED:
        raise Refused.because("这一次换班已经答复过了。")
    rows = [first]
    if first.pair is not None:
        rows = list(Change.objects.select_for_update().filter(pair=first.pair).order_by("id"))
    if is_yes:
        shifts = {each.shift_id for each in rows}
        for each in rows:
            sitting = _sitting(each.shift_id, each.day, at)
            if sitting.to_at <= at:
                raise Refused.because("没有答应：这一班已经过去。")
            _refuse_if_busy(each.person_id, sitting.span, at=at, but=shifts)
    for each in rows:
        each.state, each.answered_at = (Change.AGREED if is_yes else Change.REFUSED), at
        each.save(update_fields=["state", "answered_at"])
    event = ledger.record(
        kind="rota.answered", subject=Owner("staff", actor.person_id), actor=actor, at=at, is_fact=True,
        clear={"change": str(first.id), "outcome": first.state},
    )
    notices.tell_posts(posts=_posts_of(first.asked_by_id, at), event=event, at=at)


def asked(*, viewer: Viewer, at: datetime) -> list[Change]:
    """What waits for the viewer's yes or no; of a swap the day that they would sit."""
    rows = Change.objects.filter(asked_of=viewer.person_id, state=Change.ASKED, day__gte=day_of(at))
    rows = rows.filter(person=viewer.person_id).select_related("shift", "shift__room", "shift__room__organisation")
    return list(rows.order_by("day", "id"))


def _own(shift_id: UUID, day: date, actor: Viewer, at: datetime) -> Sitting:
    """The sitting, if the actor sits it or plans the room."""
    sitting = _sitting(shift_id, day, at)
    plans = managed(viewer=actor, action=PLAN, at=at).filter(id=sitting.shift.room_id).exists()
    is_theirs = sitting.person_id == actor.person_id or sitting.post_id in stood_in(viewer=actor, at=at)
    if actor.person_id is None or not (plans or is_theirs):
        raise NotAllowed
    if sitting.to_at <= at:
        raise Refused.because("没有保存：这一班已经过去。")
    if sitting.person_id is None:
        raise Refused.because(AWAY)
    return sitting


def _sitting(shift_id: UUID, day: date, at: datetime) -> Sitting:
    shift = Shift.objects.select_for_update(of=("self",)).select_related("room", "room__division").filter(
        id=shift_id
    ).first()
    found = [] if shift is None else selectors.sittings([shift], first=day, last=day, calendar=rules.calendar_at(at))
    if not found:
        raise NotAllowed
    return found[0]


def _change(
    sitting: Sitting, who: Named | None, state: str, actor: Viewer, at: datetime, *, asked_of: Named | None = None,
    pair: UUID | None = None, is_told: bool = True,
) -> None:
    Change.objects.filter(shift=sitting.shift, day=sitting.day, state=Change.ASKED).update(
        state=Change.REFUSED, answered_at=at
    )
    row = Change.objects.create(
        shift=sitting.shift, day=sitting.day, person_id=who.person_id if who else None,
        post_id=who.post_id if who else None, asked_of_id=asked_of.person_id if asked_of else None, pair=pair,
        state=state, asked_by_id=actor.person_id or sitting.shift.person_id, asked_at=at,
        answered_at=at if state == Change.AGREED else None,
    )
    if asked_of is not None and is_told:
        event = ledger.record(
            kind="rota.asked", subject=Owner("staff", asked_of.person_id), actor=actor, at=at, is_fact=True,
            clear={"change": str(row.id)},
        )
        notices.tell_post(post_id=asked_of.post_id, event=event, at=at)


def _refuse_if_busy(person_id: UUID | None, span: Span, *, at: datetime, but: set[UUID] | None = None) -> None:
    if person_id is None:
        return
    day = day_of(span[0])
    there = [
        each for each in seated_of([person_id], first=day, last=day, at=at)
        if each.shift.id not in (but or set()) and overlap(each.span, span)
    ]
    if there:
        raise Refused.because(f"没有保存：这位咨询师 {span_zh(*there[0].span)} 已在另一处坐班。")


def _named(sitting: Sitting) -> Named | None:
    if sitting.person_id is None or sitting.post_id is None:
        return None
    return Named(sitting.post_id, sitting.person_id)


def _posts_of(person_id: UUID, at: datetime) -> list[UUID]:
    rows = Holding.objects.filter(held(at), person_id=person_id).values_list("post_id", flat=True)
    return list(rows[:1])


def _wrong_with(wish: ShiftWish, at: datetime) -> Iterator[Problem]:
    if not wish.weekdays or any(not 0 <= each <= 6 for each in wish.weekdays):
        yield Problem("weekdays", "没有排上：请选星期几。", True)
    if wish.starts >= wish.ends or wish.starts % 15 or wish.ends % 15:
        yield Problem("starts", "没有排上：时间要从早到晚，按一刻钟写，例如 08:30 到 12:00。", True)
    if wish.last_day is not None and wish.last_day < wish.first_day:
        yield Problem("last_day", "没有排上：结束日期早于开始日期，请核对。", True)
    elif wish.last_day is not None and wish.last_day < day_of(at):
        yield Problem("last_day", "没有排上：这些日子已经过去。", True)


def _clashes(wish: ShiftWish, room: Room, who: Named) -> Iterator[Problem]:
    for weekday in sorted(set(wish.weekdays)):
        zh = f"周{WEEKDAYS[weekday]}"
        if not any(start <= wish.starts and wish.ends <= end for start, end in room.hours.get(str(weekday), ())):
            yield Problem("starts", f"没有排上：{zh}这个时间房间不开放，请看房间的开放时间。", True)
        rows = Shift.objects.filter(
            Q(room=room) | Q(person_id=who.person_id), weekday=weekday, starts__lt=wish.ends, ends__gt=wish.starts
        ).exclude(last_day__lt=wish.first_day)
        if wish.last_day is not None:
            rows = rows.filter(first_day__lte=wish.last_day)
        for row in rows.select_related("room").order_by("starts")[:1]:
            where = "这间房这时已有人坐班" if row.room_id == room.id else f"这位咨询师这时在{row.room.name}坐班"
            hours = f"{moment_of(wish.first_day, row.starts):%H:%M}–{moment_of(wish.first_day, row.ends):%H:%M}"
            yield Problem("who", f"没有排上：{zh} {hours} {where}。先结束那一班，再排这一班。", True)


