"""A sketch of where sites lie: their own coordinates, no public base map behind them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import cos, radians
from typing import Any
from uuid import UUID

from tongxin.places.distance import middle
from tongxin.places.models import Site

WIDTH, MOST_HIGH, EDGE = 600, 600, 30
# Nothing lies nearer together on the sheet than this, in degrees: one place alone stands in the middle.
LEAST = 0.002
Towns = Mapping[int, str]


@dataclass(frozen=True, slots=True)
class Sketch:
    """The sheet: its height (it is 600 wide), a mark for each site, the names of towns, who couldn't be drawn."""

    height: int
    marks: tuple[Mapping[str, Any], ...]
    names: tuple[Mapping[str, Any], ...]
    without: int

    @property
    def width(self) -> int:
        return WIDTH


def sketch_of(sites: Iterable[Site], *, lacking: Mapping[UUID, int], towns: Towns) -> Sketch | None:
    """The sheet of those that have coordinates; none when nobody measured any."""
    listed = list(sites)
    known = [(each, float(each.longitude), float(each.latitude)) for each in listed
             if each.longitude is not None and each.latitude is not None]
    if not known:
        return None
    across = cos(radians(sum(north for _, _, north in known) / len(known)))
    points = [(each, east * across, -north) for each, east, north in known]
    left, top = min(x for _, x, _ in points), min(y for _, _, y in points)
    wide = max(max(x for _, x, _ in points) - left, LEAST)
    high = max(max(y for _, _, y in points) - top, LEAST)
    scale = min((WIDTH - 2 * EDGE) / wide, (MOST_HIGH - 2 * EDGE) / high)
    marks, by_town = [], defaultdict(list)
    for each, east, south in points:
        x, y = round(EDGE + (east - left) * scale), round(EDGE + (south - top) * scale)
        if each.town_id:
            by_town[each.town_id].append((float(x), float(y)))
        marks.append({
            "x": x, "y": y, "url": f"/places/{each.id}/", "zh": each.name, "lacks": lacking.get(each.id, 0),
            "triangle": f"{x},{y - 9} {x - 8},{y + 6} {x + 8},{y + 6}",
        })
    height = round(high * scale) + 2 * EDGE
    return Sketch(height, tuple(marks), tuple(_names(by_town, towns, height)), len(listed) - len(known))


def _names(
    by_town: Mapping[int, Sequence[tuple[float, float]]], towns: Towns, height: int
) -> Iterable[Mapping[str, Any]]:
    for town, points in by_town.items():
        where = middle(points)
        if where is not None and town in towns:
            yield {
                "zh": towns[town], "x": round(min(max(where[0], 60), WIDTH - 60)),
                "y": round(min(max(where[1] - 14, 24), height - 8)),
            }
