"""Paper: what can be printed of a child's file, the printing itself, and forms to fill in by hand."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import path
from django.utils.translation import gettext as _

from tongxin import ledger
from tongxin.assessments.forms import Asked, form_in
from tongxin.core.pathway import WITHDRAWN
from tongxin.documents import glyphs, selectors, typesetting
from tongxin.documents.papers import Paper, Papers, Purpose, papers_in, record_copy
from tongxin.flows import links, lists, prefill
from tongxin.flows.consenting import notice_in
from tongxin.ledger.models import Entry
from tongxin.rulebook import rules
from tongxin.web.console.consent_paper import notice_signed, notice_words
from tongxin.web.console.family import carers_of, sealed_of
from tongxin.web.console.file import HIDDEN, File, entry_zh, read_file
from tongxin.web.console.names import open_names
from tongxin.web.console.options import county_of_viewer, region_of_viewer
from tongxin.web.console.paper_content import Copy, empty, filled, may_print
from tongxin.web.doors import Request, door
from tongxin.web.pages import show

PURPOSE, ROUTE = "print", "paper"
CONSENT = "consent"
SHOWN = 60
PDF = "application/pdf"


@door("child.read")
def paper_list(request: Request, child_id: UUID) -> HttpResponse:
    """Everything of one file that the viewer may print."""
    file = read_file(request, child_id)
    found = _rules_in(request, file.region)
    entries = [each for each in reversed(file.readable) if each.clear.get("form") and not each.correction_kind][:SHOWN]
    names = open_names(request, children=[file.child], purpose=PURPOSE, route=ROUTE)
    signed = selectors.signed(each.id for each in entries)
    return show(request, "console/papers.html", {
        "child": file.child, "name": names.children[file.child.id], "purposes": _purposes(file, found),
        "lacking": glyphs.named(glyphs.lacking(names.children[file.child.id])),
        "family_zh": "" if _is_closed(file, found) else "、".join(found.family.names.values()),
        "papers": [
            {"paper": paper, "entry": _newest(file, paper)} for paper in found.papers.values() if _offered(file, paper)
        ],
        "entries": [{"entry": each, "zh": entry_zh(each), "signed_at": signed.get(each.id)} for each in entries],
    })


def _purposes(file: File, found: Papers) -> list[Purpose]:
    """What for: nothing goes to a family while a danger is open or the guardian may be the danger (spine A3, A4)."""
    is_closed = _is_closed(file, found)
    return [each for each in found.purposes.values() if not (each.for_family and is_closed)]


def _is_closed(file: File, found: Papers) -> bool:
    return found.family.is_closed(file.state.names())


def _refusal(file: File, found: Papers, purpose: Purpose | None, form_id: str, entry: Entry | None) -> str:
    """Why a copy is not printed for what was chosen; empty when it is."""
    if purpose is None:
        return _("没有打印：请先选用途。")
    if not purpose.for_family:
        return ""
    if _is_closed(file, found):
        return _("没有打印：这份档案现在不能交监护人。请选别的用途。")
    if form_id not in found.family.names:
        return _("没有打印：能交监护人的只有%s。请选别的用途。") % "、".join(found.family.names.values())
    if entry is not None and not _stands(file, entry):
        return _("没有打印：这条记录已被更正或撤回，不能交监护人。")
    return ""


def _stands(file: File, entry: Entry) -> bool:
    is_replaced = any(each.supersedes_id == entry.id for each in file.entries)
    return not is_replaced and entry.correction_kind not in WITHDRAWN


def _offered(file: File, paper: Paper) -> bool:
    return paper.is_whole or any(may_print(file, form) for form in paper.forms)


def _newest(file: File, paper: Paper) -> Entry | None:
    """The newest entry on one of a paper's forms that stands and that the viewer may read."""
    found = (each for each in reversed(file.readable) if each.form_id in paper.forms and _stands(file, each))
    return next(found, None)


@door("child.read", methods=("POST",))
def print_paper(request: Request, child_id: UUID, paper_id: str) -> HttpResponse:
    """One of the papers, as a PDF."""
    file = read_file(request, child_id)
    found = _rules_in(request, file.region)
    paper = found.papers.get(paper_id)
    if paper is None or not _offered(file, paper):
        raise Http404
    return _printed(file, found, paper, None if paper.is_whole else _newest(file, paper))


def on_paper(request: Request, entry: Entry) -> dict[str, Any]:
    """What a record's own page says of paper: since when it is signed, and what it can be printed for."""
    try:
        purposes = papers_in(region=region_of_viewer(request), at=request.at).purposes.values()
    except rules.NotAdopted:
        return {}
    if not entry.clear.get("form"):
        return {}
    return {
        "signed_at": selectors.signed([entry.id]).get(entry.id),
        # Whether a family may have it is asked of the whole file, on the page of papers.
        "purposes": [each for each in purposes if not each.for_family],
    }


