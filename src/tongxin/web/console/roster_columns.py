"""The columns of a roster as understood, with the chance to say otherwise."""

from collections.abc import Mapping
from typing import Any

from tongxin.intake.reading import Part, Roster
from tongxin.intake.reading.text import clean, shown
from tongxin.intake.reading.words import columns, field_name, words

SAMPLES, LONGEST, SKIPPED = 5, 30, 30


class DoublyNamed(Exception):
    """Two columns were given the same meaning."""


def choices() -> list[tuple[str, str]]:
    """Everything a column can be, as (field, words)."""
    plain = [(field, zh) for field, zh in columns().names.items() if field != "serial"]
    ticked = [(f"category:{code}", field_name(f"category:{code}")) for code in words().category_names]
    return [("", "不导入（原样保留）"), ("serial", columns().names["serial"]), *plain, *ticked]


def parts_shown(roster: Roster) -> list[dict[str, Any]]:
    """Each table: its heads with their meaning and first cells, and the rows that are no children."""
    return [_part(at, part) for at, part in enumerate(roster.parts)]


def _part(at: int, part: Part) -> dict[str, Any]:
    layout = part.layout
    meanings = {column: field for field, column in layout.columns.items()}
    skipped = {each.row - 1 for each in layout.skipped_rows}
    rows = [row for row in range(layout.first_row, layout.last_row + 1) if row not in skipped]
    first = [part.sheet.rows[row] for row in rows[:SAMPLES]]
    return {
        "sheet": layout.sheet, "heads_at": "、".join(str(row + 1) for row in layout.head_rows), "count": len(rows),
        "unknown": sum(1 for _ in layout.not_understood),
        "columns": [
            {
                "name": f"c-{at}-{column}", "head": clean(head) or "（没有列名）", "field": meanings.get(column, ""),
                "samples": [_short(shown(row[column])) if column < len(row) else "" for row in first],
            }
            for column, head in enumerate(layout.heads) if head or column in meanings
        ],
        "skipped": [{"row": each.row, "zh": each.zh} for each in layout.skipped_rows[:SKIPPED]],
        "more_skipped": max(0, len(layout.skipped_rows) - SKIPPED),
    }


def _short(text: str) -> str:
    text = clean(text)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 6


def columns_from(posted: Mapping[str, str]) -> dict[int, dict[str, int]]:
    """What a person said the columns are: part → field → column."""
    known = {field for field, _ in choices() if field}
    found: dict[int, dict[str, int]] = {}
    for name, field in posted.items():
        numbers = name.removeprefix("c-").split("-") if name.startswith("c-") else []
        if field not in known or len(numbers) != 2 or not all(map(_is_number, numbers)):
            continue
        part, column = map(int, numbers)
        if field in found.setdefault(part, {}):
            raise DoublyNamed(f"有两列都选了“{field_name(field)}”，请只留一列。还没有导入。")
        found[part][field] = column
    return found
