"""What a sheet is understood to be: its head, its columns, and which rows are no children."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from tongxin.intake.reading import heads, lines
from tongxin.intake.reading.refusal import RosterError
from tongxin.intake.reading.text import clean, shown
from tongxin.intake.reading.workbook import Sheet

WHY = {
    "total": "合计行",
    "note": "说明或落款",
    "repeated_head": "重复的表头",
    "label": "分组标题",
    "serial_only": "只有序号",
    "no_person": "没有指向任何人的内容",
    "continued": "与上一行是同一个人（合并的格子）",
}


@dataclass(frozen=True)
class Skipped:
    """A row that is no child, and why; `row` counts from 1, as spreadsheets show it."""

    row: int
    why: str

    @property
    def zh(self) -> str:
        """The reason in words."""
        return WHY[self.why]


@dataclass(frozen=True)
class Layout:
    """How a sheet is read. All row and column numbers count from 0, except those of `skipped_rows`."""

    sheet: str
    head_rows: tuple[int, ...]
    columns: Mapping[str, int]
    heads: tuple[str, ...]
    not_understood: tuple[tuple[int, str], ...]
    confidence: float
    first_row: int
    last_row: int
    skipped_rows: tuple[Skipped, ...] = ()
    titles: tuple[str, ...] = ()
    labels: Mapping[int, str] = field(default_factory=dict)

    @property
    def head_digest(self) -> str:
        """The same for every file with the same heads, so that a mapping can be remembered."""
        return hashlib.sha256(json.dumps(self.heads, ensure_ascii=False).encode()).hexdigest()


def understand(sheet: Sheet, *, columns: Mapping[str, int] | None = None, start: int = 0) -> Layout | None:
    """The first table in `sheet` from row `start` on; nothing where no head is understood.

    `columns` (field → column) says what a person corrected, and stands above what is guessed.
    """
    found = heads.find(sheet.rows, sheet.merged, start)
    if found is None:
        return None
    mapping = dict(columns) if columns is not None else found.columns
    _check_mapping(mapping, found.heads)
    judged = lines.judge(sheet, mapping, found.rows[-1] + 1)
    used = set(mapping.values())
    unknown = tuple((at, head) for at, head in enumerate(found.heads) if head and at not in used)
    known = sum(1 for at, head in enumerate(found.heads) if head and at in used)
    return Layout(
        sheet=sheet.name,
        head_rows=found.rows,
        columns=mapping,
        heads=found.heads,
        not_understood=unknown,
        confidence=round(known / max(1, known + len(unknown)), 2),
        first_row=judged.first,
        last_row=judged.last,
        skipped_rows=tuple(Skipped(row + 1, why) for row, why in judged.skipped),
        titles=_titles(sheet.rows[start : found.rows[0]]),
        labels=judged.labels,
    )


def tables(sheet: Sheet) -> Iterator[Layout]:
    """Every table in `sheet`, one below the other, each with a head of its own."""
    start = 0
    while (layout := understand(sheet, start=start)) is not None:
        yield layout
        start = max(layout.last_row, layout.head_rows[-1]) + 1


def remapped(sheet: Sheet, layout: Layout, columns: Mapping[str, int]) -> Layout:
    """`layout` with the columns a person corrected."""
    made = understand(sheet, columns=columns, start=layout.head_rows[0])
    return replace(made, titles=layout.titles) if made else layout


def _titles(above: Sequence[Sequence[object]]) -> tuple[str, ...]:
    found = (clean(shown(cell)) for row in above for cell in row if isinstance(cell, str))
    return tuple(text for text in found if text)


def _check_mapping(mapping: Mapping[str, int], found: Sequence[str]) -> None:
    for name, at in mapping.items():
        if not 0 <= at < len(found):
            zh = f"“{name}”指到第 {at + 1} 列，表里只有 {len(found)} 列。"
            raise RosterError(zh, place="列对应", cure="请重新选择这一列。")
