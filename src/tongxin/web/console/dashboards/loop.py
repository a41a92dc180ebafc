"""The funnel of the loop: how many reached each step, how many stopped there, and who, for those who may see it."""

from collections import Counter
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from tongxin.access import selectors as access
from tongxin.accounts.models import Division
from tongxin.cases import slices
from tongxin.core.indicators.board import Card, Funnel
from tongxin.dashboards import stopping
from tongxin.dashboards.funnel import CLUES, Told, exact, rows
from tongxin.dashboards.service import Shown
from tongxin.indicators.service import region_of
from tongxin.web.console.dashboards.asked import Asked
from tongxin.web.doors import Request

Row = dict[str, Any]
PART = "identification"
HIDDEN_ZH, SAME_ZH, ENDS_ZH = "不显示", "和上一行合起来", "已结案或迁出"


def funnel(request: Request, asked: Asked, shown: Shown, card: Card) -> Row:
    """The steps; of the children that the viewer's list shows where there is one, else nothing of small places."""
    said, rules = dict(shown.whole.steps), shown.rules.funnel
    division = Division.objects.filter(code=asked.place.code).order_by("id").last()
    mine = _mine(request, asked, division)
    if mine:
        said = exact(rules, mine, clues=said.get(CLUES))
    if not said:
        return {"rows": [], "is_deep": asked.place.level == "village"}
    found = steps_told(rules, said)
    place = division.id if mine and division else 0
    for row in found if place else ():
        if row["lost_many"] and not row["is_first"]:
            query = {"place": place, "stopped": row["id"], "year": asked.year}
            row["url"] = f"/children/?{urlencode(query)}"
    return {
        "rows": found, "caveat": rules.caveat, "has_lists": any(row["url"] for row in found),
        "mine": sum(mine.values()), "may_keep": any(many is not None for many in shown.whole.steps.values()),
        "is_joined": any(row["joined"] for row in found),
        "is_hidden": any(row["lost"] == HIDDEN_ZH and not row["joined"] for row in found),
    }


def steps_told(rules: Funnel, said: Mapping[str, int | None]) -> list[Row]:
    """Each step in words; `joined` where how many stopped is told of several together, or with who need not go on."""
    steps, told = rules.steps, rows(rules, said)
    return [
        {
            "zh": step.zh, "id": step.id, "reached": _said(each.reached), "value": each.reached, "url": "",
            "lost": _said(each.lost), "lost_many": each.lost, "lost_zh": step.lost_zh,
            "joined": joined(rules, at, each), "ended": _said(each.ended), "ends_zh": step.ends_zh or ENDS_ZH,
            "is_first": step is steps[0], "is_last": step is steps[-1], "has_end": step not in (steps[0], steps[-1]),
        }
        for at, (step, each) in enumerate(zip(steps, told, strict=True))
    ]


def joined(rules: Funnel, at: int, told: Told) -> str:
    """What is told of a step together with others; empty where it is told by itself, or not at all."""
    if told.together is None:
        return SAME_ZH if told.follows else ""
    first, last = rules.steps[at], rules.steps[told.until]
    if first is last:
        return f"停在这一步的、不必再往下的合起来 {told.together} 人"
    goal = f"、走到“{last.zh}”的" if last is rules.steps[-1] else ""
    return f"“{first.zh}”到“{last.zh}”之间停下的、不必再往下的{goal}合起来 {told.together} 人"


def _said(many: int | None) -> str:
    return HIDDEN_ZH if many is None else str(many)


def _mine(request: Request, asked: Asked, division: Division | None) -> Counter[str]:
    """The children of a place that the viewer's own list shows, by the part they stand in; none without a list."""
    if division is None or not access.reads(viewer=request.viewer, part=PART, at=request.at):
        return Counter()
    cases = slices.leading()
    for part in ("roster", PART):
        cases = access.visible(cases, viewer=request.viewer, part=part, at=request.at)
    region = region_of(request.viewer)
    return stopping.standing(cases, division=division, year=asked.year, region=region, at=request.at)
