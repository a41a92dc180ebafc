"""Booking a room and a counsellor for a child, a group or somebody who walks in; what stands against it, in words."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from tongxin import ledger
from tongxin.access import selectors as access
from tongxin.accounts.models import Person
from tongxin.accounts.viewers import Viewer, viewer_of
from tongxin.bookings import services
from tongxin.bookings.models import BookedChild, Booking, Room
from tongxin.bookings.rules import Rules, rules_at
from tongxin.bookings.services import Taken
from tongxin.bookings.times import is_on_grid
from tongxin.core.forms import Problem
from tongxin.flows.booking_clashes import clashes
from tongxin.flows.booking_groups import GROUP, meeting_wanted, name_meetings
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.flows.rooms import BOOK, MANAGE, in_reach, managed, span_zh
from tongxin.flows.rota import Named, is_candidate, stood_in
from tongxin.flows.workforce import gates
from tongxin.lib import ids
from tongxin.notices import services as notices
from tongxin.vault import Owner

# Which part of the file says when a child comes.
PART = "care"
OPEN = (Booking.BOOKED, Booking.ARRIVED)
WEEK = timedelta(days=7)
QUICKER = "没有约上：这段时间刚刚被别人约走了，请换一个时间。"


@dataclass(frozen=True, slots=True)
class BookingWish:
    """What somebody wants to book; `weeks` times the same hour of each week, all or none."""

    room_id: UUID
    who: Named | None
    starts_at: datetime
    ends_at: datetime
    whom: str
    people: int = 1
    child_id: UUID | None = None
    weeks: int = 1
    meeting_id: UUID | None = None


@transaction.atomic
def book(*, wish: BookingWish, actor: Viewer, at: datetime) -> list[Booking]:
    """The bookings, all or none; `Refused` says every time that clashes and with what."""
    found = rules_at(at)
    room = _room(wish, actor, at)
    child_id = _child(wish, found, actor, at)
    meeting = meeting_wanted(wish.meeting_id if wish.whom == GROUP else None, actor=actor, at=at)
    if problems := list(_wrong_with(wish, room, found, child_id, at)):
        raise Refused(problems)
    who = wish.who
    if who is None or actor.person_id is None:
        raise NotAllowed
    gates.refuse_person(person_id=who.person_id, post_id=who.post_id, place="who", child_id=child_id, at=at)
    series = ids.new_id() if wish.weeks > 1 else None
    rows = [
        Booking(
            id=ids.new_id(), room=room, person_id=who.person_id, post_id=who.post_id, starts_at=each.starts_at,
            ends_at=each.ends_at, whom=wish.whom, people=wish.people, series=series, made_by_id=actor.person_id,
            made_at=at, changed_at=at,
        )
        for each in repeated(wish)
    ]
    name_meetings(rows, meeting)
    _refuse_clashes(rows, room, child_id, at)
    try:
        services.take(rows, child_id=child_id)
    except Taken:
        _refuse_clashes(rows, room, child_id, at)
        raise Refused.because(QUICKER) from None
    tell("booking.placed", rows[0], actor, at, bookings=len(rows))
    return rows


@transaction.atomic
def move(*, booking_id: UUID, wish: BookingWish, actor: Viewer, at: datetime) -> Booking:
    """The booking at another time, in another room or with somebody else; when that can't be, it stays where it was."""
    row = _open(booking_id, actor, at)
    child_id = child_of(row)
    wish = replace(wish, whom=row.whom, people=row.people, child_id=child_id, weeks=1)
    room = _room(wish, actor, at)
    if problems := list(_wrong_with(wish, room, rules_at(at), child_id, at)):
        raise Refused(problems)
    if wish.who is None:
        raise NotAllowed
    gates.refuse_person(
        person_id=wish.who.person_id, post_id=wish.who.post_id, place="who", child_id=child_id, at=at
    )
    before = row.post_id
    row.room, row.person_id, row.post_id = room, wish.who.person_id, wish.who.post_id
    row.starts_at, row.ends_at, row.moves, row.changed_at = wish.starts_at, wish.ends_at, row.moves + 1, at
    row.state, row.reminded_at = Booking.BOOKED, None
    _refuse_clashes([row], room, child_id, at)
    try:
        services.move(row, child_id=child_id)
    except Taken:
        _refuse_clashes([row], room, child_id, at)
        raise Refused.because(QUICKER) from None
    tell("booking.changed", row, actor, at, what="moved", also=before)
    return row


