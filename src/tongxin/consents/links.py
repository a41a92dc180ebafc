"""Making, finding and ending one-time links; a token is shown once and can't be found again from what is stored."""

import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import QuerySet

from tongxin import vault
from tongxin.accounts.viewers import Viewer
from tongxin.consents.models import ConsentLink
from tongxin.lib import ids

# 79 bits.
LENGTH = 16


class NoWayIn(Exception):
    """Unknown, used, ended or taken back: all look the same to whoever holds the link."""


@dataclass(frozen=True, slots=True)
class Issued:
    """A fresh link with the token that is shown this once."""

    link: ConsentLink
    token: str


def issue(
    *, child_id: UUID, carer_id: int, relation: str, purposes: Iterable[str], notice_on: date, lasts: timedelta,
    actor: Viewer, at: datetime,
) -> Issued:
    """A link for one carer; those that the same carer had before stop working."""
    token = ids.code(LENGTH).upper()
    open_of(child_id=child_id, at=at).filter(carer_id=carer_id).update(revoked_at=at)
    link = ConsentLink.objects.create(
        digest=digest_of(token), child_id=child_id, carer_id=carer_id, relation=relation, purposes=list(purposes),
        notice_on=notice_on, made_at=at, made_by=actor.person_id, post_id=actor.post_id, expires_at=at + lasts,
    )
    return Issued(link, token)


def find(*, token: str, at: datetime, for_update: bool = False) -> ConsentLink:
    """The link of a token while it can be used; else NoWayIn."""
    rows = ConsentLink.objects.select_for_update() if for_update else ConsentLink.objects
    link = rows.filter(digest=digest_of(token), used_at__isnull=True, revoked_at__isnull=True).first()
    if link is None or link.expires_at <= at:
        raise NoWayIn
    return link


def open_of(*, child_id: UUID, at: datetime) -> QuerySet[ConsentLink]:
    """The links about a child that still work."""
    return ConsentLink.objects.filter(
        child_id=child_id, used_at__isnull=True, revoked_at__isnull=True, expires_at__gt=at
    )


def revoke(*, child_id: UUID, at: datetime, carer_id: int | None = None) -> int:
    """How many links about a child, or one carer's, stopped working."""
    rows = open_of(child_id=child_id, at=at)
    return rows.filter(carer_id=carer_id).update(revoked_at=at) if carer_id else rows.update(revoked_at=at)


def digest_of(token: str) -> str:
    """What is stored of a token, written in any case and with or without spaces."""
    plain = "".join(letter for letter in token.lower() if letter in ids.READABLE).upper()
    return hmac.digest(vault.tokens.key("consent links"), plain.encode(), hashlib.sha256).hex()
