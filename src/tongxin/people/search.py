"""Finding a child by name, pinyin, identity number or file number, though all names are sealed.

Marks keyed by the county narrow, access decides, and only then names are opened and compared: what
merely shares a mark is never shown (spine B5, C4).
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from itertools import islice
from typing import NamedTuple
from uuid import UUID

from django.db import connection, transaction
from django.db.models import QuerySet

from tongxin import vault
from tongxin.access import selectors
from tongxin.accounts.models import LEVELS
from tongxin.accounts.viewers import WORKER, Viewer
from tongxin.people import search_scope, token_table, tokens
from tongxin.people.models import Child
from tongxin.people.search_scope import PART, Scope
from tongxin.people.token_table import MarkRow
from tongxin.rulebook import rules

SEARCHING, INDEXING = "search", "search_index"
MOST_CANDIDATES = 2000
COUNTIES_AT_ONCE = 40
PAGE = 2000
FILE_NUMBER = re.compile(r"T[0-9A-HJKMNP-TV-Z]{3,10}")


@dataclass(frozen=True, slots=True)
class Found:
    """A child that a search may show, with the name that was opened for it."""

    child: Child
    name: str | None

    @property
    def child_id(self) -> UUID:
        return self.child.id


class Row(NamedTuple):
    """One child of an import as search has to know it; `places` are its ancestor columns."""

    child_id: UUID
    places: Mapping[str, int | None]
    county_code: str
    name: str | None
    id_no: str | None


def index(*, child: Child, name: str | None, id_no: str | None, at: datetime) -> None:
    """Make one child findable under its name, number and home; a part left out is opened from the row.

    Belongs in the transaction that changes them.
    """
    known = {"name": name, "id_no": id_no}
    missing = [part for part, words in known.items() if not words and getattr(child, part) is not None]
    opened = vault.open([getattr(child, part) for part in missing], viewer=WORKER, purpose=INDEXING, at=at)
    known.update(zip(missing, opened, strict=True))
    index_many([_row(child, known["name"], known["id_no"])])


def index_many(rows: Iterable[Row]) -> int:
    """How many children were made findable; what was known of them before is replaced."""
    with transaction.atomic():
        return token_table.write(_marked(row) for row in rows)


def marked(rows: Iterable[Row]) -> list[MarkRow]:
    """The marks of some children; no database is asked."""
    return [_marked(row) for row in rows]


def index_fresh(rows: Iterable[MarkRow]) -> int:
    """How many children that search doesn't know yet were made findable, in the open transaction."""
    return token_table.add(rows)


def forget(child_id: UUID) -> None:
    """Remove what search knows of a child, from the pages of the index too."""
    with transaction.atomic():
        token_table.drop([child_id])
        token_table.scrub()


def rebuild(*, at: datetime, children: QuerySet[Child] | None = None) -> int:
    """How many children were indexed anew from their sealed names, as after a restore without marks.

    Who lives nowhere (a file that is erased or only stored) keeps the marks it has, which its county's key made.
    """
    wanted = (Child.objects.all() if children is None else children).filter(province_id__isnull=False).order_by("id")
    page, count = list(wanted[:PAGE]), 0
    while page:
        sealed = [*(child.name for child in page), *(child.id_no for child in page)]
        with transaction.atomic():
            words = vault.open(sealed, viewer=WORKER, purpose=INDEXING, at=at)
            count += index_many(map(_row, page, words[: len(page)], words[len(page) :]))
        page = list(wanted.filter(id__gt=page[-1].id)[:PAGE])
    return count


def find(text: str, *, viewer: Viewer, at: datetime, limit: int = 25, route: str = "") -> list[Found]:
    """The children a viewer may see whose name, identity number or file number is meant by `text`.

    Characters match as written, letters as pinyin or first letters; an identity number only as a whole.
    """
    looking = _Looking(viewer=viewer, at=at, limit=limit, route=route)
    if viewer.seats and tokens.normalise(text):
        looking.take_filed(text)
        scopes = search_scope.scopes(viewer=viewer, at=at)
        looking.take_numbered(text, scopes)
        for scope in scopes:
            looking.take_named(text, scope)
    return looking.found[:limit]


