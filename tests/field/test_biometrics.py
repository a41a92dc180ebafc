"""A finger or a face opens the app where the phone's own lock can keep a key; the PIN always does."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import CDPSession, expect

from tests import driven
from tests.browser.house import House
from tests.field.inside import CLEAR_NAMES
from tests.field.line import Line
from tests.field.phone import PASSWORD, PIN, Phone

pytestmark = pytest.mark.browser
OFFERED = "也用指纹或面容打开"
BY_FINGER = "用指纹或面容打开"


@pytest.fixture
def named_phone(line: Line, tmp_path: Path) -> Iterator[Phone]:
    """At a name: a bare number has no passkeys."""
    url = line.url.replace("127.0.0.1", "localhost")
    phone = Phone(driven.playwright(), tmp_path / "phone", url, driven.program())
    yield phone
    phone.close()
    assert phone.complaints == []


class Lock:
    """The phone's own lock: what it can do, and whether it knows the finger that is shown."""

    def __init__(self, phone: Phone, *, has_prf: bool) -> None:
        self._session: CDPSession = phone.context.new_cdp_session(phone.page)
        self._session.send("WebAuthn.enable")
        self._id = self._send("addVirtualAuthenticator", options={
            "protocol": "ctap2", "ctap2Version": "ctap2_1", "transport": "internal", "hasResidentKey": True,
            "hasUserVerification": True, "hasPrf": has_prf, "isUserVerified": True,
            "automaticPresenceSimulation": True,
        })["authenticatorId"]

    def _send(self, name: str, **more: Any) -> Any:
        return self._session.send(f"WebAuthn.{name}", more)

    def sees_another_finger(self) -> None:
        """It asks again and again and then takes none any more, as a phone does."""
        self._send("setUserVerified", authenticatorId=self._id, isUserVerified=False)

    def gone(self) -> None:
        self._send("removeVirtualAuthenticator", authenticatorId=self._id)

    def keys(self) -> list[Any]:
        found: list[Any] = self._send("getCredentials", authenticatorId=self._id)["credentials"]
        return found


def _pair(phone: Phone, login: str, *, by_finger: bool) -> None:
    phone.open()
    phone.page.get_by_label("登录名").fill(login)
    phone.page.get_by_label("密码").fill(PASSWORD)
    phone.click("登录并配对这部手机")
    phone.page.get_by_label("PIN（六位以上数字）").fill(PIN)
    phone.page.get_by_label("再输一次").fill(PIN)
    if by_finger:
        phone.page.get_by_label(OFFERED).check()
    phone.click("设好了，开始用")


def _lock(phone: Phone) -> None:
    phone.tab("more")
    phone.click("锁上")
    expect(phone.page.get_by_label("PIN")).to_be_visible()


def test_a_finger_opens_and_the_pin_stays(house: House, named_phone: Phone, line: Line) -> None:
    phone, lock = named_phone, Lock(named_phone, has_prf=True)
    _pair(phone, house.logins["周主任"], by_finger=True)
    expect(phone.page.locator("#nav")).to_be_visible()
    # What the phone's list of keys shows names the app, nobody.
    assert "周主任" not in str(lock.keys())
    phone.page.evaluate("navigator.serviceWorker.ready.then(() => null)")
    line.cut()
    _lock(phone)
    phone.click(BY_FINGER)
    phone.reads("要去")

    _lock(phone)
    lock.sees_another_finger()
    phone.click(BY_FINGER)
    phone.reads("没有认出指纹或面容。请再试一次，或输 PIN。")
    phone.unlock()
    phone.reads("要去")

    lock.gone()
    Lock(phone, has_prf=True)
    phone.tab("more")
    phone.click("指纹或面容：已加上")
    phone.click("去掉，只用 PIN")
    phone.reads("加上以后，打开时可以验证")
    _lock(phone)
    expect(phone.page.get_by_role("button", name=BY_FINGER)).to_have_count(0)
    phone.unlock()
    phone.tab("more")
    phone.click("加上指纹或面容")
    phone.page.get_by_label("现在的 PIN").fill(PIN[::-1])
    phone.click("加上")
    phone.reads("PIN 不对")
    phone.page.get_by_label("现在的 PIN").fill(PIN)
    phone.click("加上")
    phone.reads("指纹或面容：已加上")
    phone.click("退出并清空这部手机")
    phone.click("确定清空")
    expect(phone.page.get_by_label("登录名")).to_be_visible()
    assert phone.page.evaluate(CLEAR_NAMES) == ["device", "recovery"]


def test_where_the_lock_keeps_no_key_the_pin_does(house: House, named_phone: Phone) -> None:
    phone = named_phone
    Lock(phone, has_prf=False)
    _pair(phone, house.logins["周主任"], by_finger=True)
    phone.reads("这部手机的指纹或面容不能用来加密，没有加上。请继续用 PIN。")
    phone.click("开始用")
    phone.reads("要去")
    _lock(phone)
    expect(phone.page.get_by_role("button", name=BY_FINGER)).to_have_count(0)


def test_without_such_a_lock_nothing_is_offered(house: House, phone: Phone) -> None:
    Lock(phone, has_prf=True)
    phone.pair(house.logins["周主任"])
    phone.tab("more")
    phone.reads("换 PIN")
    assert "指纹" not in phone.page.locator("main").inner_text()
