"""The field app's shell: its page, modules, worker and manifest, the same for everybody and empty of people.

The phone keeps these files and checks each by its hash; `build` names one set of them.
"""

import hashlib
import json
import os
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from csp.constants import NONE, SELF
from csp.decorators import csp_replace
from django.contrib.staticfiles import finders
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers

from tongxin.lib import places
from tongxin.web.doors import door
from tongxin.web.field.packing import packed
from tongxin.web.field.plain_code import without_comments

PREFIX, MANIFEST_URL, PACK_URL = "/field/app/", "/field/manifest.webmanifest", "/field/pack.json"
PAGE, WORKER, MANIFEST = "field/index.html", "field/worker.js", "field/manifest.webmanifest"
MODULES = ("core", "form", "field")
# What a child sees of a questionnaire, the same as on its own page.
SHARED = ("ask/screens.js", "ask/voice.js")
# Beside the modules; the office's pages use the same ones.
STYLES = ("css/tokens.css", "css/form.css", "css/ask.css", "icons.svg", "favicon.svg")
TYPES = {
    ".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".svg": "image/svg+xml",
    ".png": "image/png", ".json": "application/json", ".woff2": "font/woff2", ".html": "text/html; charset=utf-8",
    ".webmanifest": "application/manifest+json",
}
PLAIN = {".js", ".css"}
PACKED = {".js", ".css", ".svg", ".json", ".html", ".webmanifest"}
# Asked again each time, answered in a word while unchanged: a phone never runs old and new modules together.
CACHING = "public, no-cache"
POLICY = {
    "default-src": [NONE], "script-src": [SELF], "style-src": [SELF], "img-src": [SELF, "blob:", "data:"],
    "media-src": [SELF, "blob:"], "font-src": [SELF], "connect-src": [SELF], "worker-src": [SELF],
    "manifest-src": [SELF], "form-action": [NONE], "base-uri": [NONE], "frame-ancestors": [NONE],
}


@dataclass(frozen=True, slots=True)
class ShellFile:
    """One file of the shell as it goes out."""

    url: str
    content: bytes
    sha256: str
    kind: str
    is_text: bool = True


@dataclass(frozen=True, slots=True)
class Shell:
    """Every file by its address, the name of this set, all that is text in one, and the worker that keeps them."""

    files: dict[str, ShellFile]
    build: str
    pack: ShellFile
    worker: ShellFile


def shell() -> Shell:
    """The shell as it lay there when first asked for; where `TONGXIN_PWA` names a folder, as it lies there now."""
    return _read(_stamps()) if places.PWA in os.environ else _shipped()


@cache
def _shipped() -> Shell:
    return _read(_stamps())


def _stamps() -> tuple[tuple[str, str, int], ...]:
    return tuple((url, str(path), path.stat().st_mtime_ns) for url, path in _sources().items())


@lru_cache(maxsize=2)
def _read(sources: tuple[tuple[str, str, int], ...]) -> Shell:
    files = {url: _file(url, Path(path)) for url, path, _ in sources}
    named = "\n".join(f"{each.url} {each.sha256}" for each in files.values())
    # The worker is no file of the set, yet another worker is another build.
    named += hashlib.sha256((places.pwa_folder() / WORKER).read_bytes()).hexdigest()
    build = hashlib.sha256(named.encode()).hexdigest()[:16]
    return Shell(files, build, _pack(files), _worker(files, build))


def _listed(files: dict[str, ShellFile]) -> list[dict[str, object]]:
    """What the worker keeps and how it tells that each is whole."""
    return [{"url": each.url, "sha256": each.sha256, "bytes": len(each.content)} for each in files.values()]


def _worker(files: dict[str, ShellFile], build: str) -> ShellFile:
    """The worker's code below the list of what it keeps."""
    known = json.dumps({"build": build, "files": _listed(files)}, separators=(",", ":"))
    code = without_comments((places.pwa_folder() / WORKER).read_text(encoding="utf-8"))
    return _whole("/field/worker.js", f"const SHELL = {known};\n{code}".encode(), TYPES[".js"])


