"""Fills an empty installation with the cast, rooms with a rota and bookings about today; prints where it is.

Runs in a process of its own, beside the server, on the server's own data folder.
"""

import json
import sys
from datetime import datetime, timedelta

from tests import world
from tests.browser.furnish import PASSWORD
from tests.flows import rooms as meeting
from tongxin.bookings.models import BookedChild
from tongxin.core.pathway import CHINA
from tongxin.flows import booking, booking_watch, rota
from tongxin.lib import clock
from tongxin.rulebook import rules


def main() -> None:
    now, cast = clock.now(), world.build()
    code = rules.resolve("conduct", "conduct", at=now)
    for person in cast.people.values():
        person.set_password(PASSWORD)
        person.conduct_hash = code.hash
        person.save(update_fields=["password", "conduct_hash"])
    child, other = cast.child(), cast.child("小雪")
    one, two = meeting.room(cast, "心理咨询室一"), meeting.room(cast, "沙盘室", kind="sandplay", capacity=8)
    shift = meeting.sits(cast, one, "苏咨询", 0, 1, 3)[1]
    meeting.sits(cast, one, "林社工", 2, 4)
    meeting.sits(cast, two, "何老师", 0, 2)
    meeting.sits(cast, two, "秦医生", 1, starts=810, ends=1050)
    today = datetime(now.year, now.month, now.day, 8, 30, tzinfo=CHINA)

    def book(where: object, name: str, at: datetime, **more: object) -> None:
        wish = meeting.wish(cast, where, name, at, **more)  # type: ignore[arg-type]
        booking.book(wish=wish, actor=cast.viewer(name, now), at=now - timedelta(days=8))

    book(one, "苏咨询", today, child=child.id)
    book(one, "苏咨询", today + timedelta(hours=1), child=other.id, weeks=2)
    book(one, "苏咨询", today - timedelta(days=5), child=child.id)
    book(two, "秦医生", today + timedelta(hours=6), whom="group", people=6)
    booking_watch.follow_bookings(now - timedelta(minutes=5))
    later = today.date() + timedelta(days=7)
    rota.leave(shift_id=shift.id, day=later, stand_in=meeting.named(cast, "林社工"),
               actor=cast.viewer("苏咨询", now), at=now)
    json.dump({
        "logins": {name: person.login for name, person in cast.people.items()}, "children": {"小雨": str(child.id)},
        "room": str(one.id), "booking": str(child_booking(child.id)),
    }, sys.stdout)


def child_booking(child_id: object) -> object:
    """The child's booking of today."""
    rows = BookedChild.objects.filter(child_id=child_id).order_by("-booking__starts_at")
    return rows.values_list("booking_id", flat=True)[0]
