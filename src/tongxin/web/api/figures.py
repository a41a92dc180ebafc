"""Figures by machine: each with what it counts; small ones are withheld, and one more where only one would be."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Count, QuerySet

from tongxin.access import selectors as access
from tongxin.cases import slices
from tongxin.cases.models import Case
from tongxin.core.pathway import CHINA
from tongxin.flows.exchange_calls import Turned
from tongxin.rulebook import rules
from tongxin.web.api.operations import MOMENT, NUMBER, TEXT, Call, Operation, thing

ACTION, COUNTED, LISTED = "see_figures", "figures", "roster"
FIGURE = thing({
    "id": TEXT, "zh": TEXT, "unit": TEXT, "means": TEXT, "number": {"type": ["integer", "null"]},
    "is_withheld": {"type": "boolean"},
})
UNIT = "人"


def _figures(call: Call) -> Mapping[str, Any]:
    viewer, at, found = call.caller.viewer, call.at, call.caller.rules
    if not access.may_do(viewer=viewer, action=ACTION, at=at):
        raise Turned(403, "post", "这个接口代表的岗位不看辖区统计。")
    _, pathway = rules.pathway_in(region=rules.region_of(call.caller.client.county_id), at=at)
    cases = _seen(call, LISTED)
    counted = {
        "children": cases.count(), "late": cases.filter(slices.late(pathway, at=at)).count(),
        "crisis": _seen(call, "crisis").filter(slices.in_crisis(pathway)).count(),
        "no_step": cases.filter(slices.without_step(pathway)).count(),
    }
    stages = dict(_seen(call, "identification").values_list("stage").annotate(Count("id")))
    by_stage = {id: stages.get(id, 0) for id in pathway.stages}
    hidden = _hidden(by_stage, found.smallest)
    whole, least = counted["children"], found.smallest
    rows = [
        _row(id, *found.figures[id], number, _tells(number, whole, least)) for id, number in counted.items()
    ]
    rows += [
        _row(f"stage_{id}", zh, found.figures["stage"][1], by_stage[id], id in hidden)
        for id, zh in pathway.stages.items()
    ]
    return {"at": at.astimezone(CHINA).isoformat(timespec="seconds"), "smallest": found.smallest, "figures": rows}


def _seen(call: Call, part: str) -> QuerySet[Case]:
    """The cases whose part the client's post may read, or count."""
    viewer, at = call.caller.viewer, call.at
    shown = part if access.reads(viewer=viewer, part=LISTED, at=at) else COUNTED
    return access.visible(slices.leading(), viewer=viewer, part=shown, at=at).order_by()


def _tells(number: int, whole: int, smallest: int) -> bool:
    """Whether a figure tells of few: it counts few itself, or all but few of the whole that stands beside it."""
    return number > 0 and (number < smallest or 0 < whole - number < smallest)


def _hidden(parts: Mapping[str, int], smallest: int) -> set[str]:
    """Which parts of a whole are withheld: small ones, and the next larger too while what the others leave of the
    whole is one part or few children."""
    rising = sorted((number, id) for id, number in parts.items() if number)
    hidden = [each for each in rising if each[0] < smallest]
    while hidden and len(hidden) < len(rising) and (
        len(hidden) == 1 or sum(number for number, _ in hidden) < smallest
    ):
        hidden = rising[: len(hidden) + 1]
    return {id for _, id in hidden}


def _row(id: str, zh: str, means: str, number: int, is_withheld: bool) -> dict[str, Any]:
    return {
        "id": id, "zh": zh, "unit": UNIT, "means": means, "number": None if is_withheld else number,
        "is_withheld": is_withheld,
    }


OPERATIONS = (
    Operation(
        "read_figures", "GET", "figures", "figures_read", "辖区统计，每个数都带说明；小于规定人数的不给",
        thing({"at": MOMENT, "smallest": NUMBER, "figures": {"type": "array", "items": FIGURE}}), _figures,
    ),
)
