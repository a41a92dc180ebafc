"""Everybody at once on every page, with honest and with hostile questions: no fault, and the record is whole."""

import http.client
import json
import random
import re
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from benchmarks.browser import Browser
from tests.soak.conftest import Part
from tests.soak.installation import Installation

pytestmark = pytest.mark.soak
LINK = re.compile(r'href="(/[^"#]*)"')
LEAVING = ("/sign-out/", "/static/")
HOSTILE = ("", "%00", "../../etc", "' or 1=1--", "<script>", "9" * 3000, "\ud800".encode("utf-8", "replace").decode())
BREACHES = """
import json
from tongxin.flows.invariants import breaches
from tongxin.flows.sweep import sweep
from tongxin.lib import clock
at = clock.now()
while sweep(at):
    pass
print(json.dumps({each.kind: each.count for each in breaches(at=at) if each.count}))
"""
CLOSED = (BrokenPipeError, ConnectionResetError, http.client.RemoteDisconnected)
FAULTS = (500, 501, 502, 503)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Installation]:
    found = Installation(tmp_path / "demo")
    assert found.run("tongxin", "demo", "--prepare-only").returncode == 0
    yield found
    found.end()


@pytest.fixture
def port(place: Installation) -> int:
    """Where its pages are, once they can be opened."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        number: int = probe.getsockname()[1]
    place.start("tongxin", "demo", "--port", str(number))
    _wait(number)
    return number


def _wait(port: int) -> None:
    for _ in range(300):
        try:
            Browser(port).get("/sign-in/")
        except (OSError, http.client.HTTPException):
            time.sleep(0.2)
        else:
            return
    raise AssertionError("the pages did not come up")


def test_a_storm_of_pages(place: Installation, port: int, part: Part) -> None:
    logins = json.loads((place.home / "logins.json").read_text(encoding="utf-8"))
    faults: list[str] = []
    people = [
        threading.Thread(target=_wander, args=(row, port, random.Random(part.seed + at), part, faults))
        for at, row in enumerate(logins)
    ]
    for person in people:
        person.start()
    for person in people:
        person.join()
    assert faults == []
    place.end()
    done = place.run("tongxin", "ledger", "verify")
    assert done.returncode == 0, done.stdout + done.stderr
    assert json.loads(place.code(BREACHES)) == {}


def _wander(row: dict[str, str], port: int, chance: random.Random, part: Part, faults: list[str]) -> None:
    """From link to link, and now and then something nobody should send."""
    try:
        browser = Browser(port)
        browser.sign_in(row["login"], row["password"])
        pages = ["/"]
        while time.monotonic() < part.until:
            path = chance.choice(pages[-60:])
            try:
                status, text = _asked(browser, chance, path)
            except CLOSED:
                # A kept connection that the server gave up; one that can't be opened anew is a fault.
                browser._connection.close()
                part.counts["connections closed"] += 1
                continue
            part.counts[f"answers {status // 100}xx"] += 1
            if status in FAULTS or "Traceback" in text:
                faults.append(f"{status} {path}")
            pages += [link for link in LINK.findall(text) if not link.startswith(LEAVING)]
    except Exception as fault:
        faults.append(f"{row['login']}: {type(fault).__name__} {fault}")


def _asked(browser: Any, chance: random.Random, path: str) -> tuple[int, str]:
    connection, cookies = browser._connection, "; ".join(f"{k}={v}" for k, v in browser._cookies.items())
    headers = {"Cookie": cookies, "X-CSRFToken": browser._token}
    if chance.random() < 0.85:
        connection.request("GET", path, None, headers)
    else:
        body = chance.choice([
            json.dumps({"form_hash": chance.choice(HOSTILE), "answers": {"name": chance.choice(HOSTILE)}}),
            f"name={chance.choice(HOSTILE)}&decision=take&field=sex&text=%FF", "{", "[]", "null",
        ])
        kind = chance.choice(["application/json", "application/x-www-form-urlencoded", "text/xml"])
        connection.request("POST", path, body.encode("utf-8", "replace"), {**headers, "Content-Type": kind})
    answer = connection.getresponse()
    return answer.status, answer.read().decode(errors="replace")
