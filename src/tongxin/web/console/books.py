"""The complete file of one child on paper: what the book will have, and the book itself."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import path
from django.utils.translation import gettext as _

from tongxin.documents import glyphs, typesetting
from tongxin.documents.papers import Papers, papers_in
from tongxin.rulebook import rules
from tongxin.web.console.book_content import PURPOSE, ROUTE, book_of
from tongxin.web.console.book_holdings import chapters, held
from tongxin.web.console.file import File, read_file
from tongxin.web.console.names import open_names
from tongxin.web.console.paper_content import left_out_of
from tongxin.web.doors import Request, door
from tongxin.web.pages import show

PDF = "application/pdf"


def _file_and_rules(request: Request, child_id: UUID) -> tuple[File, Papers]:
    file = read_file(request, child_id)
    try:
        return file, papers_in(region=file.region, at=request.at)
    except rules.NotAdopted:
        raise Http404 from None


@door("child.read", methods=("GET", "POST"))
def book(request: Request, child_id: UUID) -> HttpResponse:
    """Which chapters the book has and which parts it leaves out; posted, the book as a PDF."""
    file, found = _file_and_rules(request, child_id)
    if request.method == "POST":
        return _printed(file, found)
    of = held(file, found)
    names = open_names(request, children=[file.child], purpose=PURPOSE, route=ROUTE)
    name = names.children[file.child.id]
    return show(request, "console/book.html", {
        "child": file.child, "name": name, "chapters": chapters(of, found), "attachments": len(of.attachments),
        "moved": len(of.moved), "left_out": left_out_of(file), "asks_purpose": file.asks_purpose,
        "lacking": glyphs.named(glyphs.lacking(name)),
        "purposes": [each for each in found.purposes.values() if not each.for_family],
    })


def _printed(file: File, found: Papers) -> HttpResponse:
    """Never for a family: a whole file holds what a child said."""
    purpose = found.purposes.get(file.request.POST.get("purpose", ""))
    if purpose is None or purpose.for_family:
        messages.error(file.request, _("没有打印：请先选用途。整份档案不交监护人。"))
        return HttpResponseRedirect(f"/children/{file.child.id}/book/")
    number, made = book_of(file, found, purpose)
    name = f"{file.child.file_no}-book-{number}.pdf"
    return HttpResponse(
        typesetting.bound(made), content_type=PDF, headers={"Content-Disposition": f'inline; filename="{name}"'}
    )


urlpatterns = [path("children/<uuid:child_id>/book/", book)]
