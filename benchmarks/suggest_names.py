"""Suggestions while a file is entered, over many sealed names, through HTTP: `python -m benchmarks.suggest_names`.

`--names N` children in one county, each with a key of its own, asked for by the county's case manager, who
sees every one: the first three signs as they are typed, two characters, three letters, and a name that nobody has.
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import time
from collections.abc import Callable
from itertools import islice

from pypinyin import lazy_pinyin

from benchmarks.browser import Browser
from benchmarks.installation import Installation, installed
from benchmarks.names import name
from benchmarks.search_names import PREPARED, SEED
from benchmarks.server import load, served
from benchmarks.targets import SUGGEST_P95_MS, at_most, verdict

LIKE = "/children/new/like/"
# What stands in the form when it is asked.
KINDS: dict[str, Callable[[str], dict[str, str]]] = {
    "three signs": lambda each: {"name": each[:3]},
    "two characters": lambda each: {"name": each[:2]},
    "three letters": lambda each: {"name": "".join(lazy_pinyin(each))[:3]},
    "nobody's name": lambda each: {"name": f"{each[1]}{each[0]}齉"},
}


def main() -> int:
    """The exit code: 1 when the target is missed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--names", type=int, default=1_000_000)
    parser.add_argument("--seconds", type=float, default=15)
    options = parser.parse_args()
    with installed("postgresql", PREPARED) as place:
        began = time.monotonic()
        place.run("benchmarks.search_names", "--fill", str(options.names))
        assert place.server
        for end in ("", "_keys"):
            place.server.sql("VACUUM ANALYZE", f"{place.name}{end}")
        print(f"{options.names:,} names made in {time.monotonic() - began:.0f} s, {os.cpu_count()} cores", flush=True)
        return measure(place, options.names, options.seconds)


def measure(place: Installation, names: int, seconds: float) -> int:
    """Each kind of question by one person, as fast as answers come."""
    known = place.known()
    login, password = known["roles"]["case_manager"][0]["login"], known["password"]
    chance, missed = random.Random(SEED), []
    some = [name(chance) for _ in range(min(names, 4000))]
    with served(place) as web:
        browser = Browser(web.port)
        browser.sign_in(login, password)
        print(f"\nload before {load()}")
        for kind, written in KINDS.items():
            times = _asked(browser, [written(each) for each in some], seconds)
            p50, p95 = statistics.median(times), times[len(times) * 95 // 100]
            spread = f"p50 {p50:6.1f}  p95 {p95:6.1f}  max {times[-1]:6.0f} ms  {len(times)} asked"
            print(f"{kind:<20} {spread}", flush=True)
            missed += at_most(f"suggestions for {kind}", p95, SUGGEST_P95_MS, "ms")
    return verdict(missed)


def _asked(browser: Browser, bodies: list[dict[str, str]], seconds: float) -> list[float]:
    taken: list[float] = []
    until = time.perf_counter() + seconds
    for body in islice(bodies, len(bodies)):
        since = time.perf_counter()
        browser.post(LIKE, body)
        taken.append((time.perf_counter() - since) * 1000)
        if time.perf_counter() > until:
            break
    return sorted(taken)


if __name__ == "__main__":
    raise SystemExit(main())
