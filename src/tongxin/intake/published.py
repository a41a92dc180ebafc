"""The published places, put into the installation."""

from collections.abc import Iterable
from datetime import date

from tongxin.accounts.divisions import add_divisions
from tongxin.intake.reading.census import Division, below

LEVELS = {"province": "province", "prefecture": "city", "county": "county", "township": "town", "village": "village"}
# The day as of which the codes were published (definitions/divisions/NOTICE.md).
PUBLISHED = date(2023, 6, 30)


def add_below(code: str) -> int:
    """How many places are new, of a province, a prefecture or a county with everything below and above it."""
    return add(below(code))


def add(found: Iterable[Division]) -> int:
    """How many of the places are new; those in force stay as they are."""
    rows = [(each.code, each.name, LEVELS[each.level], each.parent) for each in found]
    return add_divisions(rows=rows, valid_from=PUBLISHED)
