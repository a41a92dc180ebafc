"""The reports of one's area, and a new one."""

from collections.abc import Iterable
from typing import Any

from django.http import Http404, HttpResponse, HttpResponseRedirect

from tongxin.access import selectors as access
from tongxin.core.forms import Problem
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.flows.reporting import making, templates
from tongxin.indicators.service import SEE, offered
from tongxin.web import new_ids
from tongxin.web.console.options import region_of_viewer
from tongxin.web.console.register_forms import told_problems
from tongxin.web.doors import Request, door, may_do_any
from tongxin.web.pages import show
from tongxin.web.paging import paged

HOME = "/reports/"


@door("office.see_reports")
def report_list(request: Request) -> HttpResponse:
    """The reports, the newest first, with the form for a new one."""
    return _page(request)


@door("office.make_reports", methods=("POST",))
def make(request: Request) -> HttpResponse:
    """A report with the figures of this moment."""
    try:
        row = making.make(
            report_id=new_ids.given_id(request), kind_id=request.POST.get("kind", ""),
            first=request.POST.get("first", ""), division=request.POST.get("division", ""),
            actor=request.viewer, at=request.at,
        )
    except (NotAllowed, PermissionError):
        raise Http404 from None
    except Refused as refused:
        return _page(request, refused.problems, 422)
    return HttpResponseRedirect(f"{HOME}{row.id}/")


def _page(request: Request, problems: Iterable[Problem] = (), status: int = 200) -> HttpResponse:
    kinds = making.kinds_for(request.viewer, at=request.at)
    rows, pager = paged(
        request, making.seen_by(request.viewer, at=request.at).select_related("division"), size=30, unit="份"
    )
    chosen = kinds.get(request.POST.get("kind") or request.GET.get("kind", ""))
    return show(request, "reports/list.html", {
        "problems": told_problems(problems), "kinds": kinds.values(), "chosen": chosen, "pager": pager,
        "periods": making.periods_for(chosen, at=request.at) if chosen else [], "places": _places(request),
        "rows": [{"row": row, "kind": kinds[row.kind].zh if row.kind in kinds else row.kind} for row in rows],
        "may_make": access.may_do(viewer=request.viewer, action=making.MAKE, at=request.at),
        "may_study": may_do_any(request, SEE),
        "may_change": access.may_do(viewer=request.viewer, action=templates.CHANGE, at=request.at),
        "region": region_of_viewer(request), "first": request.POST.get("first", ""), **new_ids.fresh(request),
    }, status=status)


def _places(request: Request) -> list[dict[str, Any]]:
    """The viewer's own place and the places just below it."""
    return [{"code": row.code, "zh": row.name} for row in offered(request.viewer)]
