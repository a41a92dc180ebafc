"""A fresh machine: `doctor` says which command comes first, and nobody else may read what is made."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests import empty, forked
from tongxin.flows import storage
from tongxin.lib import places


def environment(home: Path) -> dict[str, str]:
    bare = {name: value for name, value in os.environ.items() if not name.startswith("TONGXIN_")}
    source = str(places.REPOSITORY / "src")
    return {
        **bare, "TONGXIN_HOME": str(home), "PYTHONPATH": source, "DJANGO_SETTINGS_MODULE": "tongxin.config.settings",
    }


@pytest.fixture
def machine(tmp_path: Path) -> dict[str, str]:
    """The environment of an installation on SQLite in which nothing has been done."""
    return environment(tmp_path / "home")


@pytest.fixture(scope="module")
def earlier(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of an installation as an earlier version left it."""
    home = tmp_path_factory.mktemp("earlier") / "home"
    empty.keys(home / "keys")
    empty.files(home)
    done = forked.run(["-c", GO_BACK], env=environment(home))
    assert done.returncode == 0, done.stderr
    return home


@pytest.fixture
def outdated(earlier: Path, machine: dict[str, str]) -> dict[str, str]:
    shutil.copytree(earlier, machine["TONGXIN_HOME"])
    return machine


def run(machine: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    return forked.run(["-m", "tongxin", *words], env=machine)


def failures(machine: dict[str, str]) -> list[dict[str, Any]]:
    done = run(machine, "doctor", "--json")
    assert done.returncode == 1, done.stderr
    assert done.stderr == ""
    return [each for each in json.loads(done.stdout) if each["state"] == "failure"]


def test_the_doctor_names_the_next_step_and_nothing_else(machine: dict[str, str]) -> None:
    home = Path(machine["TONGXIN_HOME"])
    assert [each["cure"] for each in failures(machine)] == [
        "先运行 tongxin keys create，再运行 tongxin database prepare"
    ]
    assert not home.exists()
    assert run(machine, "keys", "create").returncode == 0
    assert [each["cure"] for each in failures(machine)] == ["先运行 tongxin database prepare"]
    assert not (home / "tongxin.db").exists()
    # What `tongxin database prepare` made in this run, with the key it is encrypted with.
    shutil.rmtree(home / "keys")
    empty.keys(home / "keys")
    empty.files(home)
    assert [each["cure"] for each in failures(machine)] == ["先运行 tongxin definitions adopt"]
    loose = [path.name for path in (home, *home.rglob("*")) if path.stat().st_mode & 0o077]
    assert loose == []


GO_BACK = """
from tongxin.lib.start import start
start(makes_keys=False)
from django.core.management import call_command
call_command("migrate", "drafts", "0001", verbosity=0)
"""


def test_nothing_starts_on_a_database_of_an_earlier_version(outdated: dict[str, str]) -> None:
    machine = outdated
    for words in (("worker",), ("jobs", "--once"), ("web", "--port", "8996"), ("serve", "--port", "8997")):
        done = run(machine, *words)
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr.count("\n") == 1 and "请先运行 tongxin database prepare" in done.stderr
    assert run(machine, "database", "prepare").returncode == 0
    assert run(machine, "definitions", "adopt").returncode == 0
    assert run(machine, "worker", "--once").returncode == 0


def test_an_example_of_an_earlier_version_is_brought_up_to_date(outdated: dict[str, str]) -> None:
    machine = outdated
    (Path(machine["TONGXIN_HOME"]) / "logins.json").write_text("[]", encoding="utf-8")
    done = run(machine, "demo", "--prepare-only")
    assert done.returncode == 0, done.stderr
    assert "数据库已就绪" in done.stdout and "项新的规则" in done.stdout
    assert not {"数据库升级", "规则"} & {each["what"] for each in failures(machine)}
    again = run(machine, "demo", "--prepare-only").stdout
    assert "数据库已就绪" not in again and "新的规则" not in again


def test_a_lost_key_file_is_not_taken_for_a_fresh_machine(machine: dict[str, str]) -> None:
    run(machine, "keys", "create")
    (Path(machine["TONGXIN_HOME"]) / "keys" / "master.key").unlink()
    (found,) = failures(machine)
    assert "master.key" in found["zh"]
    assert found["cure"] == "从备份恢复密钥；不要生成新的，新密钥读不出已封存的资料"


def test_a_file_that_others_may_read_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TONGXIN_HOME", str(tmp_path))
    tmp_path.chmod(0o700)
    own = tmp_path / "tongxin.db"
    own.touch(mode=0o600)
    assert storage.loose() == []
    own.chmod(0o640)
    assert storage.loose() == ["tongxin.db"]
    tmp_path.chmod(0o755)
    assert storage.loose() == [".", "tongxin.db"]
