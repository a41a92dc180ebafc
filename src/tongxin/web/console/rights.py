"""What was asked about one child's data: each request with its day and the next thing to do; copies that were made."""

import re
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path
from django.utils.translation import gettext as _

from tongxin.core.pathway import CHINA
from tongxin.flows import copying, rights
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.flows.rights import Request as Asked
from tongxin.ledger.models import Event
from tongxin.lib import ids
from tongxin.rights.rules import GUARDIAN, OWN
from tongxin.web.console import rights_copy
from tongxin.web.console.file import File, read_file
from tongxin.web.console.names import Names, open_names, post_titles
from tongxin.web.console.options import words_of
from tongxin.web.doors import Request, door
from tongxin.web.pages import show
from tongxin.web.words import day_zh

PART, ROUTE = "care", "rights"
ARCHIVE = "application/zip"
PASSWORD = re.compile(r"[0-9A-Za-z]{5}(-[0-9A-Za-z]{5}){3}")


@door("child.read")
def rights_page(request: Request, child_id: UUID) -> HttpResponse:
    """Every request with where it stands, and what to do next."""
    file = file_for(request, child_id)
    found = rights.rules_for(file.child, at=request.at)
    asked = rights.requests_of(file.facts, found=found)
    copies = list(Event.objects.filter(subject_id=file.child.id, kind=rights.COPIED).order_by("-at"))
    names = open_names(
        request, children=[file.child], people=[each.person_id for each in copies], purpose=ROUTE, route=ROUTE,
        part=PART,
    )
    titles = post_titles([each.post_id for each in copies])
    return show(request, "console/rights.html", {
        "child": file.child, "name": names.children[file.child.id],
        "may_ask": rights.REQUEST in file.may_record, "may_tell": rights.ANSWER in file.may_record,
        "rows": [_row(file, each) for each in asked],
        "copies": [_copy(file, each, names, titles) for each in copies],
        "explains": "psychological" in file.parts or file.asks_purpose,
    })


def file_for(request: Request, child_id: UUID) -> File:
    """The file, for whoever may read what is asked and answered about it."""
    file = read_file(request, child_id)
    if PART not in file.parts:
        raise Http404
    return file


def _row(file: File, asked: Asked) -> dict[str, Any]:
    task = next((each for each in file.tasks if each.key == f"answer_right:{asked.id}"), None)
    askers = words_of(file.request, "right_asker", region=file.region)
    relations = words_of(file.request, "relation", region=file.region)
    whose = relations.get(asked.relation, "")
    is_shut = rights.is_shut_to(asked, child=file.child, state=file.state)
    return {
        "zh": asked.kind.zh, "source": asked.kind.source, "id": asked.id, "asked_on": asked.asked_on,
        "who": askers.get(asked.asker, "") + (f"（{whose}）" if whose else ""), "is_open": task is not None,
        "due_at": task.due_at.astimezone(CHINA) if task else None,
        "is_late": bool(task and task.due_at < file.request.at), "is_shut": is_shut and task is not None,
        "entry_url": f"/children/{file.child.id}/entries/{asked.id}/",
        "answered": "" if task else _answered(file, asked),
        **(_next(file, asked, is_shut=is_shut) if task else {"next_url": "", "makes_copy": False, "answer_url": ""}),
    }


def _next(file: File, asked: Asked, *, is_shut: bool) -> dict[str, Any]:
    """Where the thing that was asked for is done; nothing but the answer where nobody may do it."""
    child, may = f"/children/{file.child.id}/", rights.ANSWER in file.may_record
    leads = {
        "correct": (f"{child}forms/detail_correction/?about={asked.id}", _("补正身份资料"), "detail_correction"),
        "withdraw": (f"{child}consent/", _("登记撤回"), "consent"),
        "erase": (f"{child}rights/end/", _("看看删除会怎样"), rights.ANSWER),
        "explain": (f"{child}rights/explain/", _("说明等级"), rights.ANSWER),
    }
    url, zh, form = leads.get(asked.kind.id, ("", "", ""))
    may_lead = bool(url) and not is_shut and form in file.may_record
    return {
        "next_url": url if may_lead else "", "next_zh": zh,
        "makes_copy": asked.kind.id == "copy" and may and not is_shut,
        "answer_url": f"{child}forms/{rights.ANSWER}/?about={asked.id}" if may else "",
    }


def _answered(file: File, asked: Asked) -> str:
    outcomes = words_of(file.request, "right_outcome", region=file.region)
    reasons = words_of(file.request, "right_refusal", region=file.region)
    for fact in reversed(file.facts):
        if fact.kind == rights.ANSWER and fact.data.get("right") == asked.id:
            why = reasons.get(str(fact.data.get("reason") or ""), "")
            return f"{day_zh(fact.at)} {outcomes.get(str(fact.data.get('outcome')), '')}{f'：{why}' if why else ''}"
    return _("已不在办")


