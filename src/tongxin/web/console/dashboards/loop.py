"""The funnel of the loop: how many reached each step, how many stopped there, and who, for those who may see it."""

from collections import Counter
from typing import Any
from urllib.parse import urlencode

from tongxin.access import selectors as access
from tongxin.accounts.models import Division
from tongxin.cases import slices
from tongxin.core.indicators.board import Card
from tongxin.dashboards import stopping
from tongxin.dashboards.funnel import CLUES, ended, exact, lost, reached
from tongxin.dashboards.service import Shown
from tongxin.indicators.service import region_of
from tongxin.web.console.dashboards.asked import Asked
from tongxin.web.doors import Request

Row = dict[str, Any]
PART = "identification"


def funnel(request: Request, asked: Asked, shown: Shown, card: Card) -> Row:
    """The steps; of the children that the viewer's list shows where there is one, else nothing of small places."""
    said, steps = dict(shown.whole.steps), shown.rules.funnel.steps
    division = Division.objects.filter(code=asked.place.code).order_by("id").last()
    mine = _mine(request, asked, division)
    if mine:
        said = exact(shown.rules.funnel, mine, clues=said.get(CLUES))
    if not said:
        return {"rows": [], "is_deep": asked.place.level == "village"}
    rows = []
    for step, many in zip(steps, reached(shown.rules.funnel, said), strict=True):
        name = CLUES if step is steps[0] else lost(step.id)
        stopped = None if step is steps[-1] else said.get(name)
        url = ""
        if mine and division and stopped and name != CLUES:
            query = {"place": division.id, "stopped": step.id, "year": asked.year}
            url = f"/children/?{urlencode(query)}"
        rows.append({
            "zh": step.zh, "id": step.id, "reached": _told(many), "value": many, "is_last": step is steps[-1],
            "lost": _told(stopped), "lost_zh": step.lost_zh, "url": url, "ends_zh": step.ends_zh or "已结案或迁出",
            "ended": _told(said.get(ended(step.id))), "has_end": step not in (steps[0], steps[-1]),
        })
    return {
        "rows": rows, "caveat": shown.rules.funnel.caveat, "has_lists": any(row["url"] for row in rows),
        "mine": sum(mine.values()),
        "is_hidden": any(row["reached"] == "不显示" for row in rows),
    }


def _mine(request: Request, asked: Asked, division: Division | None) -> Counter[str]:
    """The children of a place that the viewer's own list shows, by the part they stand in; none without a list."""
    if division is None or not access.reads(viewer=request.viewer, part=PART, at=request.at):
        return Counter()
    cases = slices.leading()
    for part in ("roster", PART):
        cases = access.visible(cases, viewer=request.viewer, part=part, at=request.at)
    region = region_of(request.viewer)
    return stopping.standing(cases, division=division, year=asked.year, region=region, at=request.at)


def _told(many: int | None) -> str:
    return "不显示" if many is None else str(many)
