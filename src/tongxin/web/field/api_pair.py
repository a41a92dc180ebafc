"""Pairing a phone with a post, renewing its token, and its word that it has cleared itself."""

from typing import Any

from django.contrib.auth import authenticate
from django.http import HttpResponse
from django.views.decorators.debug import sensitive_post_parameters

from tongxin import vault
from tongxin.access import selectors as access
from tongxin.accounts import factors, throttle
from tongxin.accounts.models import Person
from tongxin.accounts.viewers import Viewer, viewer_of
from tongxin.flows import expiry
from tongxin.lib import clock
from tongxin.lib.ids import id_in
from tongxin.rulebook.shipped import content_in_force
from tongxin.sync import devices
from tongxin.sync.limits import limits_at
from tongxin.sync.models import Device
from tongxin.web.console.first_steps import steps_for
from tongxin.web.console.sign_in import LONGEST_PASSWORD, WORN_OUT, written
from tongxin.web.field.api import STATES, Phone, answer, by_phone, called, minutes_in

WRONG = "登录名或密码不对，请重新输入。"
LONGEST_CODE = 40
SECOND = "您的账号有第二步验证：请写手机上现在的六位验证码，或一个备用码。"
WRONG_CODE = "验证码不对，或已经用过。请看现在的六位数字，再试一次。"
PAUSED = "错误次数太多，请在 {minutes} 分钟后再试。"
FIRST = "请先用电脑或手机浏览器登录一次，换成自己的密码、接受行为守则，再到这里登录。"
NO_POST = "您现在没有岗位，请找区县管理员办理。"
WHICH = "您有几个岗位，请选这部手机用于哪一个。"
OTHERS = "这部手机是另一个人登记的，请用原来的登录名，或重新登记。"


@sensitive_post_parameters("password")
@called
def pair(request: Phone) -> HttpResponse:
    """A device and its token for whoever knows the password, from the post that they choose."""
    person = _signed_in(request, login=written(_word(request, "name")))
    if isinstance(person, HttpResponse):
        return person
    viewer = request.viewer = viewer_of(person=person, at=request.at)
    if steps_for(request, person):
        return answer(request, {"zh": FIRST}, status=409)
    if not viewer.seats:
        return answer(request, {"zh": NO_POST}, status=409)
    chosen = id_in(str(request.body_json.get("post") or "")) if len(viewer.seats) > 1 else viewer.seats[0].post_id
    seat = next((seat for seat in viewer.seats if seat.post_id == chosen), None)
    if seat is None:
        posts = [{"id": str(each.post_id), "zh": each.title} for each in viewer.seats]
        return answer(request, {"zh": WHICH, "posts": posts}, status=300)
    if refused := _without_second(request, person):
        return refused
    device, token, jwk = devices.pair(
        person=person, post_id=seat.post_id, label=_word(request, "label"), app=_word(request, "app"), at=request.at
    )
    acting = Viewer(person_id=person.id, seats=(seat,))
    (name,) = vault.open([person.name], viewer=acting, purpose="pair", part="staff", route="field", at=request.at)
    return answer(request, {
        "device": str(device.id), "token": token, "person": str(person.id), "person_zh": name or "",
        "post": str(seat.post_id), "post_zh": seat.title, "role": seat.role, "now": request.at.isoformat(),
        "psychology": access.sees_psychology(viewer=acting, at=request.at),
        "recovery": {"id": str(device.id), "jwk": jwk}, "limits": limits_at(request.at).phone,
    })


@sensitive_post_parameters("password")
@called
def renew(request: Phone) -> HttpResponse:
    """A new token for a device whose person gives the password."""
    named = id_in(_word(request, "device"))
    device = Device.objects.filter(id=named).first() if named else None
    person = _signed_in(request, login=_login_of(device))
    if isinstance(person, HttpResponse):
        return person
    if device is None or device.person_id != person.id:
        return answer(request, {"zh": OTHERS}, status=409)
    if device.state != Device.ACTIVE:
        state = "revoked" if device.state == Device.REVOKED else "wipe"
        return answer(request, {"zh": STATES[state], "state": state}, status=401)
    return answer(request, {"device": str(device.id), "token": devices.renew(device=device, at=request.at)})


@by_phone(also=(Device.WIPE, Device.REVOKED, Device.WIPED))
def wiped(request: Phone) -> HttpResponse:
    """The phone has cleared itself."""
    devices.note_wiped(device=request.device, at=request.at)
    return answer(request, {"now": request.at.isoformat()})


def _login_of(device: Device | None) -> str:
    """Whose device it is; nobody's login fits none."""
    return Person.objects.values_list("login", flat=True).get(id=device.person_id) if device else ""


def _signed_in(request: Phone, *, login: str) -> Person | HttpResponse:
    """Whoever gave the right password; wrong ones are counted as at signing in."""
    password = _word(request, "password")[:LONGEST_PASSWORD]
    limits = throttle.read(content_in_force("sign_in", "sign_in", at=request.at))
    key = throttle.key_for(login=login)
    until = throttle.paused_until(key=key, limits=limits, at=request.at)
    if until is not None:
        return answer(request, {"zh": PAUSED.format(minutes=minutes_in(until - request.at))}, status=429)
    person: Any = authenticate(request, username=login, password=password)
    if not isinstance(person, Person):
        known = Person.objects.filter(login=login).values_list("id", flat=True).first()
        request.refusal = "wrong_password", known
        return answer(request, {"zh": WRONG}, status=422)
    if expiry.is_worn_out(person=person, at=request.at):
        return answer(request, {"zh": WORN_OUT}, status=422)
    throttle.forget(key=key)
    return person


def _without_second(request: Phone, person: Person) -> HttpResponse | None:
    """A no for whoever has a second factor and doesn't give a code; the phone itself is one from then on."""
    if not factors.has_any(person):
        return None
    code = _word(request, "code")[:LONGEST_CODE]
    limits = throttle.read(content_in_force("sign_in", "sign_in", at=request.at))
    key = throttle.key_for(login=f"second\n{person.login}")
    if not code:
        return answer(request, {"zh": SECOND, "code": True}, status=422)
    until = throttle.paused_until(key=key, limits=limits, at=request.at)
    if until is not None:
        return answer(request, {"zh": PAUSED.format(minutes=minutes_in(until - request.at))}, status=429)
    if not factors.is_right_code(person=person, code=code, seconds=clock.real().timestamp(), at=request.at):
        request.refusal = "wrong_code", person.id
        return answer(request, {"zh": WRONG_CODE, "code": True}, status=422)
    throttle.forget(key=key)
    return None


def _word(request: Phone, name: str) -> str:
    value = request.body_json.get(name)
    return value if isinstance(value, str) else ""