@door("child.read", methods=("POST",))
def print_entry(request: Request, child_id: UUID, entry_id: UUID) -> HttpResponse:
    """One record in its form's wording, as a PDF."""
    file = read_file(request, child_id)
    found = _rules_in(request, file.region)
    entry = next((each for each in file.readable if each.id == entry_id and each.clear.get("form")), None)
    if entry is None:
        raise Http404
    paper = found.of(entry.form_id)
    return _printed(file, found, None if paper and paper.is_whole else paper, entry)


def _printed(file: File, found: Papers, paper: Paper | None, entry: Entry | None) -> HttpResponse:
    """The PDF; the copy is written down before anything is opened."""
    request, child = file.request, file.child
    purpose = found.purposes.get(request.POST.get("purpose", ""))
    form_id = entry.form_id if entry else _form_of(file, paper)
    refused = _refusal(file, found, purpose, form_id, entry)
    if refused or purpose is None:
        messages.error(request, refused)
        return HttpResponseRedirect(f"/children/{child.id}/paper/")
    number = record_copy(
        child=child, paper=paper.id if paper else form_id, purpose=purpose.id, actor=request.viewer, at=request.at,
        entry=entry,
    )
    asked = _asked(file, form_id, entry)
    answers = _answers(file, asked, entry, paper)
    carers = carers_of(file)
    names = open_names(
        request, purpose=PURPOSE, route=ROUTE, part="file", children=[child], more=sealed_of(file, carers),
        people=[request.viewer.person_id, *(each.person_id for each in file.readable)],
    )
    copy = Copy(purpose=purpose, number=number, names=names, carers=carers)
    content = filled(file, asked, answers, copy=copy, rules=found, paper=paper, entry=entry)
    if form_id == CONSENT:
        content["before"] = notice_words(notice_signed(file, entry))
    return _as_pdf(content, f"{child.file_no}-{paper.id if paper else form_id}-{number}")


def _form_of(file: File, paper: Paper | None) -> str:
    """The form of a paper that was never filled in: the first that the viewer may read of."""
    forms = paper.forms if paper else ()
    return next((form for form in forms if may_print(file, form)), forms[0])


def _asked(file: File, form_id: str, entry: Entry | None) -> Asked:
    region, choices = lists.choices_for(file.child)
    at = entry.recorded_at if entry else file.request.at
    try:
        return form_in(form_id=form_id, region=region, at=at, lists=choices)
    except rules.NotAdopted:
        raise Http404 from None


def _answers(file: File, asked: Asked, entry: Entry | None, paper: Paper | None) -> dict[str, Any] | None:
    """What an entry says, or what the whole file knows; None leaves the form to be filled in by hand."""
    request = file.request
    if entry is not None:
        part = file.access.part_of(entry.form_id)
        opened = ledger.open_entries(
            [entry], viewer=request.viewer, purpose=PURPOSE, at=request.at, part=part, route=ROUTE
        )
        return links.veiled(opened[0] or {}, entry=entry, viewer=request.viewer, at=request.at)
    if paper is not None and paper.is_whole:
        return prefill.values_for(
            child=file.child, asked=asked, viewer=request.viewer, at=request.at, parts=file.parts
        )
    return None


@door("work")
def blank_forms(request: Request) -> HttpResponse:
    """The forms that can be printed empty, by what they are for."""
    region, found = region_of_viewer(request), rules.access_rules(at=request.at)
    groups = []
    for group, zh in found.groups.items():
        forms = [
            {"id": form, "zh": rules.resolve("forms", form, region=region, at=request.at).content["zh"]}
            for form in found.form_groups[group] if form in rules.ids("forms")
        ]
        if forms and group != HIDDEN:
            groups.append({"zh": zh, "forms": forms})
    return show(request, "console/blank_forms.html", {"groups": groups})


@door("work")
def print_blank(request: Request, form_id: str) -> HttpResponse:
    """One empty form, as a PDF."""
    region, choices = region_of_viewer(request), lists.choices_in(county_of_viewer(request))
    try:
        asked = form_in(form_id=form_id, region=region, at=request.at, lists=choices)
    except rules.NotAdopted:
        raise Http404 from None
    content = empty(request, asked.form, _rules_in(request, region).layout(form_id))
    if form_id == CONSENT:
        content["before"] = notice_words(notice_in(region=region, at=request.at))
    return _as_pdf(content, f"blank-{form_id}")


def _rules_in(request: Request, region: str) -> Papers:
    """The rules for paper; before they are adopted there is no such page."""
    try:
        return papers_in(region=region, at=request.at)
    except rules.NotAdopted:
        raise Http404 from None


def _as_pdf(content: dict[str, Any], name: str) -> HttpResponse:
    made = typesetting.pdf(content)
    return HttpResponse(made, content_type=PDF, headers={"Content-Disposition": f'inline; filename="{name}.pdf"'})


urlpatterns = [
    path("children/<uuid:child_id>/paper/", paper_list),
    path("children/<uuid:child_id>/paper/<slug:paper_id>/", print_paper),
    path("children/<uuid:child_id>/entries/<uuid:entry_id>/paper/", print_entry),
    path("forms/", blank_forms),
    path("forms/<slug:form_id>/blank/", print_blank),
]
