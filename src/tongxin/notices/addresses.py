"""Where people are reached outside: noted, shown to be theirs, given up; and when they want to be left alone."""

import hashlib
import hmac
from datetime import datetime, time
from uuid import UUID

from django.db.models import F

from tongxin import vault
from tongxin.accounts.models import Person
from tongxin.accounts.viewers import Viewer
from tongxin.core.pathway import CHINA
from tongxin.lib import secrets
from tongxin.notices.models import Address, Preference
from tongxin.notices.rules import Hours, Notices


def of(person_id: UUID) -> list[Address]:
    """The addresses that a person uses or is about to."""
    return list(Address.objects.filter(person_id=person_id, removed_at__isnull=True).order_by("added_at"))


def words_of(rows: list[Address], *, viewer: Viewer, at: datetime, purpose: str = "notify") -> list[str]:
    """The addresses in clear; the look is written down."""
    found = vault.open(
        [row.address for row in rows], viewer=viewer, purpose=purpose, part="staff", route="notifications", at=at
    )
    return [each or "" for each in found]


def mark_of(channel: str, person_id: UUID, address: str) -> str:
    """By which the same address is known again, without the address."""
    said = "\n".join(("address", channel, str(person_id), address.lower())).encode()
    return hmac.digest(secrets.read("pepper"), said, "sha256").hex()


def add(*, person: Person, channel: str, address: str, at: datetime, is_confirmed: bool) -> Address | None:
    """A further address; nothing where it stands already."""
    mark = mark_of(channel, person.id, address)
    if Address.objects.filter(person=person, channel=channel, mark=mark, removed_at__isnull=True).exists():
        return None
    row = Address(
        person=person, channel=channel, mark=mark, added_at=at, asked_at=None if is_confirmed else at,
        confirmed_at=at if is_confirmed else None,
    )
    vault.put(row, {"address": address})
    row.save()
    Preference.objects.get_or_create(person=person, defaults={"digested_on": at.astimezone(CHINA).date()})
    return row


def ask(row: Address, *, at: datetime) -> None:
    """A new code, which counts from now; the one before is void."""
    row.asked_at, row.tries = at, 0
    row.save(update_fields=["asked_at", "tries"])


def code_of(row: Address, *, digits: int) -> str:
    """The code that was sent last; it is kept nowhere."""
    said = f"address code\n{row.id}\n{row.asked_at.timestamp() if row.asked_at else ''}".encode()
    number = int.from_bytes(hmac.digest(secrets.read("pepper"), said, hashlib.sha256)[:8], "big")
    return f"{number % 10**digits:0{digits}d}"


def is_right(row: Address, code: str, *, rules: Notices, at: datetime) -> bool:
    """Whether a code fits; each try counts, in every process."""
    tried = Address.objects.filter(id=row.id, tries__lt=rules.tries, confirmed_at__isnull=True)
    if not tried.update(tries=F("tries") + 1) or row.asked_at is None or at - row.asked_at > rules.code_lasts:
        return False
    return hmac.compare_digest(code_of(row, digits=rules.digits).encode(), code.encode())


def confirm(row: Address, *, at: datetime) -> None:
    """From now on it is used."""
    Address.objects.filter(id=row.id).update(confirmed_at=at)


def remove(row: Address, *, at: datetime) -> None:
    """Used no more; what it was isn't kept."""
    Address.objects.filter(id=row.id).update(removed_at=at, address=None)


def preference_of(person_id: UUID) -> Preference | None:
    """What a person set for themselves."""
    return Preference.objects.filter(person_id=person_id).first()


def prefer(*, person: Person, quiet: Hours, digest_at: time, at: datetime) -> None:
    """When a person wants to be left alone, and told of the day."""
    values = {"quiet_from": quiet.begins, "quiet_until": quiet.ends, "digest_at": digest_at}
    Preference.objects.update_or_create(
        person=person, defaults=values, create_defaults={**values, "digested_on": at.astimezone(CHINA).date()}
    )


def quiet_of(preference: Preference | None, rules: Notices) -> Hours:
    """When somebody isn't disturbed by what can wait."""
    if preference is None or preference.quiet_from is None or preference.quiet_until is None:
        return rules.quiet
    return Hours(preference.quiet_from, preference.quiet_until)


def digest_of(preference: Preference | None, rules: Notices) -> time:
    """When somebody's summary of the day goes out."""
    return preference.digest_at if preference is not None and preference.digest_at else rules.digest_at
