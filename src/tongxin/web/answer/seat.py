"""A seat at one sheet: a short-lived cookie that only works together with a key which the page itself holds.

The cookie alone opens nothing: whoever comes to the device after the page was left has no key.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.http import HttpResponseBase

from tongxin.screening.models import Round, Sitting
from tongxin.web.doors import Request

COOKIE, HEADER, PATH, SALT = "seat", "X-Seat", "/a/", "seat at a sheet"


@dataclass(frozen=True, slots=True)
class Seat:
    """Who sits where, by which link, and by the key of which page."""

    sitting_id: UUID
    link_id: UUID | None
    digest: str


def taken(sitting: Sitting) -> tuple[Seat, str]:
    """A seat with its key; the key is given to the page once."""
    key = secrets.token_urlsafe(16)
    return Seat(sitting.id, sitting.link_id, _digest(key)), key


def put(answer: HttpResponseBase, seat: Seat, *, at: datetime, life: timedelta) -> None:
    """Let the browser hold the seat for a while from now on."""
    value = signing.dumps(
        [str(seat.sitting_id), str(seat.link_id or ""), seat.digest, (at + life).isoformat()], salt=SALT
    )
    answer.set_cookie(
        COOKIE, value, max_age=life, path=PATH, httponly=True, samesite="Strict", secure=settings.SESSION_COOKIE_SECURE
    )


def drop(answer: HttpResponseBase) -> None:
    answer.delete_cookie(COOKIE, path=PATH, samesite="Strict")


def seat_of(request: Request) -> Seat | None:
    """The seat that a request comes from, if its page holds the key."""
    try:
        sitting, link, digest, until = signing.loads(request.COOKIES.get(COOKIE, ""), salt=SALT)
        seat = Seat(UUID(sitting), UUID(link) if link else None, digest)
        is_over = datetime.fromisoformat(until) <= request.at
    except (signing.BadSignature, ValueError, TypeError):
        return None
    key = request.headers.get(HEADER, "")
    return None if is_over or not secrets.compare_digest(_digest(key), seat.digest) else seat


def sitting_at(seat: Seat) -> Sitting | None:
    """The sheet of a seat, while its way in still stands: no newer link, none taken back.

    A round's end takes nobody's seat away: whoever is in the middle of answering is heard to the end.
    """
    sitting = (
        Sitting.objects.select_related("link", "participant__round__division").filter(id=seat.sitting_id).first()
    )
    if sitting is None or sitting.link_id != seat.link_id:
        return None
    round, ended = sitting.participant.round, sitting.link.revoked_at if sitting.link else None
    if round.state == Round.CLOSED and round.closed_at is not None:
        return sitting if ended is None or ended >= round.closed_at else None
    return sitting if round.state == Round.RUNNING and ended is None else None


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
