"""How many wrong tries a login allows, counted in the database: the same in every web process and after a restart.

A browser from which somebody signed in before is counted apart, so that strangers who keep guessing can't lock
its owner out.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.core import signing
from django.db import transaction
from django.utils.crypto import salted_hmac

from tongxin.accounts.models import Throttle

SALT = "known browser"


@dataclass(frozen=True, slots=True)
class Limits:
    """How many tries, how long a pause, and how long tries and browsers are remembered."""

    tries: int
    pause: timedelta
    forgotten_after: timedelta
    known_for: timedelta


def read(content: Mapping[str, Any]) -> Limits:
    """The limits that a definition states."""
    spans = {name: timedelta(**content[name]) for name in ("pause", "forgotten_after", "known_for")}
    return Limits(tries=int(content["tries"]), **spans)


def key_for(*, login: str, mark: str = "", known_for: timedelta = timedelta()) -> str:
    """Under which tries at a login are counted: apart for a browser that carries the login's own mark."""
    digest = _digest(login)
    try:
        owner, number = signing.loads(mark, salt=SALT, max_age=known_for)
    except (signing.BadSignature, ValueError, TypeError):
        return digest
    return _digest(f"{login}\n{number}") if owner == digest else digest


def mark_for(*, login: str) -> str:
    """What a browser keeps after signing in; it says nothing about anybody."""
    return signing.dumps((_digest(login), secrets.token_hex(8)), salt=SALT)


@transaction.atomic
def paused_until(*, key: str, limits: Limits, at: datetime) -> datetime | None:
    """Counts a try; until when the login is closed, if it is. The last try of a run still counts as one."""
    Throttle.objects.filter(last_at__lt=at - limits.forgotten_after).delete()
    Throttle.objects.get_or_create(digest=key, defaults={"last_at": at})
    row = Throttle.objects.select_for_update().get(digest=key)
    if row.paused_until and row.paused_until > at:
        return row.paused_until
    if row.paused_until or at - row.last_at > limits.pause:
        row.tries = 0
    row.tries += 1
    row.last_at = at
    row.paused_until = at + limits.pause if row.tries >= limits.tries else None
    row.save()
    return None


def forget(*, key: str) -> None:
    """Tries are counted afresh: for whoever signed in, or got a new password."""
    Throttle.objects.filter(digest=key).delete()


def _digest(text: str) -> str:
    return salted_hmac("tongxin sign-in", text, algorithm="sha256").hexdigest()
