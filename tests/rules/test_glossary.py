"""The words of the field are used as the glossary binds them, on every page and in every definition."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.rules.definitions import one
from tongxin.lib import definitions, places
from tongxin.lib.plain_checks import banned_words
from tongxin.lib.strict_yaml import load

REPOSITORY = Path(__file__).resolve().parents[2]
BANNED = dict(banned_words(one("glossary")))
CHINESE = re.compile(r"[\u4e00-\u9fff]")
SHOWN = {"zh", "means", "help", "intro", "because", "label", "filled_by"}


def shown_in_code() -> Iterator[tuple[str, str]]:
    """Every Chinese string of the program, page templates and browser modules."""
    for path in (REPOSITORY / "src" / "tongxin").rglob("*.py"):
        if "intake/reading" in path.as_posix():
            continue  # What offices write in their files is recognised there, not said.
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and CHINESE.search(node.value):
                yield path.name, node.value
    modules = [(f"pwa/{folder}", "*.js") for folder in ("form", "office", "ask")]
    for folder, ending in (("src/tongxin/web/templates", "*.html"), *modules):
        for path in (REPOSITORY / folder).rglob(ending):
            yield path.name, path.read_text(encoding="utf-8")


def shown_in(node: object, key: str = "") -> Iterator[str]:
    if isinstance(node, dict):
        for name, value in node.items():
            yield from shown_in(value, str(name))
    elif isinstance(node, list):
        for value in node:
            yield from shown_in(value, key)
    elif isinstance(node, str) and key in SHOWN:
        yield node


def test_no_page_says_what_the_glossary_bans() -> None:
    said = [(name, word) for name, text in shown_in_code() for word in BANNED if word in text]
    assert said == []


def test_no_definition_says_what_the_glossary_bans() -> None:
    said = []
    for path in definitions.files_of(places.definitions_folder()):
        if path.name == "glossary.yaml":
            continue
        shown = "\n".join(shown_in(load(path, name=path.name).content))
        said += [(path.name, word) for word in BANNED if word in shown]
    assert said == []
