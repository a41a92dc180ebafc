"""Which keys were destroyed, as a list outside the database: an older backup must not bring them back (spine B4).

Each line holds the owner's kind and id, the moment and a keyed digest; no name, and nobody else can write one.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

from tongxin.lib.signed_lists import Content, SignedList, moment
from tongxin.vault.models import SubjectKey
from tongxin.vault.owners import KINDS, Owner

NAME = "destroyed.jsonl"


@dataclass(frozen=True, slots=True)
class Destruction:
    """Whose key was destroyed, and when."""

    owner: Owner
    at: datetime


def _written(each: Destruction) -> Content:
    return {"kind": each.owner.kind, "id": str(each.owner.id), "at": each.at.isoformat()}


def _parsed(content: Content) -> Destruction:
    if content["kind"] not in KINDS:
        raise ValueError(content["kind"])
    return Destruction(Owner(content["kind"], UUID(content["id"])), moment(content["at"]))


def _signed(content: Content) -> str:
    return "|".join(("tongxin destroyed", content["kind"], content["id"], content["at"]))


LIST: SignedList[Destruction] = SignedList(NAME, "销毁清单", _written, _parsed, _signed)
file = LIST.file


def listed() -> list[Destruction]:
    """Every key destroyed so far, as the key database has it."""
    rows = SubjectKey.objects.filter(destroyed_at__isnull=False).order_by("destroyed_at", "id")
    return [
        Destruction(Owner(kind, owner), at)
        for kind, owner, at in rows.values_list("owner_kind", "owner_id", "destroyed_at")
        if at is not None
    ]


def note(owner: Owner, *, at: datetime) -> None:
    """Add one line."""
    LIST.append([Destruction(owner, at)])


def export(to: Path, *, also: Iterable[Destruction] = ()) -> int:
    """Write the whole list, with what another list has beyond it; gives its length."""
    return save(to, (*also, *listed()))


def save(to: Path, destructions: Iterable[Destruction]) -> int:
    """Write a list as it is, each owner once; gives its length."""
    known = {each.owner: each for each in destructions}
    LIST.save(to, known.values())
    return len(known)


def read(from_file: Path) -> list[Destruction]:
    """A saved list; one that isn't there is refused too: whoever names it means it."""
    return LIST.read(from_file, may_lack=False)


def destroy_again(destructions: Iterable[Destruction]) -> int:
    """Destroy these keys once more; gives how many an older copy had brought back."""
    again = 0
    for each in destructions:
        rows = SubjectKey.objects.filter(
            owner_kind=each.owner.kind, owner_id=each.owner.id, destroyed_at__isnull=True
        )
        again += rows.update(wrapped=None, destroyed_at=each.at)
    return again