def _pack(files: dict[str, ShellFile]) -> ShellFile:
    """The texts of all files in one answer: a third lighter than each for itself, and one call instead of a hundred."""
    alike = sorted((each for each in files.values() if each.is_text and each.url != "/field/"), key=_likeness)
    texts = {each.url: [each.content.decode(), each.kind] for each in alike}
    content = json.dumps(texts, ensure_ascii=False, separators=(",", ":")).encode()
    return _whole(PACK_URL, content, TYPES[".json"])


def _likeness(each: ShellFile) -> tuple[str, str]:
    return each.kind, each.url


def _file(url: str, path: Path) -> ShellFile:
    content = path.read_bytes()
    if path.suffix in PLAIN:
        content = without_comments(content.decode()).encode()
    if path.suffix in PACKED:
        return _whole(url, content, TYPES[path.suffix])
    return ShellFile(url, content, hashlib.sha256(content).hexdigest(), TYPES[path.suffix], is_text=False)


def _whole(url: str, content: bytes, kind: str) -> ShellFile:
    return ShellFile(url, content, hashlib.sha256(content).hexdigest(), kind)


def _sources() -> dict[str, Path]:
    """Where each address of the shell is read from."""
    pwa = places.pwa_folder()
    found = {"/field/": pwa / PAGE, MANIFEST_URL: pwa / MANIFEST}
    for folder in MODULES:
        for path in sorted((pwa / folder).rglob("*")):
            name = path.relative_to(pwa).as_posix()
            if path.suffix in TYPES and path.is_file() and name not in {PAGE, WORKER, MANIFEST}:
                found[PREFIX + name] = path
    found |= {PREFIX + name: pwa / name for name in SHARED}
    for name in STYLES:
        place = finders.find(name)
        if isinstance(place, str):
            found[PREFIX + name] = Path(place)
    return found


@door("public")
@csp_replace(POLICY)
def page(request: HttpRequest) -> HttpResponse:
    """The app's one page; it holds nothing of anybody until it is unlocked."""
    return _sent(request, "/field/")


@door("public")
def file(request: HttpRequest, path: str) -> HttpResponse:
    """One module, style or picture of the shell."""
    return _sent(request, PREFIX + path)


@door("public")
def manifest(request: HttpRequest) -> HttpResponse:
    """What a phone needs to install the app."""
    return _sent(request, MANIFEST_URL)


@door("public")
def files(request: HttpRequest) -> HttpResponse:
    """The list of the shell's files with their hashes."""
    found = shell()
    return HttpResponse(
        json.dumps({"build": found.build, "files": _listed(found.files)}), content_type="application/json"
    )


@door("public")
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker of this build: its code below the list of what it keeps."""
    answer = _answer(request, shell().worker)
    answer.headers["Service-Worker-Allowed"] = "/field/"
    return answer


@door("public")
def pack(request: HttpRequest) -> HttpResponse:
    """All of the shell that is text, for a phone that has none of it yet."""
    return _answer(request, shell().pack)


def _sent(request: HttpRequest, url: str) -> HttpResponse:
    found = shell().files.get(url)
    if found is None:
        raise Http404
    return _answer(request, found)


def _answer(request: HttpRequest, found: ShellFile) -> HttpResponse:
    tag = f'"{found.sha256}"'
    if request.headers.get("If-None-Match") == tag:
        answer = HttpResponse(status=304)
    else:
        content, headers = packed(found.content, request=request) if found.is_text else (found.content, {})
        answer = HttpResponse(content, content_type=found.kind, headers=headers)
    answer.headers["ETag"], answer.headers["Cache-Control"] = tag, CACHING
    patch_vary_headers(answer, ["Accept-Encoding"])
    return answer
