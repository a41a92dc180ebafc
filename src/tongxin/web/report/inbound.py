"""Where gateways and chats hand in what people wrote: signed, small, once."""

from datetime import timedelta

from django.db import IntegrityError
from django.http import Http404, HttpResponse
from django.urls import URLPattern, path
from django.views.decorators.csrf import csrf_exempt

from tongxin.clues import inbound
from tongxin.clues.inbound import Call, Unsigned, wecom
from tongxin.flows import clue_inbound
from tongxin.web.doors import Request, body_of, door

# The sender repeats what was not answered with this.
DONE = "success"


@csrf_exempt
@door("public", methods=("GET", "POST"))
def hand_in(request: Request, door: str) -> HttpResponse:
    """Taken in and answered shortly; whatever isn't right gets the page of no such address."""
    call = Call(request.headers, request.GET.dict(), body_of(request) if request.method == "POST" else b"")
    try:
        if request.method == "GET":
            return HttpResponse(_greeting(request, door, call), content_type="text/plain")
        clue_inbound.take(door, call, at=request.at)
    except Unsigned:
        raise Http404 from None
    except IntegrityError:
        # The same message is being taken in at this very moment.
        return HttpResponse(DONE, content_type="text/plain")
    return HttpResponse(DONE, content_type="text/plain")


def _greeting(request: Request, door: str, call: Call) -> str:
    """The word by which the chat platform asks whether this door is there."""
    setting = inbound.setting_of(door)
    if door != "wecom" or setting is None:
        raise Unsigned
    clock = timedelta(**clue_inbound.rules_for(door, at=request.at).inbound["clock"])
    return wecom.opened(call.query.get("echostr", ""), call.query, setting=setting, clock=clock, at=request.at)


urlpatterns: list[URLPattern] = [path("inbound/<slug:door>/", hand_in)]
