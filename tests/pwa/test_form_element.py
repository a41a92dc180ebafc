"""The form in a real browser, under the strict content policy."""

from __future__ import annotations

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from tests.pwa.office import Office

pytestmark = pytest.mark.browser


def group(page: Page, name: str) -> Locator:
    return page.get_by_role("group", name=re.compile(f"^{name}( |$)"))


def save(page: Page) -> None:
    page.get_by_role("button", name="保存样表").click()


def fill(page: Page) -> None:
    page.get_by_label("姓名").first.fill("某某")
    page.get_by_label("见面日期").fill("2025-12-30")
    group(page, "情绪低落").get_by_label("偶尔").check()
    group(page, "第 1 条照料人").get_by_label("姓名").fill("甲")


def test_is_drawn_without_breaking_the_policy(page: Page) -> None:
    expect(page.get_by_role("heading", name="表现")).to_be_visible()
    expect(page.get_by_label("兄弟姐妹")).to_have_value("2")


@pytest.mark.parametrize("width", [1440, 1024, 360])
def test_has_no_barrier_and_no_sideways_scrolling(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    save(page)
    expect(page.get_by_text("没有保存：有")).to_be_visible()
    found = Axe().run(
        page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]}
    )
    assert [(each["id"], each["nodes"][0]["html"]) for each in found.response["violations"]] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_targets_are_large_enough_for_a_thumb(page: Page) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    heights = page.locator(".tx-option, .tx-submit button, .tx-nav a").evaluate_all(
        "all => all.filter(each => each.offsetParent).map(each => each.getBoundingClientRect().height)"
    )
    assert heights and min(heights) >= 44


def test_sends_the_answers_and_goes_on(page: Page, office: Office) -> None:
    fill(page)
    save(page)
    expect(page.get_by_role("heading", name="已保存")).to_be_visible()
    (entry,) = office.received
    assert entry["form_hash"] == "hash-1"
    assert re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f-]{21}", entry["entry_id"])
    assert re.match(r"\d{4}-\d\d-\d\dT", entry["started_at"])
    assert entry["answers"]["low"] == "sometimes"
    assert entry["answers"]["carers"] == [{"carer_name": "甲"}]
    assert office.tokens == ["token-1"]


def test_names_what_is_missing_at_its_place_and_sends_nothing(page: Page, office: Office) -> None:
    save(page)
    first = page.get_by_label("姓名").first
    expect(first).to_be_focused()
    expect(first).to_have_attribute("aria-invalid", "true")
    described = first.get_attribute("aria-describedby") or ""
    expect(page.locator(f"#{described.split()[-1]}")).to_have_text("「姓名」没有填写")
    expect(page.locator(".tx-summary")).to_contain_text("其余内容仍在本页")
    assert office.received == []


def test_leads_from_the_summary_to_the_place(page: Page) -> None:
    save(page)
    page.locator(".tx-summary").get_by_role("button", name="「见面日期」没有填写").click()
    expect(page.get_by_label("见面日期")).to_be_focused()


def test_an_error_goes_away_when_it_is_mended(page: Page) -> None:
    save(page)
    page.get_by_label("姓名").first.fill("某某")
    expect(page.get_by_text("「姓名」没有填写")).to_have_count(0)
    expect(page.get_by_label("姓名").first).not_to_have_attribute("aria-invalid", "true")


def test_asks_further_only_when_the_rule_says_so_and_keeps_what_was_written(
    page: Page, office: Office
) -> None:
    note = page.get_by_label("原话")
    expect(note).to_be_hidden()
    group(page, "怀疑受到伤害").get_by_label("是").check()
    group(page, "哪一类").get_by_label("其他").check()
    note.fill("听到的话")
    group(page, "怀疑受到伤害").get_by_label("否").check()
    expect(note).to_be_hidden()
    fill(page)
    save(page)
    expect(page.get_by_role("heading", name="已保存")).to_be_visible()
    assert office.received[0]["answers"]["words"] == "听到的话"


def test_the_way_out_takes_the_place_of_an_answer(page: Page, office: Office) -> None:
    page.get_by_label("没有证件").check()
    expect(page.get_by_label("证件号码")).to_be_disabled()
    fill(page)
    save(page)
    expect(page.get_by_role("heading", name="已保存")).to_be_visible()
    assert office.received[0]["answers"]["papers"] == "no_papers"


