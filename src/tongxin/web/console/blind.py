"""Blind comparisons: opened or answered with a list, approved by a second person, letters out and in, the result."""

import csv
import io
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import path
from django.utils.translation import gettext as _

from tongxin.accounts.models import Organisation
from tongxin.blind.marks import KINDS, Listed
from tongxin.flows import blind_agreements, blind_sessions
from tongxin.flows.blind_sessions import Wish
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.instances.models import BlindSession
from tongxin.intake.reading import RosterError
from tongxin.lib.faults import Fault
from tongxin.lib.ids import id_in
from tongxin.people.models import Child
from tongxin.rulebook import rules
from tongxin.web.console.names import post_titles
from tongxin.web.console.options import county_of_viewer
from tongxin.web.doors import Request, door, may_do_any
from tongxin.web.new_ids import fresh, given_id
from tongxin.web.pages import show

OPEN, COMPARE = "office.blind_compare|approve_blind", "office.blind_compare"
HERE = "/blind/"
SHOWN = 30
JSON = "application/json"


@door(OPEN, methods=("GET", "POST"))
def blind_list(request: Request) -> HttpResponse:
    """The comparisons that the viewer may open, and the places to begin or to answer one."""
    if request.method == "GET":
        return _list(request)
    if not may_do_any(request, blind_sessions.COMPARE):
        raise Http404
    try:
        row = _answered(request) if request.POST.get("deed") == "answer" else _asked(request)
    except NotAllowed:
        raise Http404 from None
    except (Refused, Fault, RosterError) as refused:
        zh = _("名单没有读取：%(why)s") % {"why": refused} if isinstance(refused, RosterError) else refused.zh
        return _list(request, zh, 422)
    messages.success(request, _("已登记。请另一位有权批准的同事打开这一页批准。"))
    return HttpResponseRedirect(f"{HERE}{row.id}/")


def _list(request: Request, problem: str = "", status: int = 200) -> HttpResponse:
    found = list(blind_sessions.seen_by(viewer=request.viewer, at=request.at)[:SHOWN])
    limits = blind_sessions.rules_at(request.at, region=rules.region_of(county_of_viewer(request)))
    return show(request, "blind/list.html", {
        "rows": [{"row": each, "state": _state_zh(each)} for each in found],
        "new_id": fresh(request)["id"], "kinds": KINDS, "limits": limits, "problem": problem, "given": request.POST,
        "own_name": request.POST.get("own_name") or _own_name(request),
        "may_compare": may_do_any(request, blind_sessions.COMPARE),
        "agreements": blind_agreements.offered(request.viewer, at=request.at),
        "may_use_files": may_do_any(request, blind_sessions.ON_FILE),
    }, status=status)


def _state_zh(row: BlindSession) -> str:
    return str(row.get_state_display())


def _own_name(request: Request) -> str:
    seat = request.viewer.seat
    body = Organisation.objects.filter(id=seat.organisation_id).first() if seat else None
    return body.name if body else ""


def _file(request: Request, name: str) -> "UploadedFile[bytes] | None":
    file = request.FILES.get(name)
    return file if isinstance(file, UploadedFile) else None


def _rows(request: Request) -> tuple[Sequence[Listed], str]:
    """The list and where it comes from: a file, or all files in use where the viewer may."""
    if request.POST.get("source") == BlindSession.ON_FILE:
        return blind_sessions.on_file(actor=request.viewer, at=request.at), BlindSession.ON_FILE
    file = _file(request, "list")
    if file is None:
        raise Refused.because(_("请先选择本方的名单，没有保存。"))
    name = str(file.name or "")[:200]
    return blind_sessions.listed(file.read(), name=name, at=request.at), BlindSession.UPLOADED


def _wish(request: Request) -> Wish:
    words = {
        name: request.POST.get(name, "").strip() for name in ("kind", "own_name", "other_name", "purpose", "agreement")
    }
    return Wish(**words)


def _asked(request: Request) -> BlindSession:
    rows, source = _rows(request)
    return blind_sessions.ask(
        wish=_wish(request), rows=rows, source=source, actor=request.viewer, at=request.at, new_id=given_id(request)
    )


def _answered(request: Request) -> BlindSession:
    file = _file(request, "letter")
    if file is None:
        raise Refused.because(_("请先选择对方发来的第一封，没有保存。"))
    came = file.read()
    rows, source = _rows(request)
    return blind_sessions.answer(
        came=came, wish=_wish(request), rows=rows, source=source, actor=request.viewer, at=request.at
    )


def _session(request: Request, blind_id: UUID) -> BlindSession:
    try:
        return blind_sessions.session_for(session_id=blind_id, viewer=request.viewer, at=request.at)
    except NotAllowed:
        raise Http404 from None


