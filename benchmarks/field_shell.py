"""The field app's shell: what it weighs, how soon it can be used on a slow line, how soon it opens without one.

`python -m benchmarks.field_shell [--times 3]`
"""

from __future__ import annotations

import argparse
import json
import re
import statistics
import sys
import urllib.request

from benchmarks.field_phone import phone_at, slow_down, timed
from benchmarks.server import load
from benchmarks.targets import at_most, verdict
from tests.browser.house import House
from tests.field.phone import PIN

# What phones offer over HTTPS, and to this house too.
PHONE = "gzip, deflate, br, zstd"
SHELL_KB, INTERACTIVE_S, OFFLINE_S = 150.0, 3.0, 1.5


def main(argv: list[str]) -> int:
    """0 when the shell is light and quick enough."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=3)
    times = parser.parse_args(argv).times
    with House() as house:
        weight, count = _weight(house)
        first: list[float] = []
        for _ in range(times):
            with phone_at(house) as (phone, _line):
                slow_down(phone)
                with timed(first):
                    phone.page.goto("/field/", wait_until="commit")
                    phone.page.get_by_label("登录名").fill("a")
        offline, unlocked = _without_a_line(house, times)
    print(f"load {load()}; shell {weight:.1f} kB packed in {count} files")
    print(f"usable on 400 kbit/s, 400 ms, a quarter of the processor: {_spread(first)}")
    print(f"opens without a network, same processor: {_spread(offline)}; from the PIN to her day: {_spread(unlocked)}")
    return verdict([
        *at_most("shell", weight, SHELL_KB, "kB"),
        *at_most("first use", statistics.median(first), INTERACTIVE_S, "s"),
        *at_most("opening offline", statistics.median(offline), OFFLINE_S, "s"),
    ])


def _weight(house: House) -> tuple[float, int]:
    """What comes over the line: the first screen file by file, the worker, the pack, and what is in no pack."""
    page = _asked(f"{house.url}/field/").decode()
    first = {"/field/", *re.findall(r'<(?:link rel="[a-z-]+"|script type="module") (?:href|src)="([^"]+)"', page)}
    listed = [each["url"] for each in json.loads(_asked(f"{house.url}/field/files.json"))["files"]]
    apart = [url for url in listed if url in first or url.endswith(".png")]
    calls = [*apart, "/field/worker.js", "/field/pack.json"]
    return sum(len(_asked(house.url + url, packed=PHONE)) for url in calls) / 1000, len(listed)


def _asked(url: str, *, packed: str = "identity") -> bytes:
    asked = urllib.request.Request(url, headers={"Accept-Encoding": packed})  # noqa: S310
    with urllib.request.urlopen(asked) as answer:  # noqa: S310
        content: bytes = answer.read()
    return content


def _without_a_line(house: House, times: int) -> tuple[list[float], list[float]]:
    opened: list[float] = []
    unlocked: list[float] = []
    with phone_at(house) as (phone, line):
        phone.pair(house.logins["周主任"])
        line.cut()
        for _ in range(times):
            phone.restart()
            slow_down(phone, line=False)
            with timed(opened):
                phone.page.goto("/field/", wait_until="commit")
                phone.page.get_by_label("PIN").fill(PIN)
            with timed(unlocked):
                phone.click("打开")
                phone.reads("要去")
    return opened, unlocked


def _spread(seconds: list[float]) -> str:
    return f"{statistics.median(seconds):.2f} s ({min(seconds):.2f}–{max(seconds):.2f})"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
