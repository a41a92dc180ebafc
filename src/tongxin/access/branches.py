"""Access rules brought to disjunctive form: one condition per relation, with the viewer's posts as literals."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db.models import BigIntegerField, Exists, Field, Model, OuterRef, Q, QuerySet, UUIDField

from tongxin.access import relations
from tongxin.access.models import Relation
from tongxin.access.places import child_places
from tongxin.accounts.models import LEVELS
from tongxin.accounts.viewers import Seat, Viewer, held
from tongxin.core.access import AccessRules
from tongxin.lib import steady
from tongxin.rulebook import rules

BY_RELATION = {
    "own_case": Relation.OWN_CASE,
    "referred": Relation.REFERRED, "department_task": Relation.DEPARTMENT_TASK, "teaches": Relation.TEACHES,
    "screened": Relation.SCREENED, "broke_glass": Relation.BROKE_GLASS, "transferred": "transferred",
    "archived": Relation.ARCHIVED, "counsels": Relation.COUNSELS, **{name: name for name in relations.SHOWN},
}


@dataclass(frozen=True, slots=True)
class Likeness:
    """What viewers with one post of the same role have in common, and what is one viewer's own."""

    shape: Hashable
    kinds: frozenset[str]
    values: Mapping[str, Any]

    def viewer(self, seat: Seat, slots: Mapping[str, Any]) -> Viewer:
        """The viewer whose own values are slots."""
        own = {"post_id": slots["post"], "organisation_id": slots["body"], "division_id": slots["place"]}
        return Viewer(person_id=slots["person"], seats=(replace(seat, title="", **own),))


LIKE: Mapping[str, Field[Any, Any]] = {
    "person": UUIDField(), "post": UUIDField(), "body": BigIntegerField(), "place": BigIntegerField(),
}


def child_column(model: type[Model]) -> str:
    """The column of a model that names the child it is about."""
    label = model._meta.label
    if label in {"people.Child", "cases.Case"}:
        return "id"
    if label in {"ledger.Entry", "ledger.Event"}:
        return "subject_id"
    names = {field.attname for field in model._meta.concrete_fields}
    return "child_id" if "child_id" in names else "case_id"


def branches(
    model: type[Model], *, viewer: Viewer, part: str, action: str, at: datetime, rule_set: AccessRules | None = None,
    moment: Any = None, kinds: frozenset[str] | None = None,
) -> list[Q]:
    """The conditions that admit a viewer, to be joined by OR or asked one by one; empty admits nobody.

    `moment` stands for `at` in the statement, where that is prepared for many moments; `kinds` are the relations
    in which the viewer stands to anybody, where they are known.
    """
    moment = at if moment is None else moment
    if viewer.is_worker:
        return [Q()]
    kinds = _kinds(viewer, at) if kinds is None else kinds
    found = rule_set or rules.access_rules(at=at)
    conditions: list[Q] = []
    places: dict[str, set[int]] = {}
    related: dict[str, list[Q]] = {}
    for seat in viewer.seats:
        for relation in found.relations(role=seat.role, part=part, action=action):
            if relation == "in_area":
                # No child is in the area of a post of the nation, whatever it were granted.
                if seat.division_level in LEVELS:
                    places.setdefault(f"{seat.division_level}_id", set()).add(seat.division_id)
            else:
                related.setdefault(relation, []).append(
                    Q(post_id=seat.post_id) | Q(organisation_id=seat.organisation_id) | Q(person_id=viewer.person_id)
                )
    columns = {field.attname for field in model._meta.concrete_fields}
    for column, ids in sorted(places.items()):
        conditions.append(_in_place(model, column, sorted(ids), has_columns="county_id" in columns))
    conditions += [
        _through(model, relation, whom, moment)
        for relation, whom in sorted(related.items()) if BY_RELATION[relation] in kinds
    ]
    if not conditions:
        return []
    bar = _not_recused(model, viewer, moment) if Relation.RECUSED in kinds else Q()
    return [condition & bar for condition in conditions]


def anybody_like(viewer: Viewer, *, at: datetime) -> Likeness | None:
    """A viewer with slots in place of their person, post and place, for one statement that serves all alike.

    None for whoever sits in several posts or in none: their conditions have another form.
    """
    if viewer.is_worker or viewer.person_id is None or len(viewer.seats) != 1:
        return None
    (seat,) = viewer.seats
    resolved, kinds = rules.resolve("access", "access", at=at), _kinds(viewer, at)
    values = {"person": viewer.person_id, "post": seat.post_id, "body": seat.organisation_id, "place": seat.division_id}
    return Likeness((resolved.hash, seat.role, seat.division_level, kinds), kinds, values)


def shape_of(*, viewer: Viewer, at: datetime) -> Hashable:
    """All that the conditions for a viewer depend on beside part, action and moment."""
    resolved = rules.resolve("access", "access", at=at)
    return (resolved.hash, viewer, frozenset() if viewer.is_worker else _kinds(viewer, at))


def _kinds(viewer: Viewer, at: datetime) -> frozenset[str]:
    """The relations in which a viewer stands to any child at all; a branch for another would admit nobody."""
    return steady.lasting(("relations", viewer, at), lambda: relations.kinds_of(viewer=viewer, at=at))


def _in_place(model: type[Model], column: str, ids: list[int], *, has_columns: bool) -> Q:
    value: dict[str, Any] = {column: ids[0]} if len(ids) == 1 else {f"{column}__in": ids}
    if has_columns:
        return Q(**value)
    return Q(Exists(child_places().filter(pk=OuterRef(child_column(model)), **value)))


def _through(model: type[Model], relation: str, whom: list[Q], at: Any) -> Q:
    anyone = Q()
    for each in whom:
        anyone |= each
    rows = _in_force(at).filter(anyone, relation=BY_RELATION[relation])
    return Q(**{f"{child_column(model)}__in": rows.values("child_id")})


def _not_recused(model: type[Model], viewer: Viewer, at: Any) -> Q:
    """A relative or an accused sees nothing of the child (A10); NOT EXISTS is never NULL (B7)."""
    people: dict[str, Any] = {"person_id__in": sorted(viewer.people)} if viewer.stands_for else {
        "person_id": viewer.person_id
    }
    mine = _in_force(at).filter(relation=Relation.RECUSED, **people)
    return Q(~Exists(mine.filter(child_id=OuterRef(child_column(model)))))


def _in_force(at: Any) -> QuerySet[Relation]:
    return Relation.objects.filter(held(at))
