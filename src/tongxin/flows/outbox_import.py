"""The last-resort file of a phone that can't send: opened with its device's key, taken in as if it had been sent."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tongxin.accounts.viewers import Viewer
from tongxin.flows import arriving
from tongxin.flows.arriving_holding import viewer_for
from tongxin.flows.arriving_reading import Sender
from tongxin.sync.models import Device, Receipt

MOST = 5000
NOT_ONE = "这不是手机导出的待送记录文件，没有收下任何内容。请核对文件后再选。"
OTHERS = "这个文件是另一部手机导出的，没有收下任何内容。请到那部手机的页面导入。"
TOO_MANY = "文件里的记录太多，没有收下任何内容。请联系系统管理员。"


class NotAnOutbox(Exception):
    """Nothing was taken in; why, in words."""

    def __init__(self, zh: str) -> None:
        super().__init__(zh)
        self.zh = zh


@dataclass(frozen=True, slots=True)
class Done:
    """How many entries there were, and what became of them."""

    entries: int
    arrived: int
    held: int


def take_in(content: bytes, *, device: Device, actor: Viewer, at: datetime) -> Done:
    """Every entry of the file, each with a receipt; a second time nothing is doubled."""
    entries = _entries_in(content, device)
    sender = Sender(device=device, viewer=viewer_for(device, at=at), opener=actor)
    given = [arriving.take(entry, sender=sender, at=at) for entry in entries]
    arrived = sum(receipt.state == Receipt.ARRIVED for receipt in given)
    return Done(len(given), arrived, len(given) - arrived)


def _entries_in(content: bytes, device: Device) -> list[dict[str, Any]]:
    try:
        found = json.loads(content)
        entries = found["entries"]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise NotAnOutbox(NOT_ONE) from None
    if found.get("tongxin") != "outbox" or not isinstance(entries, list):
        raise NotAnOutbox(NOT_ONE)
    if found.get("device") != str(device.id):
        raise NotAnOutbox(OTHERS)
    if len(entries) > MOST:
        raise NotAnOutbox(TOO_MANY)
    return [_as_sent(each) for each in entries]


def _as_sent(entry: object) -> dict[str, Any]:
    """One sealed entry as a phone without its PIN sends it."""
    if not isinstance(entry, dict):
        return {"sent": entry}
    if isinstance(entry.get("recovery"), dict):
        return {"id": entry.get("id"), "sealed": entry["recovery"]}
    named = {name: entry[name] for name in ("v", "key", "epk", "iv", "sealed") if name in entry}
    return {"id": entry.get("id"), "sealed": named}
