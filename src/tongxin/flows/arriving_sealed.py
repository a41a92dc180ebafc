"""What a phone could only send sealed to its device's key: its PIN forgotten, or no network but a file."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from tongxin.flows.arriving_reading import Sender
from tongxin.lib.ids import id_in
from tongxin.sync import devices, recovery
from tongxin.sync.models import Device


def opened(sealed: object, *, about: str, sender: Sender, at: datetime) -> bytes | None:
    """What lies in it, opened as a look; None where no key of this person's phones opens it under this id."""
    if not isinstance(sealed, dict):
        return None
    key = id_in(str(sealed.get("key")))
    device = Device.objects.filter(id=key, person_id=sender.device.person_id).first() if key else None
    if device is None:
        return None
    private = devices.private_key(device, viewer=sender.opener or sender.viewer, at=at)
    try:
        return recovery.opened(sealed, private=private, about=about)
    except recovery.Unopened:
        return None


def unsealed(payload: Mapping[str, Any], *, sender: Sender, at: datetime) -> Mapping[str, Any]:
    """An entry that its phone could only send sealed; as it is where it can't be opened."""
    about = payload.get("id")
    if "sealed" not in payload or not isinstance(about, str):
        return payload
    content = opened(payload["sealed"], about=about, sender=sender, at=at)
    try:
        found = json.loads(content or b"")
    except (ValueError, RecursionError):
        return payload
    return found if isinstance(found, dict) and found.get("id") == about else payload
