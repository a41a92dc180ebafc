"""A form begun at one desk is gone on with at another; without a network the page says so."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.desk import Desk
from tests.browser.house import House

pytestmark = pytest.mark.browser
WORDS = "奶奶说夜里睡不好"
KEPT = "草稿已存"
PATIENCE = 30


@pytest.fixture(scope="module")
def house(shelf: Path) -> Iterator[House]:
    """A house of its own: what others left unfinished would stand on the first page too."""
    with House(shelf) as found:
        yield found


@pytest.fixture
def two_desks(house: House, browser: Browser, seen: set[tuple[str, str]]) -> Iterator[tuple[Desk, Desk]]:
    """One person at two browsers."""
    desks = [Desk(house, browser, "周主任", seen) for _ in range(2)]
    for desk in desks:
        desk.sign_in()
    yield desks[0], desks[1]
    for desk in desks:
        desk.context.close()
    assert [desk.complaints for desk in desks] == [[], []]


def test_a_visit_is_begun_here_and_handed_in_there(house: House, two_desks: tuple[Desk, Desk]) -> None:
    here, there = two_desks
    child = house.children["calm"]
    here.open(f"/children/{child}/forms/visit_record/")
    here.at("carer_words").locator("textarea").fill(WORDS)
    expect(here.page.locator(".tx-kept")).to_contain_text(KEPT)
    there.open("/")
    there.reads("没填完的表 1 份", "走访记录")
    there.page.get_by_role("link", name="接着填").click()
    expect(there.at("carer_words").locator("textarea")).to_have_value(WORDS)
    there.reads("接着填：这是您在")
    there.fill(seen_in_person="yes")
    there.open("/")
    expect(there.page.locator("#drafts-title")).to_have_count(0)
    here.at("carer_words").locator("textarea").fill(f"{WORDS}，腿也疼")
    expect(here.page.locator(".tx-kept")).to_contain_text("这份表已经提交过了")


def test_without_a_network_it_is_said_plainly_and_kept_later(house: House, two_desks: tuple[Desk, Desk]) -> None:
    here, there = two_desks
    child = house.children["visited"]
    here.open(f"/children/{child}/forms/visit_record/")
    here.context.set_offline(True)
    here.at("carer_words").locator("textarea").fill(WORDS)
    expect(here.page.locator(".tx-not-kept")).to_contain_text("还没有存上：网络不通")
    here.context.set_offline(False)
    expect(here.page.locator(".tx-kept")).to_contain_text(KEPT, timeout=30_000)
    there.open(f"/children/{child}/forms/visit_record/")
    there.page.get_by_role("link", name="接着填").click()
    expect(there.at("carer_words").locator("textarea")).to_have_value(WORDS)
    there.open(f"/children/{child}/forms/visit_record/")
    there.page.get_by_role("button", name="删去").click()
    expect(there.page.locator("#drafts-title")).to_have_count(0)


def test_leaving_the_page_loses_nothing(house: House, two_desks: tuple[Desk, Desk]) -> None:
    here, there = two_desks
    child = house.children["visited"]
    asked: list[str] = []
    here.page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    here.open(f"/children/{child}/forms/case_note/")
    here.at("noted").locator("textarea").fill(WORDS)
    here.open("/")
    there.open("/")
    # What is sent while a page is left may arrive behind the next page that is asked for.
    until = time.monotonic() + PATIENCE
    while not there.page.get_by_text("随记").count() and time.monotonic() < until:
        there.open("/")
    expect(there.page.get_by_text("随记").first).to_be_visible()
    there.page.get_by_role("link", name="接着填").click()
    expect(there.at("noted").locator("textarea")).to_have_value(WORDS)
    there.fill()


def test_what_is_known_says_where_from_and_what_it_was(house: House, two_desks: tuple[Desk, Desk]) -> None:
    here, _ = two_desks
    child = house.children["calm"]
    here.open(f"/children/{child}/forms/detail_correction/")
    hint = here.at("name").locator(".tx-known")
    expect(hint).to_contain_text("已带出（困境儿童心理健康状况识别评估档案表，2025年12月21日）")
    here.at("name").locator("input").fill("李明悦")
    expect(hint).to_contain_text("原来是“李明月”")
    here.at("name").locator("input").fill("李明月")
    expect(hint).to_contain_text("已带出")
    expect(here.page.locator(".tx-kept")).to_contain_text(KEPT)
    here.open(f"/children/{child}/forms/detail_correction/")
    here.page.get_by_role("button", name="删去").click()


def test_a_walk_in_visit_takes_few_clicks(house: House, two_desks: tuple[Desk, Desk]) -> None:
    desk, _ = two_desks
    child = house.children["visited"]
    desk.open(f"/children/{child}/forms/visit_record/")
    clicks: list[Callable[[], None]] = [
        desk.at("seen_in_person").get_by_label("是").check,
        *(desk.at(veto).get_by_label("否").check for veto in (
            "wish_to_die", "harmed", "unguarded", "danger_to_others", "confused", "life_threat",
        )),
        desk.page.get_by_role("button", name="保存", exact=True).click,
    ]
    for click in clicks:
        click()
    desk.reads("已保存：走访记录")
    assert len(clicks) + 4 <= 12
