from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests import driven
from tests.pwa.office import Office


@pytest.fixture
def chromium() -> Browser:
    return driven.chromium()


@pytest.fixture
def office() -> Iterator[Office]:
    office = Office()
    yield office
    office.gate.set()
    office.shutdown()
    office.server_close()


@pytest.fixture
def page(chromium: Browser, office: Office) -> Iterator[Page]:
    """The form on an office monitor; any complaint of the browser fails the test."""
    page = chromium.new_page(viewport={"width": 1440, "height": 900}, locale="zh-CN")
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "console", lambda said: complaints.append(said.text) if _is_complaint(said.text, said.type) else None
    )
    page.goto(office.url)
    yield page
    page.close()
    assert complaints == []


def _is_complaint(text: str, kind: str) -> bool:
    # A refused or failed request is logged by the browser itself and belongs to these tests.
    return kind == "error" and not text.startswith("Failed to load resource")
