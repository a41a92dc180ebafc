"""How long pages take through HTTP with a county of children: four people at a time, look-recording and worker on.

`python -m benchmarks.pages [--database sqlite|postgresql] [--children 100000] [--seconds 20] [--rounds 3]`
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from importlib.metadata import version
from itertools import chain, cycle, islice

from benchmarks.asking import MEASURES, Person
from benchmarks.browser import Browser
from benchmarks.installation import Installation, installed
from benchmarks.server import THREADS, WORKERS, Served, load, served
from benchmarks.targets import P95_MS, SLOWER, WORKER_MB, at_most, verdict

CONCURRENCY = 4
ROLES = ("case_manager", "child_supervisor", "child_director")
Times = dict[tuple[str, str], list[list[float]]]


def main() -> int:
    """Measure, and print what it was measured on; 1 when a target is missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.pages", description=__doc__)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--children", type=int, default=100_000)
    parser.add_argument("--seconds", type=float, default=20, help="for one role in one round")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=THREADS, help="of one web worker")
    parser.add_argument("--only", default="", help="the beginning of one measure's name")
    asked = parser.parse_args()
    with installed(asked.database, asked.children) as place, served(place, threads=asked.threads) as web:
        print(_machine(asked, place), flush=True)
        people = {role: _signed_in(place, web, role) for role in ROLES}
        times = _measured(people, asked)
        memory = web.memory()
    _report(times)
    print(f"web workers: {', '.join(f'{each:.0f} MB' for each in memory)}")
    return verdict(missed(times, memory=memory))


def missed(times: Times, *, memory: Sequence[float]) -> list[str]:
    """The targets that these figures don't reach."""
    found: list[str] = []
    for (role, name), rounds in times.items():
        p95 = statistics.median(_share(each, 95) for each in rounds)
        found += at_most(f"{name}, {role}", p95, P95_MS, "ms")
    for name, ratio in _ratios(times).items():
        found += at_most(f"{name}, child_supervisor ÷ case_manager", ratio, SLOWER, "times")
    return found + at_most("web worker", max(memory), WORKER_MB, "MB")


def _machine(asked: argparse.Namespace, place: Installation) -> str:
    server = place.server.sql("SHOW server_version") if place.server else _sqlite()
    packages = ", ".join(f"{name} {version(name)}" for name in ("django", "granian"))
    return (
        f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, Python {platform.python_version()}, "
        f"{packages}, {asked.database} {server}\n{asked.children:,} children, {WORKERS} web workers × {asked.threads} "
        f"threads, concurrency {CONCURRENCY}, {asked.rounds} rounds of {asked.seconds:g} s a role, load before {load()}"
    )


def _sqlite() -> str:
    try:
        from sqlcipher3 import dbapi2 as driver
    except ImportError:
        import sqlite3 as driver
    return f"{driver.sqlite_version} ({driver.__name__.partition('.')[0]})"


def _signed_in(place: Installation, web: Served, role: str) -> list[Person]:
    known = place.known()
    people = []
    for seed, each in enumerate(islice(cycle(known["roles"][role]), CONCURRENCY)):
        browser = Browser(web.port)
        browser.sign_in(each["login"], known["password"])
        person = Person(browser, each, known["visit"], seed)
        person.prepare()
        people.append(person)
    return people


def _measured(people: dict[str, list[Person]], asked: argparse.Namespace) -> Times:
    """Milliseconds by role and measure, one list a round; the first, short round only warms up."""
    measures = {name: ask for name, ask in MEASURES.items() if name.startswith(asked.only)}
    share = asked.seconds / len(measures)
    times: Times = defaultdict(list)
    for number in range(asked.rounds + 1):
        for name, ask in measures.items():
            # One role after the other with the same measure, so that they are compared under the same load.
            for role in ROLES:
                taken = _at_once(people[role], ask, share if number else min(share, 0.5))
                if number:
                    times[role, name].append(taken)
        if number:
            print(f"round {number} done, load {load()}", flush=True)
    return times


def _at_once(people: list[Person], ask: Callable[[Person], None], seconds: float) -> list[float]:
    until = time.perf_counter() + seconds
    taken: list[float] = []
    faults: list[Exception] = []

    def go(person: Person) -> None:
        try:
            while time.perf_counter() < until:
                since = time.perf_counter()
                ask(person)
                taken.append((time.perf_counter() - since) * 1000)
        except Exception as fault:
            faults.append(fault)

    threads = [threading.Thread(target=go, args=(person,)) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if faults:
        raise faults[0]
    return taken


def _report(times: Times) -> None:
    print(f"\n{'ms':<24}{'role':<18}{'p50':>7}{'p95':>7}  p95 of the rounds{'':>4}{'max':>7}{'asked':>8}")
    for (role, name), rounds in sorted(times.items(), key=lambda item: list(MEASURES).index(item[0][1])):
        p50s, p95s = [_share(each, 50) for each in rounds], [_share(each, 95) for each in rounds]
        spread = f"{min(p95s):.1f}–{max(p95s):.1f}"
        mark = "" if statistics.median(p95s) <= P95_MS else "  over"
        print(
            f"{name:<24}{role:<18}{statistics.median(p50s):>7.1f}{statistics.median(p95s):>7.1f}  {spread:<21}"
            f"{max(map(max, rounds)):>7.0f}{sum(map(len, rounds)):>8}{mark}"
        )
    _compare(times)


def _compare(times: Times) -> None:
    """A supervisor is never slower than an administrator."""
    print("\nsupervisor ÷ case manager, medians:")
    for name, ratio in _ratios(times).items():
        print(f"  {name:<24}{ratio:.2f}")


def _ratios(times: Times) -> dict[str, float]:
    medians = {key: statistics.median(chain.from_iterable(rounds)) for key, rounds in times.items()}
    return {
        name: medians["child_supervisor", name] / medians["case_manager", name]
        for name in dict.fromkeys(name for _, name in times)
    }


def _share(values: list[float], percent: int) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)]


if __name__ == "__main__":
    sys.exit(main())
