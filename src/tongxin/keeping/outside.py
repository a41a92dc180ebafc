"""Holds and records set apart, as a list outside the database: an older backup must forget neither.

A line holds ids, moments and a keyed digest, of a hold also its sealed words; nobody else can write one. Of what is set
apart it says the row only: neither whose, nor why.
"""

import hashlib
import hmac
import json
import logging
import os
from base64 import b64decode, b64encode
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from uuid import UUID

from django.utils.dateparse import parse_datetime

from tongxin.keeping.models import Hold
from tongxin.ledger.models import SetAside
from tongxin.lib import places, secrets
from tongxin.lib.faults import Fault
from tongxin.vault import Sealed

NAME = "kept.jsonl"
HOLD, APART = "hold", "apart"
Pairs = tuple[tuple[str, str], ...]
log = logging.getLogger("tongxin.keeping")


@dataclass(frozen=True, slots=True)
class Line:
    """A hold or a row set apart stands from a moment on, or no longer does."""

    kind: str
    id: UUID
    at: datetime
    stands: bool
    more: Pairs = ()


def file() -> Path:
    """The list of this installation, beside the ledger's exported heads."""
    return places.heads_folder() / NAME


def line_of(hold: Hold) -> Line:
    """A hold as it stands now."""
    more = {
        "child": str(hold.child_id), "county": str(hold.county_id or ""), "kind": hold.kind,
        "review_on": hold.review_on.isoformat(), "placed_at": hold.placed_at.isoformat(),
        "placed_by": str(hold.placed_by), "post": str(hold.post_id), "basis": _text(hold.basis),
        "document": _text(hold.document), "lifted_by": str(hold.lifted_by or ""),
    }
    stands = hold.lifted_at is None
    return Line(HOLD, hold.id, hold.lifted_at or hold.placed_at, stands, tuple(more.items()))


def hold_in(line: Line) -> Hold:
    """The hold of a line, to be saved again; its words open with the child's key only."""
    more = dict(line.more)
    hold = Hold(
        id=line.id, child_id=UUID(more["child"]), county_id=int(more["county"]) if more["county"] else None,
        kind=more["kind"], review_on=date.fromisoformat(more["review_on"]),
        placed_at=datetime.fromisoformat(more["placed_at"]), placed_by=UUID(more["placed_by"]),
        post_id=UUID(more["post"]),
    )
    hold.basis, hold.document = _blob(more["basis"]), _blob(more["document"])
    return hold


def _text(value: Sealed | None) -> str:
    return b64encode(value.blob).decode() if value else ""


def _blob(text: str) -> bytes | None:
    return b64decode(text) if text else None


def note(lines: Iterable[Line]) -> None:
    """Add lines; what was done stands even where the list can't be written, and the next backup writes it."""
    try:
        places.heads_folder().mkdir(parents=True, exist_ok=True)
        handle = os.open(file(), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(handle, "a", encoding="utf-8") as stream:
            stream.write("".join(map(_written, lines)))
    except OSError as error:
        log.error("the list of holds and records set apart was not written (%s)", type(error).__name__)


def export(*, at: datetime) -> None:
    """Write the list whole, with what stands in the database and is not on it."""
    lines = read(file())
    known = {(each.kind, each.id) for each in last(lines) if each.stands}
    lines += [line_of(row) for row in Hold.objects.filter(lifted_at__isnull=True) if (HOLD, row.id) not in known]
    rows = SetAside.objects.values_list("row_id", flat=True)
    lines += [Line(APART, row, at, stands=True) for row in rows if (APART, row) not in known]
    save(file(), lines)


def last(lines: Iterable[Line]) -> Sequence[Line]:
    """The newest line of each hold and row."""
    found: dict[tuple[str, UUID], Line] = {}
    for each in sorted(lines, key=lambda each: each.at):
        found[each.kind, each.id] = each
    return list(found.values())


def read(from_file: Path) -> list[Line]:
    """A saved list, empty where there is none; refused whole when a line of it was not written here."""
    try:
        lines = from_file.read_text(encoding="utf-8").splitlines() if from_file.exists() else []
        return [_read(line) for line in lines if line.strip()]
    except (OSError, ValueError, TypeError, LookupError):
        raise Fault(
            f"保全和另行封存的清单 {from_file.name} 读不出，或不是本系统所写。没有作任何改动，请换一份完整的清单。"
        ) from None


def save(to: Path, lines: Iterable[Line]) -> None:
    """Write a list as it is, each line once, the oldest first."""
    part = to.with_name(f".{to.name}.part")
    try:
        to.parent.mkdir(parents=True, exist_ok=True)
        part.touch(mode=0o600)
        part.write_text("".join(map(_written, sorted(dict.fromkeys(lines), key=lambda each: each.at))), "utf-8")
        part.replace(to)
    except OSError:
        raise Fault(f"写不进 {to}，保全和另行封存的清单没有保存。请换一个位置。") from None


def _written(line: Line) -> str:
    content = {
        "kind": line.kind, "id": str(line.id), "at": line.at.isoformat(), "stands": line.stands,
        "more": dict(line.more),
    }
    return json.dumps({**content, "mac": _mac(content)}) + "\n"


def _read(text: str) -> Line:
    content = json.loads(text)
    mac = content.pop("mac")
    at = parse_datetime(content["at"])
    if at is None or content["kind"] not in {HOLD, APART} or not hmac.compare_digest(mac, _mac(content)):
        raise ValueError
    return Line(content["kind"], UUID(content["id"]), at, content["stands"], tuple(content["more"].items()))


def _mac(content: dict[str, object]) -> str:
    said = "tongxin kept|" + json.dumps(content, sort_keys=True)
    return hmac.digest(secrets.read("ledger"), said.encode(), hashlib.sha256).hex()
