"""The report without names, on the page, on paper and as a table; and the addresses of all pages of rounds."""

import csv
import io
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.urls import path

from tongxin.flows import screening
from tongxin.lib import clock
from tongxin.screening import questions, reporting, selectors
from tongxin.screening.models import Participant, Round
from tongxin.web import words
from tongxin.web.console import rounds, rounds_children, rounds_planning, rounds_results
from tongxin.web.console.rounds import name_of, round_for, where_zh
from tongxin.web.doors import Request, door
from tongxin.web.pages import show

COLUMNS = reporting.COLUMNS


@door("office.read_screening")
def report(request: Request, round_id: UUID) -> HttpResponse:
    """Counts by class, grade and sex; who is too few to be counted openly isn't."""
    round = round_for(request, round_id, selectors.READ)
    return show(request, "rounds/report.html", {**_told(request, round), "clock": clock.notice()})


def _told(request: Request, round: Round) -> dict[str, Any]:
    rows = list(round.participants.only("outcome", "alarm", "state"))
    counts = dict(zip((code for code, _, _ in COLUMNS), reporting.tallied(rows), strict=True))
    rule = questions.rule_of(round)
    between, with_scale = screening.agreements(round)
    return {
        "round": round, "where": where_zh(round), "what": name_of(round, request), "at": request.at,
        "state": dict(Round.STATES)[round.state], "tables": reporting.report(round, at=request.at),
        "columns": COLUMNS, "at_least": rule.cells_at_least, "cut": rule.cuts[round.instrument],
        "missing": reporting.missing(round), "total": len(rows),
        "answered": sum(1 for row in rows if row.state == Participant.ANSWERED),
        "alarms": _few(sum(1 for row in rows if row.alarm), rule.cells_at_least),
        "needs": _few(counts["needs"], rule.cells_at_least), "expected": round.expected,
        "between": between, "with_scale": with_scale, "enough": rule.agreement_at_least,
        "instrument": questions.instrument_of(round),
    }


def _few(many: int, at_least: int) -> str:
    return f"少于 {at_least} 人" if 0 < many < at_least else f"{many} 人"


@door("office.read_screening")
def download(request: Request, round_id: UUID) -> HttpResponse:
    """The same tables for a spreadsheet."""
    round = round_for(request, round_id, selectors.READ)
    text = io.StringIO()
    rows = csv.writer(text)
    rows.writerow([where_zh(round), name_of(round, request), f"{words.day_zh(request.at)}导出"])
    for table in reporting.report(round, at=request.at):
        rows.writerow([])
        rows.writerow([table.zh, *(zh for _, zh, _ in COLUMNS), "合计"])
        for line in (*table.lines, table.total):
            rows.writerow([_plain(line.zh), *map(_shown, line.counts), _shown(line.total)])
    return HttpResponse(
        "\ufeff" + text.getvalue(), content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="screening-report.csv"'},
    )


def _plain(text: str) -> str:
    """A class's name never becomes a formula."""
    return f"'{text}" if text[:1] in "=+-@\t" else text


def _shown(many: int | None) -> str:
    return "不显示" if many is None else str(many)


urlpatterns = [
    path("rounds/", rounds.round_list),
    path("rounds/new/", rounds.new_round),
    path("rounds/<uuid:round_id>/", rounds.one_round),
    path("rounds/<uuid:round_id>/list/", rounds_planning.take_list),
    path("rounds/<uuid:round_id>/known/", rounds_planning.take_known),
    path("rounds/<uuid:round_id>/clear/", rounds_planning.clear_list),
    path("rounds/<uuid:round_id>/people/", rounds_planning.add_shift),
    path("rounds/<uuid:round_id>/people/<int:shift_id>/remove/", rounds_planning.remove_shift),
    path("rounds/<uuid:round_id>/exception/", rounds_planning.sign),
    path("rounds/<uuid:round_id>/start/", rounds_planning.start),
    path("rounds/<uuid:round_id>/close/", rounds_planning.close),
    path("rounds/<uuid:round_id>/drop/", rounds_planning.drop),
    path("rounds/<uuid:round_id>/make-up/", rounds_planning.make_up),
    path("rounds/<uuid:round_id>/children/", rounds_children.children),
    path("rounds/<uuid:round_id>/children/change/", rounds_children.change),
    path("rounds/<uuid:round_id>/results/", rounds_results.results),
    path("rounds/<uuid:round_id>/results/draw/", rounds_results.draw),
    path("rounds/<uuid:round_id>/results/<uuid:participant_id>/", rounds_results.sheet),
    path("rounds/<uuid:round_id>/results/<uuid:participant_id>/decide/", rounds_results.decide),
    path("rounds/<uuid:round_id>/results/<uuid:participant_id>/rate/", rounds_results.rate),
    path("rounds/<uuid:round_id>/report/", report),
    path("rounds/<uuid:round_id>/report/table/", download),
]
