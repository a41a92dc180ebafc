"""A child's attachments as they leave for another installation, and as they come from one."""

import base64
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from tongxin import vault
from tongxin.accounts.viewers import Viewer
from tongxin.documents import store
from tongxin.documents.models import CONTENT, Attachment
from tongxin.people.models import Child

LABEL = Attachment._meta.label_lower
PURPOSE = "hand_over"
PLAIN = ("number", "kind", "part", "media_type")


@dataclass(frozen=True, slots=True)
class Missing:
    """An attachment whose bytes are not where they should be; it can't be handed over."""

    number: int


def carry_out(child: Child, *, viewer: Viewer, at: datetime) -> tuple[list[dict[str, Any]], list[Missing]]:
    """All attachments that stand, with their bytes, recorded as one look; and those that can't be read."""
    rows = list(Attachment.objects.filter(child_id=child.id, retracted_at__isnull=True).order_by("number"))
    words = vault.open(
        [word for row in rows for word in (row.title, row.file_name)], viewer=viewer, purpose=PURPOSE, at=at,
        part="attachments",
    )
    stored = [(row, store.read(row.id)) for row in rows]
    there = [(row, content) for row, content in stored if content is not None]
    contents = dict(zip(
        (row.id for row, _ in there),
        vault.open_bytes(
            [row.sealed(content) for row, content in there], viewer=viewer, purpose=PURPOSE, at=at, part="attachments"
        ),
        strict=True,
    ))
    carried = []
    for at_row, row in enumerate(rows):
        content = contents.get(row.id)
        if content is None:
            continue
        carried.append({name: getattr(row, name) for name in PLAIN} | {
            "id": str(row.id), "entry": str(row.entry_id) if row.entry_id else None,
            "title": words[2 * at_row], "file_name": words[2 * at_row + 1], "added_at": row.added_at.isoformat(),
            "content": base64.b64encode(content).decode(),
        })
    return carried, [Missing(row.number) for row in rows if row.id not in contents]


def take_in(child: Child, rows: Iterable[Mapping[str, Any]]) -> int:
    """Keep attachments that came, under the child's key here; one that is there already stays as it is."""
    known = set(Attachment.everything.filter(child_id=child.id).values_list("id", flat=True))
    fresh = [row for row in rows if UUID(row["id"]) not in known]
    keys = vault.keyring([child.key_owner])
    for number, given in enumerate(fresh, start=len(known) + 1):
        content = base64.b64decode(given["content"], validate=True)
        row = Attachment(
            id=UUID(given["id"]), child_id=child.id, entry_id=UUID(given["entry"]) if given["entry"] else None,
            number=number, kind=str(given["kind"]), part=str(given["part"]), media_type=str(given["media_type"]),
            size=len(content), added_at=datetime.fromisoformat(given["added_at"]),
            digest=vault.digest_many([(content, child.key_owner)], keyring=keys)[0],
        )
        vault.put(row, {"file_name": str(given["file_name"] or ""), "title": given["title"] or None}, keyring=keys)
        sealed = vault.seal(content, owner=child.key_owner, place=(LABEL, CONTENT, row.id), keyring=keys)
        _write(row.id, sealed)
        row.save(force_insert=True)
    return len(fresh)


def _write(id: UUID, sealed: bytes) -> None:
    """The bytes of an acceptance that was taken back later may lie there still: nobody has a row for them."""
    store.remove(id)
    store.write(id, sealed)
