"""Keep a question under a name, change or remove one's own."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from tongxin.flows import queries
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.indicators import service
from tongxin.web import new_ids
from tongxin.web.console.attempts import tried
from tongxin.web.console.queries.asked import HOME, Asked, asked_in, given_in
from tongxin.web.console.queries.asking import page
from tongxin.web.doors import Request, door


@door(f"office.{service.SEE}", methods=("POST",))
def keep(request: Request) -> HttpResponse:
    """Keep the question that is on the page."""
    query_id = new_ids.given_id(request)
    return _kept(request, query_id, lambda codes: queries.keep(
        query_id=query_id, name=request.POST.get("name", ""), asked=codes,
        is_shared=request.POST.get("is_shared") == "yes", actor=request.viewer, at=request.at,
    ))


@door(f"office.{service.SEE}", methods=("POST",))
def change(request: Request, query_id: UUID) -> HttpResponse:
    """One's own from now on asks what is on the page."""
    return _kept(request, query_id, lambda codes: queries.change(
        query_id=query_id, name=request.POST.get("name", ""), asked=codes,
        is_shared=request.POST.get("is_shared") == "yes", actor=request.viewer, at=request.at,
    ))


@door(f"office.{service.SEE}", methods=("POST",))
def remove(request: Request, query_id: UUID) -> HttpResponse:
    """One's own is gone from the lists."""
    return tried(
        request, lambda: queries.remove(query_id=query_id, actor=request.viewer, at=request.at),
        done=_("已删去。"), to=HOME,
    )


def _kept(request: Request, query_id: UUID, act: Callable[[dict[str, list[str]]], object]) -> HttpResponse:
    asked: Asked = asked_in(request, given_in(request.POST), request.POST.get("place", ""))
    if asked.question is None:
        return page(request, asked, problem=asked.problem or _("没有保存：请先选指标，算出来再保存。"), status=422)
    try:
        act(asked.question.codes)
    except NotAllowed:
        raise Http404 from None
    except Refused as refused:
        return page(request, asked, problem=refused.zh, status=422)
    messages.success(request, _("已保存。打开的人看到的是自己管的地方。"))
    return HttpResponseRedirect(f"{HOME}{query_id}/")
