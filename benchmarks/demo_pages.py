"""Every page of the demonstration, as each role finds it by following links: how long it takes and what it weighs.

`python -m benchmarks.demo_pages [--home FOLDER] [--times 24]`: asked by four people at once of a demonstration that
is prepared first, unless a folder with one is named.
"""

from __future__ import annotations

import argparse
import gzip
import html
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.browser import Browser, Unexpected
from benchmarks.demo import answers, command, free_port
from benchmarks.server import ROOT, load
from benchmarks.targets import DEMO_P95_MS, FIRST_KB, LATER_KB, at_most, verdict

AT_ONCE = 4
# Pages of one kind differ in ids only; so many of each kind are visited, and no more in all.
OF_A_KIND, PAGES = 2, 70
LINK = re.compile(r'<a [^>]*href="(/[^"#]*)"')
ASSET = re.compile(r'(?:src|href)="(/static/[^"]+)"')
IMPORT = re.compile(r'(?:from|import)\s*"(\.[^"]+)"|url\("?([^")]+)"?\)')
ID = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|(?<==)[^&]+|(?<=/)\d+(?=/)")
# A download is no page, and to sign out ends the visit.
NO_PAGE = ("/sign-out/", "/paper/", "/blank/", "/manual/", ".pdf", "/rows/")


@dataclass(frozen=True)
class Page:
    """One address as one role saw it: milliseconds of each time, and its text."""

    role: str
    url: str
    times: tuple[float, ...]
    text: str

    @property
    def p95(self) -> float:
        return sorted(self.times)[max(0, round(len(self.times) * 0.95) - 1)]


def main(argv: list[str]) -> int:
    """0 when every page stays under its limits."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", help="a data folder in which `tongxin demo --prepare-only` has run")
    parser.add_argument("--times", type=int, default=24, help="how often each page is asked for")
    asked = parser.parse_args(argv)
    with _demonstration(asked.home) as folder, _served(folder) as port:
        logins = json.loads((Path(folder) / "logins.json").read_text(encoding="utf-8"))
        print(f"load {load()}, {AT_ONCE} people at once, each page {asked.times} times", flush=True)
        pages = [page for login in logins for page in _walk(port, login, asked.times)]
        weights = Weights(port)
        return _tell(pages, weights)


def _tell(pages: Iterable[Page], weights: Weights) -> int:
    missed: list[str] = []
    rows = sorted(pages, key=lambda page: -page.p95)
    print(f"{'p95 ms':>8} {'p50 ms':>8} {'page kB':>8} {'all kB':>8}  role, page")
    for page in rows:
        later, first = weights.of(page.text)
        name = f"{page.role} {ID.sub('…', page.url)}"
        print(f"{page.p95:8.0f} {statistics.median(page.times):8.0f} {later:8.1f} {first:8.1f}  {name}")
        missed += at_most(name, page.p95, DEMO_P95_MS, "ms") + at_most(name, later, LATER_KB, "kB compressed")
        missed += at_most(f"{name} with its assets", first, FIRST_KB, "kB compressed")
    print(f"{len(rows)} pages; the slowest p95 {rows[0].p95:.0f} ms")
    return verdict(missed)


def _walk(port: int, login: Mapping[str, str], times: int) -> Iterator[Page]:
    """The pages that one role reaches from the first one, each asked for by four connections at once."""
    people = [Browser(port) for _ in range(AT_ONCE)]
    for person in people:
        person.sign_in(login["login"], login["password"])
    waiting, kinds = ["/"], {"/": 1}
    for number in range(PAGES):
        if number >= len(waiting):
            return
        url = waiting[number]
        try:
            text = people[0].get(url)
        except Unexpected:
            continue
        for link in map(html.unescape, LINK.findall(text)):
            kind = ID.sub("…", link)
            if link not in waiting and kinds.get(kind, 0) < OF_A_KIND and not any(word in link for word in NO_PAGE):
                kinds[kind] = kinds.get(kind, 0) + 1
                waiting.append(link)
        with ThreadPoolExecutor(AT_ONCE) as pool:
            rounds = list(pool.map(lambda person, url=url: _timed(person, url, times // AT_ONCE), people))
        yield Page(login["role"], url, tuple(each for one in rounds for each in one), text)


def _timed(person: Browser, url: str, times: int) -> list[float]:
    found = []
    for _ in range(times):
        since = time.perf_counter()
        person.get(url)
        found.append((time.perf_counter() - since) * 1000)
    return found


class Weights:
    """What pages weigh, compressed, alone and with everything that they load; each asset is weighed once."""

    def __init__(self, port: int) -> None:
        self._browser = Browser(port)
        self._known: dict[str, tuple[float, list[str]]] = {}

    def of(self, text: str) -> tuple[float, float]:
        """kB of the page itself, and with its assets."""
        alone = _packed(text.encode())
        waiting, seen = list(dict.fromkeys(ASSET.findall(text))), set[str]()
        total = alone
        while waiting:
            url = waiting.pop()
            if url in seen or url.endswith((".webmanifest", ".pdf")):
                continue
            seen.add(url)
            weight, more = self._asset(url)
            total += weight
            waiting += more
        return alone, total

    def _asset(self, url: str) -> tuple[float, list[str]]:
        if url not in self._known:
            text = self._browser.get(url)
            base = Path(url).parent
            named = [one or two for one, two in IMPORT.findall(text) if not (one or two).startswith("data:")]
            more = [os.path.normpath(base / each) for each in named if url.endswith((".js", ".css"))]
            self._known[url] = (_packed(text.encode()), more)
        return self._known[url]


def _packed(content: bytes) -> float:
    return len(gzip.compress(content, 6)) / 1024


@contextmanager
def _demonstration(home: str | None) -> Iterator[str]:
    if home:
        yield home
        return
    with tempfile.TemporaryDirectory(prefix="tongxin-demo-") as folder:
        subprocess.run([*command(), "--prepare-only"], check=True, env=_environment(folder), cwd=ROOT)
        yield folder


@contextmanager
def _served(folder: str) -> Iterator[int]:
    port = free_port()
    with subprocess.Popen(
        [*command(), "--port", str(port)], env=_environment(folder), cwd=ROOT, stdout=subprocess.DEVNULL
    ) as server:
        try:
            while not answers(port):
                time.sleep(0.1)
            yield port
        finally:
            server.terminate()


def _environment(folder: str) -> dict[str, str]:
    environment = {**os.environ, "TONGXIN_HOME": folder, "PYTHONPATH": str(ROOT / "src")}
    environment.pop("TONGXIN_CLOCK_START", None)
    return environment


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
