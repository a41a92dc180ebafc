"""Definitions by their hashes: as they go with a child's file, and as they come and are kept for reading it."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from tongxin.lib.definitions import hash_of
from tongxin.lib.faults import Fault
from tongxin.rulebook.models import DefinitionVersion

# No place has this code: what is kept under it names what was, and holds nowhere.
ELSEWHERE = "elsewhere"
CHANGED = "文件里的规则与它的编号对不上，可能被改动过。没有接收，请让对方重新制作。"


def carried(hashes: Iterable[str]) -> dict[str, dict[str, Any]]:
    """The definitions that these hashes name, once each."""
    rows = DefinitionVersion.objects.filter(hash__in=list(hashes)).order_by("id")
    return {
        row.hash: {"kind": row.kind, "id": row.definition_id, "content": row.content, "source": row.source}
        for row in rows
    }


def keep(given: Mapping[str, Mapping[str, Any]], *, at: datetime) -> int:
    """Keep those that aren't known here, so that what was made with them can be read; they come into force nowhere."""
    known = set(DefinitionVersion.objects.filter(hash__in=list(given)).values_list("hash", flat=True))
    fresh = {hash: each for hash, each in given.items() if hash not in known}
    if any(hash_of(each["content"]) != hash for hash, each in fresh.items()):
        raise Fault(CHANGED)
    DefinitionVersion.objects.bulk_create([
        DefinitionVersion(
            hash=hash, kind=str(each["kind"])[:24], definition_id=str(each["id"])[:60], region=ELSEWHERE,
            valid_from=date(1, 1, 1), adopted_at=at, content=each["content"], source=str(each["source"]),
        )
        for hash, each in fresh.items()
    ])
    return len(fresh)
