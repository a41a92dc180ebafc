"""Report boxes: which are to be opened, writing down an opening, and each letter as a clue."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from tongxin.accounts.models import Division
from tongxin.core.forms import Problem
from tongxin.core.pathway import CHINA
from tongxin.flows import clues
from tongxin.flows.clue_owners import may_handle
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.flows.sites import boxes, reach
from tongxin.lib import ids
from tongxin.lib.numbers import number_in
from tongxin.places.models import Box, BoxOpening
from tongxin.places.rules import Places
from tongxin.web.console.clues import ASKED, rules_here
from tongxin.web.console.names import open_names
from tongxin.web.console.register_forms import drawn, given_in, now_local, told_problems, words_in
from tongxin.web.console.sites.page import page
from tongxin.web.doors import Request, door, id_for
from tongxin.web.pages import show

HOME, ROUTE, PURPOSE, PART = "/places/boxes/", "places", "report_box", "places"
OPENINGS, SHOWN = 20, 200
Given = dict[str, list[str]]


@door("office.open_boxes")
def box_list(request: Request) -> HttpResponse:
    """The boxes of the schools somebody sees to, those that are late first."""
    today = request.at.astimezone(CHINA).date()
    rows = list(boxes.boxes_for_list(request.viewer, at=request.at)[:SHOWN])
    left = boxes.letters_left(rows)
    rules = reach.rules_for(request.viewer, at=request.at)
    return show(request, "places/boxes.html", {"every": rules.open_every.days, "rows": [
        {
            "url": f"{HOME}{each.id}/", "box": each, "is_late": each.open_by < today,
            "waiting": left.get(each.id, 0),
        } for each in rows
    ]})


def _box(request: Request, box_id: UUID) -> Box:
    found = reach.boxes_for(viewer=request.viewer, at=request.at).filter(id=box_id).first()
    if found is None:
        raise Http404
    return found


@door("office.open_boxes", methods=("GET", "POST"))
def box_page(request: Request, box_id: UUID) -> HttpResponse:
    """One box: who has the keys, what was found when; a new opening is written down here."""
    box = _box(request, box_id)
    if request.method == "GET":
        return _page(request, box, {})
    given = given_in(request)
    try:
        opening = boxes.open_box(
            box_id=box.id, opening_id=id_for(request.POST.get("opening", "")), given=given, actor=request.viewer,
            at=request.at,
        )
    except NotAllowed:
        raise Http404 from None
    except Refused as refused:
        return _page(request, box, given, refused.problems, status=422)
    if opening.found:
        messages.success(request, _("已记下。请把信一封一封转成线索，写在线索里的话才有人办。"))
        return HttpResponseRedirect(f"/places/openings/{opening.id}/letter/")
    messages.success(request, _("已记下：箱里没有信。"))
    return HttpResponseRedirect(f"{HOME}{box.id}/")


def _page(
    request: Request, box: Box, given: Given, problems: Iterable[Problem] = (), status: int = 200
) -> HttpResponse:
    wrong, rules = list(problems), reach.rules_of(box.site.county_id, at=request.at)
    rows = list(box.openings.order_by("-opened_on", "-at").prefetch_related("letters")[:OPENINGS])
    names = open_names(
        request, purpose=PURPOSE, route=ROUTE, part=PART, people=[each.person_id for each in rows],
        more=[each.words for each in rows],
    )
    today = request.at.astimezone(CHINA).date()
    return show(request, "places/box.html", {
        "box": box, "problems": told_problems(wrong), "keys": _keys(box, rules), "every": rules.open_every.days,
        "is_late": box.is_used and box.open_by < today, "fields": drawn(rules.opening, given, wrong),
        "opening_id": ids.new_id(), "may_keep": reach.kept(viewer=request.viewer, at=request.at).filter(
            id=box.site_id
        ).exists(),
        "may_handle": may_handle(request.viewer, at=request.at), "openings": [
            {
                "row": each, "words": words_in(said), "by": names.person(each.person_id),
                "letters": sorted(each.letters.all(), key=lambda letter: letter.number),
                "left": each.found - len(each.letters.all()),
            } for each, said in zip(rows, names.more, strict=True)
        ],
    }, status=status)


def _keys(box: Box, rules: Places) -> list[str]:
    return [rules.keys[each].zh if each in rules.keys else each for each in (box.key_one, box.key_two)]


@door("office.keep_places", methods=("POST",))
def place(request: Request, site_id: UUID) -> HttpResponse:
    """A box hangs at a school from now on."""
    said = {name: request.POST.get(name, "").replace("\x00", "") for name in ("place", "phone", "key_one", "key_two")}
    try:
        site = reach.site_for(site_id=site_id, viewer=request.viewer, at=request.at)
        box = boxes.place(
            site_id=site_id, where=said["place"], phone=said["phone"], keys=(said["key_one"], said["key_two"]),
            actor=request.viewer, at=request.at,
        )
    except NotAllowed:
        raise Http404 from None
    except Refused as refused:
        return page(request, site, refused.problems, given=given_in(request), status=422)
    messages.success(request, _("已登记举报箱。到了该开的日子会提醒。"))
    return HttpResponseRedirect(f"{HOME}{box.id}/")


@door("office.keep_places", methods=("POST",))
def take_down(request: Request, box_id: UUID) -> HttpResponse:
    """The box hangs there no more."""
    try:
        boxes.take_down(box_id=box_id, actor=request.viewer, at=request.at)
    except NotAllowed:
        raise Http404 from None
    except Refused as refused:
        return _page(request, _box(request, box_id), {}, refused.problems, status=422)
    messages.success(request, _("已记下取下，开过的记录还在。"))
    return HttpResponseRedirect(f"{HOME}{box_id}/")


@door("office.open_boxes", methods=("GET", "POST"))
def letter(request: Request, opening_id: UUID) -> HttpResponse:
    """The next letter of an opening, written down as a clue."""
    mine = reach.boxes_for(viewer=request.viewer, at=request.at).values("id")
    opening = BoxOpening.objects.filter(id=opening_id, box__in=mine).select_related("box__site__organisation").first()
    if opening is None:
        raise Http404
    done = opening.letters.count()
    if request.method == "GET":
        if done >= opening.found:
            return HttpResponseRedirect(f"{HOME}{opening.box_id}/")
        known = {"received_at": [now_local(request.at)], "school": [opening.box.site.organisation.name]}
        return _letter(request, opening, known)
    given = given_in(request)
    try:
        boxes.hand_over(
            opening_id=opening.id, given=given, town_id=number_in(request.POST.get("town", "")),
            number=number_in(request.POST.get("number", "")), asked=request.POST.getlist(ASKED),
            actor=request.viewer, at=request.at,
        )
    except NotAllowed:
        raise Http404 from None
    except Refused as refused:
        return _letter(request, opening, given, refused.problems, status=422)
    messages.success(request, _("已转成线索，交给负责的岗位。"))
    done = opening.letters.count()
    return HttpResponseRedirect(request.path if done < opening.found else f"{HOME}{opening.box_id}/")


def _letter(
    request: Request, opening: BoxOpening, given: Given, problems: Iterable[Problem] = (), status: int = 200
) -> HttpResponse:
    wrong, found = list(problems), rules_here(request)
    channel = reach.rules_of(opening.box.site.county_id, at=request.at).channel
    doubted = {each.zh: each.field for each in found.doubts}
    try:
        county = clues.county_of(request.viewer)
    except NotAllowed:
        raise Http404 from None
    town = "".join(given.get("town", [str(opening.box.site.town_id or "")]))
    towns = Division.objects.filter(level="town", county_id=county.id, valid_to__isnull=True).order_by("code")
    context: dict[str, Any] = {
        "opening": opening, "box": opening.box, "number": opening.letters.count() + 1,
        "problems": told_problems(wrong), "county": county, "calls": found.public["calls"],
        "rows": drawn(found.asked(found.channels[channel]), given, wrong),
        "asked": sorted({*given.get(ASKED, ()), *(doubted[each.zh] for each in wrong if each.zh in doubted)}),
        "towns": [{"id": each.id, "name": each.name, "on": str(each.id) == town} for each in towns],
    }
    return show(request, "places/letter.html", context, status=status)
