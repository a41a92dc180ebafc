"""Nothing that lets somebody in is kept in the project: no private key, no password of an installation, no token."""

import re
import subprocess

import pytest

from tongxin.lib.places import REPOSITORY

SECRETS = {
    "a private key": re.compile(r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----\s+[A-Za-z0-9+/]{40}"),
    "an age key": re.compile(r"AGE-SECRET-KEY-1[A-Z0-9]{20}"),
    "a cloud key": re.compile(r"\b(?:AKIA|LTAI)[A-Za-z0-9]{16,24}\b"),
    "a forge token": re.compile(r"\b(?:ghp|gho|ghs|glpat|github_pat)[_-][A-Za-z0-9_-]{20,}"),
    "an address with its password": re.compile(r"postgres(?:ql)?://\w+:(?!pass@|PASSWORD|密码|\$|<|…)[^@\s\"']{4,}@"),
}
TEXT = (
    ".py", ".js", ".mjs", ".yaml", ".yml", ".toml", ".md", ".sh", ".html", ".css", ".json", ".csv", ".txt", ".conf",
)


def kept() -> list[str]:
    told = subprocess.run(["git", "ls-files", "-z"], cwd=REPOSITORY, capture_output=True, text=True, check=True)
    return [name for name in told.stdout.split("\0") if name.endswith(TEXT)]


@pytest.mark.parametrize("what", SECRETS)
def test_the_project_keeps_no(what: str) -> None:
    found = []
    for name in kept():
        text = (REPOSITORY / name).read_text(encoding="utf-8", errors="replace")
        found += [f"{name}: {text[:match.start()].count(chr(10)) + 1}" for match in SECRETS[what].finditer(text)]
    assert found == []


@pytest.mark.parametrize(("what", "text"), [
    ("a private key", "-----BEGIN " + "PRIVATE KEY-----\n" + "A" * 44), ("a cloud key", "AKIA" + "B" * 16),
    ("a forge token", "ghp_" + "c" * 30), ("an address with its password", "postgresql://web:" + "hunter22@db/x"),
])
def test_one_that_is_there_is_found(what: str, text: str) -> None:
    assert SECRETS[what].search(text)
