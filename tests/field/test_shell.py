"""The shell is light, says the truth about itself, and loads its first screen in one go."""

from __future__ import annotations

import gzip
import hashlib
import re
from pathlib import Path, PurePosixPath

import brotli
import pytest
from django.test import Client

from tongxin.lib import places
from tongxin.web.field.plain_code import without_comments
from tongxin.web.field.shell import PREFIX, shell

LIGHT = 150_000
# What Chromium, Firefox and Safari say over HTTPS, where the app is installed from.
PHONE = "gzip, deflate, br, zstd"
FROM = re.compile(r'^(?:import|export)\b[^;]*?from\s*"(\.[^"]+)"', re.MULTILINE)


def test_the_shell_is_light() -> None:
    """All that comes over the line: the first screen file by file, then the worker, the pack and what is in no pack."""
    client, found = Client(), shell()
    first = {"/field/", *_named()}
    apart = [each for each in found.files.values() if each.url in first or not each.is_text]
    calls = [each.url for each in (*apart, found.worker, found.pack)]
    assert sum(len(client.get(url, headers={"Accept-Encoding": PHONE}).content) for url in calls) <= LIGHT


@pytest.mark.parametrize(("offered", "way"), [
    (PHONE, "br"), ("br", "br"), ("gzip, deflate", "gzip"), ("br;q=0, gzip", "gzip"), ("br;q=0.5, gzip;q=1.0", "br"),
    ("gzip; q=0.0", ""), ("brotli", ""), ("", ""),
])
def test_each_gets_the_shell_packed_as_it_can_be_read(offered: str, way: str) -> None:
    answer = Client().get("/field/pack.json", headers={"Accept-Encoding": offered})
    assert answer.headers.get("Content-Encoding", "") == way
    assert "Accept-Encoding" in answer.headers["Vary"]
    unpack = {"br": brotli.decompress, "gzip": gzip.decompress}.get(way, bytes)
    assert unpack(answer.content) == shell().pack.content


def test_the_pack_holds_every_text_as_it_goes_out_by_itself() -> None:
    packed = Client().get("/field/pack.json").json()
    texts = {each.url: each for each in shell().files.values() if each.is_text and each.url != "/field/"}
    assert packed == {url: [each.content.decode(), each.kind] for url, each in texts.items()}


def test_the_shell_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each download of a phone names the build; looking at every file for that costs a tenth of it."""
    monkeypatch.delenv(places.PWA, raising=False)
    assert shell() is shell()
    monkeypatch.setattr(Path, "rglob", lambda *_: pytest.fail("looked again"))
    assert shell().build


def test_every_listed_file_is_what_its_hash_says() -> None:
    client = Client()
    listed = client.get("/field/files.json").json()
    assert listed["build"] in client.get("/field/worker.js").content.decode()
    for each in listed["files"]:
        answer = client.get(each["url"])
        assert answer.status_code == 200, each["url"]
        assert hashlib.sha256(answer.content).hexdigest() == each["sha256"], each["url"]
        assert len(answer.content) == each["bytes"]


def test_the_page_runs_nothing_that_stands_in_it() -> None:
    answer = Client().get("/field/")
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=", answer.content.decode())
    assert not answer.cookies


def test_what_the_first_screen_needs_is_named_in_the_page() -> None:
    """Else a slow line pays a round trip for each step of the imports."""
    needed = _needed("field/app.js") | _needed("field/screens/pair.js")
    assert {PREFIX + each for each in needed} == {each for each in _named() if each.endswith(".js")}


def _named() -> set[str]:
    """The files that the page itself asks for."""
    page = (places.pwa_folder() / "field/index.html").read_text(encoding="utf-8")
    return set(re.findall(r'<(?:link rel="[a-z-]+"|script type="module") (?:href|src)="([^"]+)"', page))


def _needed(module: str, found: frozenset[str] = frozenset()) -> frozenset[str]:
    if module in found:
        return found
    found |= {module}
    for name in FROM.findall((places.pwa_folder() / module).read_text(encoding="utf-8")):
        path = Path((PurePosixPath("/") / PurePosixPath(module).parent / name).as_posix())
        found = _needed(str(path.resolve()).lstrip("/"), found)
    return found


@pytest.mark.parametrize("code", [
    'const a = "// no comment";\n', "const b = 1; // kept\n", "const c = `\n// part of a text\n`;\n",
])
def test_only_comments_are_left_out(code: str) -> None:
    assert without_comments(code) == code
    if "`" not in code:
        assert without_comments(f"// one\n{code}/**\n * two\n */\n{code}  /* three */\n") == code + code


@pytest.mark.django_db
def test_an_unknown_file_is_not_there() -> None:
    assert Client().get("/field/app/field/../../README.md").status_code == 404
    assert Client().get("/field/app/tests/form.test.js").status_code == 404
