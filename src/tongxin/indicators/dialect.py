"""The few words in which SQLite and PostgreSQL differ when facts are read from an office's own tables."""

from dataclasses import dataclass
from typing import Literal

Vendor = Literal["sqlite", "postgresql"]


@dataclass(frozen=True, slots=True)
class Words:
    """How one database says it."""

    vendor: Vendor

    @property
    def is_lite(self) -> bool:
        """Whether it is SQLite."""
        return self.vendor == "sqlite"

    def day(self, moment: str) -> str:
        """The day in China on which a moment lies."""
        return f"date({moment}, '+8 hours')" if self.is_lite else f"CAST({moment} AT TIME ZONE 'Asia/Shanghai' AS DATE)"

    def date(self, text: str) -> str:
        """A day that stands as text."""
        return f"substr({text}, 1, 10)" if self.is_lite else f"CAST(substr({text}, 1, 10) AS DATE)"

    def month(self, day: str) -> str:
        """The month of a day as text, 2025-03."""
        return f"substr({day}, 1, 7)" if self.is_lite else f"to_char({day}, 'YYYY-MM')"

    def minutes(self, since: str, until: str) -> str:
        """Whole minutes between two moments."""
        return f"(({self._seconds(until)} - {self._seconds(since)}) / 60)"

    def days(self, since: str, until: str) -> str:
        """Days between two days."""
        if self.is_lite:
            return f"CAST(julianday({until}) - julianday({since}) AS INTEGER)"
        return f"({until} - {since})"

    def number(self, text: str) -> str:
        """A whole number that stands in JSON."""
        return f"CAST({text} AS INTEGER)" if self.is_lite else f"CAST({text} AS BIGINT)"

    def id(self, column: str) -> str:
        """A key as text of 32 hexadecimal signs."""
        return f"CAST({column} AS TEXT)" if self.is_lite else f"replace(CAST({column} AS TEXT), '-', '')"

    def text(self, column: str, *keys: str) -> str:
        """A value in a JSON column as text; NULL where it isn't."""
        *path, last = keys
        inner = "".join(f" -> '{key}'" for key in path)
        return f"({column}{inner} ->> '{last}')"

    def json(self, text: str) -> str:
        """JSON that is kept as text."""
        return text if self.is_lite else f"CAST({text} AS JSONB)"

    def each(self, column: str, key: str) -> str:
        """The members of an object in a JSON column, as rows of `key` and `value`."""
        return f"json_each({column}, '$.{key}')" if self.is_lite else f"jsonb_each({column} -> '{key}')"

    def second(self, text: str) -> str:
        """What stands between the first and the second colon of a text."""
        if not self.is_lite:
            return f"split_part({text}, ':', 2)"
        rest = f"substr({text}, instr({text}, ':') + 1)"
        return f"substr({rest}, 1, instr({rest} || ':', ':') - 1)"

    def after(self, text: str) -> str:
        """What stands after the first colon of a text."""
        return f"substr({text}, {'instr' if self.is_lite else 'strpos'}({text}, ':') + 1)"

    def many(self, column: str, key: str) -> str:
        """How many stand in a list in JSON."""
        return f"{'json' if self.is_lite else 'jsonb'}_array_length({column} -> '{key}')"

    def _seconds(self, moment: str) -> str:
        if self.is_lite:
            return f"CAST(unixepoch({moment}) AS INTEGER)"
        return f"CAST(floor(extract(epoch FROM {moment})) AS BIGINT)"
