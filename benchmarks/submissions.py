"""How many filled forms the server takes a second from phones, and a first download by many phones at once.

`python -m benchmarks.submissions [--database postgresql|sqlite] [--children 20000] [--phones 1000] [--seconds 20]`
A form of 250 questions, durable commits; single entries by 32 connections, then batches of 50; then how long the worker
takes to react to the last entry; then every phone's first download.
"""

from __future__ import annotations

import argparse
import gzip
import http.client
import json
import os
import platform
import statistics
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import Any

from benchmarks.installation import MEASURED, ROOT, Installation, installed
from benchmarks.server import HOST, Served, load, served
from benchmarks.targets import at_least, at_most, verdict

CONNECTIONS, BATCH = 32, 50
# Three times what the best peer did on two cores: 114 a second, p95 344 ms at 32 connections.
SINGLE_A_SECOND, SINGLE_P95_MS, BATCHED_A_SECOND, DRAINED_SECONDS = 342.0, 344.0, 2000.0, 10.0
PATIENCE = 60.0
UNDONE = """
import django
django.setup()
from tongxin.ledger.models import Work
print(Work.objects.exclude(state__in=("done", "dead")).count())
"""


@dataclass
class Tally:
    """What several connections did together."""

    done: int = 0
    failed: int = 0
    bytes: int = 0
    times: list[float] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, seconds: float, *, done: int, failed: int, size: int = 0) -> None:
        with self.lock:
            self.times.append(seconds)
            self.done, self.failed, self.bytes = self.done + done, self.failed + failed, self.bytes + size

    def p95(self) -> float:
        return statistics.quantiles(self.times, n=20)[-1] * 1000 if len(self.times) > 1 else 0.0


def main() -> int:
    """Measure, and print what it was measured on; 1 when a target is missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.submissions", description=__doc__)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="postgresql")
    parser.add_argument("--children", type=int, default=20_000)
    parser.add_argument("--phones", type=int, default=1000)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--connections", type=int, default=CONNECTIONS)
    parser.add_argument("--only-up", action="store_true", help="without the first downloads")
    asked = parser.parse_args()
    with installed(asked.database, asked.children) as place:
        place.run("benchmarks.phones", str(place.folder), str(asked.phones), moment=MEASURED)
        stage = json.loads((place.folder / "phones.json").read_text(encoding="utf-8"))
        with served(place) as web:
            print(_machine(asked), flush=True)
            single, took = _for_a_while(web, stage, asked, size=1)
            batched, took_batched = _for_a_while(web, stage, asked, size=BATCH)
            drained = _drained(place)
            first, took_first = (Tally(), 0.0) if asked.only_up else _first_downloads(web, stage, asked)
    return verdict(_said(single, took, batched, took_batched, drained, first, took_first))


def _said(
    single: Tally, took: float, batched: Tally, took_batched: float, drained: float, first: Tally, took_first: float
) -> list[str]:
    one, many = single.done / took, batched.done / took_batched
    print(f"single entries: {one:.0f}/s, p95 {single.p95():.0f} ms, {single.failed} failed")
    print(f"batches of {BATCH}: {many:.0f} entries/s, p95 {batched.p95():.0f} ms a batch, {batched.failed} failed")
    print(f"reactions drained {drained:.1f} s after the last entry")
    print(
        f"first download of {first.done} phones: {took_first:.1f} s, p95 {first.p95():.0f} ms a page, "
        f"{first.bytes / max(first.done, 1) / 1024:.0f} KB a phone, {first.failed} failed"
    )
    return [
        *at_least("single entries", one, SINGLE_A_SECOND, "/s"),
        *at_most("single entries p95", single.p95(), SINGLE_P95_MS, "ms"),
        *at_least("batched entries", many, BATCHED_A_SECOND, "/s"),
        *at_most("reactions", drained, DRAINED_SECONDS, "s"),
        *at_most("failed", single.failed + batched.failed + first.failed, 0, "requests"),
    ]


def _machine(asked: argparse.Namespace) -> str:
    packages = ", ".join(f"{name} {version(name)}" for name in ("django", "granian"))
    return (
        f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, Python {platform.python_version()}, "
        f"{packages}, {asked.database}; {asked.children:,} children, {asked.phones:,} phones, "
        f"{asked.connections} connections, {asked.seconds:g} s each, load before {load()}"
    )


def _for_a_while(web: Served, stage: dict[str, Any], asked: argparse.Namespace, *, size: int) -> tuple[Tally, float]:
    """Entries in batches of a size, over as many connections, until the time is over."""
    tally, until = Tally(), time.monotonic() + asked.seconds

    def person(number: int) -> None:
        line = http.client.HTTPConnection(HOST, web.port, timeout=PATIENCE)
        turn = number
        while time.monotonic() < until:
            phone = stage["phones"][turn % len(stage["phones"])]
            turn += asked.connections
            entries = [_entry(stage, phone, turn + at) for at in range(size)]
            body = {"app": "1.0", "now": stage["now"], "batch": str(uuid.uuid4()), "entries": entries}
            since = time.monotonic()
            status, answer, _ = _ask(line, "up", body, phone["token"])
            arrived = sum(each["state"] == "arrived" for each in answer.get("results", ()))
            tally.add(time.monotonic() - since, done=arrived, failed=(status != 200) or size - arrived)

    since = time.monotonic()
    _together(person, asked.connections)
    return tally, time.monotonic() - since


def _first_downloads(web: Served, stage: dict[str, Any], asked: argparse.Namespace) -> tuple[Tally, float]:
    """Every phone's first download, as many at once as there are connections."""
    tally, waiting, lock = Tally(), list(stage["phones"]), threading.Lock()

    def person(number: int) -> None:
        line = http.client.HTTPConnection(HOST, web.port, timeout=PATIENCE)
        while True:
            with lock:
                if not waiting:
                    return
                phone = waiting.pop()
            cursor, more, have, size, failed = "", True, [], 0, 0
            while more and not failed:
                since = time.monotonic()
                body = {"cursor": cursor, "app": "1.0", "have": have, "limit": 40}
                status, answer, packed = _ask(line, "down", body, phone["token"])
                tally.add(time.monotonic() - since, done=0, failed=0)
                failed, size = status != 200, size + packed
                cursor, more = answer.get("cursor", ""), answer.get("more", False)
                have = [*have, *answer.get("definitions", {})]
            with tally.lock:
                tally.done, tally.failed, tally.bytes = tally.done + 1, tally.failed + failed, tally.bytes + size

    since = time.monotonic()
    _together(person, asked.connections)
    return tally, time.monotonic() - since


