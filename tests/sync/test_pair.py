"""A phone is paired by its person's password, and heard only with its own token."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from tests import world
from tests.sync.phone import PASSWORD, Phone
from tests.web.conftest import Clock
from tongxin.accounts import factors, totp
from tongxin.accounts.models import Post
from tongxin.accounts.services import hand_over
from tongxin.accounts.viewers import WORKER
from tongxin.ledger.models import Event
from tongxin.sync import devices
from tongxin.sync.models import Device

pytestmark = pytest.mark.django_db
Paired = Callable[..., Phone]


def test_pairing_tells_who_from_which_post_and_may_what(phone: Paired) -> None:
    told = phone().told
    assert (told["role"], told["psychology"], told["person_zh"]) == ("child_director", False, "周主任")
    assert told["recovery"]["jwk"]["crv"] == "P-256"
    assert phone("王督导").told["psychology"] is True


def test_of_the_token_only_a_digest_is_kept(phone: Paired) -> None:
    mine = phone()
    assert mine.told["token"] not in str(Device.objects.values())
    assert Event.objects.filter(kind="device.paired", is_fact=True).count() == 1


def test_a_wrong_password_pairs_nothing_and_is_counted(cast: world.World, time: Clock) -> None:
    stranger = Phone(cast.people["周主任"])
    answers = [stranger.pair(password="wrong") for _ in range(12)]
    assert {answer.status_code for answer in answers} == {422, 429}
    assert "登录名或密码不对" in answers[0].json()["zh"]
    assert Device.objects.count() == 0


def test_whoever_has_several_posts_chooses(cast: world.World, time: Clock) -> None:
    other = Post.objects.get(id=cast.posts["吴主任"].id)
    hand_over(post=other, to=cast.people["周主任"], actor=WORKER, at=time.now - timedelta(hours=1))
    mine = Phone(cast.people["周主任"])
    answer = mine.pair()
    assert answer.status_code == 300
    assert {each["id"] for each in answer.json()["posts"]} == {str(other.id), str(cast.posts["周主任"].id)}
    assert mine.pair(post=str(other.id)).json()["post"] == str(other.id)


def test_a_second_factor_is_asked_here_too(cast: world.World, time: Clock) -> None:
    person = cast.people["周主任"]
    (code, *_) = factors.new_recovery_codes(person=person, at=time.now)
    factors.add(person=person, kind="totp", secret=totp.new_secret(), at=time.now)
    mine = Phone(person)
    asked = mine.pair()
    assert (asked.status_code, asked.json()["code"], Device.objects.count()) == (422, True, 0)
    assert mine.pair(code="000000").status_code == 422
    assert mine.pair(code=code).status_code == 200


def test_nobody_is_heard_without_a_token(phone: Paired, time: Clock) -> None:
    mine = phone()
    for token in ("", "x", f"{mine.told['device']}.wrong", mine.token + "x"):
        other = Phone(mine.person)
        other.token = token
        answer = other.up(now=time.now)
        assert (answer.status_code, answer.json()["state"]) == (401, "expired")
        assert answer.headers["X-Tongxin-Field"] == "1"


def test_an_expired_token_is_renewed_by_the_password(phone: Paired, time: Clock) -> None:
    mine = phone()
    time.now += timedelta(days=91)
    assert mine.up(now=time.now).json()["state"] == "expired"
    told = {"device": mine.told["device"], "name": mine.person.login, "password": PASSWORD}
    answer = mine._post("renew", told, signed=False)
    mine.token = f"{answer.json()['device']}.{answer.json()['token']}"
    assert mine.up(now=time.now).status_code == 200


def test_a_lost_phone_reads_no_more_and_says_when_it_is_clear(phone: Paired, time: Clock) -> None:
    mine = phone()
    devices.revoke(device=mine.device, wipes=True, actor=WORKER, at=time.now)
    assert mine.down().json()["state"] == "wipe"
    assert mine.up(now=time.now).json()["device"]["state"] == "wipe"
    assert mine._post("wiped", {}).status_code == 200
    assert mine.device.state == Device.WIPED
    assert mine.up(now=time.now).status_code == 401


def test_telemetry_keeps_no_word_that_could_be_somebodys(phone: Paired, time: Clock) -> None:
    mine = phone()
    told = {"waiting": 3, "name": "小雨", "browser": "小雨的手机", "sync_ms": 812, "children": {"a": 1}}
    mine.up(now=time.now, telemetry=told)
    assert mine.device.telemetry == {"waiting": 3, "sync_ms": 812}
