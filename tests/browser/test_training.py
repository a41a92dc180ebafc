"""A director learns on a phone; every page of training fits each width and has no barrier."""

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
FURNISH = "import django; django.setup(); from tests.browser.training_room import main; main()"
SHOOT = os.environ.get("TONGXIN_SHOOT_TRAINING", "")


@pytest.fixture(scope="module")
def room() -> Iterator[House]:
    with House(furnish=FURNISH) as found:
        yield found


def signed_in(room: House, browser: Browser, name: str) -> Desk:
    desk = Desk(room, browser, name, set())
    desk.sign_in()
    return desk


def _shoot(desk: Desk, name: str) -> None:
    if SHOOT:
        for width in (1440, 1024, 360):
            desk.page.set_viewport_size({"width": width, "height": 800})
            desk.page.screenshot(path=str(Path(SHOOT) / f"{name}-{width}.png"), full_page=True)


def _looked_at(desk: Desk, *pages: tuple[str, str]) -> None:
    for path, name in pages:
        _fits(desk, path)
        _shoot(desk, name)


def test_a_director_learns_on_a_phone(room: House, browser: Browser) -> None:
    desk = signed_in(room, browser, "周主任")
    page = desk.page
    _looked_at(desk, ("/training/", "home"), ("/training/lessons/danger/", "lesson"))
    page.set_viewport_size({"width": 360, "height": 740})
    desk.open("/training/")
    page.get_by_role("link", name="去学").click()
    desk.reads("发现与上报", "答五道题")
    page.get_by_role("button", name="交卷").click()
    desk.reads("请答完下面几题")
    for number, right in enumerate("cbada", start=1):
        page.locator(f"#q-q{number} input[value={right}]").check()
    page.get_by_role("button", name="交卷").click()
    desk.reads("通过了", "5 题答对 5 题")
    _fits(desk)
    _shoot(desk, "result")
    desk.context.close()
    assert desk.complaints == []


def test_whoever_keeps_training_sees_what_is_next(room: House, browser: Browser) -> None:
    desk, plan = signed_in(room, browser, "郑管理"), f"/training/plans/{room.found['plan']}/"
    _looked_at(
        desk, ("/training/", "desk"), ("/training/plans/", "plans"), (plan, "plan"),
        ("/training/sessions/", "sessions"), ("/training/sessions/new/", "session-new"),
        (f"/training/sessions/{room.found['session']}/", "session"), ("/training/lists/", "lists"),
        (f"/training/lists/{room.found['batch']}/", "list"), ("/training/coverage/", "coverage"),
        ("/training/certificates/", "certificates"), ("/training/verify/", "verify"),
    )
    desk.context.close()
    assert desk.complaints == []


def test_a_supervisor_has_a_certificate_and_who_counsels_sees_their_hours(room: House, browser: Browser) -> None:
    for name, pages in (
        ("王督导", (("/training/", "certified"), (f"/training/tries/{room.found['sitting']}/", "exam-result"))),
        ("许督导", (("/supervision/", "supervision"),)),
    ):
        desk = signed_in(room, browser, name)
        _looked_at(desk, *pages)
        desk.context.close()
        assert desk.complaints == []
