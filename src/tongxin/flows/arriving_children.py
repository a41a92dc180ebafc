"""Whom an entry from a phone is about: a child on file, the child that another file stands for, or a new one."""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Subquery, UUIDField
from django.db.models.functions import Coalesce

from tongxin import vault
from tongxin.accounts.models import Division
from tongxin.lib import together
from tongxin.lib.prepared import Prepared
from tongxin.people import matching
from tongxin.people.models import Child
from tongxin.rulebook import rules
from tongxin.sync.models import ChildAlias, Device
from tongxin.vault import Keyring

OPENS = "case_file"
LOCKS = 5_310_772
STORED = (
    "这个孩子可能有一份只保存的档案，内容不在这里显示。请区县的个案管理员在“删除与保存”里写明理由，打开核对："
    "是同一个孩子，就先取回，再回到这里选“是同一个孩子”。"
)
CHILD = Prepared(
    lambda named: Child.objects.filter(
        id=Coalesce(Subquery(ChildAlias.objects.filter(phone_id=named).values("child_id")), named)
    ),
    named=UUIDField(),
)


def child_for(named: UUID | None) -> Child | None:
    """The child that a phone's id stands for, if there is a file."""
    if named is None:
        return None
    child: Child | None = CHILD.row(named=named)
    return child


def read_ahead(named: Iterable[UUID]) -> dict[UUID, Child]:
    """The children for whom the ids of a phone's entries stand, where there is a file."""
    wanted = set(named)
    aliases = dict(ChildAlias.objects.filter(phone_id__in=wanted).values_list("phone_id", "child_id"))
    children = {row.id: row for row in Child.objects.filter(id__in={aliases.get(each, each) for each in wanted})}
    found = {each: child for each in wanted if (child := children.get(aliases.get(each, each)))}
    for each in wanted:
        together.learn(CHILD.question(named=each), [found[each]] if each in found else [])
    return found


def file_for(named: UUID | None) -> Child | None:
    """The same, but for a child whose file was erased: there is none to which anything could go."""
    child = child_for(named)
    return None if child is None or vault.destroyed([child.key_owner]) else child


def is_erased(named: UUID) -> bool:
    """Whether there was such a child, whose key was destroyed."""
    child = child_for(named)
    return bool(vault.destroyed([child.key_owner if child else vault.Owner("child", named)]))


def is_gone(child: Child, keys: Keyring) -> bool:
    """Whether a child's key was destroyed, asked of keys that are there for the work anyway."""
    try:
        keys[child.key_owner]
    except vault.Destroyed:
        return True
    return False


def stand_for(*, named: UUID, child: Child, device: Device, at: datetime, by: UUID | None = None) -> None:
    """From now on what a phone says of one id is about another child."""
    if named != child.id:
        ChildAlias.objects.get_or_create(
            phone_id=named, defaults={"child_id": child.id, "device": device, "at": at, "by": by}
        )


def same_number(answers: Mapping[str, Any], place: Division) -> Child | None:
    """The child of this county with exactly this identity number, also one whose file is only stored."""
    return _marked("id_token", _id_mark(answers, place), place)


def same_person(answers: Mapping[str, Any], place: Division) -> Child | None:
    """A child of this county with this name and day of birth: perhaps the same one."""
    return _marked("person_token", _person_mark(answers, place), place)


def lock_marks(answers: Mapping[str, Any], place: Division) -> None:
    """Let nobody open a file for the same child meanwhile; SQLite has one writer anyway."""
    if connection.vendor != "postgresql":
        return
    for mark in sorted(filter(None, (_id_mark(answers, place), _person_mark(answers, place)))):
        number = int.from_bytes(hashlib.sha256(mark).digest()[:4], signed=True)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCKS, number])


def _marked(column: str, mark: bytes | None, place: Division) -> Child | None:
    if mark is None or place.county_id is None:
        return None
    found = next(matching.sharing(column, [mark], county_id=place.county_id), None)
    return Child.objects.filter(id=found.id).first() if found else None


def _id_mark(answers: Mapping[str, Any], place: Division) -> bytes | None:
    number = answers.get("id_no")
    if not isinstance(number, str) or not number.strip():
        return None
    return matching.id_mark(_key(place), number)


def _person_mark(answers: Mapping[str, Any], place: Division) -> bytes | None:
    name, birth = answers.get("name"), answers.get("birth")
    if not isinstance(name, str) or not isinstance(birth, str) or not name.strip() or not birth:
        return None
    return matching.person_mark(_key(place), name, birth)


def _key(place: Division) -> bytes:
    return vault.tokens.key(rules.region_of(place.county_id))