def _entry(stage: dict[str, Any], phone: dict[str, Any], turn: int) -> dict[str, Any]:
    # Version 7: the first 48 bits are the time, as a phone makes it.
    stamp = (time.time_ns() // 1_000_000) << 80
    named = uuid.UUID(int=stamp | (7 << 76) | (uuid.uuid4().int & ((1 << 76) - 1)) & ~(3 << 62) | (2 << 62))
    return {
        "id": str(named), "child": phone["children"][turn % len(phone["children"])], "form": stage["form"],
        "form_hash": stage["form_hash"], "answers": stage["answers"], "occurred_at": stage["now"],
    }


def _ask(
    line: http.client.HTTPConnection, door: str, body: dict[str, Any], token: str
) -> tuple[int, dict[str, Any], int]:
    headers = {
        "Authorization": f"Bearer {token}", "Content-Type": "application/json", "Content-Encoding": "gzip",
        "Accept-Encoding": "gzip",
    }
    try:
        line.request("POST", f"/field/api/{door}/", gzip.compress(json.dumps(body).encode(), 1), headers)
        answer = line.getresponse()
        content = answer.read()
        plain = gzip.decompress(content) if answer.headers.get("Content-Encoding") == "gzip" else content
        return answer.status, json.loads(plain), len(content)
    except (OSError, http.client.HTTPException, ValueError):
        line.close()
        return 0, {}, 0


def _together(work: Callable[[int], None], number: int) -> None:
    lines = [threading.Thread(target=work, args=(each,)) for each in range(number)]
    for line in lines:
        line.start()
    for line in lines:
        line.join()


def _drained(place: Installation) -> float:
    """How long until nothing waits for the worker any more."""
    since = time.monotonic()
    while time.monotonic() - since < PATIENCE:
        done = subprocess.run(
            [sys.executable, "-c", UNDONE], check=True, env=place.environment(MEASURED), cwd=ROOT, capture_output=True,
            text=True,
        )
        if done.stdout.strip() == "0":
            break
        time.sleep(0.2)
    return time.monotonic() - since


if __name__ == "__main__":
    sys.exit(main())
