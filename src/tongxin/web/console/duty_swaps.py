"""Swapping two turns of the duty roster: asked on the page, answered there, or decided by whoever plans."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from tongxin.accounts.models import Division
from tongxin.duty.models import Swap, Turn
from tongxin.flows import duty_swaps
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.web.console.duty_words import moment_in_zh
from tongxin.web.console.names import Names
from tongxin.web.doors import Request, door, id_for

HOME = "/duty/"


@door("office.see_duty", methods=("POST",))
def ask_swap(request: Request) -> HttpResponse:
    """Two turns are to be swapped."""
    def ask() -> str:
        swap = duty_swaps.ask(
            one_id=id_for(request.POST.get("one", "")), other_id=id_for(request.POST.get("other", "")),
            reason=request.POST.get("reason", ""), actor=request.viewer, at=request.at,
        )
        if swap.state == Swap.AGREED:
            return _("已换班，两个人都会收到提醒。")
        return _("已请对方答复。对方答应以前，两班都不变。")

    return _answered(request, ask)


@door("office.see_duty", methods=("POST",))
def answer_swap(request: Request, swap_id: UUID) -> HttpResponse:
    """Yes, no, or taken back."""
    def answer() -> str:
        is_yes = request.POST.get("answer") == "yes"
        swap = duty_swaps.answer(swap_id=swap_id, is_yes=is_yes, actor=request.viewer, at=request.at)
        said = {Swap.AGREED: _("已答应，值班表已改。"), Swap.DROPPED: _("已收回，两班都不变。")}
        return said.get(swap.state, _("已回复不换，两班都不变。"))

    return _answered(request, answer)


def waiting_rows(request: Request, names: Names) -> list[dict[str, Any]]:
    """What waits for the viewer, and what the viewer asked for."""
    return [
        {
            "id": each.id, "place": each.division.name, "is_mine": each.asked_by_id == request.viewer.person_id,
            "one": _turn(each.one, names), "other": _turn(each.other, names),
        }
        for each in duty_swaps.waiting(viewer=request.viewer, at=request.at)
    ]


def settled_rows(request: Request, place: Division, names: Names) -> list[dict[str, Any]]:
    """The swaps that ended lately at a place."""
    known = {each["id"]: each["zh"] for each in duty_swaps.reasons(place, at=request.at)}
    return [
        {
            "one": _turn(each.one, names), "other": _turn(each.other, names), "state": each.get_state_display(),
            "by": names.person(each.asked_by_id), "reason": known.get(each.reason, ""), "at": each.answered_at,
        }
        for each in duty_swaps.settled(place, at=request.at)
    ]


def people_in(request: Request, places: list[Division]) -> set[UUID]:
    """Everybody whom the swaps shown name."""
    rows = [*duty_swaps.waiting(viewer=request.viewer, at=request.at)]
    rows += [each for place in places for each in duty_swaps.settled(place, at=request.at)]
    found = {person for each in rows for person in (each.one.person_id, each.other.person_id, each.asked_by_id)}
    return {each for each in found if each}


def choices(turns: list[Turn], names: Names) -> list[dict[str, Any]]:
    """Turns to choose from."""
    return [{"id": each.id, "person": each.person_id, "zh": _turn(each, names)} for each in turns]


def _turn(turn: Turn, names: Names) -> str:
    return f"{moment_in_zh(turn.from_at)} 到 {moment_in_zh(turn.to_at)}　{names.person(turn.person_id)}"


def _answered(request: Request, act: Callable[[], str]) -> HttpResponse:
    try:
        messages.success(request, act())
    except NotAllowed:
        raise Http404 from None
    except Refused as refused:
        messages.error(request, refused.zh)
    return HttpResponseRedirect(HOME)
