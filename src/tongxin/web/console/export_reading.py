"""Texts of an export, a page at a time; and the rest left behind."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from tongxin.exports.models import Export
from tongxin.flows import export_reading
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.lib.ids import id_in
from tongxin.web.console.exports import HOME, export_for, page_of
from tongxin.web.doors import Request, door
from tongxin.web.pages import show


@door("office.ask_export", methods=("GET", "POST"))
def texts_page(request: Request, export_id: UUID) -> HttpResponse:
    """Some texts under each other, each with its own tick; what has none waits for the next page."""
    row, problem = export_for(request, export_id), ""
    if request.method == "POST":
        try:
            row = export_reading.confirm_page(
                export_id=export_id, along=_ids(request, "along"), out=_ids(request, "out"),
                is_seen=request.POST.get("seen") == "yes", actor=request.viewer, at=request.at,
            )
            if row.state == Export.MADE:
                messages.success(request, _("文字都已看过，现在可以下载。"))
        except NotAllowed:
            raise Http404 from None
        except Refused as refused:
            problem = "".join(each.zh for each in refused.problems)
    row = export_for(request, export_id)
    try:
        pieces = export_reading.page_of(row, viewer=request.viewer, at=request.at) if row.has_content else []
    except NotAllowed:
        pieces = []
    except Refused:
        # The page of the export says why.
        pieces = []
    if not pieces:
        return HttpResponseRedirect(f"{HOME}{export_id}/")
    return show(request, "exports/texts.html", {
        **page_of(request, row), "pieces": pieces, "problem": problem, "left": pieces[0].left,
        "along": request.POST.getlist("along") if problem else [],
        "out": request.POST.getlist("out") if problem else [],
    }, status=422 if problem else 200)


def _ids(request: Request, name: str) -> set[UUID]:
    return {found for each in request.POST.getlist(name) if (found := id_in(each)) is not None}


@door("office.ask_export", methods=("POST",))
def leave_rest(request: Request, export_id: UUID) -> HttpResponse:
    """What nobody has confirmed stays here; the rest can be downloaded."""
    export_for(request, export_id)
    try:
        export_reading.leave_rest(export_id=export_id, actor=request.viewer, at=request.at)
    except NotAllowed:
        raise Http404 from None
    except Refused as refused:
        messages.error(request, "".join(each.zh for each in refused.problems))
        return HttpResponseRedirect(f"{HOME}{export_id}/")
    messages.success(request, _("其余的文字都没有带，数目已登记；现在可以下载。"))
    return HttpResponseRedirect(f"{HOME}{export_id}/")
