"""A master key is rotated while others read and write: nobody's request fails, nothing is lost."""

import shutil
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
from django.db import connections

from tongxin import vault
from tongxin.commands import keys_rotate
from tongxin.lib import places, secrets
from tongxin.vault import opening
from tongxin.vault.models import SubjectKey

AT = datetime(2025, 12, 30, 1, 0, tzinfo=UTC)
ROTATIONS, READERS, WRITERS = 8, 3, 2


@pytest.fixture(autouse=True)
def own_keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A copy: the database key stays, for threads open the same file."""
    shutil.copytree(places.keys_folder(), tmp_path / "keys")
    monkeypatch.setenv("TONGXIN_KEYS", str(tmp_path / "keys"))


def new_value() -> vault.Sealed:
    owner = vault.Owner("child", uuid4())
    vault.create_keys([owner], at=AT)
    place = ("people.child", "name", owner.id)
    return vault.Sealed(vault.seal("小雨", owner=owner, place=place), "people.child", "name", owner, owner.id)


def words(values: list[vault.Sealed]) -> set[str | None]:
    keys = vault.keyring(value.owner for value in values)
    return {opening._one(value, keys, bytes.decode) for value in values}


@pytest.mark.django_db(transaction=True)
def test_rotations_under_load() -> None:
    values = [new_value() for _ in range(40)]
    failed: list[BaseException] = []
    done = {"read": 0, "written": 0}
    stop = threading.Event()

    def again(work: Callable[[], None]) -> None:
        try:
            while not stop.is_set():
                work()
        except BaseException as error:
            failed.append(error)
        finally:
            connections.close_all()

    def read() -> None:
        assert words(values[:40]) == {"小雨"}
        done["read"] += 1

    def write() -> None:
        values.append(new_value())
        done["written"] += 1
        time.sleep(0.002)

    threads = [threading.Thread(target=again, args=[work]) for work in (*[read] * READERS, *[write] * WRITERS)]
    for thread in threads:
        thread.start()
    for _ in range(ROTATIONS):
        assert keys_rotate.main([]) == 0
    stop.set()
    for thread in threads:
        thread.join()
    assert failed == []
    assert done["read"] > ROTATIONS and done["written"] > ROTATIONS
    assert words(values) == {"小雨"}
    assert set(SubjectKey.objects.values_list("master_id", flat=True)) == set(secrets.masters())


@pytest.mark.django_db(transaction=True)
def test_a_key_wrapped_before_and_stored_after_a_rotation_is_made_anew() -> None:
    owner = vault.Owner("child", uuid4())
    fresh = vault.fresh_keys([owner], at=AT)
    assert keys_rotate.main([]) == 0
    assert not vault.keep(fresh.rows) and not SubjectKey.objects.exists()
    assert vault.keep(vault.fresh_keys([owner], at=AT).rows)
    assert vault.key_ids([owner])
