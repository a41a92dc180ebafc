"""The manual tells of the screens as they are; `make manual` takes its pictures anew."""

from __future__ import annotations

import os
import re

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Sit
from tests.browser.desk import Desk
from tests.browser.pictures import smaller
from tongxin.documents import manual
from tongxin.lib import places

pytestmark = pytest.mark.browser
WRITERS = {
    "start": "周主任", "child_director": "周主任", "child_supervisor": "王督导", "social_worker": "林社工",
    "counsellor": "苏咨询", "case_manager": "郑管理", "psychiatrist": "秦医生", "psych_teacher": "何老师",
    "benefit_clerk": "方经办", "department_officer": "孙联络",
    "wording": "王督导", "phone": "王督导", "exporting": "王督导", "rights": "王督导",
    "clues": "王督导", "groups": "苏咨询",
    "referrals": "王督导", "care": "王督导", "conferences": "郑管理",
    "sessions": "苏咨询", "coordination": "郑管理", "clinical_supervisor": "许督导",
}
HEIGHTS = {360: 640, 1024: 680}
SIGN_IN = "/sign-in/"
LABELS = """() => [...document.querySelectorAll(
  'a, button, h1, h2, h3, summary, label, legend, th, dt, strong, span, [data-path] > *, option, main p')]
  .map(each => each.textContent.replace(/\\s+/g, '').replace(/^[0-9+]+/, ''))"""


@pytest.mark.parametrize("id", WRITERS)
def test_every_word_that_a_page_quotes_is_on_the_screen_it_names(sit: Sit, id: str) -> None:
    page, desk, lacking = manual.pages()[id], sit(WRITERS[id]), {}
    desk.page.set_viewport_size({"width": page.width, "height": HEIGHTS[page.width]})
    for place in page.places:
        if not place.words and not place.picture:
            continue
        shown = _opened(desk, place.at)
        labels = shown.evaluate(LABELS)
        missing = [word for word in place.words if not any(label.startswith(word) for label in labels)]
        if missing:
            lacking[place.at] = missing
        if place.picture:
            _take(shown, place.picture)
    assert lacking == {}


def test_how_to_leads_from_a_page_to_its_part_of_the_manual(sit: Sit) -> None:
    desk = sit("周主任")
    desk.open(f"/children/{desk.house.children['calm']}/forms/visit_record/")
    desk.page.get_by_role("link", name="怎么做", exact=True).click()
    desk.page.wait_for_url("**/help/child_director/#visit")
    desk.reads("走访一户", "去之前看一眼")
    desk.page.set_viewport_size({"width": 360, "height": 640})
    assert desk.page.evaluate("document.documentElement.scrollWidth") <= 360


def _opened(desk: Desk, at: str) -> Page:
    if at == SIGN_IN:
        desk.context.clear_cookies()
        desk.page.goto(at)
        return desk.page
    holes = {**desk.house.children, "entry": ""}
    if "{entry}" in at:
        desk.open(f"/children/{holes['calm']}/")
        address = desk.page.locator(".tx-timeline a").last.get_attribute("href") or ""
        holes["entry"] = address.rstrip("/").rpartition("/")[2]
    desk.open(re.sub(r"\{([a-z]+)\}", lambda hole: holes[hole[1]], at))
    if "/forms/" in at and at.startswith("/children/"):
        desk.page.get_by_role("button", name="保存", exact=True).wait_for()
    return desk.page


def _take(page: Page, name: str) -> None:
    if not os.environ.get("TONGXIN_MANUAL_PICTURES"):
        return
    page.evaluate("scrollTo(0, 0)")
    folder = places.manual_folder() / "images"
    folder.mkdir(exist_ok=True)
    (folder / name).with_suffix(".png").write_bytes(smaller(page.screenshot(animations="disabled", caret="hide")))
