"""A file is there whole or not at all: half-written, interrupted, and written by many at once."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tongxin.lib import whole_files


def test_what_breaks_off_leaves_what_stood_there(tmp_path: Path) -> None:
    to = tmp_path / "head.json"
    whole_files.write(to, "甲")
    with pytest.raises(RuntimeError), whole_files.being_written(to) as part:
        part.write_text("乙", encoding="utf-8")
        assert to.read_text(encoding="utf-8") == "甲"
        raise RuntimeError
    assert to.read_text(encoding="utf-8") == "甲"
    assert [each.name for each in tmp_path.iterdir()] == ["head.json"]


def test_many_who_write_at_once_leave_one_whole_file(tmp_path: Path) -> None:
    to, texts = tmp_path / "head.json", [str(each) * 20000 for each in range(8)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda text: whole_files.write(to, text), texts * 5))
    assert to.read_text() in texts
    assert [each.name for each in tmp_path.iterdir()] == ["head.json"]


def test_the_first_stays(tmp_path: Path) -> None:
    to = tmp_path / "clock.json"
    with ThreadPoolExecutor(8) as pool:
        won = list(pool.map(lambda each: whole_files.write_first(to, str(each)), range(16)))
    assert won.count(True) == 1
    assert to.read_text() == str(won.index(True))
    assert [each.name for each in tmp_path.iterdir()] == ["clock.json"]


def test_a_private_file_is_never_open_to_others(tmp_path: Path) -> None:
    to = tmp_path / "logins.json"
    with whole_files.being_written(to, mode=whole_files.PRIVATE) as part:
        assert stat.S_IMODE(part.stat().st_mode) == 0o600
    assert stat.S_IMODE(to.stat().st_mode) == 0o600


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(OSError):
        whole_files.write(tmp_path / "away" / "head.json", b"")
