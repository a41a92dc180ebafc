"""A teacher's own pupils, the few things that a teacher sees; and who says whose pupil a child is."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path
from django.utils.translation import gettext as _

from tongxin.accounts.models import Division
from tongxin.core.forms import Problem
from tongxin.flows import pairing_companions, teaching
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.lib.ids import id_in
from tongxin.people.models import Child
from tongxin.web import words
from tongxin.web.console.names import open_names
from tongxin.web.console.register_forms import told_problems
from tongxin.web.doors import Request, child_for, door
from tongxin.web.pages import show
from tongxin.web.paging import paged

ROUTE, PURPOSE, PART = "pupils", "teaching", "pupil"


@door("office.see_pupils")
def pupil_list(request: Request) -> HttpResponse:
    """Own pupils, with the fields that the definition names and no others."""
    try:
        children, pager = paged(request, teaching.pupils_of(request.viewer, at=request.at), unit="人")
        rules = pairing_companions.rules_in(pairing_companions.county_of(request.viewer), at=request.at)
    except NotAllowed:
        raise Http404 from None
    shown = rules.pupil_fields
    names = open_names(
        request, children=children if "name" in shown else (), purpose=PURPOSE, route=ROUTE, part=PART
    )
    contacts = teaching.contacts_of(children, role=rules.school_contact) if "school_contact" in shown else {}
    towns = dict(Division.objects.filter(id__in={each.town_id for each in children}).values_list("id", "name"))
    return show(request, "pairings/pupils.html", {
        "pager": pager,
        "rows": [
            _line(request, each, names.children.get(each.id, each.file_no), towns, shown, contacts) for each in children
        ],
    })


def _line(
    request: Request, child: Child, name: str, towns: dict[int, str], shown: tuple[str, ...],
    contacts: Mapping[UUID, str],
) -> dict[str, Any]:
    contact = contacts.get(child.id)
    made = {
        "school_contact": _("有事找 %(who)s") % {"who": contact} if contact else "",
        "sex": child.get_sex_display(), "age": words.age_zh(child.birth_month, on=request.at.date()),
        "town": towns.get(child.town_id or 0, ""),
    }
    return {"name": name, "said": [made[each] for each in shown if made.get(each)]}


@door("child.read")
def child_teachers(request: Request, child_id: UUID) -> HttpResponse:
    """Whose pupil a child is."""
    return _page(request, child_id)


def _page(request: Request, child_id: UUID, problems: Iterable[Problem] = (), status: int = 200) -> HttpResponse:
    child_for(request, child_id)
    try:
        child = teaching.child_for(child_id, request.viewer, at=request.at)
    except NotAllowed:
        raise Http404 from None
    names = open_names(request, children=[child], purpose=PURPOSE, route=ROUTE)
    now = teaching.teachers_of(child, at=request.at)
    mine = {each.id for each in now}
    return show(request, "pairings/teachers.html", {
        "child": child, "name": names.children[child.id], "problems": told_problems(problems), "now": now,
        "near": [each for each in teaching.teachers_near(child, at=request.at) if each.id not in mine],
    }, status=status)


@door("office.assign_teachers", methods=("POST",))
def give(request: Request, child_id: UUID) -> HttpResponse:
    """This teacher's pupil from now on."""
    return _acted(request, child_id, lambda: teaching.give(
        child_id=child_id, post_id=id_in(request.POST.get("teacher", "")), actor=request.viewer, at=request.at
    ))


@door("office.assign_teachers", methods=("POST",))
def take(request: Request, child_id: UUID) -> HttpResponse:
    """No more."""
    return _acted(request, child_id, lambda: teaching.take(
        child_id=child_id, post_id=id_in(request.POST.get("teacher", "")), actor=request.viewer, at=request.at
    ))


def _acted(request: Request, child_id: UUID, act: Callable[[], object]) -> HttpResponse:
    try:
        act()
    except NotAllowed:
        raise Http404 from None
    except Refused as refused:
        return _page(request, child_id, refused.problems, status=422)
    messages.success(request, _("已改。"))
    return HttpResponseRedirect(f"/children/{child_id}/teachers/")


CHILD = "children/<uuid:child_id>/teachers/"
urlpatterns: list[URLPattern] = [
    path("pupils/", pupil_list), path(CHILD, child_teachers), path(f"{CHILD}give/", give), path(f"{CHILD}take/", take),
]
