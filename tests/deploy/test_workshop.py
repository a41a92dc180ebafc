"""Where backups are put together: each run clears its own, and what a dead run left, and nothing else."""

import os
import subprocess
import sys
from pathlib import Path

from tests.deploy.house import REPOSITORY
from tongxin.backups.workshop import PREFIX, workshop

WORKS = """
import sys
from pathlib import Path
from tongxin.backups.workshop import workshop
with workshop(Path(sys.argv[1])) as folder:
    (folder / "default").write_text("half")
    print(folder, flush=True)
    sys.stdin.readline()
"""


def working(beside: Path) -> tuple[subprocess.Popen[str], Path]:
    run = subprocess.Popen(
        [sys.executable, "-c", WORKS, str(beside)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY / "src")},
    )
    assert run.stdout is not None
    return run, Path(run.stdout.readline().strip())


def test_another_backup_that_runs_is_left_alone(tmp_path: Path) -> None:
    run, other = working(tmp_path)
    try:
        with workshop(tmp_path) as own:
            assert own != other
        assert (other / "default").read_text() == "half"
    finally:
        run.communicate("\n")
    assert run.returncode == 0 and list(tmp_path.iterdir()) == []


def test_what_a_killed_backup_left_is_cleared_away(tmp_path: Path) -> None:
    run, other = working(tmp_path)
    run.kill()
    run.communicate()
    assert other.is_dir()
    with workshop(tmp_path):
        assert not other.exists()
    assert list(tmp_path.iterdir()) == []


def test_what_others_keep_there_is_never_touched(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    beside = tmp_path / "backups"
    kept = [beside / ".backup-2024" / "mine", beside / f"{PREFIX}mine" / "notes", elsewhere / "photo"]
    for file in kept:
        file.parent.mkdir(parents=True)
        file.write_text("mine")
    (beside / f"{PREFIX}link").symlink_to(elsewhere)
    with workshop(beside) as folder:
        assert folder.stat().st_mode & 0o077 == 0
    assert [file.read_text() for file in kept] == ["mine"] * 3
    assert (beside / f"{PREFIX}link").is_symlink()
