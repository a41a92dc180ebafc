"""Writes about children: opening a file, and taking over what entries say."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from tongxin import vault
from tongxin.accounts.viewers import Viewer
from tongxin.lib import ids
from tongxin.people import projection
from tongxin.people.homes import join_household, leave_household, undo
from tongxin.people.models import Child
from tongxin.vault import Owner


def open_file(*, actor: Viewer, at: datetime, child_id: UUID | None = None) -> Child:
    """A child with a key and a file number; the first entry says who it is."""
    del actor
    child_id = child_id or ids.new_id()
    vault.create_keys([Owner("child", child_id)], at=at)
    child = Child(id=child_id, file_no=file_number(child_id), created_at=at)
    child.save(force_insert=True)
    return child


def file_number(child_id: UUID) -> str:
    """A number that a person can read out, and that tells nothing about the child."""
    letters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
    value, text = child_id.int & ((1 << 50) - 1), ""
    for _ in range(10):
        value, digit = divmod(value, 32)
        text = letters[digit] + text
    return f"T{text[:5]}-{text[5:]}"


def apply(*, child: Child, kind: str, answers: Mapping[str, Any], entry_id: UUID, at: datetime) -> None:
    """Take over what one entry says about the child's identity, carers, categories and situation."""
    if kind in {"case_file", "registration", "detail_correction"}:
        projection.apply_identity(child=child, answers=answers, at=at)
        if "categories" in answers:
            projection.apply_categories(
                child=child, rows=answers["categories"], source=str(answers.get("source") or kind), entry_id=entry_id,
                at=at,
            )
    if kind in {"case_file", "registration"} and "carers" in answers:
        projection.replace_carers(child=child, rows=answers["carers"], entry_id=entry_id, at=at)
    if kind == "carer_change":
        _change_carer(child=child, answers=answers, entry_id=entry_id, at=at)


def _change_carer(*, child: Child, answers: Mapping[str, Any], entry_id: UUID, at: datetime) -> None:
    was_concern = False
    if answers.get("event") in {"ends", "changes"}:
        was_concern = bool(projection.end_carers(child=child, at=at, relation=answers.get("relation") or "other"))
    if answers.get("event") != "ends":
        projection.add_carer(child=child, row=answers, entry_id=entry_id, at=at, was_concern=was_concern)


__all__ = ["apply", "file_number", "join_household", "leave_household", "open_file", "undo"]
