"""Every kind of page: no barrier, no sideways scrolling, nothing kept by the browser, no English."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Response

from tests.browser.conftest import Sit
from tests.browser.desk import WIDTHS, Desk

pytestmark = pytest.mark.browser
RULES = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]
OFFICE = [
    "/", "/children/", "/children/?only=late", "/children/new/", "/children/new/file/", "/tasks/", "/tasks/?only=area",
    "/crises/", "/referrals/", "/posts/", "/forms/", "/ended/",
]
OF_A_CHILD = [
    "", "paper/", "consent/", "attachments/", "forms/grade_decision/", "forms/crisis_report/", "forms/assessment_form/",
    "rights/", "rights/explain/", "rights/end/",
]
# Names of questionnaires, formats and codes of files are written as they are everywhere.
LATIN = re.compile(r"[A-Za-z]{3,}")
ALLOWED = re.compile(r"PHQ|GAD|WHO|PDF|JPEG|PNG|[A-Z0-9]{6}-[A-Z0-9]{5}|cast\d+")


def _pages(desk: Desk) -> list[str]:
    assessed, endangered = (desk.house.children[part] for part in ("assessed", "endangered"))
    own = [f"/children/{assessed}/{page}" for page in OF_A_CHILD]
    return [*OFFICE, *own, f"/children/{endangered}/", f"/children/{endangered}/forms/crisis_step/", _entry(desk)]


def _entry(desk: Desk) -> str:
    desk.open(f"/children/{desk.house.children['assessed']}/")
    return desk.page.locator(".tx-timeline a").first.get_attribute("href") or ""


def test_has_no_barrier_nothing_kept_nobody_in_its_title_and_speaks_chinese(sit: Sit) -> None:
    """Each page is opened once, for all that is asked of it."""
    desk, faults = sit("郑管理"), []
    for path in _pages(desk):
        desk.page.set_viewport_size({"width": 1440, "height": 900})
        answer = desk.page.goto(path)
        assert answer is not None and answer.status == 200, path
        faults += [(path, fault) for fault in (*_told(desk, answer), *_english(desk), *_barriers(desk))]
    assert faults == [], faults


def _told(desk: Desk, answer: Response) -> Iterator[str]:
    if "no-store" not in answer.headers["cache-control"]:
        yield "kept by the browser"
    if "unsafe" in answer.headers["content-security-policy"]:
        yield "may run what stands in it"
    if {"王子轩", "刘梓萱"} & set(re.split(r"\W", desk.page.title())):
        yield "names a child in its title"


def _english(desk: Desk) -> list[str]:
    return LATIN.findall(ALLOWED.sub("", desk.page.locator("body").inner_text()))


def _barriers(desk: Desk) -> Iterator[tuple[object, str]]:
    for width in WIDTHS:
        desk.page.set_viewport_size({"width": width, "height": 800})
        if desk.page.evaluate("document.documentElement.scrollWidth") > width:
            yield width, "scrolls sideways"
    found = Axe().run(desk.page, options={"runOnly": RULES, "resultTypes": ["violations"]})
    for each in found.response["violations"]:
        if each["impact"] in {"serious", "critical"}:
            yield each["id"], each["nodes"][0]["html"][:200]


def test_targets_are_large_enough_for_a_thumb(sit: Sit) -> None:
    desk, small = sit("周主任"), []
    desk.page.set_viewport_size({"width": 360, "height": 740})
    for path in ("/", f"/children/{desk.house.children['endangered']}/"):
        desk.open(path)
        # What isn't shown at this width is no target.
        small += desk.page.locator("main .btn, .tx-nav a").evaluate_all(
            "all => all.map(each => [each.textContent.trim(), each.getBoundingClientRect().height])"
            ".filter(([, height]) => 0 < height && height < 44)"
        )
    assert small == [], small
