"""Holds and records set apart, as a list outside the database: an older backup must forget neither.

A line holds ids, moments and a keyed digest, of a hold also its sealed words; nobody else can write one. Of what is set
apart it says the row only: neither whose, nor why.
"""

import json
from base64 import b64decode, b64encode
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from uuid import UUID

from tongxin.keeping.models import Hold
from tongxin.ledger.models import SetAside
from tongxin.lib.signed_lists import Content, SignedList, moment
from tongxin.vault import Sealed

NAME = "kept.jsonl"
HOLD, APART = "hold", "apart"
Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Line:
    """A hold or a row set apart stands from a moment on, or no longer does."""

    kind: str
    id: UUID
    at: datetime
    stands: bool
    more: Pairs = ()


def _written(line: Line) -> Content:
    return {
        "kind": line.kind, "id": str(line.id), "at": line.at.isoformat(), "stands": line.stands,
        "more": dict(line.more),
    }


def _parsed(content: Content) -> Line:
    if content["kind"] not in {HOLD, APART}:
        raise ValueError(content["kind"])
    more = tuple(content["more"].items())
    return Line(content["kind"], UUID(content["id"]), moment(content["at"]), content["stands"], more)


def _signed(content: Content) -> str:
    return "tongxin kept|" + json.dumps(content, sort_keys=True)


LIST: SignedList[Line] = SignedList(NAME, "保全和另行封存的清单", _written, _parsed, _signed)
file, note, read = LIST.file, LIST.append, LIST.read


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


def save(to: Path, lines: Iterable[Line]) -> None:
    """Write a list as it is, each line once, the oldest first."""
    LIST.save(to, sorted(dict.fromkeys(lines), key=lambda each: each.at))
