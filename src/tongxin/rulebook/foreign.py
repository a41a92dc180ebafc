"""The sheets of other systems as data (`definitions/mappings`): which column holds what, in which codes."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tongxin.lib.numbers import day_in
from tongxin.rulebook import rules

KIND = "mappings"
COMPACT = "compact"
UNSURE = "（待核对）"


@dataclass(frozen=True, slots=True)
class Place:
    """One column of the other system's sheet."""

    zh: str
    field: str
    fixed: str
    is_certain: bool
    codes: Mapping[str, str]
    otherwise: str
    split: str
    join: str
    date: str
    most: int

    def told(self, said: str) -> str:
        """Our words as the other system writes them; what doesn't fit whole stays out, so that nothing is cut off."""
        if self.fixed:
            return self.fixed
        parts = said.split(self.split) if self.split else [said]
        made = self.join.join(self._one(each.strip()) for each in parts if each.strip())
        return "" if self.most and len(made) > self.most else made

    def _one(self, said: str) -> str:
        if self.codes:
            return self.codes.get(said, self.otherwise)
        return said.replace("-", "") if self.date == COMPACT and day_in(said) else said

    def heard(self, written: str) -> str:
        """What the other system wrote, in our words."""
        parts = written.split(self.join) if self.join else [written]
        return (self.split or "").join(self._ours(each.strip()) for each in parts if each.strip())

    def _ours(self, written: str) -> str:
        if self.codes:
            ours = {code: said for said, code in self.codes.items()}
            return written if written in self.codes else ours.get(written, "")
        is_day = self.date == COMPACT and len(written) == 8 and written.isascii() and written.isdigit()
        return f"{written[:4]}-{written[4:6]}-{written[6:]}" if is_day else written


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet of another system."""

    id: str
    zh: str
    agency: str
    source: str
    purposes: frozenset[str]
    needs: frozenset[str]
    columns: tuple[Place, ...]

    @property
    def unsure(self) -> list[str]:
        """The columns that nobody has held against the other system's own sheet."""
        return [each.zh for each in self.columns if not each.is_certain]


def sheets_in(*, region: str = "", at: datetime) -> Iterator[Sheet]:
    """The sheets of a county that are known."""
    for name in rules.ids_in_force(KIND, region=region, at=at):
        yield rules.read(read, rules.resolve(KIND, name, region=region, at=at))


def read(content: Mapping[str, Any]) -> Sheet:
    """The definition as an object."""
    return Sheet(
        id=content["id"], zh=content["zh"], agency=content["agency"], source=str(content["source"]),
        purposes=frozenset(content["purposes"]), needs=frozenset(content["needs"]),
        columns=tuple(_place(each) for each in content["columns"]),
    )


def _place(raw: Mapping[str, Any]) -> Place:
    return Place(
        zh=raw["zh"], field=raw.get("field", ""), fixed=raw.get("fixed", ""), is_certain=raw["certain"],
        codes={str(said): str(code) for said, code in raw.get("codes", {}).items()},
        otherwise=str(raw.get("otherwise", "")), split=raw.get("split", ""), join=raw.get("join", ""),
        date=raw.get("date", ""), most=int(raw.get("most", 0)),
    )


def sheet_of(name: str, *, region: str = "", at: datetime) -> Sheet | None:
    """The sheet of that id as it holds in a county; nothing where there is none."""
    return next((each for each in sheets_in(region=region, at=at) if each.id == name), None)
