"""What goes wrong on a phone: killed while saving, no room, strange networks, forgotten PINs, a new build meanwhile."""

from __future__ import annotations

import pytest
from playwright.sync_api import Route, expect

from tests.field.conftest import Village
from tests.field.inside import (
    HALF_WRITTEN,
    KEPT_FILES,
    LOOK_FOR_UPDATE,
    NINE_WRONG_PINS,
    NO_RECEIPTS,
    NO_ROOM,
    ROOM_AGAIN,
    STYLE_OF_NEXT_BUILD,
    THREE_DAYS_ON,
    UPDATE_WAITS,
    WAIT_OF_ANOTHER_CLOCK,
    WRITE_MORE,
)
from tests.field.line import Line
from tests.field.phone import PASSWORD, PIN, Phone

pytestmark = pytest.mark.browser
OURS = {"X-Tongxin-Field": "1"}
HELD = {"id": "019b0000-0000-7000-8000-000000000001", "state": "arrived", "receipt": "AAAA-BBB", "zh": "已核对并登记。"}
OURS_JSON = "application/json; charset=utf-8"
WORDS = "她说晚上睡不着"
WECHAT = (
    "Mozilla/5.0 (Linux; Android 12; V2055A) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/116.0.0.0 "
    "Mobile Safari/537.36 XWEB/1160027 MicroMessenger/8.0.43.2480(0x28002B35) WeChat/arm64 Weixin NetType/4G"
)


@pytest.fixture
def paired(house: Village, phone: Phone) -> Phone:
    phone.pair(house.logins["周主任"])
    phone.reads("李明月")
    return phone


def test_killed_at_any_moment_of_writing(paired: Phone, line: Line) -> None:
    line.cut()
    paired.visit("李明月", child_words=WORDS[:2])
    paired.reads("草稿已存在手机里")
    # What was just written is not called kept because something before it was.
    assert paired.page.locator('[data-path="child_words"] textarea').evaluate(WRITE_MORE, WORDS) == "正在存草稿……"
    paired.reads("草稿已存在手机里")
    paired.restart()
    _reopen(paired, "李明月")
    paired.reads("接着上次没写完的草稿")
    assert paired.page.locator('[data-path="child_words"] textarea').input_value() == WORDS
    expect(paired.page.locator('[data-path="child_words"]')).not_to_contain_text("已预先填好")
    # The process dies right behind the finger: either the whole entry is there or still the whole draft.
    paired.page.get_by_role("button", name="保存", exact=True).click(no_wait_after=True)
    paired.restart()
    paired.open()
    paired.unlock()
    expect(paired.page.locator("#nav")).to_be_visible()
    assert paired.rows("outbox") + paired.rows("drafts") == 1
    if paired.rows("drafts"):
        _reopen(paired, "李明月")
        paired.save()
    assert (paired.rows("outbox"), paired.rows("drafts")) == (1, 0)


def _reopen(phone: Phone, name: str) -> None:
    phone.open()
    closed, inside = phone.page.get_by_role("button", name="打开", exact=True), phone.page.locator("#nav")
    expect(closed.or_(inside).filter(visible=True).first).to_be_visible()
    if closed.count():
        phone.unlock()
    phone.tab("children")
    phone.page.get_by_role("button", name=name).first.click()
    phone.click("写走访记录")


def test_no_room_on_the_phone(paired: Phone, line: Line) -> None:
    line.cut()
    paired.visit("李明月", child_words=WORDS)
    paired.page.evaluate(NO_ROOM)
    paired.page.get_by_role("button", name="保存", exact=True).click()
    paired.reads("没有保存：手机的存储满了", "内容仍在本页")
    assert paired.rows("outbox") == 0
    paired.page.evaluate(ROOM_AGAIN)
    paired.click("再发一次")
    paired.reads("已保存")
    assert paired.rows("outbox") == 1


def test_rows_that_were_half_written_cost_nothing(paired: Phone, line: Line) -> None:
    """The entry is rescued by its second seal; the files are the office's and come anew."""
    line.cut()
    paired.visit("李明月", child_words=WORDS)
    paired.save()
    children = paired.rows("children")
    paired.page.evaluate(HALF_WRITTEN)
    assert (paired.rows("outbox"), paired.rows("children")) == (1, children)
    paired.restart()
    paired.open()
    paired.unlock()
    paired.tab("outbox")
    paired.reads("1 条待送")
    line.mend()
    paired.click("现在同步")
    paired.reads("都已送到", "回执号")
    assert paired.rows("outbox") == 0
    paired.tab("children")
    paired.reads("李明月", "赵一诺")


