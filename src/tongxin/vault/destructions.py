"""Which keys were destroyed, as a list outside the database: an older backup must not bring them back (spine B4).

Each line holds the owner's kind and id, the moment and a keyed digest; no name, and nobody else can write one.
"""

import hashlib
import hmac
import json
import logging
import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

from django.utils.dateparse import parse_datetime

from tongxin.lib import places, secrets
from tongxin.lib.faults import Fault
from tongxin.vault.models import SubjectKey
from tongxin.vault.owners import KINDS, Owner

NAME = "destroyed.jsonl"
log = logging.getLogger("tongxin.vault")


@dataclass(frozen=True, slots=True)
class Destruction:
    """Whose key was destroyed, and when."""

    owner: Owner
    at: datetime


def file() -> Path:
    """The list of this installation, beside the ledger's exported heads."""
    return places.heads_folder() / NAME


def listed() -> list[Destruction]:
    """Every key destroyed so far, as the key database has it."""
    rows = SubjectKey.objects.filter(destroyed_at__isnull=False).order_by("destroyed_at", "id")
    return [
        Destruction(Owner(kind, owner), at)
        for kind, owner, at in rows.values_list("owner_kind", "owner_id", "destroyed_at")
        if at is not None
    ]


def note(owner: Owner, *, at: datetime) -> None:
    """Add one line; the destruction itself stands even where the list can't be written."""
    try:
        places.heads_folder().mkdir(parents=True, exist_ok=True)
        handle = os.open(file(), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(handle, "a", encoding="utf-8") as stream:
            stream.write(_line(Destruction(owner, at)))
    except OSError as error:
        # The next backup writes the whole list anew.
        log.error("the list of destroyed keys was not written (%s)", type(error).__name__)


def export(to: Path, *, also: Iterable[Destruction] = ()) -> int:
    """Write the whole list, with what another list has beyond it; gives its length."""
    return save(to, (*also, *listed()))


def save(to: Path, destructions: Iterable[Destruction]) -> int:
    """Write a list as it is, each owner once; gives its length."""
    known = {each.owner: each for each in destructions}
    part = to.with_name(f".{to.name}.part")
    try:
        to.parent.mkdir(parents=True, exist_ok=True)
        part.touch(mode=0o600)
        part.write_text("".join(map(_line, known.values())), encoding="utf-8")
        part.replace(to)
    except OSError:
        raise Fault(f"写不进 {to}，销毁清单没有保存。请换一个位置。") from None
    return len(known)


def read(from_file: Path) -> list[Destruction]:
    """A saved list, refused whole when a line of it was not written by this installation."""
    try:
        lines = from_file.read_text(encoding="utf-8").splitlines()
        return [_destruction(line) for line in lines if line.strip()]
    except (OSError, ValueError, TypeError, LookupError):
        raise Fault(
            f"销毁清单 {from_file.name} 读不出，或不是本系统所写。没有作任何改动，请换一份完整的清单。"
        ) from None


def destroy_again(destructions: Iterable[Destruction]) -> int:
    """Destroy these keys once more; gives how many an older copy had brought back."""
    again = 0
    for each in destructions:
        rows = SubjectKey.objects.filter(
            owner_kind=each.owner.kind, owner_id=each.owner.id, destroyed_at__isnull=True
        )
        again += rows.update(wrapped=None, destroyed_at=each.at)
    return again


def _line(each: Destruction) -> str:
    content = {"kind": each.owner.kind, "id": str(each.owner.id), "at": each.at.isoformat()}
    return json.dumps({**content, "mac": _mac(content)}) + "\n"


def _destruction(line: str) -> Destruction:
    content = json.loads(line)
    mac = content.pop("mac")
    at = parse_datetime(content["at"])
    if at is None or content["kind"] not in KINDS or not hmac.compare_digest(mac, _mac(content)):
        raise ValueError
    return Destruction(Owner(content["kind"], UUID(content["id"])), at)


def _mac(content: dict[str, str]) -> str:
    said = "|".join(("tongxin destroyed", content["kind"], content["id"], content["at"]))
    return hmac.digest(secrets.read("ledger"), said.encode(), hashlib.sha256).hex()
