"""怎么做: the manual in the product, one page a role."""

from typing import Any

from django.http import Http404, HttpResponse
from django.urls import URLPattern, path

from tongxin.documents import manual, manual_paper
from tongxin.web.doors import Request, door
from tongxin.web.pages import brand_for, show

PDF = "application/pdf"
# Asked where the viewer's own page says nothing of an address.
OTHERS = (
    "phone", "wording", "exporting", "sharing", "rights", "clues", "bookings", "places", "comparisons", "coordination",
    manual.START,
)


def page_for(request: Request) -> manual.Page | None:
    """The page of the manual for the post that the viewer acts from; else the common one."""
    found = manual.pages()
    seat = request.viewer.seat
    return found.get(seat.role if seat else "") or found.get(manual.START)


def address_for(request: Request) -> str:
    """Where the manual tells of the page that is asked for; empty without a manual."""
    page = page_for(request)
    if page is None:
        return ""
    for each in (page, *(found for id in OTHERS if (found := manual.pages().get(id)))):
        if section := each.section_for(request.path):
            return f"/help/{each.id}/#{section}"
    return f"/help/{page.id}/"


@door("signed_in")
def help_start(request: Request) -> HttpResponse:
    """The viewer's own page of the manual."""
    page = page_for(request)
    if page is None:
        raise Http404
    return _shown(request, page)


@door("signed_in")
def help_page(request: Request, page: str) -> HttpResponse:
    """One page of the manual; anybody who works here may read every one."""
    return _shown(request, _found(page))


@door("signed_in")
def help_paper(request: Request, page: str) -> HttpResponse:
    """The same page as a PDF to print or pass on."""
    chosen = _found(page)
    answer = HttpResponse(manual_paper.pdf([chosen], brand=brand_for(request)), content_type=PDF)
    answer["Content-Disposition"] = f'inline; filename="{chosen.id}.pdf"'
    return answer


def _found(page: str) -> manual.Page:
    found = manual.pages().get(page)
    if found is None:
        raise Http404
    return found


def _shown(request: Request, page: manual.Page) -> HttpResponse:
    mine = page_for(request)
    listed: list[dict[str, Any]] = [
        {"url": f"/help/{each.id}/", "zh": each.zh, "is_current": each.id == page.id,
         "is_mine": mine is not None and each.id == mine.id}
        for each in manual.pages().values()
    ]
    return show(request, "console/help.html", {"page": page, "listed": listed})


urlpatterns: list[URLPattern] = [
    path("help/", help_start),
    path("help/<slug:page>/", help_page),
    path("help/<slug:page>/pdf/", help_paper),
]
