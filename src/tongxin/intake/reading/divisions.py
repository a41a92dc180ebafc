"""The divisions of a county (or several), and which of them a written place is."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from tongxin.intake.reading import census
from tongxin.intake.reading.placenames import full_forms, may_follow, stem, town_forms
from tongxin.intake.reading.text import compact


@dataclass(frozen=True, slots=True)
class Place:
    """A division code, and whether it is as exact as what was written."""

    code: str | None
    exact: bool
    town: str | None = None


NOWHERE = Place(None, False)


@dataclass
class Divisions:
    """An index of places by the ways their names are written; it never takes a nearest name."""

    entries: Mapping[str, census.Division]
    towns: dict[str, set[str]] = field(default_factory=dict)
    villages: dict[str, list[dict[str, set[str]]]] = field(default_factory=dict)
    prefixes: tuple[str, ...] = ()
    _known: dict[tuple[str, str, str], Place] = field(default_factory=dict)

    @classmethod
    def load(cls, county: str | None) -> "Divisions":
        """The divisions below `county` (six digits), a prefecture (four) or, without a code, none at all."""
        return cls.of(census.below(county) if county else ())

    @classmethod
    def of(cls, entries: Iterable[census.Division]) -> "Divisions":
        """An index over `entries`, which come from the top down."""
        made = cls({entry.code: entry for entry in entries})
        for entry in made.entries.values():
            if entry.level == "township":
                for form in town_forms(entry.name):
                    made.towns.setdefault(form, set()).add(entry.code)
                made.villages.setdefault(entry.code, [{}, {}, {}])
            elif entry.level == "village":
                made._add_village(entry)
        made.prefixes = census.names_above(made.entries.values())
        return made

    @property
    def counties(self) -> tuple[str, ...]:
        """The codes of the counties in this index."""
        return tuple(entry.code for entry in self.entries.values() if entry.level == "county")

    def town(self, text: str) -> str | None:
        """The code of the one town that `text` names, with or without what stands above it."""
        found = self._towns_in(compact(text))
        return next(iter(found)) if len(found) == 1 else None

    def place(self, *, town: str = "", village: str = "", context: str = "") -> Place:
        """The place that the words name; `context` is a known town for words that name none."""
        key = (town, village, context)
        if (known := self._known.get(key)) is None:
            known = self._known[key] = self._place(compact(town), compact(village), context)
        return known

    def _place(self, town: str, village: str, context: str) -> Place:
        named = self._towns_in(town) if town else set()
        if town and not named:
            return NOWHERE
        readings = self._readings(village)
        within, rest = next((split for split in map(self._split, readings) if split[0]), (set[str](), ""))
        rests = [rest] if rest else readings if named or not within else []
        if within and named and not within & named:
            return NOWHERE
        within = within & named if within and named else within or named
        within = within or ({context} if context else set())
        return self._village(within, [each for each in rests if each])

    def _village(self, within: set[str], rests: list[str]) -> Place:
        town = next(iter(within)) if len(within) == 1 else None
        for rest in rests:
            found = self._match(within or self.villages.keys(), rest)
            if len(found) == 1:
                code = next(iter(found))
                return Place(code, True, self.entries[code].parent)
            if found:
                break
        return Place(town, False, town)

    def _towns_in(self, text: str) -> set[str]:
        splits = map(self._split, self._readings(text))
        return next((found for found, rest in splits if found and not rest), set())

    def _readings(self, text: str) -> list[str]:
        """`text` as it stands, then without the names of province, prefecture and county in front."""
        readings = [text]
        for prefix in self.prefixes:
            if text.startswith(prefix) and len(text) > len(prefix):
                text = text[len(prefix) :]
                readings.append(text)
        return readings

    def _split(self, text: str) -> tuple[set[str], str]:
        """The towns that the longest beginning of `text` can be, and what follows it."""
        for length in range(min(len(text), 16), 1, -1):
            codes = self.towns.get(text[:length])
            if codes and self._is_town(codes, text[:length], text[length:]):
                return codes, text[length:].lstrip("-—·,，、/(")
        return set(), text

    def _is_town(self, codes: set[str], form: str, rest: str) -> bool:
        """A town's bare stem counts only alone or before one of its own villages (`凤城东升社区`)."""
        if not rest or any(self.entries[code].name == form for code in codes):
            return True
        if stem(form) != form:
            return True
        return len(self._match(codes, rest)) == 1

    def _match(self, within: Iterable[str], rest: str) -> set[str]:
        """The villages that the longest possible beginning of `rest` names; exact names go first."""
        shelves = [self.villages[code] for code in within]
        for length in range(min(len(rest), 40), 1, -1):
            head, tail = rest[:length], rest[length:]
            for strength, form in enumerate(full_forms(head)):
                if not form:
                    continue
                found = set().union(*(shelf[strength].get(form, ()) for shelf in shelves))
                if found and may_follow(head, tail):
                    return found
        return set()

    def _add_village(self, entry: census.Division) -> None:
        shelves = self.villages.setdefault(entry.parent, [{}, {}, {}])
        for shelf, form in zip(shelves, full_forms(entry.name), strict=True):
            if form:
                shelf.setdefault(form, set()).add(entry.code)