def test_dont_know_excludes_the_other_ticks(page: Page) -> None:
    ways = group(page, "了解方式")
    ways.get_by_label("探访").check()
    ways.get_by_label("不清楚").check()
    expect(ways.get_by_label("探访")).not_to_be_checked()


def test_an_answer_can_be_taken_back(page: Page) -> None:
    fear = group(page, "担心害怕")
    fear.get_by_label("经常").check()
    fear.get_by_role("button", name="清除").click()
    expect(fear.get_by_label("经常")).not_to_be_checked()


def test_an_instrument_is_answered_item_by_item_with_the_keyboard(page: Page, office: Office) -> None:
    group(page, "1. 心情低落").get_by_label("完全没有").focus()
    page.keyboard.press("Space")
    page.keyboard.press("ArrowRight")
    expect(group(page, "安全询问")).to_be_visible()
    group(page, "安全询问").get_by_label("否").focus()
    page.keyboard.press("Space")
    fill(page)
    save(page)
    expect(page.get_by_role("heading", name="已保存")).to_be_visible()
    assert office.received[0]["answers"]["scale"] == {"mood": "1"}


def test_a_row_can_be_added_removed_and_brought_back(page: Page, office: Office) -> None:
    fill(page)
    page.get_by_role("button", name="添加一条照料人").click()
    second = group(page, "第 2 条照料人")
    expect(second.get_by_label("姓名")).to_be_focused()
    second.get_by_label("姓名").fill("乙")
    page.get_by_role("button", name="删除第 1 条照料人").click()
    expect(group(page, "第 1 条照料人").get_by_label("姓名")).to_have_value("乙")
    page.get_by_role("button", name="恢复").click()
    expect(group(page, "第 1 条照料人").get_by_label("姓名")).to_have_value("甲")
    save(page)
    expect(page.get_by_role("heading", name="已保存")).to_be_visible()
    assert office.received[0]["answers"]["carers"] == [{"carer_name": "甲"}, {"carer_name": "乙"}]


def test_a_double_click_sends_once(page: Page, office: Office) -> None:
    fill(page)
    office.gate.clear()
    page.get_by_role("button", name="保存样表").dblclick()
    expect(page.get_by_text("正在发送")).to_be_visible()
    office.gate.set()
    expect(page.get_by_role("heading", name="已保存")).to_be_visible()
    assert len(office.received) == 1


def test_shows_what_the_server_refuses_at_its_place(page: Page, office: Office) -> None:
    office.replies.append((422, {"problems": [{"path": "tel", "zh": "「电话」已属于别人", "kept": True}]}))
    fill(page)
    save(page)
    expect(page.get_by_label("电话")).to_be_focused()
    expect(page.locator("[data-path=tel] .tx-error")).to_have_text("「电话」已属于别人")
    expect(page.get_by_label("姓名").first).to_have_value("某某")


def test_without_a_network_nothing_is_lost_and_the_same_entry_goes_later(page: Page, office: Office) -> None:
    fill(page)
    page.context.set_offline(True)
    save(page)
    page.get_by_label("编号").fill("LW0001")
    expect(page.get_by_text("没有发出，内容仍在本页")).to_be_visible()
    page.context.set_offline(False)
    office.replies.append((500, {}))
    page.get_by_role("button", name="再发一次").click()
    expect(page.get_by_text("系统出错，没有保存")).to_be_visible()
    page.get_by_role("button", name="再发一次").click()
    expect(page.get_by_role("heading", name="已保存")).to_be_visible()
    first, second = office.received
    assert first["entry_id"] == second["entry_id"]


def test_warns_before_leaving_what_was_not_saved(page: Page, office: Office) -> None:
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.get_by_label("姓名").first.fill("某某")
    page.goto(f"{office.url}/done")
    assert asked == ["beforeunload"]


def test_leaves_no_trace_in_the_browser(page: Page) -> None:
    page.get_by_label("姓名").first.fill("某某")
    kept = page.evaluate("JSON.stringify([localStorage, sessionStorage, location.href, document.title])")
    assert "某某" not in kept


def test_enter_in_a_line_does_not_send_half_a_form(page: Page, office: Office) -> None:
    fill(page)
    page.get_by_label("姓名").first.press("Enter")
    expect(page.get_by_role("heading", name="样表")).to_be_visible()
    assert office.received == []