@door(OPEN, methods=("GET", "POST"))
def blind_page(request: Request, blind_id: UUID) -> HttpResponse:
    """One comparison: what is next, and the second person's word."""
    row = _session(request, blind_id)
    if request.method == "GET":
        return _page(request, row)
    answers = {"approve": True, "refuse": False}
    deed = request.POST.get("deed", "")
    if deed not in answers:
        return _page(request, row, _("请选择批准还是不批准，没有保存。"), 422)
    try:
        blind_sessions.decide(session_id=row.id, agrees=answers[deed], actor=request.viewer, at=request.at)
    except NotAllowed:
        raise Http404 from None
    except (Refused, Fault) as refused:
        return _page(request, row, refused.zh, 422)
    return HttpResponseRedirect(f"{HERE}{row.id}/")


def _page(request: Request, row: BlindSession, problem: str = "", status: int = 200) -> HttpResponse:
    titles = post_titles([row.post_id, row.decided_post])
    is_mine = row.post_id in request.viewer.post_ids and may_do_any(request, blind_sessions.COMPARE)
    return show(request, "blind/session.html", {
        "row": row, "state": _state_zh(row), "kind": KINDS.get(row.kind, ""), "problem": problem, "is_mine": is_mine,
        "purpose": blind_sessions.purpose_of(row, viewer=request.viewer, at=request.at),
        "is_agreed": blind_agreements.is_known(row.agreement, viewer=request.viewer, at=request.at),
        "by": titles.get(row.post_id, ""), "decided_by": titles.get(row.decided_post, "") if row.decided_post else "",
        "may_decide": may_do_any(request, blind_sessions.APPROVE) and row.person_id != request.viewer.person_id,
        "lines": _lines(request, row) if is_mine else [], "has_letter": bool(row.letter) and is_mine,
        "step_zh": _("第一封") if row.is_asker and row.state != BlindSession.DONE else
        _("第三封") if row.is_asker else _("第二封"), "next_zh": _("第二封") if row.is_asker else _("第三封"),
    }, status=status)


def _lines(request: Request, row: BlindSession) -> list[dict[str, str]]:
    """One's own rows that both have: of files the number and the way there, of a list where the row stands."""
    keys = blind_sessions.result_of(row, viewer=request.viewer, at=request.at)
    if row.source == BlindSession.UPLOADED:
        return [{"zh": each, "url": ""} for each in keys]
    numbers = dict(Child.objects.filter(id__in=[id_in(each) for each in keys]).values_list("id", "file_no"))
    known = {str(id): number for id, number in numbers.items()}
    return [{"zh": known[each], "url": f"/children/{each}/"} for each in keys if each in known]


@door(COMPARE)
def letter(request: Request, blind_id: UUID) -> HttpResponse:
    """Our letter, once somebody approved."""
    row = _session(request, blind_id)
    if not row.letter or row.post_id not in request.viewer.post_ids:
        raise Http404
    disposition = {"Content-Disposition": f'attachment; filename="blind-{row.id.hex[:8]}.json"'}
    return HttpResponse(bytes(row.letter), content_type=JSON, headers=disposition)


@door(COMPARE, methods=("POST",))
def bring(request: Request, blind_id: UUID) -> HttpResponse:
    """The other side's letter: from it the result."""
    row, file = _session(request, blind_id), _file(request, "file")
    if row.post_id not in request.viewer.post_ids:
        raise Http404
    if file is None:
        return _page(request, row, _("请先选择对方发来的文件，没有处理。"), 422)
    try:
        blind_sessions.take(session_id=row.id, content=file.read(), actor=request.viewer, at=request.at)
    except (Refused, Fault) as refused:
        return _page(request, row, refused.zh, 422)
    return HttpResponseRedirect(f"{HERE}{row.id}/")


@door(COMPARE)
def result(request: Request, blind_id: UUID) -> HttpResponse:
    """The result as a table of one's own rows."""
    row = _session(request, blind_id)
    if row.result is None or row.post_id not in request.viewer.post_ids:
        raise Http404
    table = io.StringIO(newline="")
    lines: list[dict[str, Any]] = list(_lines(request, row))
    csv.writer(table).writerows([["双方都有的行"], *([each["zh"]] for each in lines)])
    disposition = {"Content-Disposition": f'attachment; filename="blind-{row.id.hex[:8]}.csv"'}
    return HttpResponse(table.getvalue().encode("utf-8-sig"), content_type="text/csv", headers=disposition)


urlpatterns = [
    path("blind/", blind_list),
    path("blind/<uuid:blind_id>/", blind_page),
    path("blind/<uuid:blind_id>/letter/", letter),
    path("blind/<uuid:blind_id>/bring/", bring),
    path("blind/<uuid:blind_id>/result/", result),
]
