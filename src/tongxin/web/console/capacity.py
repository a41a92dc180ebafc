"""Capacity next to need, and how long people would wait with more or fewer counsellors."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.http import Http404, HttpResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _

from tongxin.capacity.rules import CapacityRules, capacity_in
from tongxin.capacity.simulation import Estimate
from tongxin.core.forms import Problem
from tongxin.flows.capacity import figures, waiting
from tongxin.flows.capacity.figures import Line
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.lib.numbers import number_in
from tongxin.web.console.chips import Chip, scheme_chips
from tongxin.web.console.figure_links import figure_links
from tongxin.web.console.options import pathway_shown, region_of_viewer, words_of
from tongxin.web.console.register_forms import told_problems
from tongxin.web.doors import Request, door
from tongxin.web.pages import show

BY_PLACE = ("rooms", "hours", "qualified", "people", "sites", "beds", "seats", "granted")
CATEGORIES = "category"
Values = dict[str, str]


@door("office.see_capacity")
def capacity_page(request: Request) -> HttpResponse:
    """Children by colour and category next to what there is for them, and the question what if."""
    return _page(request)


def _page(
    request: Request, given: Values | None = None, problems: Iterable[Problem] = (),
    answer: waiting.Answer | None = None, status: int = 200,
) -> HttpResponse:
    rules = capacity_in(region=region_of_viewer(request), at=request.at)
    colours = scheme_chips(region=region_of_viewer(request), at=request.at)
    levels = pathway_shown(request).levels
    chips = {each: colours.get(each, Chip("grey", zh, "○")) for each, zh in levels.items()}
    try:
        told = figures.shown(request.viewer, rules=rules, levels=list(chips), at=request.at)
        places = waiting.places_for(request.viewer, at=request.at)
    except NotAllowed:
        raise Http404 from None
    measures = {each.id: each for each in rules.measures}
    zh = words_of(request, CATEGORIES)
    lines = (told.whole, *told.parts)
    known = {each for line in lines for each in line.supply}
    columns = [each for each in BY_PLACE if each in known]
    rows = [_line(each, list(chips), columns) for each in lines]
    return show(request, "capacity/page.html", {
        "rules": rules, "chips": list(chips.values()), "problems": told_problems(problems),
        "columns": [measures[each] for each in columns], "whole": rows[0], "parts": rows[1:],
        "equipped": [row for row, each in zip(rows, lines, strict=True) if each is told.whole or each.supply],
        "bare": [each.zh for each in told.parts if not each.supply],
        "missing": [each for each in rules.measures if each.id not in known],
        "facts": [
            {"zh": each.zh, "unit": "" if n is None else each.unit, "n": _number(n)} for each in rules.measures
            if each.id not in BY_PLACE and each.id in known for n in [told.whole.supply[each.id]]
        ],
        "categories": [zh.get(id, id) for id in told.whole.categories],
        "places": places, "given": given or {"people": "1", "half_days": "2"}, "answer": _answer(answer, rules),
        "definitions": figure_links(request, {
            "levels": figures.LEVELS_OF, "categories": figures.CATEGORIES_OF, "granted": figures.MONEY_OF,
        }),
        "most_people": rules.model.most_people, "most_half_days": rules.model.most_half_days,
    }, status=status)


def _line(line: Line, levels: list[str], columns: list[str]) -> dict[str, Any]:
    return {
        "zh": line.zh, "levels": [line.levels.get(each, 0) for each in levels],
        "categories": list(line.categories.values()),
        "supply": [_number(line.supply[each]) if each in line.supply else "" for each in columns],
    }


def _number(found: Decimal | None) -> str:
    """A number with at most one place; one that would tell of few children is not shown."""
    if found is None:
        return _("不显示")
    rounded = found.quantize(Decimal("0.1"))
    return f"{rounded:,.0f}" if rounded == rounded.to_integral() else f"{rounded:,.1f}"


@door("office.see_capacity", methods=("POST",))
def ask(request: Request) -> HttpResponse:
    """One question to the model; nothing is stored."""
    given = {name: request.POST.get(name, "")[:12] for name in ("place", "people", "half_days")}
    rules = capacity_in(region=region_of_viewer(request), at=request.at)
    people = number_in(given["people"].removeprefix("-"), most=99) or 0
    asked = waiting.Asked(
        number_in(given["place"]) or 0, -people if given["people"].startswith("-") else people,
        number_in(given["half_days"], most=99) or 0,
    )
    try:
        found = waiting.what_if(asked, rules=rules.model, viewer=request.viewer, at=request.at)
    except NotAllowed:
        raise Http404 from None
    except Refused as refused:
        return _page(request, given, refused.problems, status=422)
    return _page(request, given, answer=found)


def _answer(found: waiting.Answer | None, rules: CapacityRules) -> dict[str, Any] | None:
    if found is None:
        return None
    return {
        "rows": [
            {"zh": "现在的坐班", "hours": f"{found.hours_now:g}", **_estimate(found.now)},
            {"zh": "改了以后", "hours": f"{found.hours_then:g}", **_estimate(found.then)},
        ],
        "new": found.new, "weeks": found.weeks, "really": f"{found.really:.1f}", "band": rules.model.plan.band,
        "times": rules.model.plan.times, "assumptions": rules.model.assumptions,
    }


def _estimate(found: Estimate) -> dict[str, Any]:
    return {
        "median": f"{found.median:.1f}", "low": f"{found.low:.1f}", "high": f"{found.high:.1f}",
        "load": f"{100 * found.load:.0f}", "is_over": found.load >= 1, "late": f"{100 * found.late:.0f}",
    }


urlpatterns: list[URLPattern] = [path("capacity/", capacity_page), path("capacity/waiting/", ask)]
