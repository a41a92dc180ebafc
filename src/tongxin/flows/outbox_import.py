"""The last-resort file of a phone that can't send: opened with its device's key, taken in as if it had been sent."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tongxin.accounts.viewers import Viewer
from tongxin.flows import arriving, arriving_blobs
from tongxin.flows.arriving_holding import viewer_for
from tongxin.flows.arriving_reading import Sender
from tongxin.flows.arriving_sealed import opened
from tongxin.lib.ids import id_in
from tongxin.sync.models import Device, Receipt

MOST = 5000
# What a file is where the phone didn't say: by the first word of its media type.
KINDS = {"image": "photo", "audio": "voice"}
UNREADABLE = "有一个附件打不开，没有存入。请在手机上重新导出，或让手机联网后自己送。"
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
    """How many entries and files there were, and what became of them; why a file was not taken, in words."""

    entries: int
    arrived: int
    held: int
    files: int = 0
    problems: tuple[str, ...] = ()


def take_in(content: bytes, *, device: Device, actor: Viewer, at: datetime) -> Done:
    """Every entry of the file, each with a receipt; a second time nothing is doubled."""
    entries, files = _found_in(content, device)
    sender = Sender(device=device, viewer=viewer_for(device, at=at), opener=actor)
    given = [arriving.take(_as_sent(entry), sender=sender, at=at) for entry in entries]
    arrived = sum(receipt.state == Receipt.ARRIVED for receipt in given)
    problems = [zh for file in files if (zh := _refusal_of(file, sender=sender, at=at))]
    return Done(len(given), arrived, len(given) - arrived, len(files) - len(problems), tuple(problems))


def _refusal_of(file: object, *, sender: Sender, at: datetime) -> str:
    """Why a photo or a recording was not taken in; empty when it was, now or before."""
    if not isinstance(file, dict) or not isinstance(file.get("id"), str):
        return UNREADABLE
    blob_id, entry_id = id_in(file["id"]), id_in(str(file.get("entry")))
    content = opened(_sealed(file), about=file["id"], sender=sender, at=at)
    if blob_id is None or entry_id is None or content is None:
        return UNREADABLE
    kind = file.get("kind") or KINDS.get(str(file.get("type")).partition("/")[0], "")
    try:
        return arriving_blobs.receive_whole(
            blob_id=blob_id, entry_id=entry_id, kind=str(kind), content=content, device=sender.device, at=at
        ).problem
    except arriving_blobs.NotReceived as no:
        return no.zh or UNREADABLE


def _found_in(content: bytes, device: Device) -> tuple[list[object], list[object]]:
    try:
        found = json.loads(content)
        entries, files = found["entries"], found.get("blobs") or []
    except (ValueError, KeyError, TypeError, RecursionError):
        raise NotAnOutbox(NOT_ONE) from None
    if found.get("tongxin") != "outbox" or not isinstance(entries, list) or not isinstance(files, list):
        raise NotAnOutbox(NOT_ONE)
    if found.get("device") != str(device.id):
        raise NotAnOutbox(OTHERS)
    if len(entries) + len(files) > MOST:
        raise NotAnOutbox(TOO_MANY)
    return entries, files


def _as_sent(entry: object) -> dict[str, Any]:
    """One sealed entry as a phone without its PIN sends it."""
    if not isinstance(entry, dict):
        return {"sent": entry}
    if isinstance(entry.get("recovery"), dict):
        return {"id": entry.get("id"), "sealed": entry["recovery"]}
    return {"id": entry.get("id"), "sealed": _sealed(entry)}


def _sealed(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in ("v", "key", "epk", "iv", "sealed") if name in row}
