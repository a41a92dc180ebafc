"""What becomes of each row: a file is opened, a child is listed again, or the row waits for a person."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple
from uuid import UUID

from django.db.models import Q

from tongxin import vault
from tongxin.intake.county import County
from tongxin.intake.lines import details_of, id_mark_of, person_mark_of
from tongxin.intake.models import HeldRow, Listing, Upload
from tongxin.intake.opening import Fresh
from tongxin.intake.reading import Row
from tongxin.people import tokens
from tongxin.people.models import Child

COMPARING = "roster_compare"
CHUNK = 500
Where = tuple[int, int]


class Known(NamedTuple):
    """A child on file as far as marks tell."""

    id: UUID
    id_token: bytes | None
    person_token: bytes | None
    village_id: int | None


@dataclass(slots=True)
class Decided:
    """What a run of rows comes to."""

    fresh: list[Fresh] = field(default_factory=list)
    listed: list[tuple[Where, Row, UUID]] = field(default_factory=list)
    held: list[tuple[Where, Row, str, UUID | None]] = field(default_factory=list)


@dataclass
class Deciding:
    """One import's decisions; `here` knows which child each row of this file became."""

    upload: Upload
    county: County
    sheets: dict[str, int]
    here: dict[Where, UUID] = field(default_factory=dict)
    listed: set[UUID] = field(default_factory=set)

    def resume(self) -> None:
        """Take in what the rows of an import cut short have become."""
        rows = Listing.objects.filter(upload=self.upload).values_list("sheet", "row", "child_id")
        self.here = {(sheet, row): child for sheet, row, child in rows}
        self.listed = set(self.here.values())

    def decide(self, rows: Sequence[Row]) -> Decided:
        """One decision a row, in their order."""
        decided = Decided()
        by_id, by_person = _known(rows, self.county)
        names = self._names(rows, by_id)
        for row in rows:
            where = (self.sheets[row.sheet], row.row)
            reason, child_id = self._judge(row, by_id, by_person, names)
            if reason:
                decided.held.append((where, row, reason, child_id))
                continue
            if child_id is None:
                child_id = self._open(where, row, decided, by_id)
            else:
                decided.listed.append((where, row, child_id))
            self.here[where] = child_id
            self.listed.add(child_id)
        return decided

    def _open(self, where: Where, row: Row, decided: Decided, by_id: dict[bytes, Known]) -> UUID:
        place = self.county.place_of(row)
        details = details_of(row)
        if place.level != "village" and "unknown_division" not in details:
            details = (*details, "unknown_division")
        fresh = Fresh(self.upload.id, where[0], row, place, details)
        decided.fresh.append(fresh)
        if mark := id_mark_of(row, self.county.key):
            by_id.setdefault(mark, Known(fresh.child_id, mark, None, place.village_id))
        return fresh.child_id

    def _judge(
        self, row: Row, by_id: dict[bytes, Known], by_person: dict[bytes, list[Known]], names: dict[UUID, str]
    ) -> tuple[str, UUID | None]:
        """Why the row is held, and the child it is or may be; neither when a file is to be opened."""
        first = self._first(row)
        if row.name is None:
            return (HeldRow.DUPLICATE if first else HeldRow.NO_NAME), first
        if first:
            return HeldRow.DUPLICATE, first
        mark = id_mark_of(row, self.county.key)
        if mark and (known := by_id.get(mark)):
            if known.id in self.listed:
                return HeldRow.DUPLICATE, known.id
            is_same = names.get(known.id, tokens.normalise(row.name)) == tokens.normalise(row.name)
            return ("" if is_same else HeldRow.SUSPECTED), known.id
        return self._judge_by_person(row, mark, by_person)

    def _judge_by_person(
        self, row: Row, mark: bytes | None, by_person: dict[bytes, list[Known]]
    ) -> tuple[str, UUID | None]:
        """Same name and day of birth: the same child in the same village, elsewhere a question for a person."""
        found = by_person.get(person_mark_of(row, self.county.key) or b"", [])
        found = [each for each in found if each.id not in self.listed and not (mark and each.id_token)]
        village = self.county.place_of(row).village_id
        for each in found:
            if village is not None and each.village_id == village:
                return "", each.id
        return (HeldRow.SUSPECTED, found[0].id) if found else ("", None)

    def _first(self, row: Row) -> UUID | None:
        """The child of the earlier row; none when that row is held itself, so that this one opens the file."""
        if row.duplicate_of is None:
            return None
        sheet, number = row.duplicate_of
        return self.here.get((self.sheets[sheet], number))

    def _names(self, rows: Sequence[Row], by_id: dict[bytes, Known]) -> dict[UUID, str]:
        """The names on file where the number is the same and name or birth are not: opened, and so on record."""
        asked = []
        for row in rows:
            mark = id_mark_of(row, self.county.key)
            known = by_id.get(mark) if mark else None
            if known and row.name and known.person_token != person_mark_of(row, self.county.key):
                asked.append(known.id)
        children = [child for part in _parts(asked) for child in Child.objects.filter(id__in=part)]
        opened = vault.open(
            [child.name for child in children], viewer=self.county.actor, purpose=COMPARING, at=self.county.at
        )
        return {
            child.id: tokens.normalise(name) for child, name in zip(children, opened, strict=True) if name
        }


def _known(rows: Sequence[Row], county: County) -> tuple[dict[bytes, Known], dict[bytes, list[Known]]]:
    """The children of the county on file that share a mark with one of the rows."""
    ids = [mark for row in rows if (mark := id_mark_of(row, county.key))]
    persons = [mark for row in rows if (mark := person_mark_of(row, county.key))]
    wanted = [Q(id_token__in=part) for part in _parts(ids)] + [Q(person_token__in=part) for part in _parts(persons)]
    by_id: dict[bytes, Known] = {}
    by_person: dict[bytes, dict[UUID, Known]] = {}
    for condition in wanted:
        found = Child.objects.filter(condition, county_id=county.division.id).order_by("id")
        for id, id_token, person_token, village in found.values_list("id", "id_token", "person_token", "village_id"):
            known = Known(id, id_token and bytes(id_token), person_token and bytes(person_token), village)
            if known.id_token:
                by_id.setdefault(known.id_token, known)
            if known.person_token:
                by_person.setdefault(known.person_token, {})[id] = known
    return by_id, {mark: list(found.values()) for mark, found in by_person.items()}


def _parts(values: Iterable[object]) -> Iterator[list[object]]:
    every = list(dict.fromkeys(values))
    for start in range(0, len(every), CHUNK):
        yield every[start : start + CHUNK]


def last_digests(children: Iterable[UUID]) -> dict[UUID, bytes]:
    """What the newest roster said of each child, as a digest."""
    found: dict[UUID, bytes] = {}
    for part in _parts(children):
        rows = Listing.objects.filter(child_id__in=part).order_by("id")
        found.update((child, bytes(digest)) for child, digest in rows.values_list("child_id", "row_digest"))
    return found

