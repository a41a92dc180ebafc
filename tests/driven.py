"""What driven tests of one process share: Playwright, its Chromium, a house of each kind.

They are let go before the first test that is none of theirs: an idle house's server and worker go on costing, and
Django refuses its database where Playwright's loop runs.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from typing import Any, TypeVar

from playwright.sync_api import Browser, Playwright, sync_playwright

House = TypeVar("House")
_open = ExitStack()
_kept: dict[str, Any] = {}


def playwright() -> Playwright:
    """The one loop of this process."""
    if "play" not in _kept:
        _kept["play"] = _open.enter_context(sync_playwright())
    play: Playwright = _kept["play"]
    return play


def chromium() -> Browser:
    """A browser with nothing open; another one after it broke down."""
    if "browser" not in _kept or not _kept["browser"].is_connected():
        _kept["browser"] = playwright().chromium.launch(
            executable_path=program(), args=["--no-sandbox", "--disable-gpu"]
        )
    browser: Browser = _kept["browser"]
    return browser


def program() -> str | None:
    """Chromium as it is installed here, else the one that came with Playwright."""
    return shutil.which("chromium") or shutil.which("chromium-browser")


def house(build: Callable[[], AbstractContextManager[House]], kind: str) -> House:
    """The house of that kind, built by whoever comes first."""
    if kind not in _kept:
        _kept[kind] = _open.enter_context(build())
    found: House = _kept[kind]
    return found


def leave() -> None:
    """Everything ends."""
    if _kept:
        _kept.clear()
        _open.close()