@transaction.atomic
def cancel(*, booking_id: UUID, why: str, with_later: bool, actor: Viewer, at: datetime) -> int:
    """How many bookings are called off: this one, or with it those of its series that come later."""
    row = _open(booking_id, actor, at)
    if why not in rules_at(at).cancel:
        raise Refused([Problem("why", "没有取消：请选取消的原因。", True)])
    rows = [row]
    if with_later and row.series is not None:
        later = Booking.objects.select_for_update().filter(
            series=row.series, starts_at__gt=row.starts_at, state=Booking.BOOKED
        )
        rows += list(later.order_by("starts_at"))
    for each in rows:
        each.state, each.why, each.changed_at = Booking.CANCELLED, why, at
        each.save(update_fields=["state", "why", "changed_at"])
        services.free(each)
    tell("booking.changed", row, actor, at, what="cancelled", bookings=len(rows))
    return len(rows)


@transaction.atomic
def mark(*, booking_id: UUID, state: str, actor: Viewer, at: datetime) -> Booking:
    """Whether they came; not before the day of the booking."""
    row = _open(booking_id, actor, at)
    if state not in (Booking.ARRIVED, Booking.NO_SHOW):
        raise Refused.because("没有保存：请选“已到”或“没有来”。")
    if at < row.starts_at - timedelta(hours=1) or (state == Booking.NO_SHOW and at < row.starts_at):
        raise Refused.because("没有保存：还没有到约好的时间。")
    row.state, row.changed_at = state, at
    row.save(update_fields=["state", "changed_at"])
    tell("booking.changed", row, actor, at, what=state)
    return row


def mine(*, viewer: Viewer, at: datetime) -> QuerySet[Booking]:
    """The viewer's own bookings: with them, made by them, or of a post in which they stand in now."""
    rows = Booking.objects.filter(
        Q(person_id=viewer.person_id) | Q(made_by_id=viewer.person_id) | Q(post_id__in=stood_in(viewer=viewer, at=at))
    )
    return rows.select_related("room", "room__organisation", "room__division", "post")


def booking_for(*, booking_id: UUID, viewer: Viewer, at: datetime) -> Booking:
    """A booking that the viewer has, made or sees to, or whose child's file tells them of it; else there is none."""
    row = Booking.objects.filter(id=booking_id).select_related(
        "room", "room__organisation", "room__division", "post"
    ).first()
    if row is None:
        raise NotAllowed
    booked = BookedChild.objects.filter(booking=row)
    named = access.visible(booked, viewer=viewer, part=PART, at=at).exists()
    if not (named or may_change(row, viewer=viewer, at=at)):
        raise NotAllowed
    return row


def may_change(row: Booking, *, viewer: Viewer, at: datetime) -> bool:
    """Whether somebody may move or call off: who has it or stands in there, who made it, who sees to the room."""
    if viewer.person_id is not None and viewer.person_id in (row.person_id, row.made_by_id):
        return True
    if row.post_id in stood_in(viewer=viewer, at=at):
        return True
    return managed(viewer=viewer, action=MANAGE, at=at).filter(id=row.room_id).exists()


def children_of(rows: Sequence[Booking], *, viewer: Viewer, at: datetime) -> dict[UUID, UUID]:
    """By booking the child, of those children of whom the viewer may read that they come."""
    booked = BookedChild.objects.filter(booking__in=[each.id for each in rows])
    found = access.visible(booked, viewer=viewer, part=PART, at=at)
    return dict(found.values_list("booking_id", "child_id"))


def child_of(row: Booking) -> UUID | None:
    """Whose booking it is, for what decides and never for what shows."""
    return BookedChild.objects.filter(booking=row).values_list("child_id", flat=True).first()


def repeated(wish: BookingWish) -> list[BookingWish]:
    """The wish on the day itself and in the weeks after."""
    return [
        replace(wish, starts_at=wish.starts_at + WEEK * each, ends_at=wish.ends_at + WEEK * each)
        for each in range(wish.weeks)
    ]


