"""Lists of people trained elsewhere: upload, look at every bad row, take in or put aside."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.flows.training import lists
from tongxin.flows.training.scope import rules_for
from tongxin.lib.ids import id_in
from tongxin.lib.numbers import day_in
from tongxin.training.models import Batch
from tongxin.web.console.register_forms import told_problems
from tongxin.web.console.training.home import HOME
from tongxin.web.doors import Request, door
from tongxin.web.pages import show
from tongxin.web.words import day_zh

LISTS, SHOWN, PREVIEW = f"{HOME}lists/", 50, 20


@door("office.keep_training", methods=("GET", "POST"))
def list_page(request: Request) -> HttpResponse:
    """The lists that came, and a new one."""
    if request.method == "GET":
        return _list(request)
    file = request.FILES.get("file")
    try:
        batch = lists.look_at(
            content=file.read() if file else b"", name=(file.name or "") if file else "",
            session_id=id_in(request.POST.get("session", "")), actor=request.viewer, at=request.at,
        )
    except NotAllowed:
        raise Http404 from None
    except Refused as refused:
        return _list(request, refused.problems, status=422)
    return HttpResponseRedirect(f"{LISTS}{batch.id}/")


def _list(request: Request, problems: Any = (), status: int = 200) -> HttpResponse:
    try:
        rows = list(lists.batches_for(request.viewer, at=request.at)[:SHOWN])
        found = rules_for(request.viewer, at=request.at)
    except NotAllowed:
        raise Http404 from None
    heads = [(names[0], "、".join(names[1:])) for names in found.columns.values()]
    return show(request, "training/lists.html", {
        "problems": told_problems(problems), "heads": heads, "most": found.most_rows,
        "session": request.POST.get("session") or request.GET.get("session", ""),
        "kinds": "、".join(each.zh for each in found.audiences.values()),
        "subjects": "、".join(found.subjects.values()),
        "rows": [{"row": each, "url": f"{LISTS}{each.id}/", "state": each.get_state_display()} for each in rows],
    }, status=status)


@door("office.keep_training")
def batch_page(request: Request, batch_id: UUID) -> HttpResponse:
    """What a list would bring, and every row that is wrong."""
    return _page(request, batch_id)


def _page(request: Request, batch_id: UUID, problems: Any = (), status: int = 200) -> HttpResponse:
    try:
        batch = lists.batch_for(batch_id=batch_id, viewer=request.viewer, at=request.at)
        found = rules_for(request.viewer, at=request.at)
        good, bad = lists.opened(batch, request.viewer, at=request.at)
    except NotAllowed:
        raise Http404 from None
    return show(request, "training/list.html", {
        "batch": batch, "problems": told_problems(problems), "state": batch.get_state_display(), "bad": bad,
        "more_bad": batch.wrong - len(bad), "is_open": batch.state == Batch.CHECKED, "good": [
            {"name": each.name, "kind": found.audiences[each.audience].zh if each.audience in found.audiences else "",
             "subject": found.subjects.get(each.subject, ""), "day": day_zh(day_in(each.day)),
             "hours": found.hours(each.minutes)}
            for each in good[:PREVIEW]
        ], "more": len(good) - PREVIEW,
    }, status=status)


@door("office.keep_training", methods=("POST",))
def take(request: Request, batch_id: UUID) -> HttpResponse:
    """The good rows count from now on."""
    try:
        many = lists.take(batch_id=batch_id, actor=request.viewer, at=request.at)
    except NotAllowed:
        raise Http404 from None
    except Refused as refused:
        return _page(request, batch_id, refused.problems, status=422)
    messages.success(request, _("已导入 {many} 行。以前导入过的不重复算。").format(many=many))
    return HttpResponseRedirect(f"{LISTS}{batch_id}/")


@door("office.keep_training", methods=("POST",))
def put_aside(request: Request, batch_id: UUID) -> HttpResponse:
    """Nothing of it is taken in."""
    try:
        lists.put_aside(batch_id=batch_id, actor=request.viewer, at=request.at)
    except NotAllowed:
        raise Http404 from None
    messages.success(request, _("没有导入。改好以后可以再上传。"))
    return HttpResponseRedirect(LISTS)
