"""What the browser loads from others is exactly what the manifest says, and nothing else lies there."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

ROOT = Path(__file__).parents[2]
VENDOR = ROOT / "pwa/vendor"
MANIFEST = json.loads((VENDOR / "manifest.json").read_text(encoding="utf-8"))["files"]


def test_every_file_has_the_hash_of_the_manifest() -> None:
    for entry in MANIFEST:
        digest = hashlib.sha256((VENDOR / entry["file"]).read_bytes()).hexdigest()
        assert digest == entry["sha256"], entry["file"]


def test_no_file_without_an_entry() -> None:
    assert {path.name for path in VENDOR.iterdir()} == {entry["file"] for entry in MANIFEST} | {
        "manifest.json"
    }


def test_every_entry_names_version_and_licence() -> None:
    assert all(entry["name"] and entry["version"] and entry["licence"] for entry in MANIFEST)


def test_the_lock_file_names_no_host() -> None:
    lock = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))
    assert not [name for name, entry in lock["packages"].items() if "resolved" in entry]


def test_the_vendored_style_loads_nothing_from_elsewhere() -> None:
    style = (VENDOR / "tabler.min.css").read_text(encoding="utf-8")
    assert "@import" not in style
    assert "url(http" not in style.replace('"', "")
