"""`tongxin keys rotate`, and going on after it was interrupted."""

from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from uuid import uuid4

import pytest

from tongxin import vault
from tongxin.commands import keys_rotate
from tongxin.lib import secrets
from tongxin.vault.models import SubjectKey

pytestmark = pytest.mark.django_db
AT = datetime(2025, 12, 30, 1, 0, tzinfo=UTC)


@pytest.fixture
def value(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> vault.Sealed:
    monkeypatch.setenv("TONGXIN_KEYS", str(tmp_path / "keys"))
    secrets.create()
    owner = vault.Owner("child", uuid4())
    vault.create_keys([owner], at=AT)
    place = ("people.child", "name", owner.id)
    return vault.Sealed(vault.seal("小雨", owner=owner, place=place), "people.child", "name", owner, owner.id)


def words(value: vault.Sealed) -> list[str | None]:
    return vault.open([value], viewer=SimpleNamespace(person_id=None, post_id=None), purpose="care", at=AT)


def test_everything_opens_under_the_new_master_alone(value: vault.Sealed) -> None:
    former = SubjectKey.objects.get().master_id
    assert keys_rotate.main([]) == 0
    assert list(secrets.masters()) == [SubjectKey.objects.get().master_id] != [former]
    assert words(value) == ["小雨"]


def test_an_interrupted_rotation_goes_on(value: vault.Sealed) -> None:
    secrets.rotate_master()
    assert words(value) == ["小雨"]
    assert keys_rotate.main(["--resume"]) == 0
    assert words(value) == ["小雨"]
