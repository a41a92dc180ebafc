"""What becomes of each row: a file is opened, a child is listed again, or the row waits for a person."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple
from uuid import UUID

from tongxin import vault
from tongxin.intake.county import County
from tongxin.intake.lines import Line
from tongxin.intake.models import HeldRow, Listing, Upload
from tongxin.intake.opening import Fresh
from tongxin.people import matching, tokens
from tongxin.people.matching import Marked
from tongxin.people.models import Child

COMPARING = "roster_compare"
Where = tuple[int, int]


class Listed(NamedTuple):
    """A line about a child that has a file already."""

    line: Line
    child_id: UUID


class Held(NamedTuple):
    """A line that waits for a person, and the child it may be about."""

    line: Line
    reason: str
    child_id: UUID | None


@dataclass(slots=True)
class Decided:
    """What a run of lines comes to."""

    fresh: list[Fresh] = field(default_factory=list)
    listed: list[Listed] = field(default_factory=list)
    held: list[Held] = field(default_factory=list)


@dataclass(slots=True)
class _OnFile:
    """The children on file that share a mark with one of the lines, and names opened to tell them apart."""

    by_id: dict[bytes, Marked]
    by_person: dict[bytes, list[Marked]]
    names: dict[UUID, str]


@dataclass
class Deciding:
    """One import's decisions; `here` knows which child each row of this file became."""

    upload: Upload
    county: County
    sheets: dict[str, int]
    here: dict[Where, UUID] = field(default_factory=dict)
    listed: set[UUID] = field(default_factory=set)
    opened: dict[bytes, UUID] = field(default_factory=dict)

    def resume(self) -> None:
        """Take in what the rows of an import cut short have become."""
        rows = Listing.objects.filter(upload=self.upload).values_list("sheet", "row", "child_id")
        self.here = {(sheet, row): child for sheet, row, child in rows.iterator()}
        self.listed = set(self.here.values())

    def decide(self, lines: Sequence[Line]) -> Decided:
        """One decision a line, in their order."""
        decided = Decided()
        on_file = self._on_file(lines)
        for line in lines:
            reason, child_id = self._judge(line, on_file)
            if reason:
                decided.held.append(Held(line, reason, child_id))
                continue
            if child_id is None:
                child_id = self._open(line, decided)
            else:
                decided.listed.append(Listed(line, child_id))
            self.here[line.where] = child_id
            self.listed.add(child_id)
        return decided

    def _open(self, line: Line, decided: Decided) -> UUID:
        place = self.county.place_of(line.row)
        details = self.county.details(line.row, place)
        self.county.plan(place, details)
        fresh = Fresh(self.upload.id, line, place, details)
        decided.fresh.append(fresh)
        if line.id_mark:
            self.opened[line.id_mark] = fresh.child_id
        return fresh.child_id

    def _judge(self, line: Line, on_file: _OnFile) -> tuple[str, UUID | None]:
        """Why the line is held, and the child it is or may be; neither when a file is to be opened."""
        first = self._first(line)
        if line.row.name is None:
            return (HeldRow.DUPLICATE if first else HeldRow.NO_NAME), first
        if first := first or self.opened.get(line.id_mark or b""):
            return HeldRow.DUPLICATE, first
        found = on_file.by_id.get(line.id_mark) if line.id_mark else None
        if found is None:
            return self._judge_by_person(line, on_file)
        if found.id in self.listed:
            return HeldRow.DUPLICATE, found.id
        if found.is_stored:
            return HeldRow.STORED, found.id
        name = tokens.normalise(line.row.name)
        return ("" if on_file.names.get(found.id, name) == name else HeldRow.SUSPECTED), found.id

    def _judge_by_person(self, line: Line, on_file: _OnFile) -> tuple[str, UUID | None]:
        """Same name and day of birth: the same child in the same village, elsewhere a question for a person."""
        found = [
            each for each in on_file.by_person.get(line.person_mark or b"", ())
            if each.id not in self.listed and not (line.id_mark and each.id_token)
        ]
        village = self.county.groundwork.ancestors[self.county.place_of(line.row)]["village_id"]
        for each in found:
            if village is not None and each.village_id == village:
                return "", each.id
        if not found:
            return "", None
        return (HeldRow.STORED if found[0].is_stored else HeldRow.SUSPECTED), found[0].id

    def _first(self, line: Line) -> UUID | None:
        """The child of the earlier row; none when that row is held itself, so that this one opens the file."""
        if line.row.duplicate_of is None:
            return None
        sheet, number = line.row.duplicate_of
        return self.here.get((self.sheets[sheet], number))

    def _on_file(self, lines: Sequence[Line]) -> _OnFile:
        county_id = self.county.division.id
        by_id: dict[bytes, Marked] = {}
        by_person: dict[bytes, list[Marked]] = {}
        for found in matching.sharing("id_token", (x.id_mark for x in lines if x.id_mark), county_id=county_id):
            by_id.setdefault(found.id_token or b"", found)
        persons = (line.person_mark for line in lines if line.person_mark)
        for found in matching.sharing("person_token", persons, county_id=county_id):
            by_person.setdefault(found.person_token or b"", []).append(found)
        return _OnFile(by_id, by_person, self._names(lines, by_id))

    def _names(self, lines: Sequence[Line], by_id: dict[bytes, Marked]) -> dict[UUID, str]:
        """The names on file where the number is the same and name or birth are not: opened, and so on record."""
        asked = {
            found.id for line in lines
            if line.id_mark and (found := by_id.get(line.id_mark)) and not found.is_stored
            and found.person_token != line.person_mark
        }
        children = list(Child.objects.filter(id__in=asked)) if asked else []
        opened = vault.open(
            [child.name for child in children], viewer=self.county.actor, purpose=COMPARING, at=self.county.at
        )
        return {
            child.id: tokens.normalise(name) for child, name in zip(children, opened, strict=True) if name
        }
