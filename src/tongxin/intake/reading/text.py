"""The text of a cell: as a spreadsheet shows it, cleaned, or with no gaps at all."""

from datetime import date, datetime, time, timedelta

from tongxin.lib.plain_text import clean, compact

__all__ = ["Cell", "clean", "compact", "is_blank", "shown"]

Cell = str | float | int | bool | date | datetime | time | timedelta

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


def is_blank(cell: Cell | None) -> bool:
    """Whether nothing is written in `cell`."""
    return cell is None or cell == "" or (isinstance(cell, str) and not cell.strip())
