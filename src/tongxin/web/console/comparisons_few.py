"""The page of a list with few children: why it is to be compared, and the word of who settles for the county."""

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from tongxin.comparisons.models import Comparison
from tongxin.flows import comparing, comparing_few, comparing_run
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.web.console.names import post_titles
from tongxin.web.doors import Request
from tongxin.web.pages import show


def shown(request: Request, found: Comparison) -> HttpResponse:
    """The reason and, for whoever may answer, the two answers; agreed, the list is compared at once."""
    problem = ""
    if request.method == "POST":
        try:
            return _answered(request, found)
        except Refused as refused:
            problem = refused.zh
        except NotAllowed:
            raise Http404 from None
    return show(request, "comparisons/few.html", {
        "comparison": found, "kind": comparing.kind_of(found, at=request.at), "problem": problem,
        "reason": comparing_few.reason_of(found, viewer=request.viewer, at=request.at),
        "by": post_titles([found.post_id])[found.post_id] if found.post_id else "",
        "is_refused": found.state == Comparison.REFUSED,
        "may_answer": found.state == Comparison.ASKED
        and comparing_few.may_answer(found, viewer=request.viewer, at=request.at),
    }, status=422 if problem else 200)


def _answered(request: Request, found: Comparison) -> HttpResponse:
    said = request.POST.get("answer", "")
    if said not in {"agree", "refuse"}:
        raise Refused.because(_("请先选同意还是不同意。没有保存。"))
    row = comparing_few.answer(found, agrees=said == "agree", actor=request.viewer, at=request.at)
    if row.state == Comparison.RECEIVED:
        comparing_run.run(row, viewer=request.viewer, at=request.at)
        messages.success(request, _("已同意，已经比对。送名单的人会收到消息。"))
    else:
        messages.success(request, _("没有同意，这份名单不比对。送名单的人会收到消息。"))
    return HttpResponseRedirect(f"/comparisons/{found.id}/")
