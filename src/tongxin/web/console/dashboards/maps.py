"""The places below on the site's own approved map, when one was loaded that has them all."""

from collections.abc import Sequence
from typing import Any

from tongxin.dashboards.models import Outline
from tongxin.dashboards.outlines import drawn

WIDE = 1000


def picture(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The paths of these rows by their codes, how high the picture is, and its approval; empty without a map."""
    codes = [row["code"] for row in rows if row["code"]]
    found = {each.code: each for each in Outline.objects.filter(code__in=codes)}
    # Half a map would look as if the rest were nobody's.
    if not codes or len(found) < len(codes):
        return {}
    paths, high = drawn({code: found[code].rings for code in codes}, wide=WIDE)
    return {
        "wide": WIDE, "high": high, "approvals": sorted({each.approval for each in found.values()}),
        "shapes": [{**row, "path": paths[row["code"]]} for row in rows if row["code"]],
    }
