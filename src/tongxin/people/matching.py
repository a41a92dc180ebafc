"""Marks by which a later list finds the same child again, keyed by the county and cut short (spine B5).

Equal marks mean the same identity number, or the same name and day of birth; nobody without the
county's key can make or compare them.
"""

import hashlib
import hmac
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection

from tongxin import vault
from tongxin.access import scope
from tongxin.accounts.viewers import WORKER
from tongxin.people import tokens
from tongxin.people.leading import leaders
from tongxin.people.models import Child
from tongxin.rulebook import rules

SIZE = 16
MARKING = "matching"
CHUNK = 500


class Marked(NamedTuple):
    """A child on file as far as marks tell; of a file that is only stored just that there is one."""

    id: UUID
    id_token: bytes | None
    person_token: bytes | None
    village_id: int | None
    is_stored: bool


def id_mark(key: bytes, id_no: str) -> bytes:
    """The mark of a whole identity number."""
    return _mark(key, f"id {tokens.normalise(id_no)}")


def person_mark(key: bytes, name: str, birth: str) -> bytes:
    """The mark of a name with a day of birth (year-month-day)."""
    return _mark(key, f"person {tokens.normalise(name)} {birth}")


def _mark(key: bytes, text: str) -> bytes:
    return hmac.digest(key, text.encode(), hashlib.sha256)[:SIZE]


def mark(*, child: Child, answers: Mapping[str, Any], at: datetime, has_moved: bool = False) -> None:
    """Give a child its marks anew after what `answers` change; save the child afterwards.

    What the answers leave out is opened from the row, since a mark needs the whole.
    """
    key = vault.tokens.key(rules.region_of(child.county_id))
    if has_moved or answers.get("id_no"):
        (id_no,) = _known(child, answers, ("id_no",), at)
        child.id_token = id_mark(key, id_no) if id_no else None
    if has_moved or answers.get("name") or answers.get("birth"):
        name, birth = _known(child, answers, ("name", "birth"), at)
        child.person_token = person_mark(key, name, birth) if name and birth else None


def sharing(column: str, marks: Iterable[bytes], *, county_id: int) -> Iterator[Marked]:
    """The children of a county that have one of `marks` in `id_token` or `person_token`, those in use first.

    Who lives nowhere has a file that is only stored: the county's own key made its marks, so that it is of this county.
    """
    every = list(dict.fromkeys(marks))
    for start in range(0, len(every), CHUNK):
        part = every[start : start + CHUNK]
        places = ", ".join(["%s"] * len(part))
        statement = (
            "SELECT id, id_token, person_token, village_id, province_id IS NULL FROM people_child "  # noqa: S608
            # The plus keeps the planner from walking a whole county by its own index.
            f"WHERE {column} IN ({places}) AND (+county_id = %s OR +province_id IS NULL) "
            "ORDER BY province_id IS NULL, id"
        )
        with scope.widened(), connection.cursor() as cursor:
            cursor.execute(statement, [*part, county_id])
            rows = cursor.fetchall()
        ids = [id if isinstance(id, UUID) else UUID(id) for id, *_ in rows]
        goes_on = leaders(ids)
        for child, (_, id_token, person_token, village, is_stored) in zip(ids, rows, strict=True):
            # Of two files of one child the one that leads answers, once.
            if goes_on.get(child) not in ids:
                yield Marked(
                    goes_on.get(child, child), _bytes(id_token), _bytes(person_token), village, bool(is_stored)
                )


def is_stored(child_id: UUID) -> bool:
    """Whether a child's file is only stored: it has marks, and lives nowhere."""
    with scope.widened():
        lost = Child.objects.filter(id=child_id, province_id__isnull=True)
        return lost.exclude(id_token__isnull=True, person_token__isnull=True).exists()


def _bytes(value: Any) -> bytes | None:
    return None if value is None else bytes(value)


def _known(child: Child, answers: Mapping[str, Any], parts: tuple[str, ...], at: datetime) -> list[str | None]:
    known = {part: answers.get(part) for part in parts}
    missing = [part for part in parts if not known[part] and getattr(child, part) is not None]
    opened = vault.open([getattr(child, part) for part in missing], viewer=WORKER, purpose=MARKING, at=at)
    known.update(zip(missing, opened, strict=True))
    return [known[part] for part in parts]
