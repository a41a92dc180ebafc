"""A danger written down without a signal: the card is there at once, and stays until the office has it."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.field.conftest import Village
from tests.field.line import Line
from tests.field.phone import Phone

pytestmark = pytest.mark.browser
NAME = "李明月"
# What a message that anybody may read must not say.
UNSAID = ("自杀", "自伤", "不想活", "心理", "危机", "孩子", "儿童主任周")


def test_a_critical_answer_opens_the_card_and_its_ticks_are_entries(house: Village, phone: Phone, line: Line) -> None:
    phone.pair(house.logins["周主任"])
    line.cut()
    phone.visit(NAME, wish_to_die="yes")
    phone.click("保存")
    card = phone.page.locator("tx-crisis")
    expect(card.get_by_role("heading", name="现在请马上处理")).to_be_visible()
    expect(card).to_contain_text("单位还没有收到")
    expect(card.get_by_role("link", name=re.compile("110"))).to_have_attribute("href", "tel:110")
    expect(card).not_to_contain_text("不想活")

    message = card.get_by_label("短信内容").input_value()
    assert NAME not in message and not any(word in message for word in UNSAID)
    assert "，" in message and re.search(r"\d{2}:\d{2}", message)

    waiting = phone.rows("outbox")
    step = card.locator("[data-step=stay]")
    step.get_by_role("button", name="做到了").click()
    expect(step).to_contain_text("已做")
    assert phone.rows("outbox") == waiting + 1

    phone.restart()
    phone.open()
    phone.unlock()
    card = phone.page.locator("tx-crisis")
    expect(card).to_contain_text("单位还没有收到")
    expect(card.locator("[data-step=stay]")).to_contain_text("已做")
    expect(card.get_by_role("button", name="收起这张卡")).to_have_count(0)

    line.mend()
    phone.page.evaluate("dispatchEvent(new Event('online'))")
    expect(card).to_contain_text("单位已收到", timeout=30_000)
    card.get_by_role("button", name="收起这张卡").click()
    expect(card).to_have_count(0)
