"""Kept filters of the roster: shown in the words of their codes, kept and dropped by POST."""

from typing import Any
from urllib.parse import parse_qsl, urlencode
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from tongxin.lists import selectors, services
from tongxin.web.console.roster_filters import Filters
from tongxin.web.doors import Request, door


def view_rows(request: Request, filters: Filters) -> list[dict[str, Any]]:
    """The kept filters that the viewer can use; one that asks for what they may not read is not offered."""
    rows = []
    for view in selectors.offered(viewer=request.viewer, at=request.at):
        asked = dict(parse_qsl(view.query))
        kept = Filters(request, asked)
        if kept.query != asked or not kept.words:
            continue
        rows.append({
            "id": view.id, "url": f"/children/?{urlencode(kept.query)}", "zh": kept.words,
            "is_mine": view.person_id == request.viewer.person_id, "is_shared": view.is_shared,
            "is_current": kept.query == filters.query,
        })
    return rows


@door("work", methods=("POST",))
def keep_view(request: Request) -> HttpResponse:
    """Keep the filters that are in force."""
    filters = Filters(request, request.POST)
    shared = request.POST.get("is_shared") == "yes"
    kept = services.keep(filters=filters.query, is_shared=shared, actor=request.viewer, at=request.at)
    if kept is None:
        messages.error(request, _("没有保存：请先选好筛选条件；常用筛选最多 20 个，可先删去不用的。"))
    else:
        messages.success(request, _("已存为常用：%(zh)s。") % {"zh": filters.words})
    return HttpResponseRedirect(f"/children/?{urlencode(filters.query)}")


@door("work", methods=("POST",))
def drop_view(request: Request, view_id: UUID) -> HttpResponse:
    """Forget kept filters of one's own."""
    if not services.drop(view_id=view_id, actor=request.viewer, at=request.at):
        raise Http404
    messages.success(request, _("已从常用中删去。"))
    return HttpResponseRedirect("/children/")
