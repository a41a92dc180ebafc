"""What `definitions/calibration` says, and tables of which nothing small can be read or worked out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tongxin.core.screening import hide_small
from tongxin.rulebook import shipped

KIND = "calibration"


@dataclass(frozen=True, slots=True)
class CalibrationRules:
    """The rules of a county."""

    means: str
    source: str
    small_under: int
    confirmed: frozenset[str]
    quarters: int
    measures: Mapping[str, tuple[str, str]]


def calibration_in(*, region: str, at: datetime) -> CalibrationRules:
    """The rules in force in a county; before they are adopted, those that came with the program."""
    return shipped.read_in_force(_read, KIND, KIND, region=region, at=at)


def _read(content: Mapping[str, Any]) -> CalibrationRules:
    return CalibrationRules(
        means=content["means"], source=content["source"], small_under=content["small_under"],
        confirmed=frozenset(content["confirmed"]),
        quarters=content["quarters"],
        measures={each["id"]: (each["zh"], each["means"]) for each in content["measures"]},
    )


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a table and its sum; None is not told."""

    zh: str
    counts: tuple[int | None, ...]
    total: int | None


def table(rows: Mapping[str, Sequence[int]], *, columns: int, under: int) -> tuple[list[Line], Line | None]:
    """The rows of counts with their sums, and the sums of the columns; small ones hidden with enough others.

    Which columns' sums are told follows from the sums alone, so that all tables of the same children tell the same.
    Where one isn't, nothing of its column is; the cells of the others are hidden as though every sum were known.
    A row's sum is hidden like a cell, with another beside it, and then nothing of either row is told.
    """
    if not rows:
        return [], None
    sums = [sum(counts[at] for counts in rows.values()) for at in range(columns)]
    kept = {at for _, at in hide_small([sums], at_least=under)}
    told = [at for at in range(columns) if at not in kept]
    full = [[*(counts[at] for at in told), sum(counts[at] for at in kept)] for counts in rows.values()]
    hidden = hide_small(full, at_least=under)
    untold = {at for at, _ in hide_small([[sum(counts)] for counts in rows.values()], at_least=under)}
    hidden |= {(at, place) for at in untold for place in range(len(full[at]))}

    def line(zh: str, counts: Sequence[int], at: int | None) -> Line:
        cells: list[int | None] = [None] * columns
        for place, column in enumerate(told):
            cells[column] = None if at is not None and (at, place) in hidden else counts[column]
        total = sum(counts)
        return Line(zh, tuple(cells), None if at in untold or 0 < total < under else total)

    return [line(zh, counts, at) for at, (zh, counts) in enumerate(rows.items())], line("合计", sums, None)


def chain(counts: Sequence[int], *, under: int) -> list[int | None]:
    """Counts of which each is a part of the one before; small ones, and small differences, end what is told."""
    shown: list[int | None] = []
    before: int | None = None
    for count in counts:
        is_small = 0 < count < under or (before is not None and 0 < before - count < under)
        if is_small or (shown and shown[-1] is None):
            shown.append(None)
            continue
        shown.append(count)
        before = count
    return shown


def parts(counts: Sequence[int], *, of: int, under: int) -> list[int | None]:
    """Counts of different people among so many; small ones hidden, with another or with those who are in none."""
    hidden = hide_small([[*counts, of - sum(counts)]], at_least=under)
    return [None if (0, at) in hidden else count for at, count in enumerate(counts)]


def share(part: int, of: int, *, under: int) -> int | None:
    """A percentage rounded, where neither the part nor the rest is small enough to point at somebody."""
    if of < under or 0 < part < under or 0 < of - part < under:
        return None
    return (200 * part + of) // (2 * of)
