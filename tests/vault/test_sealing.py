"""Sealed values: who can open them, where, and what is written down first."""

from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.db import connections

from tongxin import vault
from tongxin.ledger.models import Access, AccessSubject, HeldEntry, Subject
from tongxin.lib import secrets
from tongxin.lib.faults import Fault
from tongxin.vault import opening
from tongxin.vault.models import SubjectKey

pytestmark = pytest.mark.django_db
AT = datetime(2025, 12, 30, 1, 0, tzinfo=UTC)
VIEWER = SimpleNamespace(person_id=uuid4(), post_id=uuid4())
MODEL = "people.child"


def child() -> vault.Owner:
    owner = vault.Owner("child", uuid4())
    vault.create_keys([owner], at=AT)
    return owner


def sealed(text: str, owner: vault.Owner, *, field: str = "name", row: object = None) -> vault.Sealed:
    place = (MODEL, field, row or owner.id)
    return vault.Sealed(vault.seal(text, owner=owner, place=place), MODEL, field, owner, place[2])


def opened(*values: vault.Sealed | None) -> list[str | None]:
    return vault.open(values, viewer=VIEWER, purpose="care", at=AT)


@pytest.mark.parametrize("text", ["", "小雨", "x" * 15, "字" * 5000, "\x80\x00", "a\x00b"])
def test_opens_what_was_sealed(text: str) -> None:
    assert opened(sealed(text, child())) == [text]


def test_keeps_order_and_gaps() -> None:
    one, two = child(), child()
    assert opened(sealed("甲", one), None, sealed("乙", two), sealed("丙", one)) == ["甲", None, "乙", "丙"]


def test_file_bytes_come_back_as_bytes() -> None:
    owner = vault.Owner("file", uuid4())
    vault.create_keys([owner], at=AT)
    blob = vault.seal(b"\xff\xfePK", owner=owner, place=("intake.upload", "original", owner.id))
    value = vault.Sealed(blob, "intake.upload", "original", owner, owner.id)
    assert vault.open_bytes([value], viewer=VIEWER, purpose="import", at=AT) == [b"\xff\xfePK"]


def test_names_of_usual_length_look_alike() -> None:
    owner = child()
    assert len({len(sealed(name, owner).blob) for name in ("雨", "小雨", "欧阳小雨")}) == 1


@pytest.mark.parametrize("moved", ["row", "field", "model", "owner"])
def test_a_value_moved_elsewhere_does_not_open(moved: str) -> None:
    owner, other = child(), child()
    value = sealed("小雨", owner)
    setattr(value, moved, {"row": uuid4(), "field": "phone", "model": "people.adult", "owner": other}[moved])
    with pytest.raises(vault.Refused) as refusal:
        opened(value)
    assert "小雨" not in str(refusal.value)


def test_one_changed_bit_does_not_open() -> None:
    value = sealed("小雨", child())
    for place in range(len(value.blob)):
        broken = bytearray(value.blob)
        broken[place] ^= 1
        bad = vault.Sealed(bytes(broken), MODEL, "name", value.owner, value.row)
        with pytest.raises(vault.Refused):
            opened(bad)


def test_a_destroyed_key_leaves_nothing_to_read() -> None:
    owner, other = child(), child()
    value, kept = sealed("小雨", owner), sealed("小林", other)
    assert vault.destroy(owner, at=AT)
    assert not vault.destroy(owner, at=AT)
    assert opened(value, kept) == [None, "小林"]
    assert vault.destroyed([owner, other]) == {owner}
    assert SubjectKey.objects.get(owner_id=owner.id).wrapped is None
    vault.create_keys([owner], at=AT)
    with pytest.raises(vault.Destroyed):
        sealed("小雨", owner)


def test_no_key_is_not_taken_for_a_destroyed_one() -> None:
    owner = child()
    value = sealed("小雨", owner)
    SubjectKey.objects.all().delete()
    with pytest.raises(vault.MissingKey):
        opened(value)


def test_creating_keys_twice_keeps_the_first() -> None:
    owner = child()
    value = sealed("小雨", owner)
    vault.create_keys([owner, owner], at=AT)
    assert opened(value) == ["小雨"]


def test_refuses_an_unknown_kind_of_owner() -> None:
    with pytest.raises(ValueError, match="pet"):
        vault.create_keys([vault.Owner("pet", uuid4())], at=AT)


def test_national_profile_opens_and_guards_alike() -> None:
    owner = vault.Owner("child", uuid4())
    vault.create_keys([owner], at=AT, profile="sm4-gcm")
    value = sealed("小雨", owner)
    assert value.blob[1] == 2
    assert opened(value) == ["小雨"]
    value.row = uuid4()
    with pytest.raises(vault.Refused):
        opened(value)


