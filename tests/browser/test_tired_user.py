"""A tired user, a bad line, an old page: what was written is kept, and kept once."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import Sit
from tests.browser.desk import SAVE, Desk

pytestmark = pytest.mark.browser
WORDS = "孩子说想妈妈。"
# What has the focus: a control of a question that must be answered and isn't yet, or the button at the end.
ASKED = """() => {
  const here = document.activeElement;
  if (here.type === "submit") return "submit";
  const place = here.closest("[data-path]");
  if (!place?.querySelector(".tx-required") || here.checked || place.querySelector("input:checked")) return "";
  return here.type === "radio" ? `radio-${place.querySelectorAll("input").length}` : here.type;
}"""
# 否 stands second of three, 无 first of four.
KEYS = {"radio-2": ["Space"], "radio-3": ["Space", "ArrowRight"], "radio-4": ["Space"], "checkbox": ["Space"]}


def _visit(desk: Desk, part: str = "visited") -> str:
    """The visit form of a child, filled in but not saved."""
    file = f"/children/{desk.house.children[part]}/"
    desk.open(f"{file}forms/visit_record/")
    desk.write({"child_words": WORDS, "visitors": "周主任", "signature": "周主任"})
    return file


def _save(page: Page) -> None:
    page.get_by_role("button", name=SAVE, exact=True).click()


def _entries(desk: Desk, file: str) -> int:
    desk.open(file)
    return desk.page.locator(".tx-timeline > li").count()


def test_a_double_click_is_one_record(sit: Sit) -> None:
    desk = sit("周主任")
    before = _entries(desk, f"/children/{desk.house.children['visited']}/")
    file = _visit(desk)
    desk.page.get_by_role("button", name=SAVE, exact=True).dblclick()
    desk.page.wait_for_url(f"**{file}")
    desk.reads("已保存：走访记录")
    assert _entries(desk, file) == before + 1


def test_a_lost_line_keeps_the_form_and_saves_it_later(sit: Sit) -> None:
    desk = sit("周主任")
    before = _entries(desk, f"/children/{desk.house.children['visited']}/")
    file = _visit(desk)
    desk.context.set_offline(True)
    _save(desk.page)
    desk.reads("没有发出", "内容仍在本页", "没有保存")
    expect(desk.at("child_words").locator("textarea")).to_have_value(WORDS)
    desk.context.set_offline(False)
    desk.click("再发一次")
    desk.page.wait_for_url(f"**{file}")
    assert _entries(desk, file) == before + 1


def test_an_answer_lost_on_the_way_back_is_not_a_second_record(sit: Sit) -> None:
    desk = sit("周主任")
    before = _entries(desk, f"/children/{desk.house.children['visited']}/")
    file = _visit(desk)
    lost: list[int] = []

    def lose(route: Route) -> None:
        if route.request.method == "POST" and not lost:
            lost.append(route.fetch().status)
            route.abort()
        else:
            route.continue_()

    desk.page.route("**/forms/visit_record/**", lose)
    _save(desk.page)
    desk.reads("没有发出", "内容仍在本页")
    assert lost == [200]
    desk.click("再发一次")
    desk.page.wait_for_url(f"**{file}")
    assert _entries(desk, file) == before + 1


def test_whoever_was_signed_out_signs_in_elsewhere_and_loses_nothing(sit: Sit) -> None:
    desk = sit("周主任")
    before = _entries(desk, f"/children/{desk.house.children['visited']}/")
    file = _visit(desk)
    desk.context.clear_cookies(name="sessionid")
    _save(desk.page)
    desk.reads("登录已过期", "没有保存", "请在新窗口登录", "内容仍在本页")
    elsewhere, desk.page = desk.page, desk.new_page()
    desk.sign_in()
    desk.page.close()
    desk.page = elsewhere
    _save(desk.page)
    desk.page.wait_for_url(f"**{file}")
    assert _entries(desk, file) == before + 1


def test_after_signing_out_the_back_button_shows_nobody(sit: Sit) -> None:
    desk = sit("周主任")
    desk.open(f"/children/{desk.house.children['calm']}/")
    desk.reads("李明月", "李奶奶")
    desk.click("退出")
    desk.reads("您已退出")
    desk.page.go_back()
    desk.page.wait_for_load_state()
    desk.misses("李明月", "李奶奶")
    desk.reads("登录名")
    desk.sign_in()


def test_the_back_button_after_saving_brings_an_empty_form_and_the_newest_file(sit: Sit) -> None:
    desk = sit("周主任")
    file = _visit(desk)
    _save(desk.page)
    desk.page.wait_for_url(f"**{file}")
    shown = desk.page.locator(".tx-timeline > li").count()
    desk.page.go_back()
    expect(desk.at("child_words").locator("textarea")).to_have_value("")
    desk.page.go_forward()
    expect(desk.page.locator(".tx-timeline > li")).to_have_count(shown)


def test_a_form_can_be_filled_in_and_saved_without_a_mouse(sit: Sit) -> None:
    desk = sit("周主任")
    file = f"/children/{desk.house.children['calm']}/"
    desk.open(f"{file}forms/identification_form/")
    desk.page.locator("[data-path]:visible [data-control]").first.focus()
    for _ in range(300):
        kind = desk.page.evaluate(ASKED)
        if kind == "submit":
            break
        for key in KEYS.get(kind, ()):
            desk.page.keyboard.press(key)
        desk.page.keyboard.press("Tab")
    desk.page.keyboard.press("Enter")
    desk.page.wait_for_url(f"**{file}")
    desk.reads("已保存", "识别结果：健康")


def test_leaving_a_half_filled_form_asks_first(sit: Sit) -> None:
    desk = sit("周主任")
    _visit(desk)
    asked: list[str] = []
    desk.page.once("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    desk.page.get_by_role("link", name="今天", exact=True).click()
    expect(desk.at("child_words").locator("textarea")).to_have_value(WORDS)
    assert asked == ["beforeunload"]


def test_what_is_missing_is_named_and_nothing_is_sent(sit: Sit) -> None:
    desk = sit("周主任")
    desk.open(f"/children/{desk.house.children['calm']}/forms/identification_form/")
    _save(desk.page)
    desk.reads("没有保存：有", "其余内容仍在本页")
    assert desk.page.evaluate("document.activeElement.closest('[data-path]') !== null")


def test_a_form_of_another_day_is_refused_in_words_and_stays(sit: Sit) -> None:
    desk = sit("周主任")
    _visit(desk)
    desk.page.evaluate("document.querySelector('tx-form').definition.hash = 'ffff'")
    _save(desk.page)
    desk.reads("表单已更新", "内容仍在本页")
    expect(desk.at("child_words").locator("textarea")).to_have_value(WORDS)
