"""A backup is whole, closed to others, made while people work, and proven by restoring it."""

import json
import subprocess
import sys
from pathlib import Path

from tests.deploy.deeds import NAMES
from tests.deploy.house import PASSPHRASE, House
from tests.leaks.shapes import shapes
from tongxin.backups import envelope


def test_verify_restores_it_beside_and_says_what_was_proven(house: House) -> None:
    house.backed_up()
    before = sorted(path.name for path in house.home.iterdir())
    done = house.run("backup", "verify")
    assert done.returncode == 0, done.stdout + done.stderr
    for said in ("由本系统签发", "与备份清单一致", "逐行核验无误", "推算 3 份档案（共 3 份），全部一致", "打开"):
        assert said in done.stdout
    assert "✗" not in done.stdout
    assert sorted(path.name for path in house.home.iterdir()) == before


def test_nothing_in_the_files_can_be_read_without_the_passphrase(house: House) -> None:
    for file in house.backed_up():
        content = file.read_bytes()
        assert file.stat().st_mode & 0o077 == 0
        assert not any(shape in content for name in NAMES for shape in shapes(name).values())
        assert not any(word in content for word in (b"ledger_entry", b"SQLite format", PASSPHRASE.encode()))
        with file.open("rb") as stream:
            assert set(envelope.head_of(stream)) == {"kind", "set", "created_at", "version", "salt", "locks"}


def test_is_consistent_while_others_write(house: House) -> None:
    writer = subprocess.Popen(
        [sys.executable, "-m", "tests.deploy.deeds", "keep_adding"], env=house.environment, stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert writer.stdout is not None
        for _ in range(2):
            writer.stdout.readline()
        house.backed_up()
        assert writer.poll() is None
    finally:
        writer.kill()
        writer.wait()
    done = house.run("backup", "verify", "--all")
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_ledger_of_a_backup_is_judged(house: House) -> None:
    house.act("tamper")
    house.backed_up()
    done = house.run("backup", "verify")
    assert done.returncode == 1
    assert "账本：内容被改动" in done.stdout
    assert "不能放心使用" in done.stdout


def test_a_recipient_can_open_what_the_server_cannot(house: House, tmp_path: Path) -> None:
    secret = tmp_path / "secret.key"
    said = house.run("backup", "key", "--save", str(secret)).stdout
    public = next(line for line in said.splitlines() if line.startswith("TONGXIN_BACKUP_RECIPIENT=")).split("=")[1]
    recipient = {"TONGXIN_BACKUP_RECIPIENT": public, "TONGXIN_BACKUP_PASSPHRASE": ""}
    assert house.run("backup", environment=recipient).returncode == 0
    assert house.run("backup", "verify", environment=recipient).returncode == 1
    assert house.run("backup", "verify", "--secret", str(secret), environment=recipient).returncode == 0
    assert house.run("backup", "key", "--save", str(secret)).returncode == 1


def test_without_a_way_to_lock_nothing_is_written(house: House) -> None:
    done = house.run("backup", environment={"TONGXIN_BACKUP_PASSPHRASE": ""})
    assert done.returncode == 1
    assert "没有说明用什么加密" in done.stderr
    assert list(house.backups.rglob("*.*")) == []


def test_a_full_disk_leaves_nothing_behind(house: House) -> None:
    small = "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000)); " \
        "from tongxin.__main__ import main; sys.exit(main(['backup']))"
    done = house.python("-c", small)
    assert done.returncode == 1
    assert "备份没有完成" in done.stderr
    assert [path for path in house.backups.rglob("*") if path.is_file()] == []


def test_only_so_many_stay_and_nothing_else_is_touched(house: House) -> None:
    house.backups.mkdir()
    (house.backups / "keys").mkdir()
    others = [house.backups / "notes.backup", house.backups / "keys" / "master.key"]
    for other in others:
        other.write_text("mine", encoding="utf-8")
    for day in range(1, 4):
        (house.backups / f"tongxin-2025010{day}-020000.backup").write_bytes(b"")
        (house.backups / "keys" / f"tongxin-2025010{day}-020000.keys").write_bytes(b"")
    done = house.run("backup", "--keep", "3", "--keep-keys", "1")
    assert done.returncode == 0
    kept = sorted(path.name for path in house.backups.glob("tongxin-*"))
    assert [name[:16] for name in kept[:2]] == ["tongxin-20250102", "tongxin-20250103"]
    assert len(kept) == 3
    assert len(list((house.backups / "keys").glob("tongxin-*"))) == 1
    assert all(other.read_text(encoding="utf-8") == "mine" for other in others)


def test_what_nobody_decided_on_is_told_of(house: House) -> None:
    (house.home / "new-folder").mkdir()
    assert "没有备份：new-folder" in house.run("backup").stdout


def test_the_files_and_heads_are_in_it(house: House) -> None:
    house.backed_up()
    done = house.run("backup", "verify")
    parts = json.loads(house.python("-c", PARTS, *map(str, sorted(house.backups.glob("*.backup")))).stdout)
    assert "files/attachments/2025/scan.sealed" in parts
    assert "heads/head.json" in parts
    assert not any("key" in part.split("/")[-1] for part in parts)
    assert done.returncode == 0


PARTS = """
import json, sys, tempfile
from pathlib import Path
from tongxin.lib.start import start
start(makes_keys=False)
from tongxin.backups import archive, locks
with tempfile.TemporaryDirectory() as folder:
    print(json.dumps(list(archive.extract(Path(sys.argv[1]), into=Path(folder), openers=locks.at_hand()).parts)))
"""
