"""Opening a file: look first whether the child has one, then fill in the 档案表."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _

from tongxin.accounts.models import Division
from tongxin.assessments.forms import Asked, form_in
from tongxin.clues.models import Clue
from tongxin.flows import clue_filing, comparing_filing, lists, suggesting
from tongxin.flows.clue_filing import Told
from tongxin.flows.opening import open_file
from tongxin.flows.record import Sheet
from tongxin.flows.refusals import Held, NotAllowed, Refused
from tongxin.ledger.models import Entry
from tongxin.lib.ids import id_in
from tongxin.people import search
from tongxin.people.search import Found
from tongxin.rulebook import rules
from tongxin.web import words
from tongxin.web.console.drafts import continued, draft_answers, on_page
from tongxin.web.console.form_page import (
    RENEWED,
    UNREADABLE,
    definition_for,
    next_page,
    read_sent,
    refused,
    said,
)
from tongxin.web.console.known import tell_source
from tongxin.web.console.opened import Opened, act_from_opened, opened_by, opened_token, refuse_others
from tongxin.web.console.options import county_of_viewer
from tongxin.web.console.register_forms import shown
from tongxin.web.doors import Request, door
from tongxin.web.pages import show

FORM = "case_file"
LONGEST_SEARCH = 60


@door("office.open_file", methods=("GET", "POST"))
def look_first(request: Request) -> HttpResponse:
    """The children that may be meant, before anybody opens a second file for one of them."""
    text = request.POST.get("text", "").strip()[:LONGEST_SEARCH]
    found = search.find(text, viewer=request.viewer, at=request.at, route="children.new") if text else []
    return show(request, "console/look_first.html", {"text": text, "found": _lines_of(request, found)})


def _lines_of(request: Request, found: Sequence[Found]) -> list[dict[str, Any]]:
    places = {place for each in found if (place := each.child.village_id or each.child.town_id)}
    names = dict(Division.objects.filter(id__in=places).values_list("id", "name"))
    return [
        {
            "url": f"/children/{each.child_id}/", "name": each.name, "sex": each.child.get_sex_display(),
            "age": words.age_zh(each.child.birth_month, on=request.at.date()),
            "place": names.get(each.child.village_id or each.child.town_id or 0, ""), "file_no": each.child.file_no,
        }
        for each in found
    ]


@door("office.open_file", methods=("POST",))
def like(request: Request) -> HttpResponse:
    """The files that may be this child's already, while the form is filled in; a part of the page."""
    said = {name: request.POST.get(name, "")[:LONGEST_SEARCH] for name in ("name", "id_no", "birth")}
    answer = suggesting.like(**said, viewer=request.viewer, at=request.at)
    return render(request, "console/_like.html", {"found": _lines_of(request, answer.found), "zh": answer.zh})


@door("office.open_file", methods=("GET", "POST"))
def new_file(request: Request) -> HttpResponseBase:
    """The 档案表 of a child without a file, and the door for a filled one."""
    county_id, asked = asked_here(request)
    if request.method == "POST":
        opened = opened_by(request)
        return refuse_others(request) or act_from_opened(request, opened) or _take(request, asked, opened)
    content = rules.content_of(asked.form_hash)
    places = lists.places_in(county_id)
    draft = continued(request, child=None, form_id=FORM)
    told = _told(request, asked, is_draft=draft is not None)
    row, listed = id_in(request.GET.get("row", "")), _listed(request, places)
    query = {
        "shown": opened_token(request), **({"about": str(told.clue.id)} if told else {}),
        **({"row": str(row)} if row else {}),
    }
    carried = {} if draft or told is None else told.answers
    given = draft_answers(request, draft) if draft else {**_given(request, places), **listed, **carried}
    definition = definition_for(request, asked, age=None, values=given, places=places)
    return show(request, "console/form.html", {
        **on_page(request, child=None, asked=asked, query=query, draft=draft), "form": asked.form,
        "filled_by": content.get("filled_by", ""),
        "back_url": f"/clues/{told.clue.id}/" if told else "/children/new/",
        "clue_told": _lines(told) if told else None,
        "definition": tell_source(definition, carried, _source(told)) if told else definition,
        "action": f"{request.path}?{urlencode(query)}", "like_url": "/children/new/like/",
    })