def tell(kind: str, row: Booking, actor: Viewer, at: datetime, *, also: UUID | None = None, **clear: object) -> None:
    """In the record under the counsellor, whose post is told unless they did it themselves."""
    event = ledger.record(
        kind=kind, subject=Owner("staff", row.person_id), actor=actor, at=at, is_fact=True,
        clear={"booking": str(row.id), **clear},
    )
    posts = {row.post_id, also} - {None}
    if actor.person_id != row.person_id or (also is not None and also != row.post_id):
        notices.tell_posts(posts=sorted((each for each in posts if each), key=str), event=event, at=at)


def _open(booking_id: UUID, actor: Viewer, at: datetime) -> Booking:
    row = Booking.objects.select_for_update(of=("self",)).filter(id=booking_id).select_related("room").first()
    if row is None or not may_change(row, viewer=actor, at=at):
        raise NotAllowed
    if row.state not in OPEN:
        raise Refused.because("没有保存：这个预约已经取消，或已经记下没有来。")
    return row


def _room(wish: BookingWish, actor: Viewer, at: datetime) -> Room:
    room = in_reach(viewer=actor, at=at).filter(id=wish.room_id).first()
    if room is None or actor.person_id is None or not access.may_do(viewer=actor, action=BOOK, at=at):
        raise NotAllowed
    return room


def _child(wish: BookingWish, found: Rules, actor: Viewer, at: datetime) -> UUID | None:
    if wish.whom not in found.whom:
        raise Refused([Problem("whom", "没有约上：请选为谁约。", True)])
    if wish.whom not in found.named:
        return None
    if wish.child_id is None:
        raise Refused([Problem("whom", "没有约上：为孩子约，请从孩子的档案里点“预约辅导”。", True)])
    if not access.may(viewer=actor, child_id=wish.child_id, part=PART, at=at):
        raise NotAllowed
    return wish.child_id


def _wrong_with(
    wish: BookingWish, room: Room, found: Rules, child_id: UUID | None, at: datetime
) -> Iterator[Problem]:
    lasts = wish.ends_at - wish.starts_at
    if not (is_on_grid(wish.starts_at) and is_on_grid(wish.ends_at)):
        yield Problem("starts", "没有约上：时间按一刻钟写，例如 14:00 到 15:00。", True)
    elif lasts <= timedelta() or lasts > found.longest:
        most = int(found.longest.total_seconds() // 3600)
        yield Problem("minutes", f"没有约上：一次最短一刻钟，最长 {most} 小时。", True)
    if wish.starts_at <= at:
        yield Problem("starts", "没有约上：这个时间已经过去。", True)
    if not 1 <= wish.weeks <= found.weeks:
        yield Problem("weeks", f"没有约上：每周重复，最多 {found.weeks} 次。", True)
    elif wish.starts_at + WEEK * (wish.weeks - 1) > at + found.ahead:
        yield Problem("starts", f"没有约上：最多提前 {found.ahead.days} 天约。", True)
    if not 1 <= wish.people <= room.capacity:
        yield Problem("people", f"没有约上：这间房最多 {room.capacity} 人。", True)
    if wish.who is None or not is_candidate(room, wish.who, at=at):
        yield Problem("who", "没有约上：请选一位现在在岗的咨询师。", True)
    elif child_id is not None and not knows(wish.who, child_id, at):
        yield Problem("who", "没有约上：这位咨询师看不到这个孩子的档案。请先转介或指派，再约。", True)


def knows(who: Named, child_id: UUID, at: datetime) -> bool:
    """Whoever is to see the child has to be somebody who may know of them; a relative is kept out here too."""
    person = Person.objects.filter(id=who.person_id, is_active=True).first()
    if person is None:
        return False
    viewer = viewer_of(person=person, at=at, post_id=who.post_id)
    return access.may(viewer=viewer, child_id=child_id, part=PART, at=at)


def _refuse_clashes(rows: Sequence[Booking], room: Room, child_id: UUID | None, at: datetime) -> None:
    said = [
        f"{span_zh(each.starts_at, each.ends_at)}：{'；'.join(reasons)}。"
        for each in rows if (reasons := clashes(each, room, child_id, at=at))
    ]
    if said:
        head = "没有约上：" if len(rows) == 1 else f"一次也没有约：{len(rows)} 次里有 {len(said)} 次不行。"
        raise Refused([Problem("starts", head + said[0], True), *(Problem("starts", each, True) for each in said[1:])])
