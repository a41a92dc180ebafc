"""Whether the rules are right, not whether people are: colours, yields, drift, and what a change of rules would do."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.http import Http404, HttpResponse
from django.urls import URLPattern, path

from tongxin.access import selectors as access
from tongxin.assessments.rulings import rulings_in
from tongxin.core.instruments import Instrument
from tongxin.core.screening import Cut, Rule, read_rule
from tongxin.flows import amending as flow
from tongxin.flows import trying
from tongxin.flows.calibration import figures
from tongxin.flows.calibration.figures import Colours, Drift, Yield
from tongxin.flows.refusals import NotAllowed
from tongxin.flows.trial_words import DIRECTIONS
from tongxin.rulebook import amending, rules, trials
from tongxin.supervision.calibration import CalibrationRules, calibration_in, parts
from tongxin.web.console.chips import Chip, scheme_chips
from tongxin.web.console.figure_links import figure_links
from tongxin.web.console.options import pathway_shown, region_of_viewer
from tongxin.web.doors import Request, door
from tongxin.web.pages import show

SCREENING = ("screening", "screening")
WRITE = "write_rules"
STEPS = {
    "screened": ("答完量表", "达到界值或报警", "做了评估", "确认有困扰"),
    "identified": ("有识别结果", "需要转介评估", "做了评估", "确认有困扰"),
}


@door("office.see_calibration")
def calibration_page(request: Request) -> HttpResponse:
    """Everything on one page, each figure with how it is reckoned."""
    region = region_of_viewer(request)
    found = calibration_in(region=region, at=request.at)
    chips = _chips(request, region)
    instruments = rulings_in(region=region, at=request.at)[0].instruments
    try:
        known = figures.known_to(request.viewer, at=request.at)
    except NotAllowed:
        raise Http404 from None
    tables = figures.colours(
        known, viewer=request.viewer, levels=list(chips), informants=_informants(instruments), rules=found,
        at=request.at,
    )
    return show(request, "calibration/page.html", {
        "rules": found, "chips": list(chips.values()), "tables": [_table(each, found) for each in tables],
        "yields": [_yield(each, found) for each in figures.yields(known, rules=found)],
        "drift": _drifts(
            figures.drift(known, cuts=_cuts(region, request.at), rules=found, at=request.at), instruments
        ),
        "definitions": figure_links(request, {"places": figures.GRADES}),
        "children": len(known.cases), "replay": _replay(request, found),
        "may_try": access.may_do(viewer=request.viewer, action=WRITE, at=request.at),
    })


def _chips(request: Request, region: str) -> dict[str, Chip]:
    known = scheme_chips(region=region, at=request.at)
    return {each: known[each] for each in pathway_shown(request).levels if each in known}


def _informants(instruments: Mapping[str, Instrument]) -> dict[str, str]:
    """Who answers each instrument; one that several may answer says nothing of who did."""
    return {
        name: each.informants[0].code for name, each in instruments.items() if len(each.informants) == 1
    }


def _cuts(region: str, at: datetime) -> Mapping[str, Cut]:
    try:
        rule: Rule = rules.read(read_rule, rules.resolve(*SCREENING, region=region, at=at))
    except rules.NotAdopted:
        return {}
    return rule.cuts


def _table(told: Colours, found: CalibrationRules) -> dict[str, Any]:
    zh, means = found.measures[told.id]
    return {"id": told.id, "zh": zh, "means": means, "lines": told.lines, "total": told.total}


def _yield(told: Yield, found: CalibrationRules) -> dict[str, Any]:
    zh, means = found.measures[told.id]
    return {
        "id": told.id, "zh": zh, "means": means, "false": told.false,
        "steps": [{"zh": step, "n": n} for step, n in zip(STEPS[told.id], told.steps, strict=True)],
    }


def _drifts(rows: Sequence[Drift], instruments: Mapping[str, Instrument]) -> list[dict[str, Any]]:
    return [
        {"zh": instruments[row.instrument].zh if row.instrument in instruments else row.instrument, "row": row}
        for row in rows
    ]


def _replay(request: Request, found: CalibrationRules) -> dict[str, Any] | None:
    """What the amendment in work would have changed for the files on record, from its newest trial."""
    region = flow.region_of(request.viewer)
    running = amending.live(region) if region else None
    trial = trials.newest(running) if running else None
    if trial is None or trial.ended_at is None:
        return None
    counted = trying.counts(trial)
    shown = parts([many for _, many in counted], of=trial.children, under=found.small_under)
    return {
        "at": trial.ended_at, "children": trial.children,
        "rows": [{"zh": DIRECTIONS[direction], "n": n} for (direction, _), n in zip(counted, shown, strict=True)],
    }


urlpatterns: list[URLPattern] = [path("calibration/", calibration_page)]
