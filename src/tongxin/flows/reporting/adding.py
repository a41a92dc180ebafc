"""Put into a report still being written: a figure, counted for the report's own place and days, or a chart as it stood.
"""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from tongxin.access import selectors as access
from tongxin.accounts.viewers import Viewer
from tongxin.core.forms import Problem
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.flows.reporting import frozen
from tongxin.flows.reporting.content import FEW, note
from tongxin.flows.reporting.making import MAKE, NOT_NOW, note_deed, seen_by
from tongxin.indicators import service
from tongxin.indicators.rules import indicator_in
from tongxin.reports.models import Report
from tongxin.reports.periods import Period
from tongxin.reports.rules import Kind, Section

ADDED, ADDED_ZH, HELP = "added", "另加的数", "为什么加这几个数，说明什么"
THERE = "没有再放：这份报告里已经有“{zh}”。"
ELSEWHERE = "没有放进去：这张图是{place}的，报告是{own}的。请先在看板上换到报告的地方。"
NO_FIGURE = "没有放进去：没有这个数。"


def drafts(viewer: Viewer, *, at: datetime) -> QuerySet[Report]:
    """The reports of the viewer's area that are still being written, the newest first."""
    if not access.may_do(viewer=viewer, action=MAKE, at=at):
        return Report.objects.none()
    return seen_by(viewer, at=at).filter(state=Report.DRAFT)


@transaction.atomic
def add(*, report_id: UUID, indicator_id: str, actor: Viewer, at: datetime) -> Report:
    """The report with one more figure in a section of its own at the end, and the figure at each place below."""
    row = _draft(report_id, actor, at)
    found = indicator_in(indicator_id, region=service.region_of(actor), at=at)
    place = service.place_for(actor, row.division.code)
    if found is None or place is None:
        raise Refused([Problem("indicator", NO_FIGURE, True)])
    indicator = found[1]
    if any(indicator.id in (each["id"], *each.get("also", ())) for section in row.figures for each in section["rows"]):
        raise Refused([Problem("indicator", THERE.format(zh=indicator.zh), True)])
    by_place = () if indicator.is_alone else (indicator.id,)
    kind = Kind("", "", "", "", (Section(ADDED, ADDED_ZH, (indicator.id,), by_place, HELP),))
    made = frozen.figures(
        kind=kind, place=place, period=Period(row.first, row.last, row.period), viewer=actor, at=at
    )[0]
    head = f"{place.zh}　{row.period}"
    made["places"] = [_drawn(each, made["rows"][0], head) for each in made["places"]]
    return _keep(row, made, indicator.id, actor, at)


@transaction.atomic
def add_table(*, report_id: UUID, table: frozen.Row, place: service.Place, actor: Viewer, at: datetime) -> Report:
    """The report with a chart and the table it was drawn from, both as they may be shown to anybody.

    `table` has `id`, `zh`, `unit`, `rows` of `zh` and `said`, and `picture` as `documents.drawings` draws it.
    """
    row = _draft(report_id, actor, at)
    own = service.place_for(actor, row.division.code)
    if own is None or place.path[: len(own.path)] != own.path:
        raise Refused([Problem("report", ELSEWHERE.format(place=place.zh, own=row.division.name), True)])
    marks = [_mark(each) for section in row.figures for each in section["places"]]
    if _mark(table) in marks:
        raise Refused([Problem("report", THERE.format(zh=table["zh"]), True)])
    made = {"id": ADDED, "zh": ADDED_ZH, "help": HELP, "rows": [], "places": [table]}
    return _keep(row, made, table["id"], actor, at)


def _keep(row: Report, made: frozen.Row, figure: str, actor: Viewer, at: datetime) -> Report:
    """Each figure with who put it in and when: whoever did had a hand in the report, and it is on record."""
    said = {"by": str(actor.person_id), "at": at.isoformat()}
    row.figures = _with(row.figures, {
        **made, **{name: [{**each, **said} for each in made[name]] for name in ("rows", "places")},
    })
    row.save(update_fields=["figures"])
    note_deed("report.extended", row, actor, at, figure=figure)
    return row


def _mark(table: frozen.Row) -> tuple[str, str]:
    """A chart of one place and time is there once."""
    return table["id"], table.get("picture", {}).get("head", "")


def _draft(report_id: UUID, actor: Viewer, at: datetime) -> Report:
    row = drafts(actor, at=at).order_by().select_for_update(of=("self",)).filter(id=report_id).first()
    if row is None:
        if seen_by(actor, at=at).filter(id=report_id).exists():
            raise Refused([Problem("report", NOT_NOW, True)])
        raise NotAllowed
    return row


def _drawn(table: frozen.Row, indicator: frozen.Row, head: str) -> frozen.Row:
    """The places of a figure with a picture of them, where there are two to compare."""
    values = [None if each["value"] is None else float(each["value"]) for each in table["rows"]]
    known = [each for each in values if each is not None]
    if len(known) < 2:
        return table
    told = "；".join(f"{each['zh']} {each['said']}" for each in table["rows"])
    notes = [f"怎么算：{note(indicator)}", f"来源：{indicator['source']}", FEW]
    return {**table, "picture": {
        "chart": "bars", "most": max(known), "head": head, "notes": notes, "alt": f"{table['zh']}，{head}：{told}",
        "bars": [
            {"zh": each["zh"], "said": each["said"], "value": value}
            for each, value in zip(table["rows"], values, strict=True)
        ],
    }}


def _with(sections: list[frozen.Row], made: frozen.Row) -> list[frozen.Row]:
    """The sections with the new rows in the last; the other sections stay as they were counted."""
    old = next((each for each in sections if each["id"] == ADDED), None)
    if old is None:
        return [*sections, made]
    more = {**old, "rows": [*old["rows"], *made["rows"]], "places": [*old["places"], *made["places"]]}
    return [more if each is old else each for each in sections]
