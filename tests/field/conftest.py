"""The server with its cast, a line to it, and phones."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests import driven
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


@pytest.fixture(scope="module")
def house(shelf: Path) -> Village:
    """The one to whose server all phones of this process are paired."""
    return driven.house(lambda: Village(shelf), "village")


@pytest.fixture
def line(house: Village) -> Iterator[Line]:
    with Line(house.port) as line:
        yield line


@pytest.fixture
def phone(line: Line, tmp_path: Path) -> Iterator[Phone]:
    phone = Phone(driven.playwright(), tmp_path / "phone", line.url, driven.program())
    yield phone
    phone.close()
    assert phone.complaints == []
