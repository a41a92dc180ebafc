"""Calendars that a counsellor's own program fetches: a secret address, and nothing in it that says what for."""

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import QuerySet
from icalendar import Calendar, Event

from tongxin import ledger, vault
from tongxin.accounts.viewers import Viewer
from tongxin.bookings import selectors
from tongxin.bookings.models import Booking, Feed, Room
from tongxin.bookings.rules import FeedRules, rules_at
from tongxin.bookings.selectors import Sitting, day_of
from tongxin.flows import rota
from tongxin.flows.refusals import NotAllowed
from tongxin.flows.rooms import in_reach
from tongxin.vault import Owner

BYTES = 24
ZONE = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True, slots=True)
class Issued:
    """A fresh feed with the token that is shown this once."""

    feed: Feed
    token: str


@transaction.atomic
def issue(*, room_id: UUID | None, actor: Viewer, at: datetime) -> Issued:
    """The actor's own calendar, or that of a room in reach; the one that they had of it before stops working."""
    if actor.person_id is None or (
        room_id is not None and not in_reach(viewer=actor, at=at).filter(id=room_id).exists()
    ):
        raise NotAllowed
    before = _working(actor, at)
    before = before.filter(room_id=room_id) if room_id else before.filter(room__isnull=True)
    before.update(revoked_at=at)
    token = secrets.token_urlsafe(BYTES)
    feed = Feed.objects.create(
        digest=digest_of(token), person_id=None if room_id else actor.person_id, room_id=room_id,
        made_by_id=actor.person_id, made_at=at, expires_at=at + rules_at(at).feed.lasts,
    )
    _tell("feed.issued", feed, actor, at)
    return Issued(feed, token)


@transaction.atomic
def revoke(*, feed_id: UUID, actor: Viewer, at: datetime) -> None:
    """The address gives nothing any more."""
    feed = _working(actor, at).select_for_update().filter(id=feed_id).first()
    if feed is None:
        raise NotAllowed
    feed.revoked_at = at
    feed.save(update_fields=["revoked_at"])
    _tell("feed.revoked", feed, actor, at)


def working(*, viewer: Viewer, at: datetime) -> list[Feed]:
    """The viewer's addresses that still work."""
    return list(_working(viewer, at).select_related("room", "room__organisation").order_by("made_at"))


def find(token: str, *, at: datetime) -> Feed | None:
    """The feed of an address while it works, and while whoever made it works here."""
    return Feed.objects.filter(
        digest=digest_of(token), revoked_at__isnull=True, expires_at__gt=at, made_by__is_active=True
    ).select_related("room", "room__organisation").first()


def digest_of(token: str) -> str:
    """What is stored of a token."""
    return hmac.digest(vault.tokens.key("calendar feeds"), token.encode(), hashlib.sha256).hex()


def text_of(feed: Feed, *, at: datetime) -> bytes:
    """The calendar (RFC 5545) in Asia/Shanghai; the same bytes while nothing in it changed."""
    found = rules_at(at).feed
    first, last = day_of(at - found.past), day_of(at + found.ahead)
    since, until = at - found.past, at + found.ahead
    if feed.room is not None:
        booked = selectors.booked([feed.room], since=since, until=until)
        seated = rota.seated([feed.room], first=first, last=last, at=at)
    else:
        people = [feed.person_id] if feed.person_id else []
        booked = selectors.booked_of(people, since=since, until=until)
        seated = rota.seated_of(people, first=first, last=last, at=at)
    calendar = Calendar()
    calendar.add("prodid", "-//Tongxin//Calendar//ZH")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-timezone", str(ZONE))
    for event in (*_of_bookings(booked, feed.room, found), *_of_sittings(seated, found)):
        calendar.add_component(event)
    calendar.add_missing_timezones()
    return bytes(calendar.to_ical())


def place_zh(room: Room, found: FeedRules) -> str:
    """Where, as far as it doesn't say what for."""
    parts = [each for each in (room.organisation.name, room.door) if each]
    return " ".join(each for each in parts if not any(word in each for word in found.never)) or found.place


def _of_bookings(rows: Sequence[Booking], room: Room | None, found: FeedRules) -> list[Event]:
    return [
        _event(
            f"{each.id}@booking", found.booked, each.starts_at, each.ends_at, room or each.room, found,
            made_at=each.changed_at, number=each.moves,
        )
        for each in rows
    ]


def _of_sittings(rows: Sequence[Sitting], found: FeedRules) -> list[Event]:
    return [
        _event(
            f"{each.shift.id}-{each.day:%Y%m%d}@shift", found.seated, each.from_at, each.to_at, each.shift.room, found,
            made_at=each.shift.written_at, number=0,
        )
        for each in rows if each.person_id is not None
    ]


def _event(
    uid: str, zh: str, starts_at: datetime, ends_at: datetime, room: Room, found: FeedRules, *, made_at: datetime,
    number: int,
) -> Event:
    event = Event()
    event.add("uid", uid)
    event.add("dtstamp", made_at.astimezone(ZoneInfo("UTC")))
    event.add("dtstart", starts_at.astimezone(ZONE))
    event.add("dtend", ends_at.astimezone(ZONE))
    event.add("summary", zh)
    event.add("location", place_zh(room, found))
    event.add("sequence", number)
    event.add("class", "PRIVATE")
    return event


def _working(viewer: Viewer, at: datetime) -> QuerySet[Feed]:
    return Feed.objects.filter(made_by_id=viewer.person_id, revoked_at__isnull=True, expires_at__gt=at)


def _tell(kind: str, feed: Feed, actor: Viewer, at: datetime) -> None:
    if actor.person_id is not None:
        ledger.record(
            kind=kind, subject=Owner("staff", actor.person_id), actor=actor, at=at, is_fact=True,
            clear={"feed": str(feed.id), "what": "room" if feed.room_id else "person"},
        )
