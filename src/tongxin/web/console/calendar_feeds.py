"""Addresses for calendar programs: made and shown once, stopped, and what is answered to whoever holds one."""

import hashlib
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseNotModified, HttpResponseRedirect
from django.utils.translation import gettext as _

from tongxin.accounts import throttle
from tongxin.bookings.models import Feed
from tongxin.bookings.rules import rules_at
from tongxin.flows import calendars
from tongxin.flows.refusals import NotAllowed
from tongxin.lib.ids import id_in
from tongxin.web.answer import address
from tongxin.web.doors import Request, door
from tongxin.web.pages import show

WRONG, READS = "calendar links", "calendar reads"
TEXT, CALENDAR = "text/plain; charset=utf-8", "text/calendar; charset=utf-8"


@door("office.see_rooms", methods=("POST",))
def make_feed(request: Request) -> HttpResponse:
    """A fresh address, shown this once; the one before stops working."""
    room = request.POST.get("room", "")
    try:
        if room and id_in(room) is None:
            raise NotAllowed
        made = calendars.issue(room_id=id_in(room), actor=request.viewer, at=request.at)
    except NotAllowed:
        raise Http404 from None
    host = f"{'https' if settings.IS_HTTPS else request.scheme}://{request.get_host()}"
    return show(request, "bookings/feed.html", {
        "url": f"{host}/calendars/{made.token}.ics", "expires_at": made.feed.expires_at,
        "back": f"/rooms/{room}/#feeds" if room else "/bookings/#feeds",
    })


@door("office.see_rooms", methods=("POST",))
def stop_feed(request: Request, feed_id: UUID) -> HttpResponse:
    """The address gives nothing any more."""
    found = next((each for each in calendars.working(viewer=request.viewer, at=request.at) if each.id == feed_id), None)
    try:
        calendars.revoke(feed_id=feed_id, actor=request.viewer, at=request.at)
    except NotAllowed:
        raise Http404 from None
    messages.success(request, _("已停用。用过这个地址的日历不会再更新，请在日历里删去它。"))
    room = found.room_id if found else None
    return HttpResponseRedirect(f"/rooms/{room}/#feeds" if room else "/bookings/#feeds")


@door("public")
def calendar_text(request: Request, token: str) -> HttpResponse:
    """The calendar, or nothing but 304 where the program has it already."""
    limits, feed = rules_at(request.at).feed, calendars.find(token[:100], at=request.at)
    if feed is None:
        minutes = address.minutes_to_wait(request, limits=limits.wrong_links, what=WRONG)
        return HttpResponse("", status=429 if minutes else 404, content_type=TEXT)
    key = throttle.key_for(login=f"{READS} {feed.id}")
    until = throttle.paused_until(key=key, limits=limits.reads, at=request.at)
    if until is not None:
        wait = str(int((until - request.at).total_seconds()) + 1)
        return HttpResponse("", status=429, content_type=TEXT, headers={"Retry-After": wait})
    Feed.objects.filter(id=feed.id).update(seen_at=request.at)
    text = calendars.text_of(feed, at=request.at)
    tag = f'"{hashlib.sha256(text).hexdigest()[:32]}"'
    if tag in [each.strip().removeprefix("W/") for each in request.headers.get("If-None-Match", "").split(",")]:
        return HttpResponseNotModified(headers={"ETag": tag})
    return HttpResponse(text, content_type=CALENDAR, headers={
        "ETag": tag, "Content-Disposition": 'inline; filename="calendar.ics"',
    })
