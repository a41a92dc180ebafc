"""What is missing or wrong in the files, counted for whoever may see them, each led to the page that mends it."""

from collections.abc import Iterable
from typing import Any

from django.http import Http404, HttpResponse
from django.urls import URLPattern, path

from tongxin.access import selectors as access
from tongxin.accounts.models import Division
from tongxin.flows.quality import checks
from tongxin.flows.refusals import NotAllowed
from tongxin.people.models import Child
from tongxin.supervision.quality import Check, quality_in
from tongxin.web.console.names import open_names
from tongxin.web.console.options import region_of_viewer
from tongxin.web.doors import Request, door
from tongxin.web.pages import show
from tongxin.web.paging import paged

ROUTE, PURPOSE = "quality", "roster"
# Where a gap is mended that is no form about the child.
PLACES = {"held": "/rosters/held/", "alike": "/comparisons/alike/"}


@door("office.see_quality")
def quality_page(request: Request) -> HttpResponse:
    """Every check with how many files it finds."""
    rules = quality_in(region=region_of_viewer(request), at=request.at)
    rows = [
        {"check": each, "many": checks.many(each, viewer=request.viewer, at=request.at)}
        for each in rules.checks.values() if checks.asked_of(each, viewer=request.viewer, at=request.at)
    ]
    return show(request, "quality/page.html", {
        "rows": sorted(rows, key=lambda row: row["many"] == 0), "rules": rules,
        "gaps": sum(1 for row in rows if row["many"]),
    })


@door("office.see_quality")
def fix_list(request: Request, check: str) -> HttpResponse:
    """The children or villages of one check, each with the page where it is mended."""
    found = quality_in(region=region_of_viewer(request), at=request.at).checks.get(check)
    if found is None or not checks.asked_of(found, viewer=request.viewer, at=request.at):
        raise Http404
    try:
        rows, pager = _villages(request) if check == checks.VILLAGES else _children(request, found)
    except NotAllowed:
        raise Http404 from None
    return show(request, "quality/list.html", {"check": found, "rows": rows, "pager": pager})


def _children(request: Request, check: Check) -> tuple[list[dict[str, Any]], dict[str, str]]:
    wanted = checks.children_with(check, viewer=request.viewer, at=request.at).distinct()
    children, pager = paged(request, wanted, size=50, unit="人")
    names = open_names(request, listed=children, purpose=PURPOSE, route=ROUTE)
    villages = _names_of(child.village_id or child.town_id for child in children)
    return [{
        "zh": names.children[child.id], "no": child.file_no, "place": villages.get(child.village_id or child.town_id),
        "url": f"/children/{child.id}/", "mend": _mend_url(request, check, child),
    } for child in children], pager


def _mend_url(request: Request, check: Check, child: Child) -> str:
    if check.mend in PLACES:
        return PLACES[check.mend]
    if check.mend == "need_answer":
        return f"/children/{child.id}/#needs"
    if access.may_record(viewer=request.viewer, form_id=check.mend, at=request.at) and access.may(
        viewer=request.viewer, child_id=child.id, part="", action=f"record.{check.mend}", at=request.at
    ):
        return f"/children/{child.id}/forms/{check.mend}/"
    return f"/children/{child.id}/"


def _villages(request: Request) -> tuple[list[dict[str, Any]], dict[str, str]]:
    wanted = checks.villages_without_director(viewer=request.viewer, at=request.at)
    villages, pager = paged(request, wanted, size=50, unit="个")
    posts, towns = checks.posts_in(villages), _names_of(each.town_id for each in villages)
    return [{
        "zh": each.name, "no": "", "place": towns.get(each.town_id), "url": "",
        "mend": f"/posts/{posts[each.id].id}/" if each.id in posts else "/posts/",
    } for each in villages], pager


def _names_of(ids: Iterable[int | None]) -> dict[int | None, str]:
    return dict(Division.objects.filter(id__in={each for each in ids if each}).values_list("id", "name"))


urlpatterns: list[URLPattern] = [path("quality/", quality_page), path("quality/<slug:check>/", fix_list)]