def _copy(file: File, event: Event, names: Names, titles: dict[UUID, str]) -> dict[str, Any]:
    askers = words_of(file.request, "right_asker", region=file.region)
    relations = words_of(file.request, "relation", region=file.region)
    whose = relations.get(str(event.clear.get("relation") or ""), "")
    return {
        "number": event.clear.get("number"), "at": event.at, "sha256": event.clear.get("sha256", ""),
        "who": f"{titles.get(event.post_id, '') if event.post_id else ''}　{names.person(event.person_id)}".strip(),
        "to": askers.get(str(event.clear.get("asker")), "") + (f"（{whose}）" if whose else ""),
    }


@door("child.record", methods=("POST",))
def make_copy(request: Request, child_id: UUID, request_id: UUID) -> HttpResponse:
    """The copy that a request asks for, to be handed over; only its hash stays here."""
    file, password = file_for(request, child_id), request.POST.get("password", "")
    try:
        if not PASSWORD.fullmatch(password):
            return _password_first(request, file, str(request_id))
        gathered = copying.gather(child_id=child_id, request_id=str(request_id), actor=request.viewer, at=request.at)
        made = rights_copy.archive(file, gathered, password=password)
        number = copying.issue(
            gathered=gathered, sha256=made.sha256, size=len(made.content), actor=request.viewer, at=request.at
        )
    except NotAllowed:
        raise Http404 from None
    except Refused as refused:
        messages.error(request, "".join(each.zh for each in refused.problems))
        return HttpResponseRedirect(f"/children/{child_id}/rights/")
    name = f"{file.child.file_no}-copy-{number}.zip"
    return HttpResponse(made.content, content_type=ARCHIVE, headers={
        "Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store",
    })


def _password_first(request: Request, file: File, request_id: str) -> HttpResponse:
    """The password before the file, so that whoever makes it has it written down; it is kept nowhere."""
    copying.refuse(child_id=file.child.id, request_id=request_id, actor=request.viewer, at=request.at)
    return show(request, "console/rights_password.html", {
        "child": file.child, "request_id": request_id, "password": ids.code(5, 5, 5, 5),
    })


@door("child.read")
def looks_page(request: Request, child_id: UUID) -> HttpResponse:
    """Who looked and what for, to be shown to a guardian or the child; not while a guardian may be the danger."""
    file = file_for(request, child_id)
    if rights.ANSWER not in file.may_record:
        raise Http404
    names = open_names(request, children=[file.child], purpose=ROUTE, route=ROUTE, part=PART)
    is_shut = rights_copy.is_shut(file)
    return show(request, "console/rights_looks.html", {
        "child": file.child, "name": names.children[file.child.id], "is_shut": is_shut,
        "looks": [] if is_shut else rights_copy.looks_for(file),
    })


@door("child.read")
def explain(request: Request, child_id: UUID) -> HttpResponse:
    """The grade in words that a family can follow, with how to object."""
    file = _graded(request, child_id)
    names = open_names(request, children=[file.child], purpose=file.purpose or ROUTE, route=ROUTE, part="psychological")
    return show(request, "console/rights_explain.html", {
        "child": file.child, "name": names.children[file.child.id], **rights_copy.explained(file),
        "is_shut": rights_copy.is_shut(file),
    })


@door("child.read", methods=("POST",))
def print_explanation(request: Request, child_id: UUID) -> HttpResponse:
    """The same on one sheet, numbered as every paper; never while a guardian may be the danger."""
    file = _graded(request, child_id)
    to = OWN if request.POST.get("to") == OWN else GUARDIAN
    if to == GUARDIAN and rights_copy.is_shut(file):
        messages.error(request, _("没有打印：这份档案现在不能交监护人。"))
        return HttpResponseRedirect(f"/children/{child_id}/rights/explain/")
    content = rights_copy.explanation_paper(file, to=to)
    return HttpResponse(content, content_type="application/pdf", headers={
        "Content-Disposition": f'inline; filename="{file.child.file_no}-grade.pdf"', "Cache-Control": "no-store",
    })


def _graded(request: Request, child_id: UUID) -> File:
    file = read_file(request, child_id, is_at_work=True)
    if "psychological" not in file.parts:
        raise Http404
    return file


urlpatterns: list[URLPattern] = [
    path("children/<uuid:child_id>/rights/", rights_page),
    path("children/<uuid:child_id>/rights/<uuid:request_id>/copy/", make_copy),
    path("children/<uuid:child_id>/rights/looks/", looks_page),
    path("children/<uuid:child_id>/rights/explain/", explain),
    path("children/<uuid:child_id>/rights/explain/print/", print_explanation),
]
