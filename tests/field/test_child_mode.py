"""The phone in a child's hands: one question a page, each kept at once, nothing of the worker's app in reach."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.field.conftest import Village
from tests.field.line import Line
from tests.field.phone import Phone

pytestmark = pytest.mark.browser
NAME = "王子轩"


def hand_over(phone: Phone, house: Village) -> Page:
    page = phone.page
    phone.pair(house.logins["林社工"])
    phone.tab("children")
    page.get_by_role("button", name=NAME).first.click()
    page.get_by_text(re.compile("填其他表")).click()
    phone.click("困境儿童心理健康状况评估表")
    page.get_by_text("交给孩子自己答").click()
    page.get_by_role("button", name=re.compile("PHQ-A")).click()
    return page


def answer(page: Page, code: str) -> None:
    asked = page.locator("tx-child-sheet h1").inner_text()
    page.locator(f".ask-option[data-code='{code}']").click()
    expect(page.locator("tx-child-sheet h1")).not_to_have_text(asked)


def test_a_child_answers_alone_and_a_danger_is_kept_at_once(house: Village, phone: Phone, line: Line) -> None:
    page = hand_over(phone, house)
    sheet = page.locator("tx-child-sheet")
    expect(sheet).to_contain_text("会看你的回答")
    expect(page.locator("#nav")).to_be_hidden()
    expect(page.locator(".fa-top")).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollHeight") < 2_000
    line.cut()
    page.get_by_role("button", name="我愿意，开始").click()
    for _ in range(8):
        answer(page, "1")
    page.go_back()
    expect(sheet).to_be_visible()
    assert phone.rows("outbox") == 0
    answer(page, "3")
    assert phone.rows("outbox") == 1
    expect(page.locator("tx-crisis")).to_have_count(0)
    for _ in range(3):
        answer(page, "0")
    page.locator(".ask-option[data-code='0']").click()
    expect(sheet).to_contain_text("都答完了")
    page.get_by_role("button", name="交上去").click()
    expect(sheet).to_contain_text("谢谢你告诉我们")
    assert not re.search(r"\d+\s*分|总分|重度", sheet.inner_text())
    page.get_by_role("button", name="好了，把手机交还").click()

    expect(page.get_by_label("PIN")).to_be_visible()
    assert NAME not in page.content()
    phone.unlock()
    expect(page.locator("tx-crisis")).to_contain_text("单位还没有收到")
    expect(page.locator("tx-crisis")).to_contain_text(NAME)


def test_away_at_once_leaves_a_poem_and_a_locked_phone(house: Village, phone: Phone) -> None:
    page = hand_over(phone, house)
    page.get_by_role("button", name="我愿意，开始").click()
    answer(page, "2")
    page.get_by_role("button", name="马上离开").click()
    expect(page.get_by_role("button", name=re.compile("白日依山尽"))).to_be_visible()
    expect(page.locator(".fa-top")).to_be_hidden()
    page.go_back()
    expect(page.locator("tx-child-sheet")).to_have_count(0)
    page.get_by_role("button", name=re.compile("白日依山尽")).click()
    phone.unlock()
    expect(page.locator("tx-form")).to_be_visible()
    # Her answer stands in the form to which she was going.
    kept = page.locator("tx-form").evaluate("form => form.answers.phq_a")
    assert kept == {"q1": "2"}