def asked_here(request: Request) -> tuple[int | None, Asked]:
    """The form as it holds in the county of the viewer's post."""
    if request.viewer.seat is None:
        raise Http404
    county_id = county_of_viewer(request)
    region, choices = rules.region_of(county_id), lists.choices_in(county_id)
    return county_id, form_in(form_id=FORM, region=region, at=request.at, lists=choices)


def _given(request: Request, places: list[dict[str, str]]) -> dict[str, Any]:
    """A child director's own village and the day stand in the form already."""
    seat = request.viewer.seat
    code = Division.objects.values_list("code", flat=True).get(id=seat.division_id) if seat else ""
    given = {"opened_on": request.at.date().isoformat()}
    return given | ({"residence_division": code} if code in {place["code"] for place in places} else {})


def _listed(request: Request, places: list[dict[str, str]]) -> Mapping[str, Any]:
    """What the row of a list says, where the file is opened from one."""
    answer_id = id_in(request.GET.get("row", ""))
    if answer_id is None:
        return {}
    codes = frozenset(place["code"] for place in places)
    try:
        return comparing_filing.told_by(answer_id=answer_id, places=codes, viewer=request.viewer, at=request.at)
    except NotAllowed:
        raise Http404 from None


def _told(request: Request, asked: Asked, *, is_draft: bool) -> Told | None:
    """The clue from which the file is opened; a draft goes on when the clue was settled meanwhile."""
    clue_id = id_in(request.GET.get("about", ""))
    if clue_id is None:
        return None
    try:
        return clue_filing.told_by(clue_id=clue_id, asked=asked, viewer=request.viewer, at=request.at)
    except NotAllowed:
        if is_draft:
            return None
        raise Http404 from None


def _source(told: Told) -> str:
    return f"{told.rules.code} {told.clue.year}-{told.clue.number}，{words.day_zh(told.clue.received_at)}"


def _lines(told: Told) -> dict[str, Any]:
    """What was told, above the form: whoever fills it in reads there what no question takes over."""
    fields = [each for each in told.rules.fields if each.is_sealed and each.id not in told.rules.reporter]
    return {"zh": _source(told), "lines": shown(fields, {}, told.words)}


def _kept(request: Request, sheet: Sheet) -> str:
    """The new file, with the clue in it; the page that comes next."""
    clue_id, answer_id = id_in(request.GET.get("about", "")), id_in(request.GET.get("row", ""))
    if clue_id is None and answer_id is not None:
        child = comparing_filing.open_from(answer_id=answer_id, sheet=sheet, actor=request.viewer, at=request.at)
        return f"/children/{child.id}/"
    if clue_id is None:
        child = open_file(sheet=sheet, actor=request.viewer, at=request.at)
        return f"/children/{child.id}/"
    child = clue_filing.open_from(clue_id=clue_id, sheet=sheet, actor=request.viewer, at=request.at)
    if Clue.objects.filter(id=clue_id, child_id=child.id).exists():
        return f"/children/{child.id}/"
    return f"/clues/{clue_id}/?child={child.id}#match"


def _take(request: Request, asked: Asked, opened: Opened | None) -> HttpResponseBase:
    sent = read_sent(request)
    if sent is None:
        return said(UNREADABLE, status=400)
    known: UUID | None = Entry.objects.filter(id=sent.entry_id).values_list("subject_id", flat=True).first()
    if known is not None:
        return next_page(f"/children/{known}/")
    if sent.form_hash != asked.form_hash:
        return said(RENEWED, status=409)
    sheet = Sheet(sent.entry_id, FORM, sent.answers, opened.at if opened else request.at)
    try:
        following = _kept(request, sheet)
    except Refused as refusal:
        return refused(refusal.problems)
    except Held as held:
        return said(held.zh, status=409)
    except NotAllowed:
        return said(_("没有保存：这个村（社区）不在您的职责范围内，请改选，或请当地的同事建档。"), status=409)
    if following.startswith("/clues/"):
        messages.warning(request, _("档案已建立。线索还没有记进去：请选是哪一种危险，点“就是”这个孩子。"))
    else:
        messages.success(request, _("档案已建立。"))
    return next_page(following)
