"""What stands between her and the form: the crisis card, the phone in a child's hands, the language."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Page, expect

from tests.field.conftest import Village
from tests.field.inside import CLEAR_NAMES, NO_ROOM, ROOM_AGAIN
from tests.field.line import Line
from tests.field.phone import Phone

pytestmark = pytest.mark.browser
NAME, OTHER = "王子轩", "李明月"
# What a message that anybody may read must not say.
UNSAID = ("自杀", "自伤", "不想活", "心理", "危机", "孩子", "儿童主任周")


def to_the_form(phone: Phone) -> None:
    phone.tab("children")
    phone.page.get_by_role("button", name=NAME).first.click()
    phone.page.get_by_text(re.compile("填其他表")).click()
    phone.click("困境儿童心理健康状况评估表")
    expect(phone.page.locator("tx-form")).to_be_visible()


def hand_over(phone: Phone, house: Village) -> Page:
    page = phone.page
    phone.pair(house.logins["林社工"])
    to_the_form(phone)
    page.get_by_text("交给孩子自己答").click()
    page.get_by_role("button", name=re.compile("PHQ-A")).click()
    return page


def dangers(page: Page) -> list[str]:
    return [name for name in page.evaluate(CLEAR_NAMES) if name.startswith("danger:")]


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
    # No room for it: the danger stands all the same, once, and is the same entry when there is room again.
    page.evaluate(NO_ROOM)
    for _ in range(2):
        page.locator(".ask-option[data-code='3']").click()
        expect(page.locator(".ask-problem")).to_be_visible()
    unkept = dangers(page)
    assert len(unkept) == 1
    page.evaluate(ROOM_AGAIN)
    answer(page, "3")
    assert (phone.rows("outbox"), dangers(page)) == (1, unkept)
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
    for _ in range(8):
        answer(page, "1")
    answer(page, "3")
    # The office has the danger while the child is still answering.
    phone.holds("receipts", 1)
    page.get_by_role("button", name="马上离开").click()
    expect(page.get_by_role("button", name=re.compile("白日依山尽"))).to_be_visible()
    expect(page.locator(".fa-top")).to_be_hidden()
    page.go_back()
    expect(page.locator("tx-child-sheet")).to_have_count(0)
    page.get_by_role("button", name=re.compile("白日依山尽")).click()
    phone.unlock()
    expect(page.locator("tx-crisis")).to_contain_text("单位已收到")
    page.get_by_role("button", name="收起这张卡").click()
    to_the_form(phone)
    # Her answers stand in the form that was open.
    kept = page.locator("tx-form").evaluate("form => form.answers.phq_a")
    assert kept == {f"q{number}": "1" for number in range(1, 9)} | {"q9": "3"}


def _says_nothing_of_the_child(message: str) -> None:
    assert OTHER not in message and not any(word in message for word in UNSAID)
    assert "，" in message and re.search(r"\d{2}:\d{2}", message)


def test_a_critical_answer_opens_the_card_and_its_ticks_are_entries(house: Village, phone: Phone, line: Line) -> None:
    phone.pair(house.logins["周主任"])
    line.cut()
    phone.visit(OTHER, wish_to_die="yes")
    phone.click("保存")
    card = phone.page.locator("tx-crisis")
    expect(card.get_by_role("heading", name="现在请马上处理")).to_be_visible()
    expect(card).to_contain_text("单位还没有收到")
    expect(card.get_by_role("link", name=re.compile("110"))).to_have_attribute("href", "tel:110")
    expect(card).not_to_contain_text("不想活")
    expect(card.locator(".fa-crisis-watch")).to_contain_text("还没有排谁陪着孩子。您先不要离开。")

    _says_nothing_of_the_child(card.get_by_label("短信内容").input_value())

    waiting = phone.rows("outbox")
    step = card.locator("[data-step=stay]")
    step.get_by_role("button", name="做到了").click()
    expect(step).to_contain_text("已做")
    assert phone.rows("outbox") == waiting + 1

    # Putting the record right tells of the same danger, not of a second one.
    phone.tab("children")
    phone.page.get_by_role("button", name=OTHER).first.click()
    phone.click("更正或撤回")
    phone.page.get_by_label("写错或漏写了，改内容").check()
    phone.click("继续")
    phone.save()

    phone.restart()
    phone.open()
    phone.unlock()
    card = phone.page.locator("tx-crisis")
    expect(card).to_contain_text("单位还没有收到")
    expect(card.locator("[data-step=stay]")).to_contain_text("已做")
    expect(card.get_by_role("button", name="收起这张卡")).to_have_count(0)

    with too_large_for_the_office(phone):
        line.mend()
        phone.page.evaluate("dispatchEvent(new Event('online'))")
        phone.holds("receipts", phone.rows("outbox"))
        # The card has had time to look.
        phone.page.wait_for_timeout(2_500)
        expect(card).to_contain_text("单位还没有收到")
    phone.page.evaluate("dispatchEvent(new Event('online'))")
    expect(card).to_contain_text("单位已收到", timeout=30_000)
    card.get_by_role("button", name="收起这张卡").click()
    expect(card).to_have_count(0)


WATCHED = """async (now) => {
  const { watchOf } = await import("/field/app/field/crisis/watch.js");
  const { momentOf } = await import("/field/app/core/pathway/moment.js");
  const turn = (id, from_at, to_at) => ({ id, data: { from_at, to_at, relation: "family" } });
  const state = {
    now: momentOf(now), names: () => ({}), alarms: { episode: { began_at: momentOf("2025-09-02T08:00:00+08:00") } },
    watch: { ended: null, turns: [
      turn("a", "2025-09-02T09:00:00+08:00", "2025-09-02T12:00:00+08:00"),
      turn("b", "2025-09-02T12:00:00+08:00", "2025-09-02T20:00:00+08:00"),
    ] },
  };
  return await watchOf(state, { forms: {} });
}"""


def test_the_card_says_who_is_with_the_child(house: Village, phone: Phone) -> None:
    phone.pair(house.logins["周主任"])
    said = phone.page.evaluate(WATCHED, "2025-09-02T10:00:00+08:00")
    assert not said["isGap"] and said["zh"].startswith("有人陪着孩子，排到 ") and "20:00" in said["zh"]
    before = phone.page.evaluate(WATCHED, "2025-09-02T08:30:00+08:00")
    assert before["isGap"] and "下一班" in before["zh"] and "09:00" in before["zh"]
    after = phone.page.evaluate(WATCHED, "2025-09-02T21:00:00+08:00")
    assert after["isGap"] and "先不要离开" in after["zh"]


@contextmanager
def too_large_for_the_office(phone: Phone) -> Iterator[None]:
    """The office answers, which is no word that it has anything; from before the line is mended."""
    too_large = {"status": 413, "json": {"zh": "太大"}, "headers": {"X-Tongxin-Field": "1"}}
    phone.page.route("**/field/api/up/", lambda route: route.fulfill(**too_large))
    yield
    expect(phone.page.locator(".fa-sync-busy")).to_have_count(0)
    phone.page.unroute("**/field/api/up/")


def test_she_chooses_a_language_and_it_stays(house: Village, phone: Phone) -> None:
    phone.pair(house.logins["周主任"])
    phone.tab("more")
    phone.page.get_by_role("button", name="繁體中文").click()
    phone.reads("打給誰", "字的大小")
    phone.page.get_by_role("button", name="ئۇيغۇرچە").click()
    expect(phone.page.locator("html")).to_have_attribute("dir", "rtl")
    expect(phone.page.locator("#nav")).to_contain_text("بۈگۈن")
    phone.reads("打给谁")
    for tab in ("today", "children", "outbox", "more"):
        phone.tab(tab)
        assert phone.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), tab
    phone.restart()
    phone.open()
    expect(phone.page.locator("html")).to_have_attribute("lang", "ug")


def test_a_clue_about_nobody_on_file_is_a_danger_and_no_child_in_lists(
    house: Village, phone: Phone, line: Line
) -> None:
    phone.pair(house.logins["周主任"])
    line.cut()
    phone.click("新线索")
    phone.page.get_by_label("孩子的姓名（不知道就不写）").fill(OTHER)
    phone.reads("是其中一个吗")
    phone.page.get_by_label("孩子的姓名（不知道就不写）").fill("")
    phone.click("写线索")
    phone.fill(wanted="在桥头见到一个孩子", place="村口桥头", harmed="yes")
    phone.click("保存")
    card = phone.page.locator("tx-crisis")
    expect(card.get_by_role("heading", name="现在请马上处理")).to_be_visible()
    step = card.locator("[data-step=stay]")
    step.get_by_role("button", name="做到了").click()
    expect(step).to_contain_text("已做")
    assert phone.rows("children") == phone.rows("briefs") + 1
    line.mend()
    phone.tab("outbox")
    phone.click("现在同步")
    phone.reads("单位已收到，等人处理", "会去核实")
    phone.tab("today")
    phone.click("单位已收到，收起")
    expect(phone.page.get_by_role("button", name="怎么办")).to_have_count(0)
    assert phone.rows("children") == phone.rows("briefs")


def test_words_that_may_speak_of_a_danger_ask_at_once_and_hold_nothing_back(
    house: Village, phone: Phone, line: Line
) -> None:
    page = phone.page
    phone.pair(house.logins["周主任"])
    line.cut()
    phone.tab("children")
    page.get_by_role("button", name=NAME).first.click()
    page.get_by_text(re.compile("填其他表")).click()
    phone.click("随记")
    phone.fill(noted="孩子说活着没意思，晚上常哭。")
    phone.click("保存")
    asked = page.locator(".alert-warning", has_text="孩子现在有危险吗")
    expect(asked.locator("mark")).to_have_text("活着没意思")
    expect(asked).to_contain_text("不让儿童独处")
    assert phone.rows("outbox") == 1
    phone.click("有危险或说不准：上报")
    expect(page.get_by_role("heading", name="危机上报")).to_be_visible()
