"""What the browser loads from others is exactly what the manifest says, and nothing else lies there."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
# Where a page's classes are written: in templates as attributes, in modules as quoted words.
ATTRIBUTE, QUOTED = re.compile(r'class="([^"]*)"'), re.compile(r"""["'`]([^"'`\n]*)["'`]""")
WORD = re.compile(r"[\w-]+")
VENDOR = ROOT / "pwa/vendor"
MANIFEST = json.loads((VENDOR / "manifest.json").read_text(encoding="utf-8"))["files"]


def test_every_file_has_the_hash_of_the_manifest() -> None:
    for entry in MANIFEST:
        digest = hashlib.sha256((VENDOR / entry["file"]).read_bytes()).hexdigest()
        assert digest == entry["sha256"], entry["file"]


def test_no_file_without_an_entry() -> None:
    named = {entry[key] for entry in MANIFEST for key in ("file", "left_out") if key in entry}
    assert {path.name for path in VENDOR.iterdir()} == named | {"manifest.json"}


def test_every_entry_names_version_and_licence() -> None:
    assert all(entry["name"] and entry["version"] and entry["licence"] for entry in MANIFEST)


def test_the_lock_file_names_no_host() -> None:
    lock = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))
    assert not [name for name, entry in lock["packages"].items() if "resolved" in entry]


def test_the_vendored_style_loads_nothing_from_elsewhere() -> None:
    style = (VENDOR / "tabler.min.css").read_text(encoding="utf-8")
    assert "@import" not in style
    assert "url(http" not in style.replace('"', "")


def test_no_page_uses_a_class_that_was_left_out() -> None:
    """After a new class of the style sheet is used, `sh scripts/vendor.sh` takes its rules in."""
    for entry in (each for each in MANIFEST if "left_out" in each):
        left_out = set((VENDOR / entry["left_out"]).read_text(encoding="utf-8").split())
        assert len(left_out) > 1000
        assert {path.name: used & left_out for path, used in _classes() if used & left_out} == {}


def _classes() -> Iterator[tuple[Path, set[str]]]:
    for folder, endings in (("src/tongxin/web", ("html", "py")), ("pwa", ("js", "html"))):
        for path in (each for ending in endings for each in (ROOT / folder).rglob(f"*.{ending}")):
            if path.parent != VENDOR:
                pattern = ATTRIBUTE if path.suffix == ".html" else QUOTED
                text = path.read_text(encoding="utf-8")
                yield path, {word for part in pattern.findall(text) for word in WORD.findall(part)}
