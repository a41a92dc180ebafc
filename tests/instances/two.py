"""Two installations beside each other: own folders, keys, databases and processes; files go between them by hand."""

import json
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from tests.deploy.house import House, empty_house

NEAR, FAR = "370116", "440103"
# Seconds: other tests may keep the machine busy.
PATIENCE = 240


@dataclass
class Place:
    """One installation and what is done inside it."""

    house: House
    region: str

    def deed(self, name: str, *words: object) -> Any:
        """A deed of tests/instances/deeds.py in a process of its own, and what it said."""
        done = self.tried(name, *words)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout.strip().splitlines()[-1])

    def tried(self, name: str, *words: object) -> subprocess.CompletedProcess[str]:
        """The same, whether it came off or not."""
        return self.house.python("-m", "tests.instances.deeds", name, *map(str, words))

    def is_sound(self) -> None:
        """The ledger, everything derived and the system's own questions."""
        assert self.house.run("worker", "--once").returncode == 0
        for words in (("ledger", "verify"), ("rebuild", "--check")):
            done = self.house.run(*words)
            assert done.returncode == 0, done.stdout + done.stderr
        said = json.loads(self.house.run("doctor", "--json").stdout)
        # Nobody works here between the deeds, so nothing beats.
        assert [each for each in said if each["state"] == "failure" and each["what"] != "后台"] == []


def built(folder: Path, region: str) -> Place:
    """A furnished installation."""
    place = Place(empty_house(folder), region)
    place.deed("furnish", region)
    return place


def built_both(folder: Path) -> tuple[Place, Place]:
    """Two of them, made at the same time; the first knows the second, not yet the other way round."""
    with ThreadPoolExecutor(2) as both:
        near, far = both.map(built, (folder / "near", folder / "far"), (NEAR, FAR))
    knows(near, far, folder)
    return near, far


def knows(here: Place, there: Place, folder: Path) -> None:
    """Two people here stand for the other's card."""
    path = folder / f"card-{there.region}"
    there.deed("card", there.region, path)
    here.deed("befriend", path)


@dataclass
class Browser:
    """Somebody at their screen: cookies, forms, files."""

    url: str

    def __post_init__(self) -> None:
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
        self.token = ""

    def get(self, path: str) -> str:
        return self._read(urllib.request.Request(self.url + path))  # noqa: S310

    def fetch(self, path: str) -> bytes:
        """What is downloaded, as it comes."""
        with self.opener.open(self.url + path, timeout=PATIENCE) as answer:
            return bytes(answer.read())

    def post(self, path: str, *, file: bytes | None = None, **fields: str) -> str:
        """Send a form as a browser does, with one file if there is one; the page that answers in the end."""
        fields = {"csrfmiddlewaretoken": self.token, **fields}
        kind, body = "application/x-www-form-urlencoded", urlencode(fields).encode()
        if file is not None:
            kind, body = _parts(fields, file)
        headers = {"Content-Type": kind, "Origin": self.url, "Referer": self.url + path}
        return self._read(urllib.request.Request(self.url + path, data=body, headers=headers))  # noqa: S310

    def _read(self, request: urllib.request.Request) -> str:
        with self.opener.open(request, timeout=PATIENCE) as answer:
            self.at, text = answer.geturl(), answer.read().decode()
        found = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', text)
        self.token = found[1] if found else self.token
        return str(text)


def _parts(fields: dict[str, str], file: bytes) -> tuple[str, bytes]:
    edge = "two-installations"
    start = f"--{edge}\r\nContent-Disposition: form-data; name="
    rows = [f'{start}"{name}"\r\n\r\n{text}\r\n' for name, text in fields.items()]
    head = f'{start}"file"; filename="a.json"\r\n\r\n'
    whole = "".join([*rows, head]).encode() + file + f"\r\n--{edge}--\r\n".encode()
    return f"multipart/form-data; boundary={edge}", whole


@contextmanager
def served(place: Place) -> Iterator[Browser]:
    """The installation's web server, and its case manager signed in by the form."""
    from tests.browser.furnish import PASSWORD

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with (place.house.folder / "server.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "tongxin", "web", "--port", str(port), "--workers", "1"],
            env=place.house.environment, cwd=place.house.folder, stdout=log, stderr=log,
        )
    try:
        browser = Browser(f"http://127.0.0.1:{port}")
        _wait(browser)
        browser.get("/sign-in/")
        browser.post("/sign-in/", login="manager", password=PASSWORD)
        yield browser
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=PATIENCE)


def _wait(browser: Browser) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        try:
            browser.get("/sign-in/")
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.3)
        else:
            return
    raise AssertionError("no answer")
