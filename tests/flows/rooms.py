"""Rooms and people who sit in them, for tests of the rota and of bookings."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from tests import world
from tongxin.bookings.models import Booking, Room, Shift
from tongxin.core.pathway import CHINA
from tongxin.flows import booking, rooms, rota
from tongxin.flows.booking import BookingWish
from tongxin.flows.rooms import RoomWish
from tongxin.flows.rota import Named, ShiftWish

HALF_DAYS = [[510, 720], [810, 1050]]
HOURS = {str(day): HALF_DAYS for day in range(5)}
MONDAY = date(2025, 9, 8)


def moment(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of September 2025."""
    return datetime(2025, 9, day, hour, minute, tzinfo=CHINA)


def room(cast: world.World, name: str = "一号", *, by: str = "郑管理", **more: Any) -> Room:
    """A room of the county's social work station."""
    said: dict[str, Any] = {
        "organisation_id": cast.body("social_work_station"), "name": name, "door": "三楼302", "kind": "counselling",
        "capacity": 3, "is_private": True, "is_soundproof": True, "equipment": {"sofa": "good", "venting": "broken"},
        "hours": HOURS,
    } | more
    return rooms.keep(wish=RoomWish(**said), room_id=None, actor=cast.viewer(by), at=world.START)


def named(cast: world.World, name: str) -> Named:
    return Named(cast.posts[name].id, cast.people[name].id)


def sits(
    cast: world.World, where: Room, name: str, *weekdays: int, starts: int = 510, ends: int = 720,
    last_day: date | None = None, first_day: date = date(2025, 9, 1),
) -> list[Shift]:
    """Somebody sits in a room in the mornings, or as said."""
    wish = ShiftWish(where.id, named(cast, name), weekdays, starts, ends, first_day, last_day)
    return rota.write(wish=wish, actor=cast.viewer("郑管理"), at=world.START)


def wish(
    cast: world.World, where: Room, name: str, starts_at: datetime, *, minutes: int = 60, child: UUID | None = None,
    **more: Any,
) -> BookingWish:
    """An hour with somebody in a room; a walk-in where no child is named."""
    said: dict[str, Any] = {"whom": "child" if child else "walk_in", "child_id": child} | more
    return BookingWish(where.id, named(cast, name), starts_at, starts_at + timedelta(minutes=minutes), **said)


def book(cast: world.World, wanted: BookingWish, *, by: str = "苏咨询", at: datetime = world.START) -> list[Booking]:
    return booking.book(wish=wanted, actor=cast.viewer(by), at=at)
