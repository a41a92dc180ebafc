"""A child's rows made equal to all entries in force, after one of them was corrected or taken back (spine A8)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from tongxin import vault
from tongxin.accounts.models import Division
from tongxin.people import matching, search
from tongxin.people.models import Adult, Carer, CategorySpan, Child
from tongxin.people.projection import SEALED, add_carer
from tongxin.people.standing import CarerTime, CategoryTime, Said, Standing, standing_of

PLAIN = {"sex": "unknown", "id_kind": "resident_id"}


def apply_again(*, child: Child, said: Sequence[Said], place: Division | None, at: datetime) -> None:
    """Write what these entries say together; `place` is where the child lives by them."""
    standing = standing_of(said)
    _apply_identity(child, standing.identity, place, at)
    _apply_carers(child, standing.carers, at)
    _apply_categories(child, standing.categories)


def _apply_identity(child: Child, identity: Mapping[str, Any], place: Division | None, at: datetime) -> None:
    vault.put(child, {column: identity.get(name) for name, column in SEALED.items()})
    for column, value in plain_of(identity).items():
        setattr(child, column, value)
    for column, value in (place.ancestors if place else {}).items():
        setattr(child, column, value)
    hukou = Division.objects.filter(code=str(identity.get("hukou_division")), valid_to__isnull=True).first()
    child.hukou_division_id = hukou.pk if hukou else None
    matching.mark(child=child, answers=identity, at=at, has_moved=True)
    child.save()
    search.index(child=child, name=identity.get("name"), id_no=identity.get("id_no"), at=at)


def plain_of(identity: Mapping[str, Any]) -> dict[str, Any]:
    """The clear columns that say who the child is."""
    return {"birth_month": identity.get("month"), **{name: identity.get(name) or rest for name, rest in PLAIN.items()}}


def _apply_carers(child: Child, wanted: Sequence[CarerTime], at: datetime) -> None:
    """Rows stay with the entry they came from, in its order; who was never a carer is no adult of ours either."""
    rows: dict[UUID | None, list[Carer]] = {}
    for row in child.carers.select_related("adult").order_by("id"):
        rows.setdefault(row.entry_id, []).append(row)
    for each in wanted:
        known = rows.get(each.entry_id) or [add_carer(child=child, row=each.row, entry_id=each.entry_id, at=at)]
        row = known[0]
        rows[each.entry_id] = known[1:]
        Carer.objects.filter(id=row.id).update(from_on=each.from_on, to_on=each.to_on)
    for row in (row for entry, left in rows.items() if entry is not None for row in left):
        row.delete()
        others = row.adult.cares_for.exists() or Adult.objects.filter(id=row.adult_id, memberships__isnull=False)
        if not others:
            row.adult.delete()


def _apply_categories(child: Child, wanted: Sequence[CategoryTime]) -> None:
    child.categories.all().delete()
    CategorySpan.objects.bulk_create([
        CategorySpan(
            child=child, category=each.category, source=each.source, entry_id=each.entry_id, start_on=each.start_on,
            end_on=each.end_on,
        )
        for each in wanted
    ])


def differing(
    *, child: Child, said: Sequence[Said], place: Division | None, viewer: vault.Viewer, at: datetime
) -> list[str]:
    """The names of what the rows hold that the entries in force don't give."""
    standing = standing_of(said)
    columns = list(SEALED.values())
    words = vault.open([getattr(child, each) for each in columns], viewer=viewer, purpose="rebuild", at=at)
    stored = dict(zip(columns, words, strict=True)) | {name: getattr(child, name) for name in ("birth_month", *PLAIN)}
    wanted = {column: standing.identity.get(name) for name, column in SEALED.items()} | plain_of(standing.identity)
    found = [name for name, value in wanted.items() if (stored[name] or None) != (value or None)]
    if place and {name: getattr(child, name) for name in place.ancestors} != dict(place.ancestors):
        found.append("place")
    return [*found, *_differing_rows(child, standing)]


def _differing_rows(child: Child, standing: Standing) -> list[str]:
    rows = child.carers.filter(entry_id__isnull=False)
    carers = [(each.entry_id, each.relation, each.to_on is None) for each in rows]
    wanted = [(each.entry_id, each.row.get("relation") or "other", each.to_on is None) for each in standing.carers]
    spans = [(each.entry_id, each.category, each.end_on is None) for each in child.categories.all()]
    named = [(each.entry_id, each.category, each.end_on is None) for each in standing.categories]
    pairs = (("carers", carers, wanted), ("categories", spans, named))
    return [name for name, stored, given in pairs if sorted(map(str, stored)) != sorted(map(str, given))]
