"""A press of one button: done and said, refused in words, or no such page; then back to where it was pressed."""

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.web.doors import Request


def tried(request: Request, act: Callable[[], object], *, done: str, to: str) -> HttpResponse:
    """What came of one act, as a line above the page `to`; a page that is none where the viewer has no part in it."""
    try:
        act()
    except NotAllowed:
        raise Http404 from None
    except Refused as refused:
        messages.error(request, refused.zh)
    else:
        messages.success(request, done)
    return HttpResponseRedirect(to)


def answered(request: Request, act: Callable[[bool], object], *, to: str) -> HttpResponse:
    """The second person's word to whoever asked, by the two buttons of the page."""
    agrees = request.POST.get("agrees") == "yes"
    done = _("已同意，申请人已收到消息。") if agrees else _("没有同意，申请人已收到消息。")
    return tried(request, lambda: act(agrees), done=done, to=to)
