"""Holds on files: at the child, and all that somebody keeps."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path
from django.utils.translation import gettext as _

from tongxin.access import scope
from tongxin.access import selectors as access
from tongxin.flows import holding, setting_apart, shelved
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.keeping.models import Hold
from tongxin.keeping.rules import rules_at
from tongxin.lib.numbers import day_in
from tongxin.people.models import Child
from tongxin.rulebook import rules
from tongxin.web.console.file import File
from tongxin.web.console.names import Names, open_names, post_titles
from tongxin.web.doors import Request, child_for, door
from tongxin.web.pages import show

ROUTE = "holds"


@door("office.hold_files")
def hold_list(request: Request) -> HttpResponse:
    """The holds that stand on files somebody keeps, the first to look at again first."""
    rows = holding.visible_holds(viewer=request.viewer, at=request.at)
    stored = shelved.numbers({row.child_id for row in rows})
    children = list(Child.objects.filter(id__in={row.child_id for row in rows} - stored.keys()))
    names = _names(request, rows, children)
    return show(request, "console/holds.html", {
        "rows": _rows(request, rows, names, stored), "is_list": True,
    })


@door("office.hold_files", methods=("GET", "POST"))
def child_holds(request: Request, child_id: UUID) -> HttpResponse:
    """The holds on one file, and the place for another."""
    child = _child(request, child_id)
    if not holding.may_hold(viewer=request.viewer, child_id=child.id, at=request.at):
        raise Http404
    if request.method == "GET":
        return _page(request, child)
    given = request.POST
    try:
        holding.place(
            child=child, kind=given.get("kind", ""), basis=given.get("basis", ""), document=given.get("document", ""),
            review_on=day_in(given.get("review_on", "")), actor=request.viewer, at=request.at,
        )
    except Refused as refused:
        return _page(request, child, refused.zh, 422)
    messages.success(request, _("已保全：这份档案现在不能删除或销毁。解除要由另一位有权的人办。"))
    return HttpResponseRedirect(f"/children/{child.id}/holds/")


def _child(request: Request, child_id: UUID) -> Child:
    """The child, also one whose file is only stored, for those who may hold it there."""
    if shelved.reached(child_id, viewer=request.viewer, action=holding.ACTION, at=request.at) is None:
        return child_for(request, child_id)
    with scope.widened():
        return shelved.as_lived(Child.objects.get(id=child_id))


def keeping_of(file: File) -> dict[str, Any]:
    """What a file page says of holds, and where its keepers go on; nothing for everybody else."""
    viewer, at = file.request.viewer, file.request.at
    may_hold = access.may_do(viewer=viewer, action=holding.ACTION, at=at)
    return {
        "may_hold": may_hold, "may_seal": access.may_do(viewer=viewer, action=setting_apart.ACTION, at=at),
        "is_held": may_hold and bool(holding.holds_on(file.child.id)),
    }


def _page(request: Request, child: Child, problem: str = "", status: int = 200) -> HttpResponse:
    rows, stored = holding.holds_on(child.id), shelved.numbers([child.id])
    # A stored file is known by its number only.
    names = _names(request, rows, [] if stored else [child])
    found = rules_at(request.at, region=rules.region_of(child.county_id))
    return show(request, "console/holds.html", {
        "child": child, "name": names.children.get(child.id, _("只保存的档案")), "is_stored": bool(stored),
        "rows": _rows(request, rows, names, stored), "kinds": found.holds,
        "days": found.longest_hold, "problem": problem, "given": request.POST, "is_list": False,
    }, status=status)


def _names(request: Request, rows: list[Hold], children: list[Child]) -> Names:
    return open_names(
        request, children=children, people=[row.placed_by for row in rows], purpose=ROUTE, route=ROUTE,
        more=[word for row in rows for word in (row.basis, row.document)],
    )


def _rows(request: Request, rows: list[Hold], names: Names, stored: dict[UUID, str]) -> list[dict[str, Any]]:
    found, titles = rules_at(request.at), post_titles(row.post_id for row in rows)
    words = iter(names.more)
    return [
        {
            "row": row, "kind": found.holds.get(row.kind, ""), "basis": next(words), "document": next(words),
            "who": f"{titles.get(row.post_id, '')}　{names.person(row.placed_by)}", "child_id": row.child_id,
            "name": names.children.get(row.child_id, stored.get(row.child_id, "")),
            "is_late": row.review_on <= request.at.date(), "is_mine": row.placed_by == request.viewer.person_id,
        }
        for row in rows
    ]


@door("office.hold_files", methods=("POST",))
def lift(request: Request, hold_id: UUID) -> HttpResponse:
    """A hold ended by another person."""
    try:
        row = holding.lift(
            hold_id=hold_id, words=request.POST.get("words", ""), actor=request.viewer, at=request.at
        )
    except NotAllowed:
        raise Http404 from None
    except Refused as refused:
        messages.error(request, refused.zh)
        return HttpResponseRedirect("/holds/")
    messages.success(request, _("已解除保全。"))
    return HttpResponseRedirect(f"/children/{row.child_id}/holds/")


urlpatterns: list[URLPattern] = [
    path("holds/", hold_list),
    path("holds/<uuid:hold_id>/lift/", lift),
    path("children/<uuid:child_id>/holds/", child_holds),
]
