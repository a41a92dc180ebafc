"""What every call of a phone carries and gets: its own token, JSON both ways, and no cookie."""

import functools
import gzip
import json
import logging
import zlib
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, cast

from django.core.exceptions import RequestDataTooBig
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.csrf import csrf_exempt

from tongxin.accounts.models import Person
from tongxin.accounts.viewers import WORKER, Viewer
from tongxin.flows.arriving_holding import viewer_for
from tongxin.sync import devices
from tongxin.sync.limits import limits_at
from tongxin.sync.models import Device
from tongxin.web.doors import Request, door

log = logging.getLogger("tongxin.field")
MARK = "X-Tongxin-Field"
# Below this a packed answer is hardly smaller.
WORTH_PACKING = 400
TOO_LARGE = "一次送得太多，没有收下任何一条。手机会自动分成几次再送。"
NOT_READ = "系统没有看懂这次传送，没有收下任何一条，手机上的都还在。请更新程序后再试。"
BUSY = "服务器正忙，这次没有收下，手机稍后会自动再送。"
STATES = {
    "expired": "手机上的登录已过期，请输入密码续上。没有送出的记录都还在手机上。",
    "revoked": "这部手机已经停用，不能再看档案。没有送出的记录仍会收下，由督导员核对。",
    "wipe": "这部手机已按要求清除。没有送出的记录会先送出，再清除手机上的档案。",
}


class Phone(Request):
    """A call that comes from a paired phone."""

    device: Device
    body_json: Mapping[str, Any]


View = Callable[..., HttpResponseBase]


def answer(request: HttpRequest, content: Mapping[str, Any], *, status: int = 200) -> HttpResponse:
    """JSON that says it is ours, packed when asked."""
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
    headers = {MARK: "1"}
    if len(text) > WORTH_PACKING and "gzip" in request.headers.get("Accept-Encoding", ""):
        text, headers["Content-Encoding"] = gzip.compress(text, 6), "gzip"
    return HttpResponse(text, status=status, content_type="application/json", headers=headers)


def called(view: View) -> View:
    """A call without a token: pairing and renewing."""

    @csrf_exempt
    @door("device", methods=("POST",))
    @functools.wraps(view)
    def guard(request: Request, *args: Any, **kwargs: Any) -> HttpResponseBase:
        phone = cast(Phone, request)
        try:
            return _read_json(phone) or view(phone, *args, **kwargs)
        except OperationalError as busy:
            return _too_busy(phone, busy)

    return guard


def by_phone(*, also: tuple[str, ...] = (), reads_json: bool = True) -> Callable[[View], View]:
    """A call with a device's token; `also` names the states besides active in which it is still heard."""

    def guard_of(view: View) -> View:
        @csrf_exempt
        @door("device", methods=("POST",))
        @functools.wraps(view)
        def guard(request: Request, *args: Any, **kwargs: Any) -> HttpResponseBase:
            phone = cast(Phone, request)
            try:
                return _heard(phone) or view(phone, *args, **kwargs)
            except OperationalError as busy:
                return _too_busy(phone, busy)

        return guard

    def _heard(phone: Phone) -> HttpResponse | None:
        if refused := _refused(phone, also):
            return answer(phone, {"zh": STATES[refused], "state": refused}, status=401)
        return _read_json(phone) if reads_json else None

    return guard_of


def _too_busy(request: Phone, busy: OperationalError) -> HttpResponse:
    """The database had no moment for it: nothing was taken in, and the phone asks again by itself."""
    log.warning("a phone has to ask again: %s", type(busy.__cause__ or busy).__name__)
    return answer(request, {"zh": BUSY}, status=503)


def _refused(request: Phone, also: tuple[str, ...]) -> str:
    """Why this device is not heard; empty when it is."""
    device = devices.device_for(request.headers.get("Authorization", ""))
    if device is None:
        return "expired"
    request.device, request.viewer = device, viewer_for(device, at=request.at)
    if device.state == Device.ACTIVE and not request.viewer.seats and not _is_active(device):
        devices.revoke(device=device, wipes=False, actor=WORKER, at=request.at)
        device.refresh_from_db()
    if device.state != Device.ACTIVE:
        request.viewer = Viewer(device.person_id)
    if device.state == Device.ACTIVE:
        return "" if device.token_until > request.at else "expired"
    ended = device.ended_at or request.at
    is_heard = device.state in also and request.at < ended + limits_at(request.at).grace
    return "" if is_heard else "wipe" if device.state in {Device.WIPE, Device.WIPED} else "revoked"


def _is_active(device: Device) -> bool:
    """Whether its person still has an account; without one they have no posts either."""
    return Person.objects.filter(id=device.person_id, is_active=True).exists()


def _read_json(request: Phone) -> HttpResponse | None:
    limit = limits_at(request.at).batch_bytes
    try:
        body = request.body
        if request.headers.get("Content-Encoding", "") == "gzip":
            body = unpacked(body, limit)
        if len(body) > limit:
            raise RequestDataTooBig
        found = json.loads(body, parse_constant=_refuse_constant)
    except RequestDataTooBig:
        return answer(request, {"zh": TOO_LARGE}, status=413)
    except (ValueError, RecursionError, zlib.error, EOFError):
        found = None
    if not isinstance(found, dict):
        return answer(request, {"zh": NOT_READ}, status=400)
    request.body_json = found
    return None


def unpacked(packed: bytes, limit: int) -> bytes:
    """The bytes behind a gzip stream, as long as there are not too many of them."""
    reader = zlib.decompressobj(wbits=31)
    found = reader.decompress(packed, limit + 1)
    if len(found) > limit or reader.unconsumed_tail:
        raise RequestDataTooBig
    if not reader.eof:
        raise EOFError
    return found


def _refuse_constant(text: str) -> float:
    raise ValueError(text)


def minutes_in(span: timedelta) -> int:
    """Whole minutes, rounded up."""
    return -(-span // timedelta(minutes=1))
