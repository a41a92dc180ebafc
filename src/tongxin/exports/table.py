"""The rows of an export, with which column names a row and which may carry a copy's blanks."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tongxin.core import deidentify

# Words in these columns are read by programs: a blank behind them would be a fault.
EXACT = frozenset({"file_no", "id_no", "birth", "phone"})
LABEL, TRACE = "label", "copy"


@dataclass(frozen=True, slots=True)
class Column:
    """A column by its id and its heading."""

    id: str
    zh: str


@dataclass(frozen=True, slots=True)
class Table:
    """Headings and rows; the first column says which row is which."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...] = field(default=())

    @property
    def labels(self) -> list[str]:
        return [row[0] for row in self.rows]

    @property
    def carrier(self) -> int:
        """The column behind whose words a copy's blanks stand."""
        fitting = [at for at, each in enumerate(self.columns) if at and each.id not in EXACT]
        return fitting[0] if fitting else 0

    def marked(self, *, secret: bytes, trace: str) -> "Table":
        """The table as one copy: rows in its order, blanks behind its words, its number on every row."""
        carrier = self.carrier
        rows = []
        for at in deidentify.in_order(self.labels, secret=secret):
            row = list(self.rows[at])
            if carrier and row[carrier] and deidentify.is_spaced(row[0], secret=secret):
                row[carrier] += " "
            rows.append((*row, trace))
        return Table((*self.columns, Column(TRACE, "份号")), tuple(rows))

    def with_columns(self, columns: Sequence[Column], words: Mapping[str, Sequence[str]]) -> "Table":
        """The table with more columns, their words by label; empty where there are none."""
        empty = ("",) * len(columns)
        return Table((*self.columns, *columns), tuple((*row, *words.get(row[0], empty)) for row in self.rows))

    def as_text(self) -> str:
        """The table to be sealed."""
        return json.dumps(
            {"columns": [[each.id, each.zh] for each in self.columns], "rows": self.rows}, ensure_ascii=False
        )


def table_of(text: str) -> Table:
    """The table that was sealed."""
    found = json.loads(text)
    return Table(tuple(Column(*each) for each in found["columns"]), tuple(tuple(row) for row in found["rows"]))
