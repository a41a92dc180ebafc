"""A figure or a chart put into a report that is being written: choose which."""

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from tongxin.core.forms import Problem
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.flows.reporting import adding
from tongxin.indicators.rules import indicator_in
from tongxin.indicators.service import region_of
from tongxin.lib.ids import id_in
from tongxin.web.console.dashboards.asked import HOME, asked_of, board_of, shown_for
from tongxin.web.console.dashboards.pictures import table_of
from tongxin.web.console.register_forms import told_problems
from tongxin.web.doors import Request, door
from tongxin.web.pages import show


@door("office.make_reports", methods=("GET", "POST"))
def into_report(request: Request) -> HttpResponse:
    """The drafts of the viewer's area; chosen, the figure or the chart that the address names stands in one of them."""
    board_of(request)
    asked = asked_of(request)
    indicator, table = _figure(request), _table(request)
    if not indicator and table is None:
        messages.error(request, _("没有放进去：没有这个数或这张图。请在看板上选一个。"))
        return HttpResponseRedirect(HOME)
    shown: dict[str, Any] = {"back": asked.url(), "table": table, "name": table["zh"] if table else indicator}
    if request.method != "POST":
        return _page(request, shown)
    report_id = id_in(request.POST.get("report", ""))
    if report_id is None:
        return _page(request, shown, [Problem("report", "没有放进去：请选一份报告。", True)], 422)
    try:
        if table is not None:
            row = adding.add_table(report_id=report_id, table=table, place=asked.place, actor=request.viewer,
                                   at=request.at)
        else:
            row = adding.add(report_id=report_id, indicator_id=_named(request), actor=request.viewer, at=request.at)
    except (NotAllowed, PermissionError):
        raise Http404 from None
    except Refused as refused:
        return _page(request, shown, refused.problems, 422)
    done = _("图和表已放进报告的“另加的数”。") if table is not None else _("已放进报告的“另加的数”。")
    messages.success(request, done)
    return HttpResponseRedirect(f"/reports/{row.id}/")


def _named(request: Request) -> str:
    return (request.POST.get("indicator") or request.GET.get("indicator", ""))[:64]


def _figure(request: Request) -> str:
    found = indicator_in(_named(request), region=region_of(request.viewer), at=request.at)
    return found[1].zh if found else ""


def _table(request: Request) -> dict[str, Any] | None:
    if not request.GET.get("chart"):
        return None
    return table_of(request, asked_of(request), shown_for(request, asked_of(request)))


def _page(
    request: Request, shown: dict[str, Any], problems: Iterable[Problem] = (), status: int = 200
) -> HttpResponse:
    return show(request, "dashboards/report.html", {
        **shown, "indicator": _named(request), "problems": told_problems(problems),
        "drafts": adding.drafts(request.viewer, at=request.at)[:30],
    }, status=status)
