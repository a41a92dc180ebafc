"""Keeping what a page holds while somebody writes, and throwing it away again."""

import json
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase, HttpResponseRedirect, JsonResponse
from django.utils.translation import gettext as _

from tongxin.assessments.forms import Asked
from tongxin.core.forms.texts import UNSAVABLE
from tongxin.core.pathway import CHINA
from tongxin.drafts.services import NotMine, Saved, ThrownAway, Writing
from tongxin.flows import drafting
from tongxin.flows.drafting import NoReason
from tongxin.lib.ids import id_in
from tongxin.people.models import Child
from tongxin.web.console.form_page import asked_about, said
from tongxin.web.console.opened import act_from_opened, opened_by, refuse_others
from tongxin.web.console.opening import asked_here
from tongxin.web.doors import Request, body_of, child_for, door

LARGEST = 256 * 1024
UNREADABLE = "系统没有看懂，还没有存上。"
TOO_LARGE = "内容太多，草稿存不下。请尽快提交，或删减后再写。"
BESIDE = "这份表在另一处也改过，两份都留着；本页接着写的是其中一份，另一份在首页“没填完的表”里。"
RECORDED = "这份表已经提交过了，本页以后写的不会再存。要改，请在档案里打开那条记录点“更正”。"
GONE = (
    "这份草稿已在另一页删去，本页写的不会再存。内容还在本页：请不要关闭，写完直接提交；不能马上提交的，先抄下来再重新打开这张表。"
)
APART = "这份表已经办结，本页写的不会再存，也没有留下草稿。请关闭这一页。"
STRANGE = "没有存上：这份草稿不是您的，或那个岗位已不由您担任。"


@door("child.record", methods=("POST",))
def keep_draft(request: Request, child_id: UUID, form_id: str) -> HttpResponseBase:
    """Keep what a page about a child holds so far."""
    if no := refuse_others(request):
        return no
    child = child_for(request, child_id)
    asked = asked_about(request, child, form_id)
    return act_from_opened(request, opened_by(request)) or _keep(request, child, asked)


@door("office.open_file", methods=("POST",))
def keep_file_draft(request: Request) -> HttpResponseBase:
    """Keep what the page of a file that is being opened holds so far."""
    no = refuse_others(request) or act_from_opened(request, opened_by(request))
    return no or _keep(request, None, asked_here(request)[1])


def _keep(request: Request, child: Child | None, asked: Asked) -> JsonResponse:
    if len(body_of(request)) > LARGEST:
        return said(TOO_LARGE, status=413)
    writing = _writing(request)
    if writing is None:
        return said(UNREADABLE, status=400)
    if not _is_writable(writing):
        return said(f"还没有存上：{UNSAVABLE}。", status=422)
    try:
        saved = drafting.keep(child=child, asked=asked, writing=writing, actor=request.viewer, at=request.at)
    except NotMine:
        return said(STRANGE, status=409)
    except ThrownAway:
        return JsonResponse({"is_over": True, "zh": GONE})
    return JsonResponse(_told(saved))


def _told(saved: Saved) -> dict[str, Any]:
    if saved.is_empty:
        return {"is_empty": True}
    if saved.draft is None:
        return {"is_over": True, "zh": APART if saved.is_apart else RECORDED}
    return {
        "entry_id": str(saved.draft.id), "revision": saved.draft.revision,
        "at": f"{saved.draft.saved_at.astimezone(CHINA):%H:%M}", "is_danger": saved.draft.danger_at is not None,
        "zh": BESIDE if saved.is_other else "",
    }


def _is_writable(writing: Writing) -> bool:
    """Whether everything in it can be written at all: half of a pair of signs can't."""
    try:
        json.dumps([writing.form_hash, writing.answers], ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False
    return "\x00" not in writing.form_hash


def _writing(request: Request) -> Writing | None:
    try:
        body = json.loads(body_of(request))
        found = Writing(
            entry_id=UUID(str(body["entry_id"])), form_hash=str(body["form_hash"])[:64], answers=body["answers"],
            tab=UUID(str(body["tab"])), turn=int(body["turn"]), base=int(body["base"]),
            about=request.GET.get("about", "")[:120], corrects=id_in(request.GET.get("corrects", "")),
        )
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError):
        return None
    return found if isinstance(found.answers, dict) and max(abs(found.turn), abs(found.base)) < 2**31 else None


@door("work", methods=("POST",))
def discard(request: Request, draft_id: UUID) -> HttpResponse:
    """Throw one's own draft away."""
    try:
        draft = drafting.drop(
            draft_id=draft_id, actor=request.viewer, at=request.at, reason=request.POST.get("reason", "")
        )
    except NoReason:
        messages.warning(request, _(
            "没有删去，草稿还在：里面有过危险信号。请从孩子的档案里打开这张表，在“删去”旁选一条原因。"
        ))
        return HttpResponseRedirect("/")
    if draft is None:
        raise Http404
    if draft.danger_at is not None:
        messages.warning(request, _("已删去。里面有危险信号，系统已提醒这名儿童的各级负责人；请当面告诉他们情况。"))
    else:
        messages.success(request, _("已删去没填完的表。"))
    return HttpResponseRedirect("/")
