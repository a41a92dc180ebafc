"""What every file of the project keeps to."""

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
CODE = {".py", ".js", ".css", ".html", ".sh", ".ts"}
LONGEST = 400
ELSEWHERE = ("pwa/vendor/", "tests/data/", "package-lock.json")
MACHINE = re.compile(r"/(work|root|home)/[a-z]")
UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
THIS = Path(__file__).resolve()


def files() -> Iterator[Path]:
    """The project's own files: those that git keeps, and those not yet added."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"], cwd=REPOSITORY, capture_output=True,
        check=True, text=True,
    ).stdout
    for name in listed.splitlines():
        path = REPOSITORY / name
        if path.is_file() and not name.startswith(ELSEWHERE) and path.resolve() != THIS:
            yield path


def texts(*endings: str) -> Iterator[tuple[str, str]]:
    for path in files():
        if path.suffix in endings:
            yield str(path.relative_to(REPOSITORY)), path.read_text(encoding="utf-8")


def test_no_file_is_too_long() -> None:
    long = {name: text.count("\n") for name, text in texts(*CODE) if text.count("\n") > LONGEST}
    assert long == {}


def test_no_file_names_a_machine() -> None:
    named = [name for name, text in texts(*CODE, ".md", ".yaml", ".toml", ".json") if MACHINE.search(text)]
    assert named == []


def test_nothing_is_left_for_later() -> None:
    assert [name for name, text in texts(*CODE) if UNFINISHED.search(text)] == []


def test_names_of_files_are_plain() -> None:
    assert [path.name for path in files() if not path.name.isascii() or " " in path.name] == []


def test_every_module_says_what_it_is_for() -> None:
    silent = []
    for name, text in texts(".py"):
        is_bare = name.endswith(("__init__.py", "apps.py")) or "/migrations/" in name
        if name.startswith("src/") and not is_bare and not ast.get_docstring(ast.parse(text)):
            silent.append(name)
    assert silent == []


@pytest.mark.parametrize("page", ["architecture", "cases", "access", "events", "rulebook"])
def test_the_main_pages_of_the_documentation_are_there(page: str) -> None:
    assert (REPOSITORY / "docs" / f"{page}.md").is_file()


def test_the_architecture_names_every_layer_and_leads_to_every_page() -> None:
    text = (REPOSITORY / "docs" / "architecture.md").read_text(encoding="utf-8")
    packages = {path.parent.name for path in (REPOSITORY / "src" / "tongxin").glob("*/__init__.py")}
    assert [name for name in sorted(packages) if f"`{name}`" not in text] == []
    pages = {path.name for path in (REPOSITORY / "docs").glob("*.md")} - {"architecture.md"}
    assert [name for name in sorted(pages) if f"({name})" not in text] == []


def test_every_link_between_pages_leads_somewhere() -> None:
    dead = []
    for path in [REPOSITORY / "README.md", *(REPOSITORY / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", path.read_text(encoding="utf-8")):
            if not (path.parent / target).exists():
                dead.append(f"{path.name} → {target}")
    assert dead == []


def test_every_proof_that_the_security_pages_name_is_there() -> None:
    missing = []
    for page in sorted((REPOSITORY / "docs" / "security").glob("*.md")):
        for file, name in re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", page.read_text(encoding="utf-8")):
            path = REPOSITORY / file
            if not path.exists() or (name and f"def {name}(" not in path.read_text(encoding="utf-8")):
                missing.append(f"{page.name}: {file}::{name}")
    assert missing == []
