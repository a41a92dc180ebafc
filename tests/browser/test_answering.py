"""A child answers on a phone, loses the network, leaves in a hurry, comes back; two pupils share a tablet."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.furnish import PASSWORD
from tests.browser.house import House
from tests.browser.test_quality import AXE

pytestmark = pytest.mark.browser
FURNISH = "import django; django.setup(); from tests.browser.classroom import main; main()"
TRACES = """() => JSON.stringify([document.documentElement.outerHTML, location.href, document.title,
  Object.entries(sessionStorage), Object.entries(localStorage), document.cookie.replace(/csrftoken=[^;]*/, "")])"""
OPTIONS = ("完全不会", "好几天", "一半以上的天数", "几乎每天")


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    """A house of its own, with a school whose round runs."""
    with House(furnish=FURNISH) as found:
        yield found


@pytest.fixture
def asked() -> list[str]:
    """Every address that the browser asked for."""
    return []


@pytest.fixture
def phone(house: House, browser: Browser, asked: list[str]) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 360, "height": 640}, locale="zh-CN", base_url=house.url)
    page = context.new_page()
    page.set_default_timeout(30_000)
    page.on("request", lambda request: asked.append(request.url + str(request.headers.get("referer", ""))))
    yield page
    context.close()


def choose(page: Page, option: str, then: str) -> None:
    page.get_by_role("button", name=option).click()
    expect(page.locator("#ask")).to_contain_text(then)


def meets_the_bar(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    small = page.locator("button:visible, a:visible, input:visible").evaluate_all(
        "all => all.filter(each => each.getBoundingClientRect().height < 48).map(each => each.textContent)"
    )
    assert small == []
    found = Axe().run(page, options=AXE)
    assert [each["id"] for each in found.response["violations"]] == []


def test_a_child_on_a_phone(house: House, phone: Page, asked: list[str]) -> None:
    token, context = house.found["tokens"][0], phone.context
    phone.goto(f"/a/#{token}")
    expect(phone.locator("#ask")).to_contain_text("谁会看")
    expect(phone.locator("#ask")).to_contain_text("一天之内")
    assert token not in phone.url
    meets_the_bar(phone)
    phone.get_by_role("button", name="我愿意").click()
    expect(phone.locator("#ask")).to_contain_text("第1题，共13题")
    meets_the_bar(phone)
    heights = phone.locator(".ask-option").evaluate_all("all => all.map(each => each.getBoundingClientRect().height)")
    assert len(heights) == 4 and min(heights) >= 56
    choose(phone, "几乎每天", "第2题")
    _loses_the_network(phone, context)
    phone.reload()
    expect(phone.locator("#ask")).to_contain_text("第3题")
    _leaves_at_once(phone, token)
    phone.goto(f"/a/#{token}")
    expect(phone.locator("#ask")).to_contain_text("第4题")
    phone.get_by_role("button", name="上一题").click()
    expect(phone.locator("#ask")).to_contain_text("你答过了")
    assert phone.locator("[aria-pressed=true]").count() == 0
    _ends(phone)
    assert not [each for each in asked if token in each]


def _loses_the_network(phone: Page, context: BrowserContext) -> None:
    context.set_offline(True)
    phone.get_by_role("button", name="好几天").click()
    expect(phone.locator("#lost")).to_contain_text("网络断了")
    expect(phone.locator("#ask")).to_contain_text("第2题")
    expect(phone.get_by_role("button", name="好几天")).to_have_attribute("aria-pressed", "true")
    context.set_offline(False)
    expect(phone.locator("#ask")).to_contain_text("第3题")
    expect(phone.locator("#lost")).to_be_hidden()


def _leaves_at_once(phone: Page, token: str) -> None:
    """Even without a network the screen is cleared; the answer on it goes out from behind the poem."""
    phone.context.set_offline(True)
    phone.get_by_role("button", name="几乎每天").click()
    expect(phone.locator("#lost")).to_be_visible()
    phone.get_by_role("button", name="马上离开").click()
    expect(phone.locator("body")).to_contain_text("白日依山尽")
    assert "第3题" not in phone.content()
    assert phone.evaluate("location.pathname") == "/a/rest/"
    phone.context.set_offline(False)
    phone.wait_for_function("() => performance.getEntriesByType('navigation')[0].name.endsWith('/a/rest/')")
    traces = phone.evaluate(TRACES)
    assert not [word for word in ("题", "几乎每天", "困扰", "问卷", token, "seat") if word in traces]
    assert [cookie["name"] for cookie in phone.context.cookies() if cookie.get("path") == "/a/"] == []
    phone.go_back()
    expect(phone.locator("body")).not_to_contain_text("第")
    phone.goto("/a/")
    expect(phone.locator("#ask")).to_contain_text("请扫老师给你的二维码")


def _ends(phone: Page) -> None:
    for number in (4, 5):
        phone.get_by_role("button", name="下一题").or_(phone.get_by_role("button", name="先不答")).click()
        expect(phone.locator("#ask")).to_contain_text(f"第{number}题")
    for number in range(5, 14):
        expect(phone.locator("#ask")).to_contain_text(f"第{number}题")
        phone.locator(".ask-option").first.click()
    expect(phone.locator("#ask")).to_contain_text("还有 1 题没答")
    phone.get_by_role("button", name="第4题").click()
    choose(phone, "完全不会", "第5题")
    while "都答完了" not in (before := phone.locator("#ask").text_content() or ""):
        phone.get_by_role("button", name="下一题").click()
        expect(phone.locator("#ask")).not_to_have_text(before)
    phone.get_by_role("button", name="交上去").click()
    expect(phone.locator("#ask")).to_contain_text("谢谢你告诉我们")
    expect(phone.get_by_role("link", name="12356")).to_be_visible()
    meets_the_bar(phone)
    end = phone.locator("#ask").inner_text()
    assert not [word for word in ("分", "中度", "警报", "危机", *OPTIONS) if word in end.replace("十分", "")]
    phone.get_by_role("button", name="好了").click()
    phone.wait_for_url("**/a/rest/")


def test_two_pupils_at_one_tablet(house: House, browser: Browser) -> None:
    context = browser.new_context(viewport={"width": 1024, "height": 768}, locale="zh-CN", base_url=house.url)
    tablet = context.new_page()
    tablet.set_default_timeout(30_000)
    tablet.goto("/sign-in/")
    tablet.get_by_label("登录名").fill(house.logins["何老师"])
    tablet.get_by_label("密码").fill(PASSWORD)
    tablet.get_by_role("button", name="登录").click()
    tablet.wait_for_url("**/")
    tablet.goto(f"/rounds/{house.found['round']}/kiosk/")
    tablet.get_by_role("button", name="打开平板模式").click()
    for number, name in ((3, "李*3"), (4, "周*4")):
        _sits_down(tablet, number, name)
        assert tablet.locator("[aria-pressed=true]").count() == 0
        tablet.locator(".ask-option").first.click()
        expect(tablet.locator("#ask")).to_contain_text("第2题")
        tablet.get_by_role("button", name="马上离开").click()
        tablet.wait_for_function("() => document.querySelector('input[name=number]')")
        traces = tablet.evaluate(TRACES)
        assert not [word for word in (name, "第2题", "困扰", "seat") if word in traces]
        tablet.go_back()
        expect(tablet.locator("body")).not_to_contain_text("第2题")
        tablet.goto("/a/")
        expect(tablet.locator("#ask")).to_contain_text("请扫老师")
        tablet.goto("/a/kiosk/")
    tablet.goto("/children/")
    assert tablet.url.endswith("/sign-in/")
    tablet.goto("/a/kiosk/")
    tablet.get_by_text("老师：结束平板模式").click()
    tablet.get_by_label("打开平板的老师的密码").fill(PASSWORD)
    tablet.get_by_role("button", name="结束", exact=True).click()
    expect(tablet.get_by_role("button", name="退出")).to_be_visible()
    context.close()


def _sits_down(tablet: Page, number: int, name: str) -> None:
    expect(tablet.get_by_role("heading")).to_contain_text("你是几号")
    tablet.get_by_role("button", name=str(number), exact=True).click()
    tablet.get_by_role("button", name="好了").click()
    expect(tablet.locator("#you h1")).to_contain_text(f"{number}号，{name}，是你吗")
    tablet.get_by_role("button", name="是我，开始").click()
    expect(tablet.locator("#ask")).to_contain_text("谁会看")
    tablet.get_by_role("button", name="我愿意").click()
    expect(tablet.locator("#ask")).to_contain_text("第1题")
