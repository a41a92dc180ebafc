"""Whole numbers, days and months that somebody outside wrote: within bounds, or none."""

from datetime import date

# Twelve digits: as long as the code of a village, and well inside what a database keeps.
MOST, LONGEST = 999_999_999_999, 12
# Between these a day can be reckoned on and put into any zone of time.
FIRST, LAST = date(1900, 1, 1), date(2199, 12, 31)


def number_in(text: str, *, most: int = MOST) -> int | None:
    """A whole number from 0 to `most`, written in the digits 0 to 9."""
    if not (text.isascii() and text.isdigit() and len(text) <= LONGEST):
        return None
    found = int(text)
    return found if found <= most else None


def day_in(text: str) -> date | None:
    """A day such as 2025-09-30, from 1900 to 2199."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if found.isoformat() == text and FIRST <= found <= LAST else None


def month_in(text: str) -> date | None:
    """The first day of a month such as 2025-09, from 1900 to 2199."""
    return day_in(f"{text}-01")
