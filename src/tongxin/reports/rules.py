"""What `definitions/reports` says: which reports there are, of what period, with which figures under which headings."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tongxin.rulebook import shipped

KIND = "reports"


@dataclass(frozen=True, slots=True)
class Section:
    """A heading, its figures, those of them told for each place below, and what to write under them."""

    id: str
    zh: str
    indicators: tuple[str, ...]
    by_place: tuple[str, ...]
    help: str


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of report."""

    id: str
    zh: str
    title: str
    every: str
    sections: tuple[Section, ...]

    @property
    def indicators(self) -> tuple[str, ...]:
        """All figures it needs, each once."""
        return tuple(dict.fromkeys(each for section in self.sections for each in section.indicators))


@dataclass(frozen=True, slots=True)
class Reports:
    """The reports of a place."""

    means: str
    source: str
    words_most: int
    kinds: Mapping[str, Kind]


def reports_in(*, region: str = "", at: datetime) -> Reports:
    """The reports in force."""
    return shipped.read_in_force(_read, KIND, "reports", region=region, at=at)


def _read(content: Mapping[str, Any]) -> Reports:
    kinds = (
        Kind(raw["id"], raw["zh"], raw["title"], raw["every"], tuple(map(_section, raw["sections"])))
        for raw in content["kinds"]
    )
    return Reports(content["means"], content["source"], content["words_most"], {kind.id: kind for kind in kinds})


def _section(raw: Mapping[str, Any]) -> Section:
    return Section(raw["id"], raw["zh"], tuple(raw.get("indicators", ())), tuple(raw.get("by_place", ())), raw["help"])