def test_another_master_key_opens_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    value = sealed("小雨", child())
    monkeypatch.setenv("TONGXIN_KEYS", str(tmp_path / "keys"))
    secrets.create()
    with pytest.raises(vault.MissingKey):
        opened(value)


def test_a_new_master_key_takes_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TONGXIN_KEYS", str(tmp_path / "keys"))
    secrets.create()
    owners = [child() for _ in range(5)]
    values = [sealed(f"儿童{number}", owner) for number, owner in enumerate(owners)]
    secrets.rotate_master()
    assert opened(*values) == [f"儿童{number}" for number in range(5)]
    with pytest.raises(Fault, match="尚未完成"):
        secrets.rotate_master()
    assert [vault.rewrap(limit=3), vault.rewrap(limit=3), vault.rewrap(limit=3)] == [3, 2, 0]
    secrets.forget_previous_master()
    assert opened(*values) == [f"儿童{number}" for number in range(5)]


def test_every_look_is_written_down() -> None:
    one, two = child(), child()
    values = [sealed("甲", one), sealed("乙", two), sealed("13800000000", one, field="phone")]
    vault.open(values, viewer=VIEWER, purpose="crisis", part="contacts", route="child.file", at=AT)
    look = Access.objects.get()
    assert (look.person_id, look.post_id, look.at) == (VIEWER.person_id, VIEWER.post_id, AT)
    assert (look.purpose, look.part, look.route) == ("crisis", "contacts", "child.file")
    assert set(AccessSubject.objects.values_list("owner_kind", "owner_id")) == {one, two}


def test_nothing_to_open_is_no_look() -> None:
    assert opened(None, None) == [None, None]
    assert opened() == []
    assert not Access.objects.exists()


def test_a_look_needs_a_purpose() -> None:
    with pytest.raises(ValueError, match="purpose"):
        vault.open([sealed("甲", child())], viewer=VIEWER, purpose="", at=AT)


def test_opens_nothing_while_nobody_records(monkeypatch: pytest.MonkeyPatch) -> None:
    value = sealed("甲", child())
    monkeypatch.setattr(opening, "_recorders", [])
    with pytest.raises(vault.NobodyRecords):
        opened(value)


def test_opens_nothing_when_the_look_cannot_be_written() -> None:
    value = sealed("甲", child())
    longer_than_the_column = SimpleNamespace(person_id="not an id", post_id=None)
    with pytest.raises(ValidationError):
        vault.open([value], viewer=longer_than_the_column, purpose="care", at=AT)


def test_a_batch_of_names_costs_one_key_query(django_assert_num_queries) -> None:
    values = [sealed(f"儿童{number}", child()) for number in range(25)]
    with django_assert_num_queries(1, connection=connections["keys"]):
        opened(*values)


def test_a_sealed_value_never_shows_itself() -> None:
    value = sealed("小雨", child())
    for shown in (str(value), repr(value), f"{value}", f"{value!r:>40}", repr([value])):
        assert "小雨" not in shown
        assert value.blob.hex() not in shown
    assert bool(value)


def test_digests_are_the_owners_own() -> None:
    one, two = child(), child()
    first, again, other = vault.digest_many([(b"x", one), (b"x", one), (b"x", two)])
    assert first == again != other


def test_counties_have_different_token_keys() -> None:
    assert vault.tokens.key("370116") != vault.tokens.key("370112")
    assert vault.tokens.key("370116") == vault.tokens.key("370116")


class TestSealedField:
    def test_reads_as_sealed_and_survives_the_database(self) -> None:
        owner = child()
        Subject.objects.create(id=owner.id, kind=owner.kind)
        held = HeldEntry(entry_id=uuid4(), subject_id=owner.id, reason="different", received_at=AT)
        vault.put(held, {"content": "原话"})
        held.save()
        again = HeldEntry.objects.get(id=held.id)
        assert isinstance(again.content, vault.Sealed)
        assert opened(again.content) == ["原话"]

    @pytest.mark.parametrize("value", ["原话", b"plain bytes", 5])
    def test_takes_no_plain_words(self, value: object) -> None:
        with pytest.raises(TypeError):
            HeldEntry(content=value)

    def test_none_empties_it(self) -> None:
        held = HeldEntry(entry_id=uuid4(), subject_id=uuid4(), reason="", received_at=AT)
        vault.put(held, {"content": None})
        assert held.content is None
