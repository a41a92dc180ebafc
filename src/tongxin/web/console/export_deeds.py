"""What is done with one export: decided, its texts confirmed, downloaded, its password shown once, taken back."""

from uuid import UUID

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.utils.translation import gettext as _

from tongxin.exports.models import BOOKS, Export
from tongxin.flows import export_asking, export_book_copies, export_copies, export_texts
from tongxin.flows.export_books import is_stalled
from tongxin.flows.export_copies import trace_of
from tongxin.flows.looking import person_of
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.lib.ids import id_in
from tongxin.web.console import book_progress
from tongxin.web.console.exports import HOME, begin, export_for, page_of
from tongxin.web.doors import Request, door
from tongxin.web.pages import show

ZIP = "application/zip"


def _back(export_id: UUID) -> HttpResponse:
    return HttpResponseRedirect(f"{HOME}{export_id}/")


def _said(request: Request, refused: Refused) -> None:
    messages.error(request, "".join(each.zh for each in refused.problems))


@door("office.open_exports", methods=("POST",))
def decide(request: Request, export_id: UUID) -> HttpResponse:
    """Yes or no to somebody else's request."""
    agrees = request.POST.get("agrees", "")
    if agrees not in {"yes", "no"}:
        raise Http404
    try:
        row = export_asking.decide(
            export_id=export_id, agrees=agrees == "yes", words=request.POST.get("words", ""), actor=request.viewer,
            at=request.at,
        )
    except NotAllowed:
        raise Http404 from None
    except Refused as refused:
        _said(request, refused)
        return _back(export_id)
    if row.state == Export.AGREED:
        begin(row, request)
        messages.success(request, _("已批准，申请人会看到。"))
    else:
        messages.success(request, _("已记下不批准和理由，申请人会看到。"))
    return HttpResponseRedirect(HOME)


@door("office.ask_export", methods=("POST",))
def download(request: Request, export_id: UUID) -> HttpResponseBase:
    """A new copy, as an archive that opens with its own password."""
    deed = export_book_copies.download if export_for(request, export_id).way == BOOKS else export_copies.download
    try:
        copy, made = deed(export_id=export_id, actor=request.viewer, at=request.at)
    except NotAllowed:
        raise Http404 from None
    except Refused as refused:
        _said(request, refused)
        return _back(export_id)
    name = f"tongxin-{trace_of(copy.export, copy.number)}.zip"
    if isinstance(made, bytes):
        return HttpResponse(made, content_type=ZIP, headers={"Content-Disposition": f'attachment; filename="{name}"'})
    return FileResponse(made, as_attachment=True, filename=name, content_type=ZIP)


@door("office.open_exports")
def progress(request: Request, export_id: UUID) -> HttpResponse:
    """How many books are bound; asked for every second while they are."""
    row = export_for(request, export_id)
    if row.way != BOOKS or row.state != Export.AGREED:
        return HttpResponse(headers={"HX-Redirect": f"{HOME}{row.id}/"})
    return show(request, "exports/_books.html", {"row": row, "books": book_progress.told(request, row)})


@door("office.ask_export", methods=("POST",))
def go_on(request: Request, export_id: UUID) -> HttpResponse:
    """Binding that was cut short goes on; what is bound stays."""
    row = export_for(request, export_id)
    if row.person_id != request.viewer.person_id or row.way != BOOKS:
        raise Http404
    if row.state == Export.AGREED and is_stalled(row, at=request.at):
        begin(row, request)
        messages.success(request, _("接着装订，已经装订好的不会重来。"))
    return _back(export_id)


@door("office.ask_export", methods=("POST",))
def password(request: Request, export_id: UUID) -> HttpResponse:
    """The password of the newest copy whose password nobody has seen; shown this once."""
    row = export_for(request, export_id)
    copy = row.copies.filter(person_id=person_of(request.viewer), shown_at__isnull=True).order_by("-number").first()
    if copy is None:
        messages.error(request, _("没有可以显示的密码：先点“下载一份”；每份的密码只显示一次。"))
        return _back(export_id)
    try:
        shown = export_copies.show_password(copy_id=copy.id, actor=request.viewer, at=request.at)
    except NotAllowed:
        raise Http404 from None
    except Refused as refused:
        _said(request, refused)
        return _back(export_id)
    return show(request, "exports/password.html", {"row": row, "copy": copy, "password": shown})


@door("office.open_exports", methods=("POST",))
def revoke(request: Request, export_id: UUID) -> HttpResponse:
    """Nothing more comes out of it, and what is here is destroyed."""
    try:
        export_copies.revoke(export_id=export_id, actor=request.viewer, at=request.at)
    except NotAllowed:
        raise Http404 from None
    messages.success(request, _("已收回，系统里的内容已销毁。已经下载的，请向拿到的人收回并登记。"))
    return _back(export_id)


@door("office.ask_export", methods=("GET", "POST"))
def texts(request: Request, export_id: UUID) -> HttpResponse:
    """One text after the other: what was found is marked, more can be hidden, it goes along or not."""
    row, problem, status = export_for(request, export_id), "", 200
    if request.method == "POST":
        text_id = id_in(request.POST.get("text", ""))
        if text_id is None:
            raise Http404
        try:
            row = export_texts.confirm(
                text_id=text_id, more=request.POST.get("more", ""), leaves_out=request.POST.get("leaves_out") == "yes",
                actor=request.viewer, at=request.at,
            )
        except NotAllowed:
            raise Http404 from None
        except Refused as refused:
            problem, status = "".join(each.zh for each in refused.problems), 422
            if not export_for(request, export_id).has_content:
                return _back(export_id)
    if row.state == Export.MADE:
        messages.success(request, _("文字都已确认，现在可以下载。"))
        return _back(export_id)
    try:
        named = id_in(request.GET.get("text", ""))
        piece = export_texts.next_piece(
            export_for(request, export_id), viewer=request.viewer, at=request.at, named=named
        )
    except NotAllowed:
        raise Http404 from None
    except Refused:
        # The page of the export says why.
        return _back(export_id)
    if piece is None:
        return _back(export_id)
    return show(request, "exports/text.html", {
        **page_of(request, row), "piece": piece, "problem": problem,
        "more": request.POST.get("more", "") if problem else "",
    }, status=status)
