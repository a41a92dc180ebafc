"""No name leaves by a side door: a child's words stand in no file, log or dump in any shape (spine B6)."""

import base64
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from tests import empty
from tests.leaks.canary import CANARIES, NAME, WORDS
from tests.leaks.shapes import found_below, found_in
from tests.postgres import program

REPOSITORY = Path(__file__).resolve().parents[1]
POSTGRESQL = os.environ.get("TONGXIN_DATABASE", "")


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder in which an installation has lived through a child's story."""
    folder = tmp_path_factory.mktemp("leaks")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TONGXIN_")}
    if POSTGRESQL:
        environment["TONGXIN_DATABASE"] = _own_databases("leaks")
    run = subprocess.run(
        [sys.executable, "-m", "tests.leaks.life", str(folder)], cwd=REPOSITORY, env=environment, capture_output=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr.decode()[-4000:]
    (folder / "seen" / "said.log").write_bytes(run.stdout + run.stderr)
    shutil.copytree(folder / "tmp", folder / "seen" / "tmp")
    if POSTGRESQL:
        # Made once, at the end: what was spilt on purpose is in it, and must be all that is.
        (folder / "spilt" / "dump.sql").write_bytes(_dump("leaks") + _dump("leaks_keys"))
    yield folder


def _own_databases(name: str) -> str:
    address = conninfo_to_dict(POSTGRESQL)
    with psycopg.connect(make_conninfo(**{**address, "dbname": "postgres"}), autocommit=True) as server:
        for each in (name, f"{name}_keys"):
            server.execute(f"DROP DATABASE IF EXISTS {each}")
    empty.copy_databases(name)
    return f"postgresql://{address['user']}@/{name}?host={address['host']}"


def _dump(name: str) -> bytes:
    address = conninfo_to_dict(POSTGRESQL)
    command = [program("pg_dump"), "-h", str(address["host"]), "-U", str(address["user"]), name]
    return subprocess.run(command, capture_output=True, check=True).stdout


def test_nothing_of_the_child_stands_in_any_file_log_or_temporary_file(lived: Path) -> None:
    assert found_below(lived / "seen", CANARIES) == []


def test_a_link_to_answer_stands_nowhere(lived: Path) -> None:
    token = (lived / "token").read_text(encoding="utf-8")
    assert found_below(lived / "seen", {"token": token}) == []


def test_the_search_looks_at_databases_journals_logs_and_keys(lived: Path) -> None:
    seen = {str(path.relative_to(lived / "seen")) for path in (lived / "seen").rglob("*") if path.is_file()}
    assert "said.log" in seen and any(name.startswith("keys/") for name in seen)
    assert [name for name in seen if name.startswith("attachments/") and name.endswith(".sealed")]
    if not POSTGRESQL:
        assert {"tongxin.db", "keys.db", "tongxin.db-wal"} <= seen
        assert (lived / "seen" / "tongxin.db").read_bytes().startswith(b"SQLite format 3")
    assert "Traceback" not in (lived / "seen" / "said.log").read_text()
    assert "KeyError" in (lived / "seen" / "said.log").read_text()


def test_what_is_spilt_on_purpose_is_found(lived: Path) -> None:
    found = {each.partition(": ")[2] for each in found_below(lived / "spilt", {"name": NAME, "words": WORDS})}
    assert "name as utf-8" in found
    assert found & {"words as json", "words as utf-8"}


@pytest.mark.skipif(not POSTGRESQL, reason="pg_dump needs PostgreSQL")
def test_a_dump_holds_only_what_was_spilt_on_purpose(lived: Path) -> None:
    found = set(found_in((lived / "spilt" / "dump.sql").read_bytes(), CANARIES))
    assert found <= {"name as utf-8", "the child's words as utf-8", "the child's words as json"}
    assert (lived / "spilt" / "dump.sql").read_bytes().count(NAME.encode()) == 1


@pytest.mark.parametrize("before", ["", "a", "ab", "abc", "姓名："])
@pytest.mark.parametrize("after", ["", "z", "yz", "，女"])
def test_every_shape_is_recognised_whatever_stands_around_it(before: str, after: str) -> None:
    text = before + NAME + after
    spilt = {
        "utf-8": text.encode(), "gb18030": text.encode("gb18030"), "utf-16-le": text.encode("utf-16-le"),
        "utf-16-be": text.encode("utf-16-be"), "json": json.dumps({"name": text}).encode(),
        "percent": f"/search?text={quote(text)}".encode(), "hex": text.encode().hex().encode(),
        "base64": base64.b64encode(text.encode()), "base64 for addresses": base64.urlsafe_b64encode(text.encode()),
    }
    for shape, content in spilt.items():
        found = set(found_in(b"\x00..." + content + b"...", {"name": NAME}))
        assert any(each.startswith(f"name as {shape}") for each in found), shape
    assert not list(found_in("欧阳和紫嫣".encode(), {"name": NAME}))
