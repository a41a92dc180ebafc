"""Search over a million sealed names through HTTP: `python -m benchmarks.search_names [--names N] [--seconds 15]`.

All of them in one county, each under its own key: the hardest case, for a county's case manager sees every one.
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from itertools import islice

from pypinyin import Style, lazy_pinyin

from benchmarks.browser import Browser, Unexpected
from benchmarks.installation import Installation, installed
from benchmarks.names import name
from benchmarks.server import load, served
from benchmarks.targets import P95_MS, at_most, verdict

SEED, FIRST, DAYS = 7, date(2009, 1, 1), 6000
PREPARED, CHUNK, CONCURRENCY = 2_000, 20_000, 4
SEARCH = "/children/search/"


def main() -> int:
    """The exit code: 1 when a target is missed."""
    if "--fill" in sys.argv:
        fill(int(sys.argv[-1]))
        return 0
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
    """Each kind of search by four people at once, as the county's case manager, who sees all."""
    known = place.known()
    login, password = known["roles"]["case_manager"][0]["login"], known["password"]
    chance = random.Random(SEED)
    some = [name(chance) for _ in range(min(names, 4000))]
    missed: list[str] = []
    with served(place) as web:
        for people in (1, CONCURRENCY):
            browsers = [Browser(web.port) for _ in range(people)]
            for browser in browsers:
                browser.sign_in(login, password)
            print(f"\n{people} at once, load before {load()}")
            for kind, text_of in KINDS.items():
                times = _asked(browsers, kind, [text_of(each) for each in some], seconds)
                p50, p95 = statistics.median(times), times[len(times) * 95 // 100]
                found = f"p50 {p50:6.1f}  p95 {p95:6.1f}  max {times[-1]:6.0f} ms  {len(times)} asked"
                print(f"{kind:<20} {found}", flush=True)
                missed += at_most(f"search by {kind}, {people} at once", p95, P95_MS, "ms")
    return verdict(missed)


def _initials(text: str) -> str:
    return "".join(lazy_pinyin(text, style=Style.FIRST_LETTER))


KINDS: dict[str, Callable[[str], str]] = {
    "whole name": lambda each: each,
    "two characters": lambda each: each[:2],
    "surname": lambda each: each[0],
    "initials": _initials,
    "pinyin": lambda each: "".join(lazy_pinyin(each)),
    "nobody's name": lambda each: f"{each[1]}{each[0]}齉",
}


def _asked(browsers: list[Browser], kind: str, texts: list[str], seconds: float) -> list[float]:
    taken: list[float] = []
    faults: list[Exception] = []

    def go(browser: Browser, first: int) -> None:
        try:
            until = time.perf_counter() + seconds
            for text in islice(texts, first, None, len(browsers)):
                since = time.perf_counter()
                page = browser.post(SEARCH, {"text": text})
                taken.append((time.perf_counter() - since) * 1000)
                if kind != "nobody's name" and "/children/" not in page:
                    raise Unexpected("nothing found")
                if time.perf_counter() > until:
                    return
        except Exception as fault:
            faults.append(fault)

    threads = [threading.Thread(target=go, args=(each, number)) for number, each in enumerate(browsers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if faults:
        raise faults[0]
    return sorted(taken)


def fill(count: int) -> None:
    """So many children more, in the villages of the county, each with a key, a sealed name and its marks."""
    import django

    django.setup()
    from django.db import transaction

    from benchmarks.rosters import COUNTY
    from tongxin.accounts.models import Division
    from tongxin.lib import bulk, clock, ids
    from tongxin.people import search
    from tongxin.people.models import Child
    from tongxin.vault import Owner, Place, keys, seal_many

    at, chance = clock.now(), random.Random(SEED)
    county = Division.objects.get(code=COUNTY)
    homes = list(Division.objects.filter(level="village", county_id=county.id))
    numbers = Counter[str]()
    for many in _chunks(count):
        made = [(ids.new_id(), name(chance), chance.choice(homes)) for _ in range(many)]
        owners = [Owner("child", each) for each, _, _ in made]
        rows = keys._new_rows(owners, "aes-256-gcm", at)
        bulk.store(rows, using="keys")
        ring = keys.keyring(owners)
        words_of = zip((words for _, words, _ in made), owners, strict=True)
        items = [(words, owner, Place("people.child", "name", owner.id)) for words, owner in words_of]
        sealed = seal_many(items, keyring=ring)
        children, found = [], []
        for (child, words, home), blob in zip(made, sealed, strict=True):
            numbers["made"] += 1
            places = {f"{level}_id": getattr(home, f"{level}_id") for level in ("province", "city", "county", "town")}
            places["village_id"] = home.id
            children.append(Child(
                id=child, file_no=f"B{numbers['made']:08d}", name=blob, created_at=at, sex="unknown",
                birth_month=(FIRST + timedelta(days=chance.randrange(DAYS))).replace(day=1), **places,
            ))
            found.append(search.Row(child, places, COUNTY, words, None))
        with transaction.atomic():
            bulk.store(children)
            search.index_fresh(search.marked(found))


def _chunks(count: int) -> Iterator[int]:
    while count > 0:
        yield min(count, CHUNK)
        count -= CHUNK


if __name__ == "__main__":
    sys.exit(main())
