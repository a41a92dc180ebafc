"""A cheap phone on a slow line: a real browser, throttled, with the field app of a real server."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.browser.house import House
from tests.field.line import Line
from tests.field.phone import Phone

# 400 kbit/s each way, 400 ms there and back; a processor a quarter as fast as this one.
BYTES_A_SECOND, ROUND_TRIP_MS, SLOWER = 50_000, 400, 4


@contextmanager
def phone_at(house: House) -> Iterator[tuple[Phone, Line]]:
    """A new phone and the line on which it is."""
    folder = Path(tempfile.mkdtemp(prefix="tongxin-phone-"))
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    try:
        with Line(house.port) as line, sync_playwright() as play:
            phone = Phone(play, folder, line.url, path)
            phone.page.set_default_timeout(180_000)
            yield phone, line
            phone.close()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def slow_down(phone: Phone, *, line: bool = True) -> None:
    """From now on as on a cheap phone; `line` is whether the network is slow too."""
    session = phone.context.new_cdp_session(phone.page)
    session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    if line:
        session.send("Network.emulateNetworkConditions", {
            "offline": False, "latency": ROUND_TRIP_MS, "downloadThroughput": BYTES_A_SECOND,
            "uploadThroughput": BYTES_A_SECOND,
        })


@contextmanager
def timed(seconds: list[float]) -> Iterator[None]:
    """How long the block took, appended."""
    since = time.monotonic()
    yield
    seconds.append(time.monotonic() - since)
