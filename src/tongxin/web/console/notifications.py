"""Where one is reached outside and when, for oneself; and how the ways out stand, for whoever looks after them."""

from collections.abc import Callable, Iterable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters

from tongxin.core.forms import Problem
from tongxin.flows import notifying
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.notices import addresses, setup, standing
from tongxin.notices.rules import rules_at
from tongxin.notices.wording import reason_zh
from tongxin.web.doors import Request, door, may_do_any
from tongxin.web.pages import show

PAGE, WAYS, TEND = "/notifications/", "/notifications/ways/", "tend_notices"
LONGEST = 1000
CONFIRMED = "已确认。急事会马上发到这里，不管免打扰。"
DONE = {
    "again": "已重新发出确认码。", "try": "已试发一条，过一会儿看收到没有。", "remove": "已停用，不再往那里发。",
}


@door("work")
def settings_page(request: Request) -> HttpResponse:
    """One's own addresses, quiet hours and summary."""
    return _page(request, {}, (), 200)


def _page(request: Request, given: dict[str, str], problems: Iterable[Problem], status: int) -> HttpResponse:
    found, person = rules_at(request.at), request.viewer.person_id
    rows = addresses.of(person) if person else []
    words = addresses.words_of(rows, viewer=request.viewer, at=request.at)
    last = standing.last_of([row.id for row in rows])
    preference = addresses.preference_of(person) if person else None
    quiet = addresses.quiet_of(preference, found)
    open_ways = [each for each in found.channels.values() if not setup.problem(each.id)]
    return show(request, "console/notifications.html", {
        "rows": [
            {"row": row, "zh": found.channels[row.channel].zh if row.channel in found.channels else row.channel,
             "address": _THIS_BROWSER if row.channel == notifying.WEB_PUSH else word, "last": last.get(row.id),
             "reason": reason_zh(last[row.id].reason) if row.id in last else ""}
            for row, word in zip(rows, words, strict=True)
        ],
        "ways": [each for each in open_ways if each.needs_code],
        "push_key": notifying.browser_key() if any(not each.needs_code for each in open_ways) else "",
        "quiet_from": given.get("quiet_from") or f"{quiet.begins:%H:%M}",
        "quiet_until": given.get("quiet_until") or f"{quiet.ends:%H:%M}",
        "digest": given.get("digest") or f"{addresses.digest_of(preference, found):%H:%M}",
        "given": given, "problems": list(problems), "times": found.times,
        "minutes": int(found.again.total_seconds() // 60), "on_rest_days": found.on_rest_days,
        "code_minutes": int(found.code_lasts.total_seconds() // 60),
        "tends": may_do_any(request, TEND),
    }, status=status)


_THIS_BROWSER = "在一个浏览器里"


@sensitive_post_parameters("address")
@door("work", methods=("POST",))
def add(request: Request) -> HttpResponse:
    """A further address; a browser registers itself by the same door."""
    given = {name: request.POST.get(name, "").replace("\x00", "").strip()[:LONGEST] for name in ("channel", "address")}
    try:
        row = notifying.add(**given, actor=request.viewer, at=request.at)
    except Refused as refused:
        return _page(request, given, refused.problems, 422)
    except NotAllowed:
        raise Http404 from None
    messages.success(request, CONFIRMED if row.confirmed_at else _("已发出确认码。收到以后，填在下面。"))
    return HttpResponseRedirect(PAGE)


@sensitive_post_parameters("code")
@door("work", methods=("POST",))
def confirm(request: Request, address_id: UUID) -> HttpResponse:
    """The code that came."""
    code = request.POST.get("code", "").replace("\x00", "")[:20]

    def deed(**named: Any) -> None:
        notifying.confirm(code=code, **named)

    return _done(request, address_id, deed, CONFIRMED)


@door("work", methods=("POST",))
def ask_again(request: Request, address_id: UUID) -> HttpResponse:
    """A new code."""
    return _done(request, address_id, notifying.ask_again, DONE["again"])


@door("work", methods=("POST",))
def try_out(request: Request, address_id: UUID) -> HttpResponse:
    """One message to see whether it comes."""
    return _done(request, address_id, notifying.try_out, DONE["try"])


@door("work", methods=("POST",))
def remove(request: Request, address_id: UUID) -> HttpResponse:
    """Nothing more goes there."""
    return _done(request, address_id, notifying.remove, DONE["remove"])


def _done(request: Request, address_id: UUID, deed: Callable[..., None], zh: str) -> HttpResponse:
    try:
        deed(address_id=address_id, actor=request.viewer, at=request.at)
    except NotAllowed:
        raise Http404 from None
    except Refused as refused:
        return _page(request, {"about": str(address_id)}, refused.problems, 422)
    messages.success(request, zh)
    return HttpResponseRedirect(PAGE)


@door("work", methods=("POST",))
def hours(request: Request) -> HttpResponse:
    """Quiet hours and the moment of the summary."""
    given = {name: request.POST.get(name, "")[:20] for name in ("quiet_from", "quiet_until", "digest")}
    try:
        notifying.prefer(
            quiet_from=given["quiet_from"], quiet_until=given["quiet_until"], digest_at=given["digest"],
            actor=request.viewer, at=request.at,
        )
    except Refused as refused:
        return _page(request, given, refused.problems, 422)
    except NotAllowed:
        raise Http404 from None
    messages.success(request, _("已保存。急事不管免打扰，照样马上发。"))
    return HttpResponseRedirect(PAGE)


@door("office.tend_notices")
def ways_page(request: Request) -> HttpResponse:
    """Each way out: whether it is set up, what went, what didn't and why; no address and nobody's name."""
    found = rules_at(request.at)
    return show(request, "console/notification_ways.html", {
        "ways": standing.ways(at=request.at), "days": rules_at(request.at).looked_back.days, "file": setup.FILE,
        "troubles": [
            {"row": row, "zh": found.channels[row.to.channel].zh if row.to.channel in found.channels else "",
             "reason": reason_zh(row.reason)}
            for row in standing.troubles(at=request.at)
        ],
    })


ONE = "notifications/addresses/<uuid:address_id>"
urlpatterns: list[URLPattern] = [
    path("notifications/", settings_page),
    path("notifications/add/", add),
    path("notifications/hours/", hours),
    path("notifications/ways/", ways_page),
    path(f"{ONE}/confirm/", confirm),
    path(f"{ONE}/again/", ask_again),
    path(f"{ONE}/try/", try_out),
    path(f"{ONE}/remove/", remove),
]
