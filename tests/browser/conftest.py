"""The house with its server, and the cast at their browsers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests import driven
from tests.browser.desk import Desk
from tests.browser.house import House

Sit = Callable[[str], Desk]
# A slow machine gets the time it needs; whatever comes sooner is not waited for.
expect.set_options(timeout=30_000)


@pytest.fixture(scope="module")
def house(shelf: Path) -> House:
    """The one in which all desks of this process sit."""
    return driven.house(lambda: House(shelf), "office")


@pytest.fixture
def browser() -> Browser:
    return driven.chromium()


@pytest.fixture
def seen() -> set[tuple[str, str]]:
    """Every address that anybody asked for, with how."""
    return set()


@pytest.fixture
def sit(house: House, browser: Browser, seen: set[tuple[str, str]]) -> Iterator[Sit]:
    """Sit a member of the cast down at a browser, signed in; nothing may be complained of there."""
    desks: dict[str, Desk] = {}

    def sit(name: str) -> Desk:
        if name not in desks:
            desks[name] = Desk(house, browser, name, seen)
            desks[name].sign_in()
        return desks[name]

    yield sit
    for desk in desks.values():
        desk.context.close()
    assert {name: desk.complaints for name, desk in desks.items() if desk.complaints} == {}
