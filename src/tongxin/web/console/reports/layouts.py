"""Offices' own Word layouts: the sample to change, what may stand in it, and those that were uploaded."""

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from tongxin.accounts.models import Division
from tongxin.core.forms import Problem
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.flows.reporting import making, templates, word
from tongxin.indicators.rules import groups_in
from tongxin.web import new_ids
from tongxin.web.console.options import region_of_viewer
from tongxin.web.console.register_forms import told_problems
from tongxin.web.console.reports.listing import HOME
from tongxin.web.console.reports.page import TYPES
from tongxin.web.doors import Request, door
from tongxin.web.pages import show

LAYOUTS = f"{HOME}layouts/"
PLACEHOLDERS = (
    ("{{ title }}", "报告的标题"), ("{{ place }}", "地方"), ("{{ period }}", "期间"),
    ("{{ state }}", "在写、等核对、已发出"), ("{{ maker }}", "制表的岗位和人"), ("{{ checker }}", "核对的人"),
    ("{{ day }}", "生成的日期"), ("{{ note }}", "关于数的说明"),
    ("{{ n.visits }}", "一个指标的数：n. 后面写指标的编号"),
    ("{{ t.children }}", "一节的文字：t. 后面写节的编号"),
    ("{%p for section in sections %} … {%p endfor %}", "一节一节地写，怎样写见样板"),
)


@door("office.change_report_templates", methods=("GET", "POST"))
def layout_page(request: Request) -> HttpResponse:
    """Which layout each kind uses, the program's own to download, and a new one."""
    if request.method != "POST":
        return _page(request)
    sent = request.FILES.get("file")
    uses_own = request.POST.get("deed") == "own"
    try:
        templates.add(
            template_id=new_ids.given_id(request), kind=request.POST.get("kind", ""),
            file=None if uses_own else (sent.read(word.MOST_BYTES + 1) if sent else b""), actor=request.viewer,
            at=request.at,
        )
    except NotAllowed:
        raise Http404 from None
    except Refused as refused:
        return _page(request, refused.problems, 422)
    done = _("以后下载的 Word 用系统自带的样子。") if uses_own else _("已试填，以后下载的 Word 用这个样子。")
    messages.success(request, done)
    return HttpResponseRedirect(LAYOUTS)


@door("office.change_report_templates")
def standard(request: Request) -> HttpResponse:
    """The program's own layout, to be changed in Word."""
    return HttpResponse(word.standard(), content_type=TYPES["docx"],
                        headers={"Content-Disposition": 'attachment; filename="report-layout.docx"'})


def _page(request: Request, problems: Iterable[Problem] = (), status: int = 200) -> HttpResponse:
    seat = request.viewer.seat
    place = Division.objects.filter(id=seat.division_id).first() if seat else None
    if place is None:
        raise Http404
    kinds = making.kinds_for(request.viewer, at=request.at)
    rows: list[dict[str, Any]] = [
        {"kind": kind, "used": templates.in_use(kind=kind.id, division=place)} for kind in kinds.values()
    ]
    return show(request, "reports/layouts.html", {
        "problems": told_problems(problems), "rows": rows, "placeholders": PLACEHOLDERS, "place": place,
        "groups": groups_in(region=region_of_viewer(request), at=request.at), "kinds": kinds.values(),
        "chosen": request.POST.get("kind", ""), **new_ids.fresh(request),
    }, status=status)
