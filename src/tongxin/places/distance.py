"""How far two places lie apart on the ground, and where something lies when only its neighbours are known."""

from collections.abc import Sequence
from math import asin, cos, radians, sin, sqrt

Point = tuple[float, float]
EARTH_KM = 6371.0
# Mainland and islands; whatever lies outside was typed wrongly.
EAST, NORTH = (73.0, 136.0), (3.0, 54.0)


def kilometres(one: Point, other: Point) -> float:
    """The distance of two points (degrees east, north) along the ground, not along roads."""
    (east, north), (east2, north2) = one, other
    across, up = radians(east2 - east), radians(north2 - north)
    part = sin(up / 2) ** 2 + cos(radians(north)) * cos(radians(north2)) * sin(across / 2) ** 2
    return 2 * EARTH_KM * asin(min(1.0, sqrt(part)))


def middle(points: Sequence[Point]) -> Point | None:
    """The middle of some points; none of none."""
    if not points:
        return None
    return sum(east for east, _ in points) / len(points), sum(north for _, north in points) / len(points)


def is_here(east: float, north: float) -> bool:
    """Whether a point can lie in the country at all."""
    return EAST[0] <= east <= EAST[1] and NORTH[0] <= north <= NORTH[1]
