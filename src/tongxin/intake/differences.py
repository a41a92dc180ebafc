"""What a later roster says otherwise: both values side by side, for a person to take over or leave."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from tongxin import vault
from tongxin.accounts.models import Division
from tongxin.accounts.viewers import Viewer
from tongxin.intake.difference import CARER, Caring, Difference, differing_carer
from tongxin.intake.lines import from_text
from tongxin.intake.models import Listing
from tongxin.intake.reading import Row
from tongxin.intake.reading.words import words
from tongxin.people.models import Carer, CategorySpan, Child
from tongxin.vault import Sealed

PURPOSE = "roster_compare"
SEX = {"male": "男", "female": "女", "unknown": "未知"}


@dataclass(frozen=True, slots=True)
class Compared:
    """A listed child with everything that differs."""

    listing: Listing
    child: Child
    name: str
    differences: tuple[Difference, ...]

    def answers(self, fields: Iterable[str]) -> dict[str, dict[str, Any]]:
        """By form, the answers that take over the chosen details."""
        wanted = set(fields)
        found: dict[str, dict[str, Any]] = {}
        for each in self.differences:
            if each.answer and each.field in wanted:
                taken = each.answer if each.form == CARER else {each.field: each.answer}
                found.setdefault(each.form, {}).update(taken)
        return found


def compare(listings: Sequence[Listing], *, viewer: Viewer, at: datetime, route: str = "") -> list[Compared]:
    """Children and rows opened by one look."""
    children = {child.id: child for child in Child.objects.filter(id__in=[each.child_id for each in listings])}
    shown = [each for each in listings if each.child_id in children]
    sealed: list[Sealed | None] = []
    for each in shown:
        child = children[each.child_id]
        sealed += [each.content, child.name, child.id_no, child.birth]
    standing = Carer.objects.filter(child_id__in=children, to_on__isnull=True)
    caring = list(standing.select_related("adult").order_by("id"))
    sealed += [value for carer in caring for value in (carer.adult.name, carer.adult.phone)]
    opened = vault.open(sealed, viewer=viewer, purpose=PURPOSE, at=at, route=route)
    rest = opened[len(shown) * 4 :]
    carers: dict[UUID, list[Caring]] = {}
    for at_carer, carer in enumerate(caring):
        name, phone = rest[at_carer * 2 : at_carer * 2 + 2]
        carers.setdefault(carer.child_id, []).append(Caring(carer.relation, name or "", phone or ""))
    spans: dict[UUID, list[str]] = {}
    for child_id, category in CategorySpan.objects.filter(child_id__in=children, end_on__isnull=True).values_list(
        "child_id", "category"
    ):
        spans.setdefault(child_id, []).append(category)
    places = _places(children.values())
    found = []
    for at_row, each in enumerate(shown):
        content, name, id_no, birth = opened[at_row * 4 : at_row * 4 + 4]
        if content is not None:
            child = children[each.child_id]
            stands = {"name": name or "", "id_no": id_no or "", "birth": birth or "", "sex": child.sex}
            stands["categories"] = "、".join(sorted(_category(code) for code in spans.get(child.id, ())))
            stands["residence_division"] = places.get(child.village_id or child.town_id or 0, ("", ""))[0]
            row = from_text(content)
            differing = [*_differences(stands, row), *differing_carer(row, carers.get(child.id, []), at=at)]
            found.append(Compared(each, child, name or "", tuple(differing)))
    return found


def _differences(stands: Mapping[str, str], row: Row) -> list[Difference]:
    said = {
        "name": ("姓名", row.name or ""), "id_no": ("证件号码", row.id_no if row.id_state == "valid" else ""),
        "birth": ("出生日期", row.birth.isoformat() if row.birth else ""), "sex": ("性别", row.sex or ""),
        "residence_division": ("居住村（社区）", row.division_code or ""),
    }
    found = [
        Difference(field, zh, _shown(field, stands[field]), _shown(field, value or ""), value)
        for field, (zh, value) in said.items() if value and value != stands[field]
    ]
    categories = "、".join(sorted(_category(code) for code in row.categories))
    if categories and categories != stands["categories"]:
        found.append(Difference("categories", "困境类别", stands["categories"], categories, [
            {"category": code} for code in row.categories
        ]))
    return found


def _shown(field: str, value: str) -> str:
    if field == "sex":
        return SEX.get(value, value)
    if field == "residence_division" and value:
        place = Division.objects.filter(code=value, valid_to__isnull=True).first()
        return place.name if place else value
    return value


def _category(code: str) -> str:
    return words().category_names.get(code, code)


def _places(children: Iterable[Child]) -> dict[int, tuple[str, str]]:
    ids = {child.village_id or child.town_id for child in children}
    rows = Division.objects.filter(id__in=[each for each in ids if each])
    return {place.pk: (place.code, place.name) for place in rows}


def settle(listing: Listing, *, actor: Viewer, at: datetime) -> None:
    """The difference was taken over or left; it is not shown again."""
    Listing.objects.filter(id=listing.id, settled_at__isnull=True).update(settled_at=at, settled_by=actor.person_id)
