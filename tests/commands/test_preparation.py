"""A fresh machine: `doctor` says which command comes first, and nobody else may read what is made."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tongxin.flows import storage
from tongxin.lib import places


@pytest.fixture
def machine(tmp_path: Path) -> dict[str, str]:
    """The environment of an installation on SQLite in which nothing has been done."""
    bare = {name: value for name, value in os.environ.items() if not name.startswith("TONGXIN_")}
    source = str(places.REPOSITORY / "src")
    return {
        **bare, "TONGXIN_HOME": str(tmp_path / "home"), "PYTHONPATH": source,
        "DJANGO_SETTINGS_MODULE": "tongxin.config.settings",
    }


def run(machine: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tongxin", *words], env=machine, capture_output=True, text=True, check=False,
        umask=0o022,
    )


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
    assert run(machine, "database", "prepare").returncode == 0
    assert [each["cure"] for each in failures(machine)] == ["先运行 tongxin definitions adopt"]
    loose = [path.name for path in (home, *home.rglob("*")) if path.stat().st_mode & 0o077]
    assert loose == []


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
