"""Phones: paired by their person's password, renewed, stopped, wiped; every step stands in the record."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import UUIDField

from tongxin import ledger, vault
from tongxin.accounts.models import Person
from tongxin.accounts.viewers import WORKER, Viewer
from tongxin.lib.ids import id_in
from tongxin.lib.prepared import Prepared
from tongxin.sync import recovery
from tongxin.sync.limits import limits_at
from tongxin.sync.models import Device
from tongxin.vault import Owner

LONGEST_LABEL, LONGEST_APP = 40, 40
# A phone that sends all day long writes down only so often that it does.
SEEN_EVERY = timedelta(minutes=1)
DEVICE = Prepared(lambda device: Device.objects.filter(id=device), device=UUIDField())
# Numbers and short words only, each under one of these names: nothing of a person can stand in them (P056).
MEASURED = frozenset({
    "waiting", "oldest_waiting_at", "failures", "sync_ms", "bytes_up", "bytes_down", "storage_used", "storage_quota",
    "persisted", "browser", "build", "children", "wrong_pins", "locked_out",
})
LONGEST_MEASURE = 40


def pair(*, person: Person, post_id: UUID, label: str, app: str, at: datetime) -> tuple[Device, str, dict[str, str]]:
    """The new device, its token (shown this once) and the public half of its recovery key."""
    token = secrets.token_urlsafe(32)
    device = Device(
        person_id=person.id, post_id=post_id, token_digest=digest_of(token), token_until=at + limits_at(at).token,
        app=app[:LONGEST_APP], paired_at=at, seen_at=at,
    )
    private = recovery.new_private()
    keys = vault.create_keys([device.key_owner], at=at)
    words = {"label": label.strip()[:LONGEST_LABEL] or "手机", "recovery": base64.b64encode(private).decode()}
    with transaction.atomic():
        vault.put(device, words, keyring=keys)
        device.save(force_insert=True)
        tell("device.paired", device, actor=Viewer(person_id=person.id), at=at)
    return device, token, recovery.public_jwk(private)


def renew(*, device: Device, at: datetime) -> str:
    """A new token in place of the old one."""
    token = secrets.token_urlsafe(32)
    with transaction.atomic():
        Device.objects.filter(id=device.id).update(
            token_digest=digest_of(token), token_until=at + limits_at(at).token, seen_at=at
        )
        tell("device.renewed", device, actor=Viewer(person_id=device.person_id), at=at)
    return token


def device_for(bearer: str) -> Device | None:
    """The device whose token this is, whatever its state; None where the token is nobody's."""
    named, _, token = bearer.removeprefix("Bearer ").strip().partition(".")
    key = id_in(named)
    device: Device | None = DEVICE.row(device=key) if key else None
    if device is None or not hmac.compare_digest(device.token_digest, digest_of(token)):
        return None
    return device


def digest_of(token: str) -> str:
    """What is kept of a token; 256 random bits need no slow hash."""
    return hashlib.sha256(token.encode()).hexdigest()


def revoke(*, device: Device, wipes: bool, actor: Viewer, at: datetime) -> bool:
    """Let a device read no more; with `wipes` it clears itself at its next contact. False when it was so already."""
    state = Device.WIPE if wipes else Device.REVOKED
    standing = (Device.ACTIVE, Device.REVOKED) if wipes else (Device.ACTIVE,)
    with transaction.atomic():
        changed = Device.objects.filter(id=device.id, state__in=standing).update(
            state=state, ended_at=at, ended_by=actor.person_id
        )
        if changed:
            tell("device.revoked", device, actor=actor, at=at, clear={"wipes": wipes})
    return changed > 0


def note_wiped(*, device: Device, at: datetime) -> None:
    """The device says that it has cleared itself."""
    with transaction.atomic():
        changed = Device.objects.filter(id=device.id).exclude(state=Device.WIPED).update(
            state=Device.WIPED, seen_at=at, token_until=at
        )
        if changed:
            device.carried.filter(gone_at__isnull=True).update(gone_at=at)
            tell("device.wiped", device, actor=Viewer(person_id=device.person_id), at=at)


def note_seen(*, device: Device, app: str, at: datetime, telemetry: Mapping[str, Any] | None = None) -> None:
    """The device was in touch; of what it measured only what is known by name is kept."""
    is_news = telemetry or (app and app[:LONGEST_APP] != device.app) or at - device.seen_at > SEEN_EVERY
    if not is_news:
        return
    changes: dict[str, Any] = {"seen_at": at}
    if app:
        changes["app"] = app[:LONGEST_APP]
    if telemetry:
        changes["telemetry"] = device.telemetry | measured(telemetry)
    Device.objects.filter(id=device.id).update(**changes)


def measured(telemetry: Mapping[str, Any]) -> dict[str, Any]:
    """What may be kept of a phone's telemetry: no name, no free text."""
    return {
        name: value for name, value in telemetry.items()
        if name in MEASURED and (isinstance(value, bool | int | float) or _is_code(value))
    }


def _is_code(value: object) -> bool:
    return isinstance(value, str) and len(value) <= LONGEST_MEASURE and value.isascii()


def private_key(device: Device, *, viewer: Viewer, at: datetime) -> bytes:
    """The private half of a device's recovery key, opened as a look."""
    (text,) = vault.open([device.recovery], viewer=viewer, purpose="recover", part="device", route="devices", at=at)
    return base64.b64decode(text or "")


def tell(
    kind: str, device: Device, *, actor: Viewer, at: datetime, clear: Mapping[str, Any] | None = None
) -> None:
    """Record what happened to a device, on the record of the person whose it is."""
    ledger.record(
        kind=kind, subject=Owner("staff", device.person_id), actor=actor or WORKER, at=at, is_fact=True,
        clear={"device": str(device.id), **(clear or {})},
    )
