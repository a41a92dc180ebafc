"""What is done on an activity's page; each deed comes back to it, with what is wrong where something is."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from tongxin.activities.models import Occasion, Photo
from tongxin.flows.activities import listing, occasions, photos, planning, returning, signing
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.lib.ids import id_in
from tongxin.lib.numbers import number_in
from tongxin.web.answer.links import picture
from tongxin.web.console.activities.overview import EITHER, HOME
from tongxin.web.console.activities.page import page
from tongxin.web.console.register_forms import given_in
from tongxin.web.doors import Request, door, id_for
from tongxin.web.pages import show

PLAN, MOST_TYPED = "office.plan_activities", 999


def _did(
    request: Request, activity_id: UUID, act: Callable[[], object], done: str, *, where: str = "", at: str = ""
) -> HttpResponse:
    try:
        act()
    except NotAllowed:
        raise Http404 from None
    except Refused as refused:
        return page(request, activity_id, given_in(request), refused.problems, where, status=422)
    messages.success(request, done)
    return HttpResponseRedirect(f"{HOME}{activity_id}/{at}")


@door("office.approve_activities", methods=("POST",))
def decide(request: Request, asked_id: UUID) -> HttpResponse:
    """It may be held, or goes back with a reason."""
    agrees = request.POST.get("answer") == "yes"
    return _did(request, asked_id, lambda: planning.decide(
        activity_id=asked_id, agrees=agrees, reason=request.POST.get("reason", ""), actor=request.viewer,
        at=request.at,
    ), _("已批准。") if agrees else _("已退回，写计划的人会收到消息。"))


@door(PLAN, methods=("POST",))
def cancel(request: Request, activity_id: UUID) -> HttpResponse:
    """It is not held."""
    return _did(request, activity_id, lambda: planning.cancel(
        activity_id=activity_id, reason=request.POST.get("reason", ""), actor=request.viewer, at=request.at
    ), _("已取消。"))


@door(PLAN, methods=("POST",))
def close(request: Request, activity_id: UUID) -> HttpResponse:
    """Done, with a summary."""
    return _did(request, activity_id, lambda: planning.close(
        activity_id=activity_id, given=given_in(request), actor=request.viewer, at=request.at
    ), _("小结已保存。"), where="closing")


@door(PLAN, methods=("POST",))
def begin(request: Request, activity_id: UUID) -> HttpResponse:
    """Today's time, opened for signing in."""
    fresh = id_for(request.POST.get("occasion", ""))
    return _did(request, activity_id, lambda: occasions.begin(
        activity_id=activity_id, occasion_id=fresh, actor=request.viewer, at=request.at
    ), _("今天这一场已开始。可以出签到码，也可以散场后登记人数。"), at="#held")


@door(PLAN, methods=("POST",))
def count(request: Request, activity_id: UUID) -> HttpResponse:
    """How many came."""
    fresh = id_for(request.POST.get("occasion", ""))
    return _did(request, activity_id, lambda: occasions.count(
        activity_id=activity_id, occasion_id=fresh, given=given_in(request), reason=request.POST.get("sure", ""),
        actor=request.viewer, at=request.at,
    ), _("人数已登记。"), where="occasion", at="#held")


def _activity_of(occasion_id: UUID) -> UUID:
    found = Occasion.objects.filter(id=occasion_id).values_list("activity_id", flat=True).first()
    if found is None:
        raise Http404
    return found


@door(PLAN, methods=("POST",))
def withdraw(request: Request, occasion_id: UUID) -> HttpResponse:
    """A time that was written down by mistake."""
    return _did(request, _activity_of(occasion_id), lambda: occasions.withdraw(
        occasion_id=occasion_id, actor=request.viewer, at=request.at
    ), _("已撤回，不再计数。"), at="#held")


