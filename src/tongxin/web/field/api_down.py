"""What a phone gets: everything that is new for it since its cursor."""

from django.http import HttpResponse

from tongxin.access import scope
from tongxin.flows.carrying import bring_down
from tongxin.sync import cursors, devices
from tongxin.web.field.api import Phone, answer, by_phone
from tongxin.web.field.shell import shell

MOST_HELD = 2000


@by_phone()
def down(request: Phone) -> HttpResponse:
    """The next page of children, with the rules that the phone doesn't have yet."""
    scope.narrow(request.viewer, at=request.at)
    body = request.body_json
    have, limit = body.get("have"), body.get("limit")
    devices.note_seen(device=request.device, app=str(body.get("app") or ""), at=request.at)
    told = bring_down(
        device=request.device, viewer=request.viewer, cursor=cursors.read(body.get("cursor")),
        have=frozenset(each for each in have[:MOST_HELD] if isinstance(each, str)) if isinstance(have, list) else
        frozenset(),
        limit=limit if isinstance(limit, int) and limit > 0 else 1, at=request.at,
    )
    return answer(request, told | {"build": shell().build})
