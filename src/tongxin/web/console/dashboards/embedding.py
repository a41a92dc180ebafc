"""A figure put into a report that is being written: choose which."""

from collections.abc import Iterable

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from tongxin.core.forms import Problem
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.flows.reporting import adding
from tongxin.indicators.rules import indicator_in
from tongxin.indicators.service import region_of
from tongxin.lib.ids import id_in
from tongxin.web.console.dashboards.asked import HOME, asked_of, board_of
from tongxin.web.console.register_forms import told_problems
from tongxin.web.doors import Request, door
from tongxin.web.pages import show


@door("office.make_reports", methods=("GET", "POST"))
def into_report(request: Request) -> HttpResponse:
    """The drafts of the viewer's area; chosen, the figure stands in one of them."""
    if request.method != "POST":
        return _page(request)
    report_id = id_in(request.POST.get("report", ""))
    if report_id is None:
        return _page(request, [Problem("report", "没有放进去：请选一份报告。", True)], 422)
    try:
        row = adding.add(
            report_id=report_id, indicator_id=request.POST.get("indicator", "")[:64], actor=request.viewer,
            at=request.at,
        )
    except (NotAllowed, PermissionError):
        raise Http404 from None
    except Refused as refused:
        return _page(request, refused.problems, 422)
    messages.success(request, _("已放进报告的“另加的数”。"))
    return HttpResponseRedirect(f"/reports/{row.id}/")


def _page(request: Request, problems: Iterable[Problem] = (), status: int = 200) -> HttpResponse:
    board_of(request)
    named = (request.POST if request.method == "POST" else request.GET).get("indicator", "")[:64]
    found = indicator_in(named, region=region_of(request.viewer), at=request.at)
    if found is None:
        messages.error(request, _("没有放进去：没有这个数。请在看板上选一个。"))
        return HttpResponseRedirect(HOME)
    return show(request, "dashboards/report.html", {
        "indicator": found[1], "problems": told_problems(problems), "back": asked_of(request).url(),
        "drafts": adding.drafts(request.viewer, at=request.at)[:30],
    }, status=status)
