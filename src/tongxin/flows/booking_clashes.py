"""What stands against a booking at its time: a closed room, another booking, a counsellor who is elsewhere."""

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from tongxin.bookings import selectors, services
from tongxin.bookings.models import Booking, Room, Slot
from tongxin.bookings.rules import rules_at
from tongxin.bookings.selectors import day_of
from tongxin.bookings.times import overlap
from tongxin.core.pathway import CHINA
from tongxin.flows import rota
from tongxin.rulebook import rules

TAKEN = {
    Slot.ROOM: "房间已被占用 {hours}", Slot.PERSON: "咨询师这时在另一处有预约 {hours}",
    Slot.CHILD: "孩子这时已有另一个预约 {hours}", Slot.CARER: "孩子的照料人这时已有另一个预约 {hours}",
}


def clashes(row: Booking, room: Room, child_id: UUID | None, *, at: datetime) -> list[str]:
    """Each reason once, the room first; empty when the time is free."""
    return [*_closed(row, room, at), *_taken(row, child_id), *_elsewhere(row, room, at)]


def _closed(row: Booking, room: Room, at: datetime) -> Iterator[str]:
    day = day_of(row.starts_at)
    closures = selectors.closures_of([room], first=day, last=day).get(room.id, [])
    if not room.is_used:
        yield "房间已停用"
    elif closures:
        why = rules_at(at).closures.get(closures[0].reason, "")
        until = closures[0].last_day
        yield f"房间关闭（{why}，到{until.month}月{until.day}日）"
    else:
        spans = selectors.open_spans(room, day)
        if not any(start <= row.starts_at and row.ends_at <= end for start, end in spans):
            hours = "、".join(hours_zh(*each) for each in spans)
            yield f"房间这时不开放（这一天{'开放 ' + hours if hours else '不开放'}）"
    if day in rules.calendar_at(at).holidays:
        yield "这一天放假"


def _taken(row: Booking, child_id: UUID | None) -> Iterator[str]:
    wanted = services.takings(row, child_id)
    seen: set[tuple[str, UUID]] = set()
    for slot in services.taken_of(wanted, starts_at=row.starts_at, ends_at=row.ends_at):
        key = (slot.kind, slot.booking_id)
        if slot.booking_id == row.id or key in seen:
            continue
        seen.add(key)
        other = slot.booking
        if slot.kind == Slot.PERSON and other.room_id == row.room_id:
            continue
        yield TAKEN[slot.kind].format(hours=hours_zh(other.starts_at, other.ends_at))


def _elsewhere(row: Booking, room: Room, at: datetime) -> Iterator[str]:
    """The rota: the counsellor sits in another room then, or somebody else sits in this one."""
    day, span = day_of(row.starts_at), (row.starts_at, row.ends_at)
    own = [each for each in rota.seated_of([row.person_id], first=day, last=day, at=at) if overlap(each.span, span)]
    for each in own:
        if each.shift.room_id != room.id:
            yield f"咨询师这时在另一处：{each.shift.room.name}，坐班 {hours_zh(*each.span)}"
    for each in rota.seated([room], first=day, last=day, at=at):
        if overlap(each.span, span) and each.person_id not in (None, row.person_id):
            yield f"房间这时由别的咨询师坐班 {hours_zh(*each.span)}"


def hours_zh(starts_at: datetime, ends_at: datetime) -> str:
    """14:00–15:00."""
    return f"{starts_at.astimezone(CHINA):%H:%M}–{ends_at.astimezone(CHINA):%H:%M}"
