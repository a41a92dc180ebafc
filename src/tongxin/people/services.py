"""Writes about children: opening a file, and taking over what entries say."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from tongxin import vault
from tongxin.accounts.models import places_of
from tongxin.accounts.viewers import Viewer
from tongxin.lib import ids
from tongxin.people import projection
from tongxin.people.models import Child, Household
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
    if kind in {"case_file", "registration"}:
        if "categories" in answers:
            source = str(answers.get("source") or kind)
            projection.apply_categories(child=child, rows=answers["categories"], source=source, entry_id=entry_id)
        if "carers" in answers:
            projection.replace_carers(child=child, rows=answers["carers"], entry_id=entry_id, at=at)
    if kind == "carer_change":
        _change_carer(child=child, answers=answers, entry_id=entry_id, at=at)


def _change_carer(*, child: Child, answers: Mapping[str, Any], entry_id: UUID, at: datetime) -> None:
    if answers.get("event") in {"ends"}:
        same = child.carers.filter(to_on__isnull=True, relation=answers.get("relation") or "")
        same.update(to_on=at.date())
        return
    projection.add_carer(child=child, row=answers, entry_id=entry_id, at=at)


def leave_household(*, child: Child, actor: Viewer, at: datetime) -> None:
    """The child no longer lives in the household it was in; that it did stays on record."""
    del actor
    child.memberships.filter(to_on__isnull=True).update(to_on=at.date())
    child.household = None
    child.save(update_fields=["household"])


def join_household(
    *, children: list[Child], actor: Viewer, at: datetime, household: Household | None = None
) -> Household:
    """One household for children who live together; whoever was in another leaves it."""
    del actor
    first = children[0]
    if household is None:
        household = Household(id=ids.new_id(), created_at=at)
        vault.create_keys([household.key_owner], at=at)
        for column, place in places_of(first).items():
            setattr(household, column, place)
        household.save(force_insert=True)
    for child in children:
        child.memberships.filter(to_on__isnull=True).exclude(household=household).update(to_on=at.date())
        if child.household_id != household.id:
            household.memberships.create(child=child, from_on=at.date())
            child.household = household
            child.save(update_fields=["household"])
    return household