class _Looking:
    """One search on its way: what it found, and which children it has already looked at."""

    def __init__(self, *, viewer: Viewer, at: datetime, limit: int, route: str) -> None:
        self.viewer, self.at, self.limit, self.route = viewer, at, limit, route
        self.found: list[Found] = []
        self._done: set[UUID] = set()

    @property
    def _wanted(self) -> int:
        return self.limit - len(self.found)

    def take_filed(self, text: str) -> None:
        """The children whose file number begins with the text."""
        typed = tokens.normalise(text).upper()
        if not FILE_NUMBER.fullmatch(typed):
            return
        start = f"{typed[:6]}-{typed[6:]}" if len(typed) > 6 else typed
        filed = Child.objects.filter(file_no__startswith=start)
        if connection.vendor == "sqlite":
            # SQLite's LIKE can't follow the index of the column.
            filed = filed.filter(file_no__gte=start, file_no__lt=f"{start}~")
        children = self._visible(filed, self._wanted)
        for child, name in zip(children, self._open([child.name for child in children]), strict=True):
            self._keep(child, name)

    def take_numbered(self, text: str, scopes: Iterable[Scope]) -> None:
        """The children with exactly this identity number."""
        piece = tokens.number_piece(text)
        if not piece:
            return
        counties = sorted({code for scope in scopes for code, _ in scope.counties})
        ids = token_table.numbered([_marks(code).once(piece) for code in counties], limit=MOST_CANDIDATES)
        children = self._visible(Child.objects.filter(id__in=ids), len(ids))
        words = self._open([*(child.name for child in children), *(child.id_no for child in children)])
        names, numbers = words[: len(children)], words[len(children) :]
        for child, name, number in zip(children, names, numbers, strict=True):
            if tokens.number_piece(number or "") == piece:
                self._keep(child, name)

    def take_named(self, text: str, scope: Scope) -> None:
        """The children of a scope with such a name; counties are asked a few at a time."""
        counties, pieces = iter(scope.counties), tokens.query_pieces(text)
        while some := list(islice(counties, COUNTIES_AT_ONCE)):
            ways = [
                _marks(code).of(way if place is None else {*way, tokens.place_piece(place)})
                for code, place in some
                for way in pieces
            ]
            self._walk(ways, scope, lambda name: tokens.matches(text, name))

    def _walk(self, ways: list[list[int]], scope: Scope, is_meant: Callable[[str], bool]) -> None:
        after, asked = 0, 0
        while self._wanted > 0 and asked < MOST_CANDIDATES:
            size = max(self._wanted, asked)
            rows = token_table.having(ways, after=after, limit=size, among=scope.among)
            ids = {child for _, child in rows} - self._done
            children = self._visible(Child.objects.filter(id__in=ids), len(ids))
            for child, name in zip(children, self._open([child.name for child in children]), strict=True):
                if name is not None and is_meant(name):
                    self._keep(child, name)
            self._done |= ids
            if len(rows) < size:
                return
            after, asked = rows[-1][0], asked + len(rows)

    def _visible(self, children: QuerySet[Child], most: int) -> list[Child]:
        if most <= 0:
            return []
        seen = selectors.visible(children, viewer=self.viewer, part=PART, at=self.at)
        return list(seen.order_by("id")[:most])

    def _open(self, values: list[vault.Sealed | None]) -> list[str | None]:
        return vault.open(
            values, viewer=self.viewer, purpose=SEARCHING, at=self.at, part=PART, route=self.route
        )

    def _keep(self, child: Child, name: str | None) -> None:
        if child.id not in {found.child_id for found in self.found}:
            self.found.append(Found(child, name))
        self._done.add(child.id)


@lru_cache(maxsize=256)
def _marks(county_code: str) -> tokens.Marks:
    return tokens.Marks(vault.tokens.key(county_code))


def _row(child: Child, name: str | None, id_no: str | None) -> Row:
    places = {f"{level}_id": getattr(child, f"{level}_id") for level in LEVELS}
    return Row(child.id, places, rules.region_of(child.county_id), name, id_no)


def _marked(row: Row) -> MarkRow:
    marks = _marks(row.county_code[:6])
    pieces = tokens.name_pieces(row.name or "")
    pieces.update(tokens.place_piece(place) for place in row.places.values() if place is not None)
    number = tokens.number_piece(row.id_no or "")
    return MarkRow(row.child_id, marks.once(number) if number else None, marks.of(pieces))
