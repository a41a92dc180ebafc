"""Passkeys and the lock in a real browser: made, shown, refused; a page that rested loses nothing."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.furnish import PASSWORD
from tests.browser.house import House

pytestmark = pytest.mark.browser
WORDS = "奶奶说夜里睡不好"


@pytest.fixture
def page(house: House, browser: Browser) -> Iterator[Page]:
    """A browser with a fingerprint reader, at the name by which passkeys are made."""
    context = browser.new_context(locale="zh-CN", base_url=house.url.replace("127.0.0.1", "localhost"))
    found = context.new_page()
    found.set_default_timeout(30_000)
    reader = context.new_cdp_session(found)
    reader.send("WebAuthn.enable")
    reader.send("WebAuthn.addVirtualAuthenticator", {"options": {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
        "isUserVerified": True, "automaticPresenceSimulation": True,
    }})
    complaints: list[str] = []
    found.on("pageerror", lambda error: complaints.append(str(error)))
    yield found
    context.close()
    assert complaints == []


def sign_in(page: Page, login: str) -> None:
    page.goto("/sign-in/")
    page.get_by_label("登录名").fill(login)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录", exact=True).click()


def test_a_passkey_is_made_and_shown_and_taken_away(house: House, page: Page) -> None:
    sign_in(page, house.logins["方经办"])
    page.goto("/security/")
    page.get_by_label("给这个通行密钥起个名字").fill("办公室电脑")
    page.get_by_role("button", name="登记通行密钥").click()
    expect(page.locator(".tx-recovery li")).to_have_count(10)
    page.get_by_role("link", name="抄好了，继续").click()
    # The second step after the password.
    page.get_by_role("button", name="退出", exact=True).click()
    sign_in(page, house.logins["方经办"])
    page.get_by_role("button", name="用通行密钥").click()
    expect(page.get_by_role("button", name="退出", exact=True)).to_be_visible()
    # Alone, for it is something one has and a finger.
    page.get_by_role("button", name="退出", exact=True).click()
    page.get_by_role("button", name="用通行密钥登录").click()
    expect(page.get_by_role("button", name="退出", exact=True)).to_be_visible()
    # A locked browser opens for it too.
    page.goto("/security/")
    page.get_by_role("button", name="锁定").click()
    expect(page.get_by_role("heading", name="已锁定")).to_be_visible()
    page.get_by_role("button", name="用通行密钥解锁").click()
    expect(page.get_by_role("button", name="退出", exact=True)).to_be_visible()
    page.goto("/security/")
    expect(page.locator("main")).to_contain_text("办公室电脑")
    page.get_by_role("button", name="删去").click()
    page.get_by_role("button", name="退出", exact=True).click()
    page.get_by_role("button", name="用通行密钥登录").click()
    expect(page.get_by_role("alert")).to_contain_text("通行密钥核对不上")


def test_a_page_that_rested_is_covered_and_nothing_written_is_lost(house: House, page: Page) -> None:
    sign_in(page, house.logins["周主任"])
    expect(page.get_by_role("button", name="退出", exact=True)).to_be_visible()
    page.clock.install()
    page.goto(f"/children/{house.children['calm']}/forms/case_note/")
    note = page.locator('[data-field="noted"] textarea, textarea').first
    note.fill(WORDS)
    page.clock.run_for(15_000)
    page.clock.fast_forward("31:00")
    expect(page.get_by_role("heading", name="已锁定")).to_be_visible()
    assert not note.is_visible()
    expect(page).to_have_title("已锁定")
    beside = page.context.new_page()
    beside.goto(f"/children/{house.children['calm']}/")
    expect(beside.get_by_role("heading", name="已锁定")).to_be_visible()
    expect(beside.locator("body")).not_to_contain_text("李明月")
    beside.close()
    page.get_by_label("密码").fill("wrong")
    page.get_by_role("button", name="解锁").click()
    expect(page.get_by_role("alert")).to_contain_text("密码不对")
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="解锁").click()
    expect(page.locator(".tx-cover")).to_have_count(0)
    expect(note).to_have_value(WORDS)
    page.clock.run_for(15_000)
    expect(page.locator(".tx-kept")).to_contain_text("草稿已存")
    # What was begun here would stand on the next test's first page.
    page.goto(f"/children/{house.children['calm']}/forms/case_note/")
    page.get_by_role("button", name="删去").click()
