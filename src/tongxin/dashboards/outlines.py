"""An approved map as the outlines of known places, made small enough for a page; a bad file is refused in words.

Coordinates are degrees; outlines are kept as closed rings of (longitude, latitude).
"""

import json
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from tongxin.lib.faults import Fault

MOST_BYTES, MOST_SHAPES = 40 * 1024 * 1024, 20_000
# Names under which maps keep the code of a place, and what the national basic data write before it.
CODES, NATION = ("code", "adcode", "gb", "id"), "156"
APPROVAL = re.compile(r"[A-Z]{1,4}\s*[（(]\s*\d{4}\s*[)）]\s*\d+\s*号")
# A line is kept as exact as so many parts of its own place are long.
EXACT = 250
Point = tuple[float, float]
Ring = list[Point]


def read_map(content: bytes, *, approval: str, known: Iterable[str]) -> dict[str, list[Ring]]:
    """Outlines by code of the places among `known` (codes of divisions)."""
    if not APPROVAL.search(approval):
        raise Fault("没有载入：请写地图的审图号，例如“审图号：GS(2024)0650号”。没有审图号的地图不能公开使用。")
    if len(content) > MOST_BYTES:
        raise Fault(f"没有载入：地图文件超过 {MOST_BYTES // 1024 // 1024} MB，请先化简。")
    try:
        found = json.loads(content)
    except (ValueError, RecursionError):
        raise Fault("没有载入：这不是 GeoJSON 文件（读不成 JSON）。") from None
    shapes = found.get("features") if isinstance(found, dict) and found.get("type") == "FeatureCollection" else None
    if not isinstance(shapes, list) or not shapes or len(shapes) > MOST_SHAPES:
        raise Fault("没有载入：这不是 GeoJSON 的 FeatureCollection，或里面没有图形。")
    codes = {normal(each): each for each in known}
    outlines: dict[str, list[Ring]] = {}
    for number, each in enumerate(shapes, 1):
        if code := codes.get(_code(each)):
            outlines.setdefault(code, []).extend(_rings(each, number))
    if not outlines:
        raise Fault("没有载入：文件里没有一个区划代码是这里有的。代码写在 properties 的 code 或 adcode 里。")
    return outlines


def normal(code: str) -> str:
    """A code as maps write it: six digits down to the county, longer below."""
    return code.ljust(6, "0")


def _code(shape: Any) -> str:
    named = shape.get("properties") if isinstance(shape, dict) else None
    named = named if isinstance(named, dict) else {}
    for name in CODES:
        text = str(named.get(name, ""))
        if text.isascii() and text.isdigit():
            return normal(text.removeprefix(NATION) if len(text) == 9 and text.startswith(NATION) else text)
    return ""


def _rings(shape: Mapping[str, Any], number: int) -> list[Ring]:
    geometry = shape.get("geometry")
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    try:
        if geometry is None or kind not in ("Polygon", "MultiPolygon"):
            raise TypeError(kind)
        parts = [geometry["coordinates"]] if kind == "Polygon" else geometry["coordinates"]
        rings = [[(float(each[0]), float(each[1])) for each in ring] for part in parts for ring in part]
    except (KeyError, TypeError, ValueError, IndexError):
        raise Fault(f"没有载入：第 {number} 个图形不是面（Polygon 或 MultiPolygon），或坐标不完整。") from None
    if any(not (-180 <= x <= 180 and -90 <= y <= 90) for ring in rings for x, y in ring):
        raise Fault(f"没有载入：第 {number} 个图形的坐标不是经纬度，请转成经纬度（CGCS2000）。")
    points = [point for ring in rings for point in ring]
    if not points:
        raise Fault(f"没有载入：第 {number} 个图形没有坐标。")
    fine = max(max(x for x, _ in points) - min(x for x, _ in points),
               max(y for _, y in points) - min(y for _, y in points)) / EXACT
    kept = [simpler(ring, fine) for ring in rings]
    return [ring for ring in kept if len(ring) > 3] or [rings[0]]


def simpler(ring: Ring, fine: float) -> Ring:
    """The points without which the line would leave its place by more than `fine`."""
    kept, open_ = {0, len(ring) - 1}, [(0, len(ring) - 1)]
    while open_:
        first, last = open_.pop()
        far, at = max(((_away(ring[each], ring[first], ring[last]), each) for each in range(first + 1, last)),
                      default=(0.0, 0))
        if far > fine:
            kept.add(at)
            open_ += [(first, at), (at, last)]
    return [(round(x, 4), round(y, 4)) for at, (x, y) in enumerate(ring) if at in kept]


def _away(point: Point, start: Point, end: Point) -> float:
    dx, dy = end[0] - start[0], end[1] - start[1]
    length = math.hypot(dx, dy)
    if not length:
        return math.hypot(point[0] - start[0], point[1] - start[1])
    return abs(dy * (point[0] - start[0]) - dx * (point[1] - start[1])) / length


def drawn(outlines: Mapping[str, Sequence[Sequence[Sequence[float]]]], *, wide: int) -> tuple[dict[str, str], int]:
    """The path of each place for a picture `wide` units wide, and how high it is; north is up."""
    points = [point for rings in outlines.values() for ring in rings for point in ring]
    left, right = min(x for x, _ in points), max(x for x, _ in points)
    low, high = min(y for _, y in points), max(y for _, y in points)
    narrow = math.cos(math.radians((low + high) / 2))
    scale = wide / max((right - left) * narrow, 1e-9)
    paths = {
        code: "".join(
            "M" + "L".join(f"{(x - left) * narrow * scale:.1f} {(high - y) * scale:.1f}" for x, y in ring) + "Z"
            for ring in rings
        )
        for code, rings in outlines.items()
    }
    return paths, max(round((high - low) * scale), 1)
