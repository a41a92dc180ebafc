"""A child's own page: opened by a one-time link or at a shared tablet, and left without a trace.

The link's token stands behind `#` in the address, which no browser sends; the page posts it once.
"""

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid5

from django.http import HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render

from tongxin.core.pathway import CHINA
from tongxin.flows import screening
from tongxin.screening import questions
from tongxin.screening.faults import Ended, NotTaken, NoWayIn
from tongxin.screening.models import Sitting
from tongxin.web.answer import address, seat
from tongxin.web.answer.asking import asking_in, help_in, span_in
from tongxin.web.answer.sent import sent_in
from tongxin.web.answer.sheet import asked_of, state_of
from tongxin.web.doors import Request, door

LONGEST_TOKEN = 64
NO_SEAT = "这一页放得太久，或者换了设备。请再扫一次二维码，已经答的都在。"
NO_WORDS = "这份问卷不能在手机上作答，请告诉老师。"
TOO_OFTEN = "试了太多次，请等 {minutes} 分钟再扫一次，或者请老师帮忙。"
NOT_READ = "没有看懂这一步，没有保存。请再点一次。"
# After these nobody sits there any more.
GOING = ("leave",)
Body = dict[str, Any]


@door("public")
def page(request: Request) -> HttpResponse:
    """The page on which a child answers; empty until a link or a tablet opens it."""
    asking = asking_in(at=request.at)
    return render(request, "answer/child.html", {"elsewhere": asking["elsewhere"], **help_in(at=request.at)})


@door("public")
def elsewhere(request: Request) -> HttpResponse:
    """What stands there after a child has left at once: nothing of a questionnaire."""
    return render(request, "answer/elsewhere.html", {"elsewhere": asking_in(at=request.at)["elsewhere"]})


@door("public", methods=("POST",))
def open_by_link(request: Request) -> HttpResponseBase:
    """A link's token for a seat; wrong ones are counted by address, a right one is always let in."""
    token = sent_in(request).get("token")
    try:
        if not isinstance(token, str) or not 0 < len(token) <= LONGEST_TOKEN:
            raise NoWayIn
        sitting = screening.open_sitting(token=token, at=request.at)
    except Ended as ended:
        return JsonResponse({"zh": ended.zh, "is_over": True}, status=410)
    except NotTaken as refused:
        minutes = address.minutes_to_wait(request)
        if minutes:
            return JsonResponse({"zh": TOO_OFTEN.format(minutes=minutes)}, status=429)
        return JsonResponse({"zh": refused.zh}, status=404)
    address.forget(request)
    return seated(request, sitting)


def seated(request: Request, sitting: Sitting) -> HttpResponseBase:
    """The answer that seats a browser at a sheet."""
    if not questions.instrument_of(sitting.participant.round).may_be_shown(request.at.astimezone(CHINA).date()):
        return JsonResponse({"zh": NO_WORDS}, status=404)
    taken, key = seat.taken(sitting)
    answer = JsonResponse({"key": key})
    _keep(request, answer, taken)
    return answer


Step = Callable[[Request, Sitting, Body], Body]


def at_seat(step: Step) -> Callable[[Request], HttpResponseBase]:
    """A step that only the page which took the seat may make."""

    @door("public", methods=("POST",))
    def view(request: Request) -> HttpResponseBase:
        held = seat.seat_of(request)
        sitting = seat.sitting_at(held) if held else None
        if held is None or sitting is None:
            return JsonResponse({"zh": NO_SEAT}, status=401)
        try:
            answer = JsonResponse(step(request, sitting, sent_in(request)))
        except Ended as ended:
            return JsonResponse({"zh": ended.zh, "is_over": True}, status=410)
        except NotTaken as refused:
            return JsonResponse({"zh": refused.zh}, status=422)
        if step.__name__ in GOING:
            seat.drop(answer)
        else:
            _keep(request, answer, held)
        return answer

    return view


@at_seat
def state(request: Request, sitting: Sitting, body: Body) -> Body:
    """Where the child was."""
    if sitting.state == Sitting.FINISHED:
        raise Ended
    return state_of(sitting, at=request.at)


@at_seat
def agree(request: Request, sitting: Sitting, body: Body) -> Body:
    """The child's own yes or no."""
    screening.agree(sitting_id=sitting.id, is_willing=body.get("is_willing") is True, at=request.at)
    return {}


@at_seat
def keep(request: Request, sitting: Sitting, body: Body) -> Body:
    """One answer kept; the same number again is the same answer. Nothing here tells what it raised."""
    try:
        number = uuid5(sitting.id, str(UUID(body["id"])))
        item, code = str(body["item"]), str(body["code"])
    except (KeyError, ValueError, TypeError, AttributeError):
        raise NotTaken(NOT_READ) from None
    screening.answer(sitting_id=sitting.id, item_id=item, code=code, at=request.at, answer_id=number)
    return {"asked": asked_of(sitting, questions.instrument_of(sitting.participant.round), at=request.at)}


@at_seat
def finish(request: Request, sitting: Sitting, body: Body) -> Body:
    """Handed in; handing in again changes nothing."""
    if sitting.assented_at is None:
        raise NotTaken(NOT_READ)
    screening.finish(sitting_id=sitting.id, at=request.at)
    return {}


@at_seat
def leave(request: Request, sitting: Sitting, body: Body) -> Body:
    """Gone away; what was answered stays, and this browser holds no seat any more."""
    if sitting.state == Sitting.OPEN:
        screening.leave(sitting_id=sitting.id, at=request.at)
    return {}


@door("public", methods=("POST",))
def stand_up(request: Request) -> HttpResponse:
    """The browser gives its seat back, whatever state the sheet is in."""
    answer = JsonResponse({})
    seat.drop(answer)
    return answer


def _keep(request: Request, answer: HttpResponseBase, held: seat.Seat) -> None:
    seat.put(answer, held, at=request.at, life=span_in(asking_in(at=request.at), "seat"))

