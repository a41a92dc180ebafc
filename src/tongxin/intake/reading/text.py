"""The text of a cell: as a spreadsheet shows it, cleaned, or with no gaps at all."""

import unicodedata
from datetime import date, datetime, time, timedelta
from functools import lru_cache

Cell = str | float | int | bool | date | datetime | time | timedelta

_INVISIBLE = dict.fromkeys(
    [*range(0x09), 0x0B, 0x0C, *range(0x0E, 0x20), 0x7F, 0xAD, *range(0x200B, 0x2010), 0x2060, 0xFEFF]
)


def shown(cell: Cell | None) -> str:
    """What a spreadsheet shows for `cell`; whole numbers without a decimal point."""
    if isinstance(cell, str):
        return cell
    if cell is None:
        return ""
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(sep=" ")
    return str(cell)


@lru_cache(maxsize=1 << 16)
def clean(text: str) -> str:
    """`text` with full-width forms narrowed, invisible characters gone and gaps as single spaces."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    return " ".join(text.translate(_INVISIBLE).split())


@lru_cache(maxsize=1 << 16)
def compact(text: str) -> str:
    """`text` cleaned, with no gaps left."""
    return clean(text).replace(" ", "")


def is_blank(cell: Cell | None) -> bool:
    """Whether nothing is written in `cell`."""
    return cell is None or cell == "" or (isinstance(cell, str) and not cell.strip())
