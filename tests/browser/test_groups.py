"""A leader signs a meeting in on a phone; every page of groups fits each width and has no barrier."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser.desk import Desk
from tests.browser.house import House
from tests.browser.test_rounds import _fits

pytestmark = pytest.mark.browser
FURNISH = "import django; django.setup(); from tests.browser.group_room import main; main()"
SHOOT = os.environ.get("TONGXIN_SHOOT_GROUPS", "")


@pytest.fixture(scope="module")
def room() -> Iterator[House]:
    with House(furnish=FURNISH) as found:
        yield found


@pytest.fixture
def desk(room: House, browser: Browser) -> Iterator[Desk]:
    found = Desk(room, browser, "苏咨询", set())
    found.sign_in()
    yield found
    found.context.close()
    assert found.complaints == []


def _shoot(desk: Desk, name: str) -> None:
    if SHOOT:
        for width in (1440, 1024, 360):
            desk.page.set_viewport_size({"width": width, "height": 800})
            desk.page.screenshot(path=str(Path(SHOOT) / f"{name}-{width}.png"), full_page=True)


def test_a_leader_signs_in_on_a_phone(desk: Desk, room: House) -> None:
    home = f"/groups/{room.found['group']}/"
    for path, name in (
        ("/groups/", "list"), ("/groups/new/", "new"), (home, "group"), (f"{home}join/", "join"),
        (f"{home}meetings/1/", "held"), (f"{home}meetings/2/", "meeting"), ("/progress/", "progress"),
    ):
        _fits(desk, path)
        _shoot(desk, name)
    page = desk.page
    page.set_viewport_size({"width": 360, "height": 740})
    desk.open(f"{home}meetings/2/")
    signs = page.locator(".tx-sign")
    for place in range(signs.count()):
        signs.nth(place).get_by_label("到", exact=True).check()
        assert not signs.nth(place).get_by_label("没有发现").is_checked()
        signs.nth(place).get_by_label("没有发现").check()
    first, second = signs.nth(0), signs.nth(1)
    assert not first.locator(".tx-sign-six").is_visible() and not second.locator(".tx-sign-away").is_visible()
    first.get_by_label("要单独看看").check()
    first.get_by_role("group", name="说过或表现出不想活").get_by_label("是", exact=True).check()
    second.get_by_label("未到").check()
    second.get_by_label("没有到的原因、怎么联系的").fill("感冒在家，监护人说了")
    page.get_by_label("讲解").check()
    _shoot(desk, "filled")
    page.set_viewport_size({"width": 360, "height": 740})
    page.get_by_role("button", name="保存签到").click()
    desk.reads("已登记 8 名孩子的签到", "1 名孩子有危险，已进入危机处置")
    _fits(desk)
    _shoot(desk, "saved")


def test_a_supervisor_ticks_off_what_was_looked_at(room: House, browser: Browser) -> None:
    desk = Desk(room, browser, "许督导", set())
    desk.sign_in()
    desk.open("/supervision/")
    desk.click("莱芜区心理咨询师")
    _fits(desk)
    _shoot(desk, "supervision")
    page = desk.page
    page.locator('input[name="entries"]').first.check()
    page.get_by_label("方式").first.select_option(label="当面")
    page.get_by_role("button", name="登记督导").click()
    desk.reads("督导已登记")
    desk.open("/progress/")
    _shoot(desk, "progress-supervisor")
    assert desk.complaints == []
    desk.context.close()
