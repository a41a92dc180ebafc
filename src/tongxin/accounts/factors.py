"""Second factors: kept sealed under their person's key, shown to nobody again, good only once each time."""

import base64
import hashlib
import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from fido2.webauthn import AttestedCredentialData

from tongxin import vault
from tongxin.accounts import totp
from tongxin.accounts.entrance import PASSKEY, RECOVERY, TOTP, Factor
from tongxin.accounts.models import Person
from tongxin.accounts.viewers import Viewer
from tongxin.lib import ids

PURPOSE, PART = "second_factor", "staff"
CODES, GROUPS = 10, (4, 4, 4)


def of(person: Person) -> list[Factor]:
    """What somebody can show, recovery codes aside, the oldest first."""
    return list(Factor.objects.filter(person=person).exclude(kind=RECOVERY).order_by("added_at", "id"))


def has_any(person: Person) -> bool:
    """Whether somebody is asked for more than a password."""
    return Factor.objects.filter(person=person).exclude(kind=RECOVERY).exists()


def add(
    *, person: Person, kind: str, secret: str, at: datetime, label: str = "", handle: str = ""
) -> Factor | None:
    """The factor as it is kept; None when there is one of that kind, or that passkey, already."""
    row = Factor(id=ids.new_id(), person=person, kind=kind, handle=handle, added_at=at)
    vault.put(row, {"secret": secret, **({"label": label} if label else {})})
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        return None
    return row


def is_right_code(*, person: Person, code: str, seconds: float, at: datetime) -> bool:
    """Whether a code from the phone, or a recovery code, is right now; it is used up by that."""
    written = "".join(code.split()).replace("-", "").lower()
    if written.isascii() and written.isdigit():
        return _is_right_totp(person, written, seconds, at)
    return _is_right_recovery(person, written, at)


def _is_right_totp(person: Person, code: str, seconds: float, at: datetime) -> bool:
    row = Factor.objects.filter(person=person, kind=TOTP).first()
    if row is None:
        return False
    step = totp.step_of(code, secret=_opened([row], person, at)[0], seconds=seconds, after=row.used_up_to)
    return step is not None and use(row, up_to=step, at=at)


def was_used(*, person: Person, code: str, seconds: float, at: datetime) -> bool:
    """Whether a code from the phone would be right now, had it not been used: somebody may have looked on."""
    written = "".join(code.split())
    row = Factor.objects.filter(person=person, kind=TOTP).first()
    if row is None or not (written.isascii() and written.isdigit()):
        return False
    step = totp.step_of(written, secret=_opened([row], person, at)[0], seconds=seconds, after=0)
    return step is not None and step <= row.used_up_to


def use(row: Factor, *, up_to: int, at: datetime) -> bool:
    """Whether it was good up to there for the first time: of two who show the same, one is let in."""
    fresh = Factor.objects.filter(id=row.id, used_up_to__lt=up_to)
    return fresh.update(used_up_to=up_to, used_at=at) == 1


@transaction.atomic
def _is_right_recovery(person: Person, code: str, at: datetime) -> bool:
    row = Factor.objects.select_for_update().filter(person=person, kind=RECOVERY).first()
    if row is None:
        return False
    left: list[str] = json.loads(_opened([row], person, at)[0])
    if _digest(code) not in left:
        return False
    left.remove(_digest(code))
    vault.put(row, {"secret": json.dumps(left)})
    row.used_at, row.used_up_to = at, row.used_up_to + 1
    row.save(update_fields=["secret", "used_at", "used_up_to"])
    return True


@transaction.atomic
def new_recovery_codes(*, person: Person, at: datetime) -> list[str]:
    """Codes that stand in for a lost phone, shown this once; those from before are void."""
    Factor.objects.filter(person=person, kind=RECOVERY).delete()
    codes = [ids.code(*GROUPS) for _ in range(CODES)]
    add(person=person, kind=RECOVERY, secret=json.dumps([_digest(code.replace("-", "")) for code in codes]), at=at)
    return codes


def codes_left(person: Person) -> int:
    """How many recovery codes haven't been used."""
    row = Factor.objects.filter(person=person, kind=RECOVERY).first()
    return CODES - row.used_up_to if row else 0


def credentials(rows: Iterable[Factor], *, person: Person, at: datetime) -> dict[UUID, AttestedCredentialData]:
    """The public halves of somebody's passkeys."""
    keys = [row for row in rows if row.kind == PASSKEY]
    words = _opened(keys, person, at)
    return {
        row.id: AttestedCredentialData(base64.b64decode(word)) for row, word in zip(keys, words, strict=True)
    }


def handle_of(credential_id: bytes) -> str:
    """Under which a passkey is found."""
    return hashlib.sha256(credential_id).hexdigest()


def _opened(rows: Sequence[Factor], person: Person, at: datetime) -> list[str]:
    viewer = Viewer(person_id=person.id)
    words = vault.open([row.secret for row in rows], viewer=viewer, purpose=PURPOSE, part=PART, route=PURPOSE, at=at)
    return [word or "" for word in words]


def _digest(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()
