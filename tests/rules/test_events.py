"""Every event has a name that is known, a reaction or none on purpose, and a line in the documentation."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tongxin.flows.handlers import LATER, NOBODY_REACTS, REACTIONS

REPOSITORY = Path(__file__).resolve().parents[2]
KNOWN = set(LATER) | NOBODY_REACTS
SUBJECTS = "|".join(sorted({kind.partition(".")[0] for kind in KNOWN}))
KIND = re.compile(rf"({SUBJECTS})\.([a-z]+ed|held|passed_on|written)")


def literals() -> Iterator[str]:
    """Every string in the source that reads like the name of an event."""
    for path in (REPOSITORY / "src" / "tongxin").rglob("*.py"):
        if path.name == "handlers.py":
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and KIND.fullmatch(node.value):
                yield node.value


def test_whatever_is_recorded_is_known_and_whatever_is_known_is_recorded() -> None:
    assert set(literals()) == KNOWN


def test_nothing_both_has_a_reaction_and_has_none() -> None:
    assert not set(LATER) & NOBODY_REACTS


def test_every_reaction_that_is_named_exists_and_is_used() -> None:
    assert {name for names in LATER.values() for name in names} == set(REACTIONS)


def test_the_documentation_names_each_event() -> None:
    text = (REPOSITORY / "docs" / "events.md").read_text(encoding="utf-8")
    told = set(re.findall(r"^\| `([a-z_]+\.[a-z_]+)` ", text, flags=re.MULTILINE))
    assert told == KNOWN
