"""Rooms, the rota and bookings fit each width and have no barrier; a counsellor books and marks on a phone."""

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
FURNISH = "import django; django.setup(); from tests.browser.meeting_rooms import main; main()"
SHOOT = os.environ.get("TONGXIN_SHOOT_BOOKINGS", "")


@pytest.fixture(scope="module")
def rooms() -> Iterator[House]:
    with House(furnish=FURNISH) as found:
        yield found


def sit(rooms: House, browser: Browser, name: str) -> Desk:
    found = Desk(rooms, browser, name, set())
    found.sign_in()
    return found


def _shoot(desk: Desk, name: str) -> None:
    if SHOOT:
        for width in (1440, 1024, 360):
            desk.page.set_viewport_size({"width": width, "height": 800})
            desk.page.screenshot(path=str(Path(SHOOT) / f"{name}-{width}.png"), full_page=True)


def test_the_pages_fit_each_width(rooms: House, browser: Browser) -> None:
    room, child, booking = rooms.found["room"], rooms.children["小雨"], rooms.found["booking"]
    desk, planner = sit(rooms, browser, "苏咨询"), sit(rooms, browser, "郑管理")
    pages = {
        "list": "/rooms/", "room": f"/rooms/{room}/", "mine": "/bookings/", "child": f"/children/{child}/bookings/",
        "booking": f"/bookings/{booking}/", "rota-own": "/rota/",
    }
    for who, found in ((desk, pages), (planner, {"new": "/rooms/new/", "rota": "/rota/", "keeper": f"/rooms/{room}/"})):
        for name, path in found.items():
            _fits(who, path)
            _shoot(who, name)
        who.context.close()
        assert who.complaints == []


def test_a_counsellor_marks_and_books_on_a_phone(rooms: House, browser: Browser) -> None:
    desk = sit(rooms, browser, "苏咨询")
    desk.page.set_viewport_size({"width": 360, "height": 740})
    desk.open(f"/bookings/{rooms.found['booking']}/")
    desk.click("已到")
    assert desk.page.get_by_text("已记下：已到。").is_visible()
    desk.open(f"/children/{rooms.children['小雨']}/bookings/")
    desk.page.get_by_role("button", name="约 ").first.click()
    assert "已约好" in desk.page.locator("#notices").inner_text()
    desk.open("/bookings/")
    desk.click("生成订阅地址")
    assert desk.page.locator("code").inner_text().endswith(".ics")
    desk.context.close()
    assert desk.complaints == []
