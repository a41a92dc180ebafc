"""Where a row's child lives, from all that the row, its group, the headings and the sheet say."""

from collections.abc import Mapping
from dataclasses import dataclass

from tongxin.intake.reading.carrying import Carrier
from tongxin.intake.reading.divisions import Divisions, Place
from tongxin.intake.reading.text import Cell, compact, shown

_ADDRESSES = ("address", "hukou_address")


@dataclass
class Placing:
    """Finds the places of one table; `context` is the town its sheet is named after."""

    divisions: Divisions
    carrier: Carrier
    context: str
    columns: frozenset[str]

    def find(self, cells: Mapping[str, Cell]) -> tuple[Place, bool, bool]:
        """The place, whether it is as exact as this table can be, and whether it came from a row above."""
        town = compact(shown(cells.get("town")))
        by_village = "village" in self.columns
        own = compact(shown(cells.get("village"))) if by_village else self._address(cells)
        town, village, carried = self.carrier.step(town, own)
        found = self._found(town, village)
        if not found.exact and by_village and (address := self._address(cells)):
            other = self._found(town, address)
            found = other if other.exact else found
        has_villages = not self.columns.isdisjoint(("village", *_ADDRESSES))
        return found, found.exact or (found.code is not None and not has_villages), carried

    def _address(self, cells: Mapping[str, Cell]) -> str:
        return next((text for name in _ADDRESSES if (text := compact(shown(cells.get(name))))), "")

    def _found(self, town: str, village: str) -> Place:
        """The place the row's own words name; a heading or the sheet's name says where to look."""
        divisions, context = self.divisions, self.context
        if label := self.carrier.label:
            place = divisions.place(village=label, context=context)
            context = place.town or context
            if place.exact and not village and not town:
                return place
        if not town and not village:
            return Place(context or None, False, context or None)
        return divisions.place(town=town, village=village, context=context)
