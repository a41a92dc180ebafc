"""Whether the rules are right, not whether people are: colours, yields, drift, and what a change of rules would do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _

from tongxin.access import selectors as access
from tongxin.accounts.models import LEVELS
from tongxin.assessments.rulings import rulings_in
from tongxin.core.instruments import Instrument
from tongxin.core.pathway import CHINA
from tongxin.core.screening import Cut, Rule, read_rule
from tongxin.flows import amending as flow
from tongxin.flows import trying
from tongxin.flows.calibration import figures
from tongxin.flows.calibration.figures import Asked, Colours, Drift, Yield
from tongxin.flows.refusals import NotAllowed
from tongxin.flows.trial_words import DIRECTIONS
from tongxin.indicators import service
from tongxin.indicators.questions import dimensions_in, offered, period_of
from tongxin.rulebook import amending, rules, trials
from tongxin.supervision.calibration import CalibrationRules, calibration_in, parts
from tongxin.web.console import calibration_file
from tongxin.web.console.chips import Chip, scheme_chips
from tongxin.web.console.figure_links import figure_links
from tongxin.web.console.indicators import CSV, KINDS, XLSX, as_csv, workbook
from tongxin.web.console.options import region_of_viewer
from tongxin.web.doors import Request, door
from tongxin.web.pages import show

SCREENING = ("screening", "screening")
WRITE = "write_rules"
STEPS = {
    "screened": ("答完量表", "达到界值或报警", "做了评估", "确认有困扰"),
    "identified": ("有识别结果", "需要转介评估", "做了评估", "确认有困扰"),
}


HOME, PERIOD = "/calibration/", "this_year"


@dataclass(frozen=True, slots=True)
class Page:
    """What is asked, by which codes, and the columns of the tables of colours."""

    asked: Asked
    period: str
    periods: Sequence[tuple[str, str]]
    columns: Sequence[tuple[str, Chip | None]]
    problem: str

    def query(self, **more: str) -> str:
        """The same question as part of an address."""
        return urlencode({"place": self.asked.place.code, "period": self.period, **more})


@door("office.see_calibration")
def calibration_page(request: Request) -> HttpResponse:
    """Everything on one page, each figure with how it is reckoned."""
    page, found, told = _told(request)
    asked = page.asked
    return show(request, "calibration/page.html", {
        "rules": found, "codes": [each.code for each in asked.indicator.parts], "columns": page.columns, **told,
        "replay": _replay(request, found), "may_try": access.may_do(viewer=request.viewer, action=WRITE, at=request.at),
        "place": asked.place, "first": asked.days.first, "last": asked.days.last, "is_past": asked.days.is_past,
        "definitions": figure_links(request, {"places": asked.indicator.id}),
        "problem": page.problem, "period": page.period, "periods": page.periods,
        "places": [{"code": each.code, "zh": each.name} for each in service.offered(request.viewer)
                   if each.level != LEVELS[-1]],
        "steps": [{"zh": each.zh, "url": f"{HOME}?{page.query(place=each.code)}"}
                  for each in service.above(request.viewer, asked.place)],
        "files": [{"zh": zh, "url": f"{HOME}table/?{page.query(kind=kind)}"}
                  for kind, zh in ((XLSX, _("下载 Excel")), (CSV, _("下载 CSV")))],
    })


@door("office.see_calibration")
def calibration_table(request: Request) -> HttpResponse:
    """The same figures as a file, with what each means."""
    kind = request.GET.get("kind", XLSX)
    if kind not in KINDS:
        raise Http404
    page, found, told = _told(request)
    rows, about = calibration_file.rows(told, [zh for zh, _chip in page.columns]), calibration_file.about(
        found, place=page.asked.place.zh, first=page.asked.days.first, last=page.asked.days.last
    )
    content = workbook(rows, about, numbers=(3,)) if kind == XLSX else as_csv([*rows, (), *about])
    return HttpResponse(content, content_type=KINDS[kind], headers={
        "Content-Disposition": f'attachment; filename="calibration-{page.asked.place.code}.{kind}"',
    })


def _told(request: Request) -> tuple[Page, CalibrationRules, dict[str, Any]]:
    region = region_of_viewer(request)
    found = calibration_in(region=region, at=request.at)
    page = _asked(request, found, region)
    try:
        tables = figures.colours(page.asked)
        yields = figures.yields(page.asked)
        rows = figures.drift(page.asked, cuts=_cuts(region, request.at))
    except NotAllowed:
        raise Http404 from None
    instruments = rulings_in(region=region, at=request.at)[0].instruments
    return page, found, {
        "tables": [_table(each, found) for each in tables], "yields": [_yield(each, found) for each in yields],
        "drift": _drifts(rows, instruments), "children": tables[0].total is None or tables[0].total.total != 0,
    }


def _asked(request: Request, found: CalibrationRules, region: str) -> Page:
    place = service.place_for(request.viewer, request.GET.get("place", "")[:12])
    if place is None or len(place.path) >= len(LEVELS):
        raise Http404
    today, dimensions = request.at.astimezone(CHINA).date(), dimensions_in(region=region, at=request.at)
    code, problem = request.GET.get("period", "") or PERIOD, ""
    periods = offered(today, dimensions=dimensions)
    if code not in dict(periods):
        code, problem = PERIOD, str(_("没有这个统计期，下面按今年算。"))
    period = period_of({"period": [code]}, dimensions=dimensions, today=today)
    if isinstance(period, str):
        raise Http404
    asked = Asked(request.viewer, place, period.first, period.last, request.at, found)
    known = scheme_chips(region=region, at=request.at)
    columns = [(each.zh, known.get(each.code)) for each in asked.indicator.parts]
    return Page(asked, code, periods, columns, problem)


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


urlpatterns: list[URLPattern] = [
    path("calibration/", calibration_page), path("calibration/table/", calibration_table),
]
