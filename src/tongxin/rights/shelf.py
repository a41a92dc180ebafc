"""Which files are only stored, as a list outside the database: an older backup must not bring them back into use.

Each line holds a child's id, the moment, whether the file was put away or taken out, and a keyed digest; no name, and
nobody else can write one.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from uuid import UUID

from tongxin.lib.signed_lists import Content, SignedList, moment
from tongxin.rights.models import Shelved

NAME = "stored.jsonl"
STORED, IN_USE = "stored", "in_use"


@dataclass(frozen=True, slots=True)
class Turn:
    """A file was put away, to be stored until a day if one is known, or taken out again."""

    child_id: UUID
    at: datetime
    is_stored: bool
    until_on: date | None = None


def _written(turn: Turn) -> Content:
    return {
        "id": str(turn.child_id), "at": turn.at.isoformat(), "is": STORED if turn.is_stored else IN_USE,
        "until": turn.until_on.isoformat() if turn.until_on else "",
    }


def _parsed(content: Content) -> Turn:
    until = date.fromisoformat(content["until"]) if content["until"] else None
    return Turn(UUID(content["id"]), moment(content["at"]), content["is"] == STORED, until)


def _signed(content: Content) -> str:
    return "|".join(("tongxin stored", content["id"], content["at"], content["is"], content["until"]))


LIST: SignedList[Turn] = SignedList(NAME, "只保存的档案的清单", _written, _parsed, _signed)
file, read = LIST.file, LIST.read


def note(turn: Turn) -> None:
    """Add one line."""
    LIST.append([turn])


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


def save(to: Path, turns: Iterable[Turn]) -> None:
    """Write a list whole, each line once, the oldest first."""
    LIST.save(to, sorted(dict.fromkeys(turns), key=lambda each: each.at))


def stored(turns: Iterable[Turn]) -> list[Turn]:
    """Those files whose last turn was to be put away."""
    return [each for each in _last(turns).values() if each.is_stored]


def _last(turns: Iterable[Turn]) -> dict[UUID, Turn]:
    return {each.child_id: each for each in sorted(turns, key=lambda each: each.at)}
