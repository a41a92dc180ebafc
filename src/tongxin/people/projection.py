"""What entries say of a child's identity, carers and categories, written into their tables.

The entries stay the record; these rows are what lists and searches read.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from tongxin import vault
from tongxin.accounts.models import Division
from tongxin.ledger.apart import left_out
from tongxin.lib import ids
from tongxin.people import matching, search
from tongxin.people.models import Adult, Carer, CategorySpan, Child
from tongxin.people.standing import as_day, day_of, month_of
from tongxin.vault import Keyring

SEALED = {
    "name": "name", "id_no": "id_no", "birth": "birth", "phone": "phone", "residence_address": "address",
}


def apply_identity(
    *, child: Child, answers: Mapping[str, Any], at: datetime, keyring: Keyring | None = None
) -> None:
    """Take over what a file or a correction says of who the child is and where the child lives."""
    sealed = {column: answers[name] for name, column in SEALED.items() if answers.get(name)}
    vault.put(child, sealed, keyring=keyring)
    for name in ("sex", "id_kind"):
        if answers.get(name):
            setattr(child, name, answers[name])
    child.birth_month = month_of(answers) or child.birth_month
    county_before = child.county_id
    if division := _division(answers.get("residence_division")):
        for column, value in division.ancestors.items():
            setattr(child, column, value)
    hukou = _division(answers.get("hukou_division"))
    if hukou is not None:
        child.hukou_division_id = hukou.pk
    matching.mark(child=child, answers=answers, at=at, has_moved=child.county_id != county_before)
    child.save()
    if {"name", "id_no", "residence_division"} & answers.keys():
        search.index(child=child, name=answers.get("name"), id_no=answers.get("id_no"), at=at)


def _division(code: object) -> Division | None:
    return Division.objects.filter(code=str(code), valid_to__isnull=True).first() if code else None


def apply_categories(
    *, child: Child, rows: list[Mapping[str, Any]], source: str, entry_id: UUID, at: datetime
) -> None:
    """Make the spans of difficulty equal to what a file says; those no longer named end."""
    open_spans = {span.category: span for span in child.categories.filter(end_on__isnull=True)}
    gone = left_out(child.id, (str(row["category"]) for row in rows))
    for row in (row for row in rows if row["category"] not in gone):
        span = open_spans.pop(row["category"], None)
        if span is None:
            span = CategorySpan(child=child, category=row["category"], source=source, entry_id=entry_id)
        span.start_on = as_day(row.get("start_on")) or span.start_on
        span.end_on = as_day(row.get("end_on"))
        span.save()
    CategorySpan.objects.filter(id__in=[span.id for span in open_spans.values()]).update(end_on=day_of(at))


def add_carer(
    *, child: Child, row: Mapping[str, Any], entry_id: UUID, at: datetime, was_concern: bool = False
) -> Carer:
    """An adult who cares for the child from now on; `was_concern` holds until somebody says otherwise (spine A4)."""
    adult = Adult(id=ids.new_id())
    keys = vault.create_keys([adult.key_owner], at=at)
    words = {name: said for name in ("name", "id_no", "phone") if (said := row.get(f"carer_{name}") or row.get(name))}
    vault.put(adult, words, keyring=keys)
    adult.save(force_insert=True)
    return Carer.objects.create(
        child=child, adult=adult, relation=row.get("relation") or "other", entry_id=entry_id,
        is_guardian=_yes(row.get("is_guardian")), is_entrusted=_yes(row.get("is_entrusted")),
        is_concern=said if (said := _yes(row.get("is_concern"))) is not None else was_concern,
        from_on=as_day(row.get("changed_on")) or day_of(at),
    )


def replace_carers(*, child: Child, rows: list[Mapping[str, Any]], entry_id: UUID, at: datetime) -> None:
    """Make the carers equal to what a file says: those before end, those named begin."""
    concerns = end_carers(child=child, at=at)
    for row in rows:
        is_same = (row.get("relation") or "other") in concerns
        add_carer(child=child, row=row, entry_id=entry_id, at=at, was_concern=is_same)


def end_carers(*, child: Child, at: datetime, relation: str | None = None) -> frozenset[str]:
    """The carers of now, or those in one relation, end; the relations of those who were a concern."""
    ending = child.carers.filter(to_on__isnull=True)
    if relation is not None:
        ending = ending.filter(relation=relation)
    known = list(ending)
    Carer.objects.filter(id__in=[each.id for each in known]).update(to_on=day_of(at))
    return frozenset(each.relation for each in known if each.is_concern)


def _yes(value: object) -> bool | None:
    return {"yes": True, "no": False}.get(str(value))