@door(PLAN, methods=("POST",))
def code(request: Request, occasion_id: UUID) -> HttpResponse:
    """A fresh code to scan; the one before stops."""
    activity_id = _activity_of(occasion_id)
    try:
        made, row = signing.issue(occasion_id=occasion_id, actor=request.viewer, at=request.at)
    except NotAllowed:
        raise Http404 from None
    except Refused as refused:
        return page(request, activity_id, {}, refused.problems, status=422)
    url = request.build_absolute_uri(f"/come/{made}/")
    return show(request, "activities/code.html", {
        "code": made, "url": url, "door": request.build_absolute_uri("/come/"),
        "picture": picture(url), "until": row.expires_at, "back": f"{HOME}{activity_id}/",
    })


@door(PLAN, methods=("POST",))
def tick(request: Request, occasion_id: UUID) -> HttpResponse:
    """The listed children who were there."""
    wanted = [found for each in request.POST.getlist("listed") if (found := id_in(each))]
    return _did(request, _activity_of(occasion_id), lambda: listing.tick(
        occasion_id=occasion_id, listed=wanted, actor=request.viewer, at=request.at
    ), _("名单上的孩子已签到。"), at="#held")


@door(PLAN, methods=("POST",))
def put(request: Request, activity_id: UUID) -> HttpResponse:
    """A child on the list."""
    group = number_in(request.POST.get("group", ""), most=MOST_TYPED) or 1
    return _did(request, activity_id, lambda: listing.put(
        activity_id=activity_id, file_no=request.POST.get("file_no", "")[:40], group=group, actor=request.viewer,
        at=request.at,
    ), _("已加入名单。"), where="list", at="#list")


@door(PLAN, methods=("POST",))
def answer(request: Request, activity_id: UUID, listed_id: UUID) -> HttpResponse:
    """What the guardian and the child said."""
    return _did(request, activity_id, lambda: listing.answer(
        activity_id=activity_id, listed_id=listed_id, given=given_in(request), actor=request.viewer, at=request.at
    ), _("答复已记下。"), where="consent", at="#list")


@door(PLAN, methods=("POST",))
def hand_back(request: Request, activity_id: UUID, listed_id: UUID) -> HttpResponse:
    """Who has the child after an outing."""
    return _did(request, activity_id, lambda: returning.hand_back(
        activity_id=activity_id, listed_id=listed_id, given=given_in(request), actor=request.viewer, at=request.at
    ), _("已记下交给了谁。"), where="handed_back", at="#list")


@door(PLAN, methods=("POST",))
def leave(request: Request, activity_id: UUID, listed_id: UUID) -> HttpResponse:
    """Off the list."""
    return _did(request, activity_id, lambda: listing.leave(
        activity_id=activity_id, listed_id=listed_id, actor=request.viewer, at=request.at
    ), _("已移出名单。"), at="#list")


@door(PLAN, methods=("POST",))
def add_photo(request: Request, activity_id: UUID) -> HttpResponse:
    """A photo, when everybody on it agreed."""
    file = request.FILES.get("file")
    name, content = (file.name or "", file.read()) if isinstance(file, UploadedFile) else ("", b"")
    sent = photos.Sent(
        id_for(request.POST.get("photo", "")), name, content, request.POST.get("who", ""),
        [found for each in request.POST.getlist("listed") if (found := id_in(each))],
    )
    return _did(request, activity_id, lambda: photos.add(
        activity_id=activity_id, sent=sent, actor=request.viewer, at=request.at
    ), _("照片已加密保存，拍摄地点已去掉。"), where="photo", at="#photos")


@door(EITHER)
def open_photo(request: Request, photo_id: UUID) -> HttpResponse:
    """The photo itself; the look is on record."""
    try:
        media_type, found = photos.opened(photo_id=photo_id, viewer=request.viewer, at=request.at)
    except NotAllowed:
        raise Http404 from None
    return HttpResponse(found, content_type=media_type, headers={"Content-Disposition": "inline"})


@door(PLAN, methods=("POST",))
def withdraw_photo(request: Request, photo_id: UUID) -> HttpResponse:
    """Nobody sees it any more."""
    row = Photo.objects.filter(id=photo_id).first()
    if row is None:
        raise Http404
    return _did(request, row.activity_id, lambda: photos.withdraw(
        photo_id=photo_id, actor=request.viewer, at=request.at
    ), _("照片已撤下。"), at="#photos")