def test_strange_networks_take_nothing(paired: Phone) -> None:
    paired.visit("李明月")
    answers: list[tuple[int, str, str]] = [
        (200, "text/html", "<h1>欢迎使用免费WiFi</h1>"), (502, "text/html", "Bad Gateway"),
        (404, "text/html", "nothing"), (200, "application/json", '{"results": []}'),
        (500, "text/html", "<h1>Oops</h1>"), (503, OURS_JSON, '{"zh": "服务器正忙，这次没有收下。"}'),
        (409, OURS_JSON, '{"zh": "请稍后再送。"}'),
    ]
    paired.page.route("**/field/api/**", lambda route: _strange(route, answers))
    paired.save()
    paired.tab("outbox")
    for words in (
        "这个网络要先登录", "服务器暂时没有回应", "服务器暂时没有回应", "这个网络要先登录", "服务器暂时没有回应",
        "服务器正忙", "请稍后再送",
    ):
        paired.sync()
        paired.reads(words, "1 条待送")
        assert paired.rows("outbox") == 1
        answers.pop(0)
    paired.page.unroute("**/field/api/**")
    paired.click("现在同步")
    paired.reads("都已送到", "回执号")
    assert paired.rows("outbox") == 0


def _strange(route: Route, answers: list[tuple[int, str, str]]) -> None:
    status, kind, body = answers[0]
    marked = OURS if kind == OURS_JSON else {}
    route.fulfill(status=status, content_type=kind, body=body, headers={**marked, "Content-Type": kind})


def test_a_clock_that_jumped_is_put_right_for_every_batch(paired: Phone, line: Line) -> None:
    paired.page.evaluate(THREE_DAYS_ON)
    line.cut()
    for name in ("李明月", "赵一诺"):
        paired.visit(name, started_at="2025-12-30T08:00")
        paired.save()
    too_large = [413]
    paired.page.route("**/field/api/up/", lambda route: (
        route.fulfill(status=too_large.pop(), json={"zh": "太多"}, headers=OURS) if too_large else route.fallback()
    ))
    line.mend()
    paired.tab("outbox")
    paired.click("现在同步")
    paired.reads("都已送到", "回执号")
    assert paired.rows("outbox") == 0


def test_a_batch_too_large_is_halved_and_an_expired_sign_in_keeps_everything(paired: Phone, line: Line) -> None:
    heard: list[int] = []
    renewed: list[bool] = []

    def refuse(route: Route) -> None:
        heard.append(len(route.request.post_data_buffer or b""))
        if len(heard) == 1:
            route.fulfill(status=413, json={"zh": "太多"}, headers=OURS)
        elif not renewed:
            route.fulfill(status=401, json={"zh": "登录已过期，请输入密码。", "state": "expired"}, headers=OURS)
        else:
            route.continue_()

    line.cut()
    for name in ("李明月", "赵一诺"):
        paired.visit(name)
        paired.save()
    paired.page.route("**/field/api/up/", refuse)
    line.mend()
    paired.tab("outbox")
    paired.click("现在同步")
    paired.reads("2 条待送", "登录已过期")
    assert heard[1] < heard[0]
    paired.click("输入密码继续")
    paired.page.get_by_label("密码").fill(PASSWORD)
    renewed.append(True)
    paired.click("继续")
    paired.reads("都已送到")
    assert paired.rows("outbox") == 0


def test_wrong_pins_never_cost_an_entry(paired: Phone, house: Village, line: Line) -> None:
    line.cut()
    paired.visit("李明月", child_words=WORDS)
    paired.sign("奶奶")
    paired.save()
    paired.tab("more")
    paired.click("锁上")
    assert "李明月" not in paired.page.content()
    paired.page.evaluate(WAIT_OF_ANOTHER_CLOCK)
    paired.unlock()
    paired.tab("more")
    paired.click("锁上")
    for _ in range(4):
        paired.unlock("111222")
        paired.reads("PIN 不对")
    paired.unlock("111222")
    paired.reads("输错多次")
    paired.unlock(PIN)
    paired.reads("输错多次")
    paired.page.evaluate(NINE_WRONG_PINS)
    with paired.page.expect_navigation():
        paired.unlock("111222")
    paired.reads("这部手机里还有 1 条没有送到的记录")
    assert (paired.rows("children"), paired.rows("briefs"), paired.rows("outbox")) == (0, 0, 1)
    with paired.page.expect_download() as given:
        paired.click("导出待送记录")
    assert WORDS not in given.value.path().read_text(encoding="utf-8")
    line.mend()
    paired.pair(house.logins["周主任"])
    paired.tab("outbox")
    paired.reads("都已送到", "回执号", "用以前的 PIN 加密", "一直送不出去怎么办")
    assert (paired.rows("outbox"), paired.rows("blobs")) == (0, 1)


