"""Keys in shares: enough of one splitting bring them back, anything else is refused in words."""

import json
from pathlib import Path

import pytest

from tongxin.commands import keys_join, keys_split
from tongxin.lib import secrets
from tongxin.lib.faults import Fault
from tongxin.vault import custody


@pytest.fixture
def stick(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with five shares, of which three are needed."""
    monkeypatch.setenv("TONGXIN_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("TONGXIN_KEYS", str(tmp_path / "keys"))
    secrets.create()
    (tmp_path / "keys" / "backup-passphrase").write_text("备份口令")
    return split(tmp_path / "stick")


def split(folder: Path) -> Path:
    keys_split.main(["--shares", "5", "--needed", "3", "--to", str(folder)])
    return folder


def join(folder: Path, *numbers: int, more: tuple[str, ...] = ()) -> int:
    (sealed,) = folder.glob("*.sealed")
    shares = [word for number in numbers for word in ("--share", str(folder / f"share-{number}.txt"))]
    return keys_join.main(["--from", str(sealed), *shares, *more])


def test_any_three_of_five_bring_every_key_back(
    stick: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    was = {path.name: path.read_bytes() for path in (tmp_path / "keys").iterdir()}
    for number, some in enumerate(((1, 2, 3), (5, 1, 4))):
        monkeypatch.setenv("TONGXIN_KEYS", str(tmp_path / f"again-{number}"))
        assert join(stick, *some) == 0
        fresh = tmp_path / f"again-{number}"
        assert {path.name: path.read_bytes() for path in fresh.iterdir()} == was
        assert {path.stat().st_mode & 0o777 for path in fresh.iterdir()} == {0o600}
    shown = capsys.readouterr().out
    words = {word for path in stick.glob("share-*.txt") for word in path.read_text().split() if word in custody.WORDS}
    assert words and not any(f" {word} " in shown for word in words) and was["master.key"].decode().strip() not in shown


def test_a_rehearsal_compares_and_writes_nothing(stick: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert join(stick, 2, 3, 5, more=("--check",)) == 0
    assert "一致" in capsys.readouterr().out
    secrets.rotate_master()
    assert join(stick, 2, 3, 5, more=("--check",)) == 1
    assert "master.key" in capsys.readouterr().out


def test_keys_in_use_are_never_overwritten(stick: Path) -> None:
    with pytest.raises(Fault, match="已经有密钥，没有写入"):
        join(stick, 1, 2, 3)


def test_what_does_not_fit_is_refused(stick: Path, tmp_path: Path) -> None:
    other = split(tmp_path / "other")
    pages = [(stick / f"share-{number}.txt").read_text() for number in range(1, 6)]
    sealed = next(stick.glob("*.sealed")).read_text()
    with pytest.raises(Fault, match="只有 2 份不同的份额，需要 3 份"):
        custody.join(sealed, [pages[0], pages[1], pages[0]])
    with pytest.raises(Fault, match="第 3 份不是这一次拆分的"):
        custody.join(sealed, [pages[0], pages[1], (other / "share-3.txt").read_text()])
    first, second = [word for word in pages[0].split() if word in custody.WORDS][5:7]
    swapped = pages[0].replace(first, "#").replace(second, first).replace("#", second)
    with pytest.raises(Fault, match="第 1 份有错字或缺词"):
        custody.join(sealed, [swapped, pages[1], pages[2]])
    with pytest.raises(Fault, match="第 2 份第 6 个词不在词表里"):
        custody.join(sealed, [pages[1], pages[0].replace(first, "tongxin", 1), pages[2]])
    changed = json.loads(sealed)
    changed["needed"] = 2
    with pytest.raises(Fault, match="文件被改动过"):
        custody.join(json.dumps(changed), pages[:3])
    with pytest.raises(Fault, match="不是封存的密钥文件"):
        custody.join("{}", pages)


def test_shares_are_not_written_beside_the_data(stick: Path, tmp_path: Path) -> None:
    for folder in ("data", "keys"):
        with pytest.raises(Fault, match="不能和数据放在一起"):
            split(tmp_path / folder / "shares")
    with pytest.raises(Fault, match="份数不对"):
        keys_split.main(["--shares", "2", "--needed", "3", "--to", str(tmp_path / "more")])
    assert not (tmp_path / "more").exists()
