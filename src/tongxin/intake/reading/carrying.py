"""Places that are written only in the first row of their group."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from tongxin.intake.reading.divisions import Divisions
from tongxin.intake.reading.layout import Layout
from tongxin.intake.reading.text import Cell, compact, shown
from tongxin.intake.reading.workbook import Sheet

Merges = Mapping[tuple[int, int], Cell]


def merged_down(sheet: Sheet, layout: Layout) -> Merges:
    """What stands in cells that a cell above is merged over (a carer of two siblings, a village)."""
    own = {layout.columns.get("name"), layout.columns.get("id_no")}
    found: dict[tuple[int, int], Cell] = {}
    for top, left, bottom, right in sheet.merged:
        if left != right or left in own or not layout.first_row <= top <= layout.last_row:
            continue
        above = sheet.rows[top]
        for row in range(top + 1, bottom + 1):
            found[row, left] = above[left] if left < len(above) else ""
    return found


def is_grouped(values: Iterable[str], towns: Iterable[str] = ()) -> bool:
    """Whether gaps in a column mean "as above".

    A column that repeats its values, or that (itself or by its towns) comes back to where it was,
    more often than it leaves a gap is no grouped column: there a gap is something nobody wrote.
    """
    found = list(values)
    gaps = sum(not value for value in found)
    written = [value for value in found if value]
    repeats = sum(one == next_one for one, next_one in pairwise(written))
    return gaps > repeats + _returns(written) and gaps > _returns([town for town in towns if town])


def _returns(values: Sequence[str]) -> int:
    """How often a list comes back to a value that it had left."""
    left: set[str] = set()
    count = 0
    for before, value in pairwise(values):
        if value != before:
            left.add(before)
            count += value in left
    return count


@dataclass
class Carrier:
    """Follows the places down a sheet: what the row says itself, and what its group says."""

    grouped: Mapping[str, bool]
    town: str = ""
    village: str = ""
    label: str = ""

    def step(self, town: str, village: str) -> tuple[str, str, bool]:
        """The town and village of a row, and whether either came from above; never across towns."""
        same_town = not town or town == self.town
        kept_town = town or (self.town if self.grouped.get("town") else "")
        carries = not village and same_town and bool(self.grouped.get("village"))
        kept_village = village or (self.village if carries else "")
        if carries and self.village:
            kept_town = town or self.town
        if town and not same_town:
            self.village = ""
        self.town, self.village = town or self.town, village or self.village
        return kept_town, kept_village, (kept_town, kept_village) != (town, village)

    def enter(self, label: str) -> None:
        """A heading between the rows names the place of those that follow."""
        self.label, self.town, self.village = label, "", ""


def carrier(sheet: Sheet, layout: Layout, divisions: Divisions) -> Carrier:
    """A carrier for `layout`, which knows which of its columns leave gaps for "as above"."""
    skipped = {each.row - 1 for each in layout.skipped_rows}
    rows = [sheet.rows[at] for at in range(layout.first_row, layout.last_row + 1) if at not in skipped]
    rows = [row for row in rows if any(row)]
    tops = {left for _, left, bottom, right in sheet.merged if left == right and bottom > layout.first_row}
    columns = layout.columns
    place = columns.get("village", columns.get("address", columns.get("hukou_address")))
    villages = [_text(row, place) for row in rows] if place is not None else []
    if "town" in columns:
        towns = [_text(row, columns["town"]) for row in rows]
    else:
        towns = [divisions.place(village=village).town or "" for village in villages]
    return Carrier(
        {
            "town": columns.get("town") not in tops and "town" in columns and is_grouped(towns),
            "village": place not in tops and is_grouped(villages, towns),
        }
    )


def _text(row: list[Cell], at: int) -> str:
    return compact(shown(row[at])) if at < len(row) else ""