def test_a_new_build_while_a_form_is_open(paired: Phone, house: Village, line: Line) -> None:
    before = paired.page.evaluate(KEPT_FILES)
    paired.visit("李明月", child_words=WORDS)
    style = house.pwa / "field/field.css"
    style.write_text(f"{style.read_text(encoding='utf-8')}:root {{ --next-build: 2; }}\n", encoding="utf-8")
    paired.page.evaluate(LOOK_FOR_UPDATE)
    paired.page.evaluate(UPDATE_WAITS)
    line.cut()
    paired.save()
    assert paired.rows("outbox") == 1
    assert paired.page.evaluate(STYLE_OF_NEXT_BUILD) == ""
    paired.tab("more")
    with paired.page.expect_event("load"):
        paired.click("锁上")
    paired.unlock()
    paired.reads("要去")
    assert paired.page.evaluate(STYLE_OF_NEXT_BUILD) == "2"
    assert paired.page.evaluate(KEPT_FILES) == before
    assert paired.rows("outbox") == 1


def test_inside_wechat_nothing_can_be_written(phone: Phone) -> None:
    session = phone.context.new_cdp_session(phone.page)
    session.send("Network.setUserAgentOverride", {"userAgent": WECHAT})
    phone.open()
    phone.reads("请换到手机自带的浏览器打开", "微信", "在浏览器打开")
    assert phone.page.locator("input").count() == 0


def test_where_storage_is_loose_only_the_office_counts(house: Village, phone: Phone, line: Line) -> None:
    phone.context.new_cdp_session(phone.page).send("Browser.resetPermissions")
    phone.pair(house.logins["周主任"])
    phone.reads("现在要连着网络才能提交")
    line.cut()
    phone.visit("李明月", child_words=WORDS, wish_to_die="yes")
    phone.page.get_by_role("button", name="保存", exact=True).click()
    phone.reads("没有保存：这个浏览器不保证长期保存", "内容仍在本页", "有危险信号，请先打电话：110、120")
    assert phone.rows("outbox") == 0
    # Though nothing could be kept: whom to call, what to do, and the text for a message, above what she wrote.
    phone.reads("现在请马上处理", "报警 110", "急救 120", "您现在做", "打不通，也没有网络？", "记录还没有存上")
    expect(phone.page.get_by_role("heading", name="现在请马上处理")).to_be_in_viewport()
    phone.click("做到了")
    phone.reads("已做")
    line.mend()
    _twice(phone, "再发一次")
    # What was done before went out behind what it is about.
    phone.reads("现在请马上处理", "单位已收到，回执", "已做")
    assert (phone.rows("outbox"), phone.rows("drafts"), phone.rows("receipts")) == (0, 0, 2)
    _twice(phone, "又做了一次")
    expect(phone.page.locator(".fa-crisis-done")).to_have_count(2)
    phone.tab("children")
    phone.page.get_by_role("button", name="李明月").first.click()
    phone.click("更正或撤回")
    phone.page.get_by_label("撤回：重复填写").check()
    _twice(phone, "继续")
    phone.reads("已保存")
    # Each the same entry the second time, and no other copy of it.
    phone.tab("outbox")
    phone.reads("已送到")
    expect(phone.page.locator("main")).not_to_contain_text("等人处理")
    # The visit, the step twice, what was taken back.
    assert phone.rows("receipts") == 4


def _twice(phone: Phone, name: str) -> None:
    """The answer is lost the first time."""
    phone.page.route("**/field/api/up/", _lose_the_answer, times=1)
    with phone.page.expect_event("requestfailed"):
        phone.click(name)
    phone.reads("没有保存")
    phone.click(name)


def _lose_the_answer(route: Route) -> None:
    route.fetch()
    route.abort()


def test_a_stopped_phone_lets_go_of_the_files_and_keeps_what_was_not_sent(paired: Phone, line: Line) -> None:
    line.cut()
    paired.visit("李明月", child_words=WORDS)
    paired.save()
    settled = {"now": "2025-12-30T09:00:00+08:00", "more": False, "cursor": "passed-over", "settled": [HELD]}
    paired.page.route("**/field/api/up/", lambda route: route.fulfill(status=200, json={"results": []}, headers=OURS))
    paired.page.route("**/field/api/down/", lambda route: route.fulfill(status=200, json=settled, headers=OURS))
    paired.page.evaluate(NO_RECEIPTS)
    paired.tab("outbox")
    paired.click("现在同步")
    paired.reads("同步没有完成")
    assert "passed-over" not in paired.left_behind()
    stopped = {"status": 401, "json": {"zh": "这部手机已经停用。", "state": "revoked"}, "headers": OURS}
    paired.page.route("**/field/api/**", lambda route: route.fulfill(**stopped))
    paired.click("现在同步")
    paired.reads("这部手机已经停用", "1 条待送")
    assert (paired.rows("children"), paired.rows("briefs"), paired.rows("outbox")) == (0, 0, 1)
    paired.tab("children")
    expect(paired.page.locator("main")).not_to_contain_text("李明月")
