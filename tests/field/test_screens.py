"""The bar for every screen of the field app: no barrier, large targets, readable, nothing sideways, all by keyboard."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser.test_quality import AXE
from tests.field.conftest import Village
from tests.field.line import Line
from tests.field.phone import HIGH, PASSWORD, PIN, WIDE, Phone

pytestmark = pytest.mark.browser
LONG = "艾合买提江·阿卜杜热合曼·买买提明·吐尔逊托合提·库尔班尼孜"
FAULTS = """() => {
  const seen = (each) => each.getClientRects().length > 0;
  const all = (wanted) => [...document.querySelectorAll(wanted)].filter(seen);
  const words = (each) => each.textContent.trim().slice(0, 20);
  const found = document.documentElement.scrollWidth > innerWidth ? ["scrolls sideways"] : [];
  const typed = "select, textarea, input:not([type=radio], [type=checkbox], .fa-hidden-input)";
  for (const each of all(`button, a[href], summary, .tx-option, ${typed}`)) {
    const box = each.getBoundingClientRect();
    if (Math.round(box.height) < 44) found.push(`small target ${Math.round(box.height)} ${words(each)}`);
    if (box.left < -1 || box.right > innerWidth + 1) found.push(`off the page ${words(each)}`);
    if (each.tabIndex < 0 && each.tagName !== "LABEL") found.push(`out of reach ${words(each)}`);
  }
  for (const each of all("main :is(p, li, dd, dt, button, a, label, summary, legend, h1, h2, h3), #nav span")) {
    const isSmall = parseFloat(getComputedStyle(each).fontSize) < 16;
    if (each.textContent.trim() && isSmall) found.push(`small text ${words(each)}`);
  }
  if (all("h1").length !== 1) found.push(`${all("h1").length} headings`);
  return found;
}"""
Step = tuple[str, Callable[[], object]]


def _judge(phone: Phone, name: str, faults: list[object], *, axe: bool = True) -> None:
    faults += [(name, fault) for fault in phone.page.evaluate(FAULTS)]
    if axe:
        found = Axe().run(phone.page, options=AXE).response["violations"]
        faults += [(name, each["id"], each["nodes"][0]["html"][:160]) for each in found]


def test_every_screen_meets_the_bar(house: Village, phone: Phone, line: Line) -> None:
    faults: list[object] = []
    page = phone.page
    for name, act in _signing_in(phone, house):
        act()
        _judge(phone, name, faults)
    line.cut()
    for name, act in _working(phone):
        act()
        _judge(phone, name, faults)
    for name, act in _speaking(phone):
        act()
        for tab in ("today", "children", "outbox", "more"):
            phone.tab(tab)
            _judge(phone, f"{name} {tab}", faults, axe=tab == "more")
        page.get_by_role("button", name="简体中文").click()
    page.set_viewport_size({"width": WIDE, "height": HIGH})
    assert faults == [], faults


def _signing_in(phone: Phone, house: Village) -> Iterator[Step]:
    page = phone.page
    yield "sign in", lambda: (phone.open(), expect(page.get_by_label("登录名")).to_be_visible())
    page.get_by_label("登录名").fill(house.logins["周主任"])
    page.get_by_label("密码").fill(PASSWORD)
    yield "new PIN", lambda: (phone.click("登录并配对这部手机"), expect(page.get_by_label("再输一次")).to_be_visible())
    page.get_by_label("PIN（六位以上数字）").fill(PIN)
    page.get_by_label("再输一次").fill(PIN)
    yield "her day", lambda: (phone.click("设好了，开始用"), phone.reads("要去"))


def _working(phone: Phone) -> Iterator[Step]:
    page = phone.page
    for button, words in (("看什么", "两分钟看什么"), ("打给谁", "打给谁"), ("新线索", "不必查证")):
        phone.tab("today")
        yield button, lambda button=button, words=words: (phone.click(button), phone.reads(words))  # type: ignore[misc]
    yield "children", lambda: phone.tab("children")
    phone.click("新建一个孩子的档案")
    yield "new child", lambda: page.get_by_label("孩子的姓名").fill("李明")
    page.get_by_label("孩子的姓名").fill(LONG)
    yield "file form", lambda: (phone.click("新建档案"), expect(page.locator("tx-form")).to_be_visible())
    phone.fill(id_kind="none", sex="female", birth="2016-03-08", residence_division="370116001001")
    yield "saved", phone.save
    yield "a child with a long name", lambda: phone.click("看这个孩子")
    yield "correcting", lambda: (phone.click("更正或撤回"), phone.reads("为什么要改"))
    phone.tab("children")
    page.get_by_role("button", name="刘梓萱").first.click()
    yield "a child in danger", lambda: phone.reads("接下来")
    yield "forms", lambda: page.get_by_text(re.compile("填其他表")).click()
    yield "visit", lambda: (phone.click("写走访记录"), expect(page.locator("tx-form")).to_be_visible())
    yield "attaching", lambda: page.get_by_text("附上照片、录音或签名").click()
    phone.fill(wish_to_die="yes")
    yield "crisis", lambda: (phone.click("保存"), expect(page.locator("tx-crisis h2").first).to_be_visible())
    phone.tab("outbox")
    yield "outbox", lambda: page.get_by_text("一直送不出去怎么办").click()
    phone.tab("more")
    yield "lessons", lambda: (phone.click("微课"), phone.reads("还没有学"))
    yield "lesson", lambda: (phone.click("去学"), phone.reads("答对 80% 算通过"))
    yield "not all answered", lambda: (phone.click("交卷"), phone.reads("第 1、2、3、4、5 题还没有选"))
    yield "lesson answered", lambda: (phone.answers(), phone.click("交卷"), phone.reads("还没有通过", "应当是"))
    for button, words in (("完成情况", "完成情况"), ("换 PIN", "现在的 PIN"), ("退出并清空这部手机", "确定清空")):
        phone.tab("more")
        yield button, lambda button=button, words=words: (phone.click(button), phone.reads(words))  # type: ignore[misc]
    phone.tab("more")
    yield "locked", lambda: (phone.click("锁上"), expect(page.get_by_label("PIN")).to_be_visible())
    phone.unlock()
    phone.tab("more")


def _speaking(phone: Phone) -> Iterator[Step]:
    """Other letters, other directions, other sizes, other screens."""
    page = phone.page
    expect(page.get_by_role("button", name="繁體中文")).to_be_visible()
    yield "traditional", lambda: page.get_by_role("button", name="繁體中文").click()
    yield "right to left", lambda: page.get_by_role("button", name="ئۇيغۇرچە").click()
    yield "largest", lambda: page.get_by_role("button", name="特大").click()
    yield "tablet", lambda: page.set_viewport_size({"width": 1024, "height": 768})
