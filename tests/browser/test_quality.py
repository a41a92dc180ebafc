"""The bar for every page and the roles it is for: first action in sight, large targets, readable text, no barrier."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.conftest import Sit
from tests.browser.desk import Desk

pytestmark = pytest.mark.browser
AXE = {"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"], "resultTypes": ["violations"]}
SCREENS = ((1024, 768), (360, 640))
PAGES = {
    "周主任": ("/", "/children/", "/tasks/", "/referrals/", "<assessed>", "<endangered>", "/definitions/"),
    "王督导": ("/", "/confirmations/", "/district/", "/workload/", "/rosters/", "/amendments/", "/glass/",
           "/exports/new/", "/exports/new/?purpose=casework&kind=named",
           "/clues/", "/clues/new/", "/clues/new/?channel=walk_in", "/report/", "/report/answer/"),
    "林社工": ("/", "/tasks/", "<assessed>", "/referrals/board/", "/r/"),
    "郑管理": (
        "/", "/children/", "/children/?only=no_step", "/crises/", "/duty/", "/confirmations/", "/district/", "/ledger/",
        "/posts/", "/looking/", "/registers/", "/retention/", "/sealed/", "/holds/",
        "/definitions/pathway/child/", "/definitions/instruments/phq_9/", "<endangered>",
    ),
    "秦医生": ("/", "/referrals/"),
    "方经办": ("/", "/children/"),
}
ACTIONS = "main :is(.btn, .tx-figure, .tx-danger a, .tx-line, .tx-rules a)"
TARGETS = (
    "main :is(.btn, .tx-figure, .tx-line, .tx-tabs a, .tx-tabs button, summary, .tx-forms a, .form-control,"
    " .form-select, .tx-option, .tx-pick, .tx-danger a), .tx-nav a, .tx-nav summary"
)
# Small words that only repeat what stands beside them larger.
SMALL = ".tx-required, .tx-count, code"
LATIN = re.compile(r"[A-Za-z]{3,}")
ALLOWED = re.compile(
    r"xlsx|xls|csv|ods|PHQ|GAD|WHO|UTC|Kroenke|Pfizer|phqscreeners.com"
    r"|Spitzer RL|Williams JBW|Gen Intern Med|Wang|BMC Psychiatry|[A-Z]{3,8}(?![a-z])"
    r"|[A-Z0-9]{6}-[A-Z0-9]{5}|cast\d+|[0-9a-f]{16}"
)
VETOES = ("wish_to_die", "harmed", "unguarded", "danger_to_others", "confused", "life_threat")
MOST_TAPS = 12
TALLEST = "all => all.map(each => [each, each.getBoundingClientRect()]).filter(([, box]) => box.height > 0)"


def _pages(desk: Desk) -> Iterator[str]:
    for path in PAGES[desk.name]:
        part = path.strip("<>")
        yield f"/children/{desk.house.children[part]}/" if path != part else path


@pytest.mark.parametrize("who", PAGES)
def test_every_page_meets_the_bar(sit: Sit, who: str) -> None:
    desk, faults = sit(who), []
    for path in _pages(desk):
        desk.open(path)
        for width, height in SCREENS:
            desk.page.set_viewport_size({"width": width, "height": height})
            faults += [(path, width, fault) for fault in _faults(desk, width, height)]
        found = Axe().run(desk.page, options=AXE)
        faults += [(path, each["id"], each["nodes"][0]["html"][:160]) for each in found.response["violations"]]
    assert faults == [], faults


def _faults(desk: Desk, width: int, height: int) -> Iterator[str]:
    page = desk.page
    if page.evaluate("document.documentElement.scrollWidth") > width:
        yield "scrolls sideways"
    tops = page.locator(ACTIONS).evaluate_all(f"all => ({TALLEST})(all).map(([, box]) => box.bottom)")
    if tops and min(tops) > height:
        yield f"first action at {min(tops):.0f}"
    yield from page.locator(TARGETS).evaluate_all(
        f"all => ({TALLEST})(all).filter(([, box]) => Math.round(box.height) < 44)"
        ".map(([each, box]) => `small target ${Math.round(box.height)} ${each.textContent.trim().slice(0, 20)}`)"
    )
    yield from page.locator("main").evaluate(
        "main => [...main.querySelectorAll('p, li, dd, dt, td, th, a, button, label, summary')]"
        f".filter(each => each.textContent.trim() && !each.closest('{SMALL}')"
        " && parseFloat(getComputedStyle(each).fontSize) < 16)"
        ".map(each => `small text ${each.tagName} ${each.className} ${each.textContent.trim().slice(0, 20)}`)"
    )
    yield from page.locator("main :is(a[href], button, input, select, summary):not([role=tab])").evaluate_all(
        "all => all.filter(each => each.tabIndex !== 0).map(each => `out of reach ${each.outerHTML.slice(0, 80)}`)"
    )
    words = LATIN.findall(ALLOWED.sub("", page.locator("body").inner_text()))
    yield from (f"not Chinese: {word}" for word in words)


def test_the_parts_of_a_file_open_by_keyboard(sit: Sit) -> None:
    desk = sit("郑管理")
    desk.open(f"/children/{desk.house.children['assessed']}/")
    desk.page.get_by_role("tab", name="经过").focus()
    desk.page.keyboard.press("ArrowRight")
    assert desk.page.evaluate("document.activeElement.getAttribute('aria-selected')") == "true"
    shown = desk.page.locator("[role=tabpanel]:visible")
    assert shown.count() == 1
    desk.page.emulate_media(media="print")
    assert desk.page.locator("[role=tabpanel]:visible").count() > 2


def test_a_walk_in_visit_takes_few_taps(sit: Sit) -> None:
    desk = sit("周主任")
    desk.page.set_viewport_size({"width": 360, "height": 640})
    desk.open("/")
    taps = 0
    for link in ("儿童", "赵一诺", "走访记录"):
        desk.page.get_by_role("link", name=link, exact=True).locator("visible=true").first.click()
        taps += 1
    desk.page.wait_for_selector("tx-form fieldset, tx-form input")
    for choice in ("seen_in_person", *VETOES):
        value = "yes" if choice == "seen_in_person" else "no"
        desk.at(choice).locator(f'label:has(input[value="{value}"])').click()
        taps += 1
    desk.page.get_by_role("button", name="保存", exact=True).click()
    taps += 1
    desk.reads("已保存：走访记录")
    assert taps <= MOST_TAPS, taps
