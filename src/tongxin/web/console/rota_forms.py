"""Writing the rota: a weekly pattern, its end, a day off, a swap, and the yes or no to one."""

from collections.abc import Callable
from datetime import date
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from tongxin.bookings.times import minutes_in
from tongxin.core.forms import Problem
from tongxin.flows import booking_handing, rota
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.flows.rota import ShiftWish
from tongxin.lib.ids import id_in
from tongxin.lib.numbers import number_in
from tongxin.web.console.booking_words import day_at, named_in
from tongxin.web.doors import Request, door, id_for

PAGE = "/rota/"


@door("office.plan_rota", methods=("POST",))
def write_shift(request: Request) -> HttpResponse:
    """Somebody sits in a room at these hours of some weekdays."""
    def write() -> str:
        given = request.POST
        last = given.get("last_day", "")
        wish = ShiftWish(
            room_id=id_for(given.get("room", "")), who=named_in(given.get("who", "")),
            weekdays=tuple(day for each in given.getlist("weekdays") if (day := number_in(each, most=6)) is not None),
            starts=_minutes(given.get("starts", "")), ends=_minutes(given.get("ends", "")),
            first_day=day_at(given.get("first_day", ""), "first_day"),
            last_day=day_at(last, "last_day") if last else None,
        )
        count = len(rota.write(wish=wish, actor=request.viewer, at=request.at))
        return _("已排好，每周 %(count)d 班；放假的日子不排。") % {"count": count}

    return _answered(request, write)


@door("office.plan_rota", methods=("POST",))
def end_shift(request: Request, shift_id: UUID) -> HttpResponse:
    """A shift holds until a day."""
    def end() -> str:
        rota.end(shift_id=shift_id, last_day=day_at(request.POST.get("last_day", ""), "last_day"),
                 actor=request.viewer, at=request.at)
        return _("已改：这一班到那一天为止。")

    return _answered(request, end)


@door("office.see_rooms", methods=("POST",))
def leave_day(request: Request) -> HttpResponse:
    """Somebody is away on one day, with a stand-in who has to agree or with none."""
    def leave() -> str:
        shift, day = _turn(request.POST.get("turn", ""), "turn")
        stand_in = named_in(request.POST.get("who", ""))
        booked = rota.leave(shift_id=shift, day=day, stand_in=stand_in, actor=request.viewer, at=request.at)
        said = _("已登记请假，这一班现在没有人。")
        if stand_in:
            said = _("已登记请假，等代班的人答应；答应以前这一班没有人。")
        return said + (_("这一班里已有 %(count)d 个预约，请改期或取消。") % {"count": booked} if booked else "")

    return _answered(request, leave)


@door("office.see_rooms", methods=("POST",))
def swap_days(request: Request) -> HttpResponse:
    """Two change places once the other agrees."""
    def swap() -> str:
        shift, day = _turn(request.POST.get("turn", ""), "turn")
        other, other_day = _turn(request.POST.get("other", ""), "other")
        rota.swap(shift_id=shift, day=day, other_shift_id=other, other_day=other_day, actor=request.viewer,
                  at=request.at)
        return _("已请对方换班。对方答应以前，两班都不变。")

    return _answered(request, swap)


@door("office.see_rooms", methods=("POST",))
def answer_change(request: Request, change_id: UUID) -> HttpResponse:
    """Yes or no to a stand-in or a swap."""
    def answer() -> str:
        is_yes = request.POST.get("answer") == "yes"
        handed = booking_handing.answer(change_id=change_id, is_yes=is_yes, actor=request.viewer, at=request.at)
        if not is_yes:
            return _("已回复不换，坐班表不变。")
        said = _("已答应，坐班表已改。")
        if handed.over:
            said += _("这一班的 %(count)d 个预约跟着换了人，见“我的预约”。") % {"count": handed.over}
        if handed.left:
            left = _("还有 %(count)d 个没有换（看不到那个孩子的档案，或时间有冲突），请改期。")
            said += left % {"count": handed.left}
        return said

    return _answered(request, answer)


def _answered(request: Request, act: Callable[[], str]) -> HttpResponse:
    try:
        messages.success(request, act())
    except NotAllowed:
        raise Http404 from None
    except Refused as refused:
        messages.error(request, refused.zh)
    return HttpResponseRedirect(PAGE)


def _turn(text: str, path: str) -> tuple[UUID, date]:
    shift, _sign, day = text.partition(":")
    found = id_in(shift)
    if found is None:
        raise Refused([Problem(path, "没有保存：请选哪一班。", True)])
    return found, day_at(day, path)


def _minutes(text: str) -> int:
    try:
        return minutes_in(text)
    except ValueError:
        raise Refused([Problem("starts", "没有排上：请写几点到几点，例如 08:30 到 12:00。", True)]) from None
