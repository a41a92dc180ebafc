"""Doors for messages from outside: one folder for each kind of sender, each with its own signature.

A door is open once `inbound.json` beside the keys names its secret and the county whose clues its messages become.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

from tongxin.lib import places

DOORS = ("sms", "wecom")
FILE = "inbound.json"
# Where that file is when it isn't beside the keys.
ELSEWHERE = "TONGXIN_INBOUND"
# Longer than any message of a phone.
LONGEST = 2000


class Unsigned(Exception):
    """Not from whom it should be, too old, or not to be read: the sender learns nothing more."""


@dataclass(frozen=True, slots=True)
class Call:
    """A request as it came."""

    headers: Mapping[str, str]
    query: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Message:
    """What somebody wrote, and from where; `number` is the sender's own name for it, the same at each repetition."""

    number: str
    text: str
    sender: str


def setting_of(door: str) -> Mapping[str, Any] | None:
    """The secret and the county of a door; nothing while it is shut."""
    file = Path(os.environ.get(ELSEWHERE) or places.keys_folder() / FILE)
    if door not in DOORS or not file.is_file():
        return None
    found = json.loads(file.read_text(encoding="utf-8")).get(door)
    return found if isinstance(found, dict) else None


def read(door: str, call: Call, *, setting: Mapping[str, Any], clock: timedelta, at: datetime) -> Message:
    """The message behind a call whose signature fits and whose moment is now; else Unsigned."""
    message: Message = import_module(f"{__name__}.{door}").read(call, setting=setting, clock=clock, at=at)
    if not message.number or not message.text.strip():
        raise Unsigned
    return Message(message.number[:200], message.text.replace("\x00", "").strip()[:LONGEST], message.sender[:60])


def refuse_old(seconds: str, *, clock: timedelta, at: datetime) -> None:
    """Nothing, when a signed moment is near now: what was overheard is of no use later."""
    if not (seconds.isascii() and seconds.isdigit() and len(seconds) <= 12):
        raise Unsigned
    if abs(at.timestamp() - int(seconds)) > clock.total_seconds():
        raise Unsigned
