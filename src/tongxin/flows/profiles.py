"""What a child's profile says now, by the names under which forms change it."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from tongxin import vault
from tongxin.accounts.models import Division
from tongxin.accounts.viewers import Viewer
from tongxin.people.models import Carer, CategorySpan, Child
from tongxin.vault import Sealed

SEALED = {"name": "name", "id_no": "id_no", "birth": "birth", "phone": "phone", "residence_address": "address"}
PURPOSE = "profile"
# Who may read what: by the part of the file that the forms which own these belong to.
PARTS = {"carers": "family", "siblings": "family"}
IDENTITY = "identity"


def profiles_of(
    children: Iterable[Child], *, viewer: Viewer, at: datetime, route: str = "", carers: Sequence[Carer] | None = None
) -> dict[UUID, dict[str, Any]]:
    """The present values of some children's profiles, opened as one look."""
    rows = list(children)
    carers = carers_of(rows) if carers is None else list(carers)
    wanted: list[Sealed | None] = [getattr(child, column) for child in rows for column in SEALED.values()]
    wanted += [word for each in carers for word in (each.adult.name, each.adult.phone)]
    words = iter(vault.open(wanted, viewer=viewer, purpose=PURPOSE, part=IDENTITY, route=route, at=at))
    found: dict[UUID, dict[str, Any]] = {
        child.id: {name: next(words) or "" for name in SEALED} for child in rows
    }
    codes = _codes(rows)
    for child in rows:
        found[child.id] |= {
            "id_kind": child.id_kind, "sex": child.sex, "state": child.state, "categories": [], "carers": [],
            "siblings": [],
            "residence_division": codes.get(child.village_id or child.town_id or 0, ""),
            "hukou_division": codes.get(child.hukou_division_id or 0, ""),
        }
    for each in carers:
        found[each.child_id]["carers"].append(
            {"relation": each.relation, "name": next(words) or "", "phone": next(words) or ""}
        )
    for child_id, category in _categories(rows):
        found[child_id]["categories"].append(category)
    for child_id, file_nos in _siblings(rows).items():
        found[child_id]["siblings"] = file_nos
    return found


def readable(profile: Mapping[str, Any], parts: Iterable[str]) -> dict[str, Any]:
    """Of a profile what somebody may read who reads these parts of the file."""
    known = set(parts)
    return {name: value for name, value in profile.items() if PARTS.get(name, IDENTITY) in known}


def carers_of(rows: list[Child]) -> list[Carer]:
    """Who cares for some children now, in the order in which profiles name them."""
    found = Carer.objects.filter(child__in=rows, to_on__isnull=True).select_related("adult")
    return list(found.order_by("child_id", "relation", "id"))


def _codes(rows: list[Child]) -> dict[int, str]:
    places = {place for child in rows for place in (child.village_id, child.town_id, child.hukou_division_id) if place}
    return dict(Division.objects.filter(id__in=places).values_list("id", "code"))


def _categories(rows: list[Child]) -> Iterable[tuple[UUID, str]]:
    spans = CategorySpan.objects.filter(child__in=rows, end_on__isnull=True).order_by("child_id", "category")
    return spans.values_list("child_id", "category")


def _siblings(rows: list[Child]) -> dict[UUID, list[str]]:
    homes = {child.household_id for child in rows if child.household_id}
    there: dict[UUID, list[tuple[UUID, str]]] = {}
    for home, child_id, file_no in Child.objects.filter(household__in=homes).values_list(
        "household_id", "id", "file_no"
    ):
        there.setdefault(home, []).append((child_id, file_no))
    return {
        child.id: sorted(no for other, no in there.get(child.household_id, ()) if other != child.id)
        for child in rows if child.household_id
    }
