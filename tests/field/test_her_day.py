"""A whole day without a signal: the app opens, she writes, nothing is lost, and in the evening it all arrives."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.field.conftest import Village
from tests.field.inside import OLD_RULE, RULES
from tests.field.line import Line
from tests.field.phone import Phone

pytestmark = pytest.mark.browser
RECEIPT = re.compile(r"[0-9A-Z]{4}-[0-9A-Z]{2,}")
OURS = {"X-Tongxin-Field": "1"}
TOO_LARGE = "文件太大，没有收下。"
WORDS, CORRECTED = "她说晚上睡不着", "她说这几天睡得好"


def test_a_day_without_a_signal(house: Village, line: Line, phone: Phone) -> None:
    phone.pair(house.logins["周主任"])
    phone.reads("12月30日，要去", "刘梓萱")
    line.cut()
    phone.restart()
    phone.open()
    phone.unlock()
    phone.reads("12月30日，要去")
    _a_signed_visit(phone)
    _a_new_child(phone)
    _correct(phone, "李明月")
    phone.tab("outbox")
    phone.reads("3 条待送", "更正：走访记录", "有网络时自动送出")
    assert phone.rows("outbox") == 3
    left = phone.left_behind()
    unsaid = ("李明月", "刘梓萱", "马小满", WORDS, CORRECTED, "13800000000", "周主任")
    assert not [word for word in unsaid if word in left]
    phone.page.evaluate(OLD_RULE)
    refused = {"status": 413, "json": {"zh": TOO_LARGE}, "headers": OURS}
    phone.page.route("**/field/api/blob/**", lambda route: route.abort())
    line.mend()
    phone.click("现在同步")
    phone.reads("记录都已送到", "还有 1 个照片、录音或签名没有送完")
    phone.page.route("**/field/api/blob/**", lambda route: route.fulfill(**refused))
    phone.click("现在同步")
    phone.reads("都已送到", "回执号", "单位没有收下", TOO_LARGE)
    phone.page.unroute("**/field/api/blob/**")
    phone.click("再送一次")
    expect(phone.page.locator("main")).not_to_contain_text("单位没有收下")
    phone.holds("blobs", 0)
    assert len(RECEIPT.findall(phone.page.inner_text("main"))) == 3
    assert phone.rows("outbox") == 0
    assert "out-of-use" not in phone.page.evaluate(RULES)
    phone.tab("children")
    phone.reads("马小满", "李明月")
    phone.page.get_by_role("button", name="李明月").first.click()
    phone.reads("走访记录", "已更正，原记录保留")
    _withdraw(phone)


def _correct(phone: Phone, name: str) -> None:
    """A record that still waits is put right by a second one; it isn't touched itself."""
    phone.tab("children")
    phone.page.get_by_role("button", name=name).first.click()
    phone.click("更正或撤回")
    phone.page.get_by_label("写错或漏写了，改内容").check()
    phone.click("继续")
    words = phone.page.locator('[data-path="child_words"] textarea')
    assert words.input_value() == WORDS
    phone.reads("这是更正：原来的记录会保留")
    words.fill(CORRECTED)
    phone.save()
    phone.click("看这个孩子")
    phone.reads("更正：走访记录", "已更正，原记录保留")


def _withdraw(phone: Phone) -> None:
    """The correction has arrived; it is taken back, and the office says so too when the file comes anew."""
    changeable = phone.page.get_by_role("button", name="更正或撤回")
    before = changeable.count()
    changeable.first.click()
    phone.page.get_by_label("撤回：事情没有发生").check()
    phone.click("继续")
    phone.reads("已保存")
    phone.tab("outbox")
    phone.reads("都已送到", "撤回：走访记录")
    phone.tab("children")
    phone.page.get_by_role("button", name="李明月").first.click()
    phone.reads("已撤回，原记录保留", "已更正，原记录保留")
    expect(changeable).to_have_count(before - 1)


def _a_signed_visit(phone: Phone) -> None:
    phone.visit("李明月", child_words=WORDS)
    phone.sign("奶奶")
    phone.save()


def _a_new_child(phone: Phone) -> None:
    phone.tab("children")
    phone.click("新建一个孩子的档案")
    phone.page.get_by_label("孩子的姓名").fill("李明")
    phone.reads("是其中一个吗", "李明月")
    phone.page.get_by_label("孩子的姓名").fill("马小满")
    phone.click("新建档案")
    phone.fill(id_kind="none", sex="female", birth="2016-03-08", residence_division="370116001001")
    phone.save()
    phone.tab("children")
    expect(phone.page.locator("main")).to_contain_text("马小满")
