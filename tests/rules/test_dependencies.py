"""What is installed beside the project: fixed by hash, free to use, from nowhere in particular."""

import re
from collections.abc import Iterator
from importlib import metadata

import pytest

from tests.rules.test_house import REPOSITORY

LOCKS = ("requirements.lock", "requirements-dev.lock", "requirements-spark.lock")
PINNED = re.compile(r"^([A-Za-z0-9_.\-]+)(?:\[[^\]]*\])?==")
FREE = re.compile(r"MIT|BSD|Apache|PSF|ISC|MPL|Mozilla|OFL|Public Domain|LGPL-3\.0")
# sqlcipher3's metadata names none; its LICENSE file is zlib's. docxtpl is LGPL-2.1, used as it comes.
LOOKED_AT = {"sqlcipher3", "docxtpl"}


def pinned(lock: str) -> Iterator[tuple[str, str]]:
    """Each package of a lock with all that is said of it."""
    text = (REPOSITORY / lock).read_text(encoding="utf-8")
    for part in re.split(r"\n(?=[A-Za-z0-9])", text):
        if found := PINNED.match(part):
            yield found[1], part


@pytest.mark.parametrize("lock", LOCKS)
def test_every_package_is_fixed_by_its_hash(lock: str) -> None:
    found = list(pinned(lock))
    assert found
    assert [name for name, said in found if "--hash=sha256:" not in said] == []


@pytest.mark.parametrize("lock", [*LOCKS, "package-lock.json"])
def test_no_lock_leads_to_a_place_of_its_own(lock: str) -> None:
    text = (REPOSITORY / lock).read_text(encoding="utf-8")
    assert re.findall(r"--(?:extra-)?index-url|git\+|\b(?:ssh|http)://", text) == []


def test_everything_that_is_served_with_is_free_to_use() -> None:
    other = {}
    for name, _ in pinned("requirements.lock"):
        try:
            about = metadata.metadata(name)
        except metadata.PackageNotFoundError:
            # Of another platform.
            continue
        said = [each for each in about.get_all("Classifier") or [] if each.startswith("License")]
        licence = about.get("License-Expression") or "; ".join(said) or about.get("License") or ""
        if not FREE.search(licence) and name not in LOOKED_AT:
            other[name] = licence
    assert other == {}
