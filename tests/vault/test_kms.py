"""The master key in another process: everything works without its file, and the holder writes down for whom."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from uuid import uuid4

import pytest
from django.conf import settings as django_settings

from tongxin import vault
from tongxin.commands import keys_rotate, kms_audit, kms_rotate
from tongxin.lib import secrets
from tongxin.lib.faults import Fault
from tongxin.vault import kms_client
from tongxin.vault.kms_audit import Audit
from tongxin.vault.kms_server import Server
from tongxin.vault.models import SubjectKey

pytestmark = pytest.mark.django_db
AT = datetime(2025, 12, 30, 1, 0, tzinfo=UTC)
NOBODY = SimpleNamespace(person_id=None, post_id=None)


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Path]:
    """A folder with a path short enough for a socket."""
    folder = Path(tempfile.mkdtemp(prefix="kms-"))
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def service(room: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A real key service as a process of its own; this process has every key but the master."""
    source = str(django_settings.BASE_DIR / "src")
    environment = {**os.environ, "TONGXIN_KEYS": str(room / "held"), "PYTHONPATH": source}
    command = [sys.executable, "-m", "tongxin", "kms"]
    subprocess.run([*command, "create"], env=environment, check=True, capture_output=True)
    serve = [*command, "serve", "--socket", str(room / "socket"), "--audit", str(room / "audit")]
    with subprocess.Popen(serve, env=environment, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None and process.stdout.readline()
        monkeypatch.setenv("TONGXIN_KMS", str(room / "socket"))
        monkeypatch.setenv("TONGXIN_KEYS", str(room / "mine"))
        secrets.create()
        yield room
        process.terminate()


def sealed(text: str = "小雨") -> vault.Sealed:
    owner = vault.Owner("child", uuid4())
    vault.create_keys([owner], at=AT)
    place = ("people.child", "name", owner.id)
    return vault.Sealed(vault.seal(text, owner=owner, place=place), "people.child", "name", owner, owner.id)


def opened(*values: vault.Sealed) -> list[str | None]:
    return vault.open(values, viewer=NOBODY, purpose="care", at=AT)


def test_all_works_without_the_master_key_and_its_holder_writes_down_for_whom(service: Path) -> None:
    values = [sealed(f"儿童{number}") for number in range(25)]
    assert not (service / "mine" / "master.key").exists() and secrets.exist()
    assert opened(*values) == [f"儿童{number}" for number in range(25)]
    lines = [json.loads(line) for file in (service / "audit").glob("*.jsonl") for line in file.open()]
    assert [line["asked"] for line in lines].count("unwrap") == 26
    assert sorted(lines[-1]["owners"]) == sorted(f"child {value.owner.id.hex}" for value in values)
    assert (lines[-1]["account"], lines[-1]["pid"]) == (os.getuid(), os.getpid())
    SubjectKey.objects.filter(owner_id=values[0].owner.id).update(master_id="0" * 16)
    with pytest.raises(vault.MissingKey):
        opened(values[0])


def test_its_master_key_is_rotated_while_it_serves(service: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    value = sealed()
    former = SubjectKey.objects.get().master_id
    with pytest.raises(Fault, match="由密钥服务保管"):
        keys_rotate.main([])
    with monkeypatch.context() as holder:
        holder.setenv("TONGXIN_KEYS", str(service / "held"))
        kms_rotate.main([])
        with pytest.raises(Fault, match="还不满 24 小时"):
            kms_rotate.main(["--finish"])
    assert opened(value) == ["小雨"]
    assert keys_rotate.main(["--resume"]) == 0
    assert SubjectKey.objects.get().master_id != former
    os.utime(service / "held" / "master.key", (0, 0))
    with monkeypatch.context() as holder:
        holder.setenv("TONGXIN_KEYS", str(service / "held"))
        kms_rotate.main(["--finish"])
    assert opened(value) == ["小雨"]


def test_a_service_that_went_away_is_told_of_and_found_again(room: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TONGXIN_KEYS", str(room / "held"))
    secrets.create()

    def started(account: int = os.getuid()) -> Server:
        server = Server(room / "socket", audit=Audit(room / "audit"), accounts=[account])
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        return server

    monkeypatch.setenv("TONGXIN_KMS", str(room / "socket"))
    with pytest.raises(Fault, match="密钥服务连不上"):
        sealed()
    first = started()
    value = sealed()
    first.shutdown()
    first.server_close()
    second = started()
    assert opened(value) == ["小雨"]
    second.shutdown()
    second.server_close()
    strangers = started(os.getuid() + 1)
    kms_client.at.cache_clear()
    with pytest.raises(Fault, match="没有答应这次请求"):
        opened(value)
    strangers.shutdown()
    strangers.server_close()
    assert kms_audit.main([str(room / "audit")]) == 0
    (file,) = (room / "audit").glob("*.jsonl")
    lines = file.read_text().splitlines(keepends=True)
    assert json.loads(lines[-1])["let_in"] is False
    file.write_text("".join([*lines[:1], *lines[2:]]))
    assert kms_audit.main([str(room / "audit")]) == 1
