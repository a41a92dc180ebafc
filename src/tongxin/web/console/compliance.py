"""The yearly compliance report: on the page, and as one archive."""

from django.http import Http404, HttpResponse

from tongxin.flows import compliance
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.web.console.registers import county_for
from tongxin.web.doors import Request, door
from tongxin.web.pages import show


@door("office.keep_registers|check_registers")
def report(request: Request, year: int) -> HttpResponse:
    """Every figure with how it is counted."""
    try:
        told = compliance.report_of(county_id=county_for(request), year=year, at=request.at)
    except Refused:
        raise Http404 from None
    sections = [
        {"zh": section.zh, "figures": [
            {"zh": each.zh, "shown": told.shown(each), "means": each.means, "is_blank": each.number is None}
            for each in section.figures
        ]} for section in told.sections
    ]
    return show(request, "console/registers/report.html", {
        "report": told, "sections": sections, "until": compliance.until_zh(told),
        "before": year - 1 if year > compliance.FIRST else None, "next": year + 1 if told.is_whole else None,
    })


@door("office.keep_registers|check_registers", methods=("POST",))
def archive(request: Request, year: int) -> HttpResponse:
    """The report as one file; its hash goes on record."""
    try:
        _told, made = compliance.compile_report(
            county_id=county_for(request), year=year, actor=request.viewer, at=request.at
        )
    except (NotAllowed, Refused):
        raise Http404 from None
    return HttpResponse(made, content_type="application/zip", headers={
        "Content-Disposition": f'attachment; filename="compliance-{year}.zip"', "Cache-Control": "no-store",
    })
