"""Key files: made once, private, never replaced in silence."""

from pathlib import Path

import pytest

from tongxin.lib import secrets
from tongxin.lib.faults import Fault


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TONGXIN_KEYS", str(tmp_path / "keys"))
    return tmp_path / "keys"


def test_makes_private_keys_once(folder: Path) -> None:
    assert secrets.create()
    first = secrets.read("master")
    assert not secrets.create()
    assert secrets.read("master") == first
    assert len({secrets.read(name) for name in secrets.NAMES}) == len(secrets.NAMES)
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {file.stat().st_mode & 0o777 for file in folder.iterdir()} == {0o600}


def test_never_fills_up_a_folder_that_lost_a_key(folder: Path) -> None:
    secrets.create()
    (folder / "master.key").unlink()
    with pytest.raises(Fault, match=r"master\.key.*没有新建任何密钥"):
        secrets.create()
    assert not (folder / "master.key").exists()
    assert not secrets.exist()


def test_refuses_a_key_others_may_read(folder: Path) -> None:
    secrets.create()
    (folder / "pepper.key").chmod(0o640)
    with pytest.raises(Fault, match="可被其他账户读取"):
        secrets.read("pepper")


@pytest.mark.parametrize("content", ["", "zz", "ab" * 31, "密钥"])
def test_refuses_a_damaged_key(folder: Path, content: str) -> None:
    secrets.create()
    (folder / "pepper.key").write_text(content, encoding="utf-8")
    with pytest.raises(Fault, match="已损坏"):
        secrets.read("pepper")


def test_says_what_to_do_when_there_is_no_key() -> None:
    with pytest.raises(Fault, match="tongxin keys create"):
        secrets.read("master")


def test_rotation_keeps_the_former_master_until_told(folder: Path) -> None:
    secrets.create()
    (former,) = secrets.masters()
    secrets.rotate_master()
    current, previous = secrets.masters()
    assert previous == former != current
    assert (folder / "master.key").stat().st_mode & 0o777 == 0o600
    secrets.forget_previous_master()
    assert list(secrets.masters()) == [current]
