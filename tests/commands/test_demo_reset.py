"""`tongxin demo --reset` removes the example, and nothing while it runs or that is something else."""

import fcntl
from pathlib import Path

import pytest

from tongxin.commands import demo
from tongxin.lib.faults import Fault


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "demo"
    folder.mkdir()
    monkeypatch.setenv("TONGXIN_HOME", str(folder))
    monkeypatch.setenv("TONGXIN_CLOCK_START", demo.CLOCK)
    return folder


def test_removes_the_example(home: Path) -> None:
    (home / demo.MARK).touch()
    assert demo.main(["--reset"]) == 0
    assert not home.exists()
    assert demo.main(["--reset"]) == 0


def test_leaves_other_folders_alone(home: Path) -> None:
    (home / "letters.txt").write_text("kept")
    with pytest.raises(Fault, match="没有动它"):
        demo.main(["--reset"])
    assert (home / "letters.txt").read_text() == "kept"


def test_removes_nothing_while_it_runs(home: Path) -> None:
    (home / demo.MARK).touch()
    with (home.parent / ".demo.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(Fault, match="Ctrl\\+C"):
            demo.main(["--reset"])
        with pytest.raises(Fault, match="正在安装或运行"):
            demo.main(["--prepare-only"])
    assert (home / demo.MARK).exists()
