"""Places that are written only in the first row of their group."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

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


def is_grouped(values: Iterable[str]) -> bool:
    """Whether gaps in a column mean "as above".

    A column that repeats its values, or comes back to an earlier one, more often than it leaves a gap
    is no grouped column: there a gap is something nobody wrote.
    """
    last, gaps, against = "", 0, 0
    left: set[str] = set()
    for value in values:
        if not value:
            gaps += 1
            continue
        if value == last or value in left:
            against += 1
        if last and value != last:
            left.add(last)
        last = value
    return gaps > against


@dataclass
class Carrier:
    """Follows the places down a sheet: what the row says itself, and what its group says."""

    grouped: Mapping[str, bool]
    town: str = ""
    village: str = ""
    label: str = ""
    notes: list[str] = field(default_factory=list)

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


def carrier(sheet: Sheet, layout: Layout, merges: Merges) -> Carrier:
    """A carrier for `layout`, which knows which of its columns leave gaps for "as above"."""
    skipped = {each.row - 1 for each in layout.skipped_rows}
    rows = [at for at in range(layout.first_row, layout.last_row + 1) if at not in skipped]
    tops = {left for _, left, bottom, right in sheet.merged if left == right and bottom > layout.first_row}

    def grouped(name: str) -> bool:
        at = layout.columns.get(name)
        if at is None or at in tops:
            return False
        return is_grouped(_text(sheet.rows[row], at) for row in rows if any(sheet.rows[row]))

    village = "village" if "village" in layout.columns else "address"
    return Carrier({"town": grouped("town"), "village": grouped(village)})


def _text(row: list[Cell], at: int) -> str:
    return compact(shown(row[at])) if at < len(row) else ""
