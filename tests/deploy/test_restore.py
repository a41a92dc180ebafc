"""A restore replaces everything or nothing; what was destroyed stays destroyed."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.deploy.house import IS_POSTGRESQL, House, pair


def state(house: House) -> tuple[str, list[str]]:
    """What the installation says, and what lies in its data folder."""
    names = [str(path.relative_to(house.home)) for path in house.home.rglob("*") if "-turn" not in path.name]
    # What SQLite lays beside a database while somebody has it open, here another test process at the same model.
    return house.act("names"), sorted(name for name in names if not name.endswith(("-shm", "-wal")))


def test_the_installation_is_as_it_was_and_the_former_is_kept(house: House) -> None:
    before = house.act("names")
    main, _ = house.backed_up()
    house.act("another")
    (house.home / "attachments" / "2025" / "later.sealed").write_bytes(b"later")
    assert house.act("names") != before
    done = house.run("restore", str(main), "--replace")
    assert done.returncode == 0, done.stdout + done.stderr
    assert house.act("names") == before
    assert [path.name for path in (house.home / "attachments").rglob("*.sealed")] == ["scan.sealed"]
    (aside,) = house.home.glob("before-restore-*")
    assert (aside / "attachments" / "2025" / "later.sealed").exists()
    assert IS_POSTGRESQL or (aside / "tongxin.db").exists()
    assert house.run("ledger", "verify").returncode == 0
    assert house.run("rebuild", "--check").returncode == 0


def test_an_installation_with_content_is_not_replaced_unasked(house: House) -> None:
    main, _ = house.backed_up()
    before = state(house)
    done = house.run("restore", str(main))
    assert done.returncode == 1
    assert "这里已有资料" in done.stderr
    assert state(house) == before


def test_an_empty_installation_takes_it(house: House, tmp_path: Path) -> None:
    main, _ = house.backed_up()
    names = house.act("names")
    empty = house.copied(tmp_path / "empty")
    try:
        empty.clear()
        done = empty.run("restore", str(main))
        assert done.returncode == 0, done.stdout + done.stderr
        assert "换下的资料" not in done.stdout
        assert empty.act("names") == names
        assert (empty.home / "heads" / "head.json").exists()
    finally:
        empty.leave()


def test_running_processes_keep_it_from_being_replaced(house: House) -> None:
    main, _ = house.backed_up()
    running = subprocess.Popen(
        [sys.executable, "-m", "tests.deploy.deeds", "keep_adding"], env=house.environment, stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert running.stdout is not None
        for _ in range(2):
            running.stdout.readline()
        done = house.run("restore", str(main), "--replace")
    finally:
        running.kill()
        running.wait()
    assert done.returncode == 1
    assert "系统正在运行" in done.stderr
    assert list(house.home.glob("before-restore-*")) == []


def flip(content: bytes) -> bytes:
    place = len(content) * 2 // 3
    return content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        (lambda content: content[: len(content) // 2], "不完整"),
        (lambda content: content[:-1], "不完整"),
        (lambda content: content[:30], "不完整"),
        (flip, "损坏或被改动"),
        (lambda content: content + b"more", "损坏或被改动"),
        (lambda content: content.replace(b'"kind": "main"', b'"kind": "keys"'), "损坏或被改动"),
        (lambda content: b"", "不是同心的备份文件"),
        (lambda content: b"PK\x03\x04" + content, "不是同心的备份文件"),
    ],
)
def test_a_harmed_file_changes_nothing(
    model_house: House, tmp_path: Path, harm: Callable[[bytes], bytes], said: str
) -> None:
    main, keys = _model_backup(model_house)
    harmed = tmp_path / main.name
    harmed.write_bytes(harm(main.read_bytes()))
    before = state(model_house)
    for words in (("restore", str(harmed), "--replace"), ("backup", "verify", str(harmed))):
        done = model_house.run(*words, "--keys", str(keys))
        assert done.returncode == 1
        assert said in done.stderr
        assert "没有作任何改动" in done.stderr
    assert state(model_house) == before


def test_the_wrong_passphrase_opens_nothing(model_house: House, tmp_path: Path) -> None:
    main, _ = _model_backup(model_house)
    other = tmp_path / "other"
    other.touch(mode=0o600)
    other.write_text("quite-another-passphrase", encoding="utf-8")
    before = state(model_house)
    done = model_house.run("restore", str(main), "--replace", "--passphrase", str(other))
    assert done.returncode == 1
    assert "口令或私钥不符" in done.stderr
    assert state(model_house) == before


def test_the_two_archives_are_not_taken_for_each_other(model_house: House) -> None:
    main, keys = _model_backup(model_house)
    done = model_house.run("backup", "verify", str(keys), "--keys", str(main))
    assert done.returncode == 1
    assert "不是资料备份" in done.stderr


def test_keys_older_than_the_data_are_refused(house: House) -> None:
    _, old_keys = house.backed_up()
    house.act("another")
    main, _ = house.backed_up()
    done = house.run("restore", str(main), "--keys", str(old_keys), "--replace")
    assert done.returncode == 1
    assert "密钥备份比资料备份旧" in done.stderr


def test_another_installations_backup_is_refused(house: House, tmp_path: Path) -> None:
    main, keys = house.backed_up()
    for name in ("ledger", "master"):
        file = house.folder / "keys" / f"{name}.key"
        file.write_text("ab" * 32, encoding="ascii")
    done = house.run("restore", str(main), "--keys", str(keys), "--replace")
    assert done.returncode == 1
    assert "不是本系统用现有密钥签发" in done.stderr


def test_a_full_disk_while_restoring_changes_nothing(house: House) -> None:
    main, _ = house.backed_up()
    before = state(house)
    small = "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000)); " \
        f"from tongxin.__main__ import main; sys.exit(main(['restore', {str(main)!r}, '--replace']))"
    done = house.python("-c", small)
    assert done.returncode == 1
    assert "没有展开备份，现有的资料没有改动" in done.stderr
    assert state(house) == before


def test_what_was_destroyed_stays_destroyed(house: House, tmp_path: Path) -> None:
    main, keys = house.backed_up()
    house.act("destroy")
    elsewhere = tmp_path / "destroyed.jsonl"
    assert house.run("keys", "destroyed", "--save", str(elsewhere)).returncode == 0
    content = elsewhere.read_text(encoding="utf-8")
    assert content.count("\n") == 1
    assert not any(name in content for name in ("小雨", "\\u"))
    done = house.run("restore", str(main), "--keys", str(keys), "--replace")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "其中 1 项在这份备份里仍有密钥，已再次销毁" in done.stdout
    assert house.act("names") == "[None, '小风', '小雪']"

    # All at hand is lost but the list kept elsewhere.
    house.clear()
    (house.home / "heads").mkdir(parents=True, exist_ok=True)
    lost = house.run("restore", str(main), "--keys", str(keys), "--destroyed", str(elsewhere))
    assert lost.returncode == 0, lost.stdout + lost.stderr
    assert house.act("names") == "[None, '小风', '小雪']"


def test_an_erased_file_is_not_brought_back_by_an_older_backup(house: House) -> None:
    main, keys = house.backed_up()
    assert house.act("left").startswith("[1, 1, True, [{")
    house.act("erase")
    assert house.act("left") == "[0, 0, True, []]"
    assert house.run("rebuild", "--check").returncode == 0 and house.run("ledger", "verify").returncode == 0
    done = house.run("restore", str(main), "--keys", str(keys), "--replace")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "已再次从名册、检索、任务和附件里去掉" in done.stdout
    assert house.act("left") == "[0, 0, True, []]"
    assert house.run("rebuild", "--check").returncode == 0 and house.run("ledger", "verify").returncode == 0


def test_a_file_that_was_only_stored_is_so_again(house: House) -> None:
    open_main, open_keys = house.backed_up()
    house.act("close")
    before = house.act("stored")
    main, keys = house.backed_up()
    house.act("store")
    assert before.startswith("[0, ") and house.act("stored") == "[1, None]"
    done = house.run("restore", str(main), "--keys", str(keys), "--replace")
    assert done.returncode == 0 and "1 份已再次改为只保存" in done.stdout, done.stdout + done.stderr
    assert house.act("stored") == "[1, None]" and house.run("rebuild", "--check").returncode == 0
    done = house.run("restore", str(open_main), "--keys", str(open_keys), "--replace")
    assert done.returncode == 0 and "还在办理，没有收起" in done.stdout, done.stdout + done.stderr
    assert house.act("stored") == before
    house.act("close")
    house.act("store")
    house.act("bring_back")
    done = house.run("restore", str(main), "--keys", str(keys), "--replace")
    assert done.returncode == 0 and house.act("stored") == before, done.stdout + done.stderr


def test_what_was_held_and_set_apart_is_so_again(house: House) -> None:
    house.act("interview")
    main, keys = house.backed_up()
    house.act("keep")
    assert house.act("kept") == "[0, ['12号'], 1]"
    words = ("restore", str(main), "--keys", str(keys), "--replace")
    done = house.run(*words)
    assert done.returncode == 0 and "没有补上" not in done.stdout, done.stdout + done.stderr
    assert house.act("kept") == "[0, ['12号'], 1]"
    assert house.run("rebuild", "--check").returncode == 0 and house.run("ledger", "verify").returncode == 0

    # The lists are lost: whoever restores is told what to do by hand.
    (house.home / "heads" / "kept.jsonl").unlink()
    done = house.run(*words)
    assert done.returncode == 0 and "按纸质通知和决定马上重新办理" in done.stdout, done.stdout + done.stderr
    assert house.act("kept") == "[1, [], 0]"


def test_a_list_that_somebody_wrote_into_is_refused(house: House, tmp_path: Path) -> None:
    house.act("destroy")
    file = tmp_path / "destroyed.jsonl"
    house.run("keys", "destroyed", "--save", str(file))
    file.write_text(file.read_text(encoding="utf-8").replace('"id": "', '"id": "0'), encoding="utf-8")
    done = house.run("keys", "destroyed", "--apply", str(file))
    assert done.returncode == 1
    assert "没有作任何改动" in done.stderr


def _model_backup(house: House) -> tuple[Path, Path]:
    found = list(house.backups.rglob("tongxin-*"))
    return pair(found) if found else house.backed_up()
