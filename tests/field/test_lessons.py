"""Lessons in the village: read and answered without a signal, sent in the evening, counted once."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.field.conftest import Village
from tests.field.line import Line
from tests.field.phone import Phone

pytestmark = pytest.mark.browser
# The right answers of the lesson on secrecy, as it is shipped.
RIGHT = ("不在群里发", "熟人还认得出", "这个我不能说", "不算，有危险时", "马上告诉督导员停用")


def test_a_lesson_is_learned_without_a_signal_and_counts_once(house: Village, line: Line, phone: Phone) -> None:
    phone.pair(house.logins["周主任"])
    line.cut()
    phone.restart()
    phone.open()
    phone.unlock()
    _opens(phone, "保密")
    phone.reads("微信群、QQ 群")
    for place, right in enumerate(RIGHT):
        phone.page.locator("main form fieldset").nth(place).locator("label", has_text=right).click()
    phone.click("交卷")
    phone.reads("通过了", "5 题答对 5 题", "答案已存在手机里", "收不回来")
    assert "熟人还认得出" not in phone.left_behind()
    phone.click("回微课")
    phone.reads("通过了，待送", "今年学过 1 门")
    expect(phone.page.locator("#bar")).to_contain_text("1 条待送")
    phone.restart()
    phone.open()
    phone.unlock()
    phone.tab("outbox")
    phone.reads("还有 1 次微课答题没有送到")
    line.mend()
    phone.click("现在同步")
    phone.reads("都已送到")
    expect(phone.page.locator("main")).not_to_contain_text("微课答题没有送到")
    phone.tab("more")
    phone.click("微课")
    phone.reads("12月30日通过", "今年学过 1 门")


def _opens(phone: Phone, name: str) -> None:
    phone.tab("more")
    phone.click("微课")
    phone.page.locator(".fa-card", has_text=name).get_by_role("button", name="去学").click()
