"""Taking an entry back, and moving it to the child it is really about (spine A8)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from tongxin.accounts.viewers import Viewer
from tongxin.flows.record import Recorded, Sheet, record
from tongxin.ledger.models import Entry
from tongxin.lib import ids

# Why somebody takes an entry back, as codes: a reason in words could not stand in clear.
REASONS = {
    "twice": "重复填写", "mistaken": "内容有误，重新核实后另填", "not_happened": "事情没有发生",
    "no_basis": "没有取得同意或依据",
}


def retract(*, entry: Entry, reason: str, actor: Viewer, at: datetime) -> Recorded:
    """A further entry that takes this one back; alarms and grades it raised stay as they are."""
    return _withdraw(entry, kind="retract", about=reason, actor=actor, at=at)


def move(
    *, entry: Entry, answers: Mapping[str, Any], to_child_id: UUID, actor: Viewer, at: datetime
) -> Recorded:
    """The same form on record about another child, and withdrawn here; both or neither."""
    moved_id = ids.new_id()
    with transaction.atomic():
        sheet = Sheet(
            entry_id=moved_id, form_id=str(entry.clear["form"]), answers=answers, occurred_at=entry.occurred_at,
            device=entry.device,
        )
        moved = record(child_id=to_child_id, sheet=sheet, actor=actor, at=at)
        _withdraw(entry, kind="moved", about=str(moved_id), actor=actor, at=at)
    return moved


def _withdraw(entry: Entry, *, kind: str, about: str, actor: Viewer, at: datetime) -> Recorded:
    sheet = Sheet(
        entry_id=ids.new_id(), form_id=str(entry.clear["form"]), answers={}, occurred_at=at,
        supersedes=entry.id, correction_kind=kind, about=about,
    )
    return record(child_id=entry.subject_id, sheet=sheet, actor=actor, at=at)
