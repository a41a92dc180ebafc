"""A row of a roster as it is kept: told apart, sealed for a person to settle, and written into a file."""

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import fields, replace
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from tongxin.intake.reading import Row
from tongxin.intake.reading.row import NAME_TOO_LONG
from tongxin.intake.reading.words import field_name, words
from tongxin.people import matching

DUPLICATE, NO_NAME = "duplicate", "no_name"
# Columns of a roster that a registration asks for under another name.
TAKEN_OVER = {
    "ethnicity": "ethnicity", "address": "residence_address", "hukou_address": "hukou_address",
    "child_phone": "phone", "father": "father_name", "father_id_no": "father_id_no",
    "father_phone": "father_phone", "mother": "mother_name", "mother_id_no": "mother_id_no",
    "mother_phone": "mother_phone",
}
PLACES = frozenset({"county", "town", "village"})
COMPARED = ("name", "id_no", "birth", "sex", "division_code", "carer", "relation", "phone")
SIZE = 16


def made_id(upload: UUID, what: str, sheet: int, row: int) -> UUID:
    """The id of what a row of an upload becomes: the same whenever the import goes on after a break.

    It begins with the upload's time and the row, so that databases write such ids one behind the other.
    """
    text = f"{what}:{sheet}:{row}".encode()
    tail = int.from_bytes(hashlib.sha256(upload.bytes + text).digest()[:8], "big") & (1 << 54) - 1
    value = (upload.int >> 80) << 80 | 0x7 << 76 | (row >> 8 & 0xFFF) << 64 | 0b10 << 62
    return UUID(int=value | (row & 0xFF) << 54 | tail)


class Line(NamedTuple):
    """A row with what tells it apart from others, worked out once.

    `id_mark` is of a number that can be trusted, `person_mark` of a name with a day of birth; `digest` tells
    a later list that says the same from one that doesn't.
    """

    sheet: int
    row: Row
    id_mark: bytes | None
    person_mark: bytes | None
    digest: bytes

    @property
    def where(self) -> tuple[int, int]:
        return self.sheet, self.row.row


def line_of(row: Row, *, sheet: int, key: bytes) -> Line:
    """The row's marks under a county's key."""
    is_sound = row.id_no and row.id_state == "valid"
    said = [str(getattr(row, name) or "") for name in COMPARED] + sorted(row.categories)
    return Line(
        sheet=sheet, row=row, id_mark=matching.id_mark(key, row.id_no) if row.id_no and is_sound else None,
        person_mark=matching.person_mark(key, row.name, row.birth.isoformat()) if row.name and row.birth else None,
        digest=hmac.digest(key, "\x1f".join(said).encode(), hashlib.sha256)[:SIZE],
    )


def details_of(row: Row) -> tuple[str, ...]:
    """The problems that stay with the child's file until somebody corrects them."""
    return tuple(code for code in doubts_of(row) if code not in {DUPLICATE, NO_NAME})


def doubts_of(row: Row) -> tuple[str, ...]:
    """Everything about a row that somebody has to look at."""
    return (*row.problems, *(note for note in row.notes if note == NAME_TOO_LONG))


def answers_of(row: Row, *, details: tuple[str, ...], place_code: str) -> dict[str, Any]:
    """A registration: what could be read, and as written what is doubtful or has no place of its own."""
    others = row.others
    answers: dict[str, Any] = {
        "source": "roster", "name": row.name, "id_kind": "resident_id" if row.id_no else None, "id_no": row.id_no,
        "sex": row.sex, "birth": row.birth.isoformat() if row.birth else None,
        "birth_month": row.birth_month if not row.birth else None, "residence_division": place_code,
        "categories": [{"category": code} for code in row.categories], "carers": _carers(row),
    }
    answers |= {field: others.get(column) for column, field in TAKEN_OVER.items()}
    answers = {name: value for name, value in answers.items() if value}
    return {**answers, "written": _written(row, details), "problems": list(details)}


def _carers(row: Row) -> list[dict[str, str]]:
    if not (row.carer or row.phone):
        return []
    carer = {
        "carer_name": row.carer, "relation": relation_of(row), "carer_phone": row.phone,
        "carer_id_no": row.others.get("carer_id_no"),
    }
    return [{name: value for name, value in carer.items() if value}]


def relation_of(row: Row) -> str:
    """The relation as a file's forms code it."""
    return words().relation_options.get(row.relation_code or "", "other")


def _written(row: Row, details: tuple[str, ...]) -> list[dict[str, str]]:
    kept = dict(row.written) if details or row.notes else {}
    known = TAKEN_OVER.keys() | PLACES | {"carer_id_no"}
    kept |= {name: text for name, text in row.others.items() if name not in known and name not in kept}
    return [{"column": field_name(name), "text": text} for name, text in kept.items() if text]


def as_text(row: Row) -> str:
    """The whole row, to be sealed."""
    return json.dumps({each.name: getattr(row, each.name) for each in fields(row)}, ensure_ascii=False, default=str)


def from_text(text: str) -> Row:
    """A row that was sealed."""
    said: Mapping[str, Any] = json.loads(text)
    known = {each.name: said[each.name] for each in fields(Row) if each.name in said}
    of = known.get("duplicate_of")
    known |= {name: tuple(known[name]) for name in ("categories", "problems", "notes")}
    known |= {name: _day(known[name]) for name in ("birth", "id_birth")}
    return Row(**{**known, "duplicate_of": (of[0], of[1]) if of else None})


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def renamed(row: Row, name: str) -> Row:
    """The row with the name that a person put in."""
    notes = tuple(note for note in row.notes if note != NAME_TOO_LONG)
    return replace(row, name=name, problems=tuple(code for code in row.problems if code != NO_NAME), notes=notes)
