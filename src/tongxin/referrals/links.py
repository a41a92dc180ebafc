"""Links for bodies without accounts: a token that is handed over, a code that is spoken; neither is kept in clear."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import F, QuerySet

from tongxin import vault
from tongxin.accounts.viewers import Viewer
from tongxin.lib import ids
from tongxin.referrals.models import ReferralLink

# 79 bits.
LENGTH = 16
DIGITS = "0123456789"


class NoWayIn(Exception):
    """Unknown, ended, taken back or a wrong code: all look the same to whoever holds the link."""


@dataclass(frozen=True, slots=True)
class Issued:
    """A fresh link with the token and the code that are shown this once."""

    link: ReferralLink
    token: str
    code: str


def issue(
    *, child_id: UUID, referral_id: UUID, lasts: timedelta, digits: int, actor: Viewer, at: datetime
) -> Issued:
    """A link to one referral; those that were given out for it before stop working."""
    token, code = ids.code(LENGTH).upper(), "".join(secrets.choice(DIGITS) for _ in range(digits))
    revoke(referral_id=referral_id, at=at)
    link = ReferralLink.objects.create(
        digest=digest_of(token), code_digest=_code_digest(token, code), child_id=child_id, referral_id=referral_id,
        made_at=at, made_by=actor.person_id, post_id=actor.post_id, expires_at=at + lasts,
    )
    return Issued(link, token, code)


def find(*, token: str, code: str, tries: int, at: datetime) -> ReferralLink:
    """The link of a token with its code while it works; a few wrong codes end it."""
    link = ReferralLink.objects.filter(digest=digest_of(token), revoked_at__isnull=True, expires_at__gt=at).first()
    if link is None:
        raise NoWayIn
    if not hmac.compare_digest(link.code_digest, _code_digest(token, code)):
        ReferralLink.objects.filter(id=link.id).update(wrong=F("wrong") + 1)
        ReferralLink.objects.filter(id=link.id, wrong__gte=tries).update(revoked_at=at)
        raise NoWayIn
    return link


def look(link: ReferralLink, *, at: datetime) -> None:
    """Write down that the page was opened."""
    ReferralLink.objects.filter(id=link.id).update(
        opened_at=link.opened_at or at, seen_at=at, looks=F("looks") + 1, wrong=0
    )


def open_of(*, referral_id: UUID, at: datetime) -> QuerySet[ReferralLink]:
    """The links to a referral that still work."""
    return ReferralLink.objects.filter(referral_id=referral_id, revoked_at__isnull=True, expires_at__gt=at)


def revoke(*, referral_id: UUID, at: datetime) -> int:
    """How many links to a referral stopped working."""
    return open_of(referral_id=referral_id, at=at).update(revoked_at=at)


def digest_of(token: str) -> str:
    """What is stored of a token, written in any case and with or without spaces."""
    plain = "".join(letter for letter in token.lower() if letter in ids.READABLE).upper()
    return _signed("referral links", plain)


def _code_digest(token: str, code: str) -> str:
    """The code counts with its token only."""
    plain = "".join(sign for sign in code if sign in DIGITS)
    return _signed("referral codes", f"{digest_of(token)}:{plain}")


def _signed(purpose: str, text: str) -> str:
    return hmac.digest(vault.tokens.key(purpose), text.encode(), hashlib.sha256).hex()
