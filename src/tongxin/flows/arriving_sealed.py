"""What a phone could only send sealed to its device's key: its PIN forgotten, or no network but a file."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from tongxin.flows.arriving_holding import viewer_for
from tongxin.flows.arriving_reading import Sender
from tongxin.lib.ids import id_in
from tongxin.sync import devices, recovery
from tongxin.sync.models import Device


def opened(sealed: object, *, about: str, sender: Sender, at: datetime) -> bytes | None:
    """What lies in it, opened as a look; None where no key of this person's phones opens it under this id."""
    if not isinstance(sealed, dict):
        return None
    device = _device_of(sealed)
    if device is None or device.person_id != sender.device.person_id:
        return None
    private = devices.private_key(device, viewer=sender.opener or sender.viewer, at=at)
    try:
        return recovery.opened(sealed, private=private, about=about)
    except recovery.Unopened:
        return None


def unsealed(payload: Mapping[str, Any], *, sender: Sender, at: datetime) -> tuple[Mapping[str, Any], Sender]:
    """An entry that its phone could only send sealed, and who wrote it; as it is where it can't be opened."""
    about = payload.get("id")
    if "sealed" not in payload or not isinstance(about, str):
        return payload, sender
    writer = _writer_of(payload["sealed"], sender, at)
    content = opened(payload["sealed"], about=about, sender=writer, at=at)
    try:
        found = json.loads(content or b"")
    except (ValueError, RecursionError):
        return payload, sender
    return (found, writer) if isinstance(found, dict) and found.get("id") == about else (payload, sender)


def _writer_of(sealed: object, sender: Sender, at: datetime) -> Sender:
    """Whoever had the phone when it was sealed; somebody else may have it now."""
    device = _device_of(sealed)
    if device is None or device.person_id == sender.device.person_id:
        return sender
    return replace(
        sender, device=device, viewer=viewer_for(device, at=at), opener=sender.opener or sender.viewer,
        carrier=sender.device,
    )


def _device_of(sealed: object) -> Device | None:
    key = id_in(str(sealed.get("key"))) if isinstance(sealed, dict) else None
    return Device.objects.filter(id=key).first() if key else None
