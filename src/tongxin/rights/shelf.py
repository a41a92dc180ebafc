"""Which files are only stored, as a list outside the database: an older backup must not bring them back into use.

Each line holds a child's id, the moment, whether the file was put away or taken out, and a keyed digest; no name, and
nobody else can write one.
"""

import hashlib
import hmac
import json
import logging
import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from uuid import UUID

from django.utils.dateparse import parse_datetime

from tongxin.lib import places, secrets
from tongxin.lib.faults import Fault
from tongxin.rights.models import Shelved

NAME = "stored.jsonl"
STORED, IN_USE = "stored", "in_use"
log = logging.getLogger("tongxin.rights")


@dataclass(frozen=True, slots=True)
class Turn:
    """A file was put away, to be stored until a day if one is known, or taken out again."""

    child_id: UUID
    at: datetime
    is_stored: bool
    until_on: date | None = None


def file() -> Path:
    """The list of this installation, beside the ledger's exported heads."""
    return places.heads_folder() / NAME


def note(turn: Turn) -> None:
    """Add one line; what was done to the file stands where the list can't be written, and the next backup writes it."""
    try:
        places.heads_folder().mkdir(parents=True, exist_ok=True)
        handle = os.open(file(), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(handle, "a", encoding="utf-8") as stream:
            stream.write(_line(turn))
    except OSError as error:
        log.error("the list of stored files was not written (%s)", type(error).__name__)


def export() -> None:
    """Write the list whole, with each turn that the database knows and no line told of."""
    turns = read(file())
    last = _last(turns)
    for row in Shelved.objects.order_by("shelved_at").iterator(chunk_size=500):
        told = last.get(row.child_id)
        for turn in _turns_of(row):
            if told is None or told.at < turn.at:
                turns.append(turn)
                last[row.child_id] = told = turn
    save(file(), turns)


def _turns_of(row: Shelved) -> list[Turn]:
    turns = [Turn(row.child_id, row.shelved_at, is_stored=True, until_on=row.until_on)]
    return turns if row.ended_at is None else [*turns, Turn(row.child_id, row.ended_at, is_stored=False)]


def read(from_file: Path) -> list[Turn]:
    """A saved list, empty where there is none; refused whole when a line of it was not written here."""
    try:
        lines = from_file.read_text(encoding="utf-8").splitlines() if from_file.exists() else []
        return [_turn(line) for line in lines if line.strip()]
    except (OSError, ValueError, TypeError, LookupError):
        raise Fault(
            f"只保存的档案的清单 {from_file.name} 读不出，或不是本系统所写。没有作任何改动，请换一份完整的清单。"
        ) from None


def save(to: Path, turns: Iterable[Turn]) -> None:
    """Write a list whole, each line once, the oldest first."""
    part = to.with_name(f".{to.name}.part")
    try:
        to.parent.mkdir(parents=True, exist_ok=True)
        part.touch(mode=0o600)
        part.write_text("".join(map(_line, sorted(dict.fromkeys(turns), key=lambda each: each.at))), encoding="utf-8")
        part.replace(to)
    except OSError:
        raise Fault(f"写不进 {to}，只保存的档案的清单没有保存。请换一个位置。") from None


def stored(turns: Iterable[Turn]) -> list[Turn]:
    """Those files whose last turn was to be put away."""
    return [each for each in _last(turns).values() if each.is_stored]


def _last(turns: Iterable[Turn]) -> dict[UUID, Turn]:
    return {each.child_id: each for each in sorted(turns, key=lambda each: each.at)}


def _line(turn: Turn) -> str:
    content = {
        "id": str(turn.child_id), "at": turn.at.isoformat(), "is": STORED if turn.is_stored else IN_USE,
        "until": turn.until_on.isoformat() if turn.until_on else "",
    }
    return json.dumps({**content, "mac": _mac(content)}) + "\n"


def _turn(line: str) -> Turn:
    content = json.loads(line)
    mac = content.pop("mac")
    at = parse_datetime(content["at"])
    if at is None or not hmac.compare_digest(mac, _mac(content)):
        raise ValueError
    until = date.fromisoformat(content["until"]) if content["until"] else None
    return Turn(UUID(content["id"]), at, content["is"] == STORED, until)


def _mac(content: dict[str, str]) -> str:
    said = "|".join(("tongxin stored", content["id"], content["at"], content["is"], content["until"]))
    return hmac.digest(secrets.read("ledger"), said.encode(), hashlib.sha256).hex()
