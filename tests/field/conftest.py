"""The server with its cast, a line to it, and phones."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Playwright, expect, sync_playwright

from tests.browser.house import House
from tests.field.line import Line
from tests.field.phone import Phone
from tongxin.lib import places

MakePhone = Callable[[], Phone]
# A slow machine gets the time it needs; whatever comes sooner is not waited for.
expect.set_options(timeout=30_000)


class Village(House):
    """A house whose browser files are a copy, so that a test can bring out a new build."""

    def __init__(self, shelf: Path) -> None:
        super().__init__(shelf)
        self.pwa = self.home / "pwa"
        shutil.copytree(places.pwa_folder(), self.pwa)
        self._environment["TONGXIN_PWA"] = str(self.pwa)


@pytest.fixture(scope="session")
def house(shelf: Path) -> Iterator[Village]:
    village = Village(shelf)
    with village:
        yield village


@pytest.fixture
def line(house: Village) -> Iterator[Line]:
    with Line(house.port) as line:
        yield line


@pytest.fixture(scope="module")
def play() -> Iterator[Playwright]:
    with sync_playwright() as play:
        yield play


@pytest.fixture
def phone(play: Playwright, line: Line, tmp_path: Path) -> Iterator[Phone]:
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    phone = Phone(play, tmp_path / "phone", line.url, path)
    yield phone
    phone.close()
    assert phone.complaints == []
