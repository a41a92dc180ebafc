"""What a viewer may see: a list narrowed, one record decided by the same query, a page merged."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from heapq import merge
from itertools import islice
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import DateTimeField, Field, Model, Q, QuerySet, UUIDField

from tongxin.access.branches import LIKE, Likeness, anybody_like, branches, child_column, shape_of
from tongxin.access.places import child_places
from tongxin.accounts.viewers import Seat, Viewer
from tongxin.core.access import AccessRules
from tongxin.lib import prepared, together
from tongxin.lib.rows import RowGreater
from tongxin.rulebook import rules

Row = TypeVar("Row", bound=Model)
READ = "read"
FIELDS: Mapping[str, Field[Any, Any]] = {"child": UUIDField(), "moment": DateTimeField()}


def visible(
    queryset: QuerySet[Row], *, viewer: Viewer, part: str, action: str = READ, at: datetime
) -> QuerySet[Row]:
    """The rows of a queryset that a viewer may see; only TRUE admits."""
    return _admitted(queryset, branches(queryset.model, viewer=viewer, part=part, action=action, at=at))


def _admitted(queryset: QuerySet[Row], conditions: Sequence[Q]) -> QuerySet[Row]:
    if not conditions:
        return queryset.none()
    admitted = conditions[0]
    for condition in conditions[1:]:
        admitted |= condition
    return queryset.filter(admitted)


def may(*, viewer: Viewer, child_id: UUID, part: str, action: str = READ, at: datetime) -> bool:
    """Whether a viewer may: the list query with its primary key, so the two can't disagree (B7)."""
    return together.known(
        ("may", viewer, part, action, at, child_id),
        lambda: _may(viewer=viewer, child_id=child_id, part=part, action=action, at=at),
    )


def may_without(*, viewer: Viewer, child_id: UUID, part: str, relation: str, at: datetime) -> bool:
    """Whether a viewer may read a part for another reason than one relation: so whoever has only that reads less."""
    found = rules.access_rules(at=at)
    others = replace(found, grants=tuple(each for each in found.grants if each.relation != relation))
    admits = branches(child_places().model, viewer=viewer, part=part, action=READ, at=at, rule_set=others)
    return _admitted(child_places(), admits).filter(pk=child_id).exists()


def may_ahead(*, viewer: Viewer, children: Sequence[UUID], part: str, action: str, at: datetime) -> None:
    """`may` of all children that pieces done together are about: the list query with their keys."""
    if together.known(("may", viewer, part, action, at), bool):
        return
    if len(children) == 1:
        (only,) = children
        question = ("may", viewer, part, action, at, only)
        together.learn(question, _may(viewer=viewer, child_id=only, part=part, action=action, at=at))
        return
    rows = visible(child_places().filter(pk__in=children), viewer=viewer, part=part, action=action, at=at)
    admitted = set(rows.values_list("pk", flat=True))
    together.learn(("may", viewer, part, action, at), True)
    for child_id in children:
        together.learn(("may", viewer, part, action, at, child_id), child_id in admitted)


def _may(*, viewer: Viewer, child_id: UUID, part: str, action: str, at: datetime) -> bool:
    return child_if_visible(viewer=viewer, child_id=child_id, part=part, action=action, at=at) is not None


def child_if_visible(*, viewer: Viewer, child_id: UUID, part: str, action: str = READ, at: datetime) -> Any | None:
    """The child's row if a viewer may see it, asked once while a page is read."""
    if like := anybody_like(viewer, at=at):
        return _child_like(like, viewer.seats[0], child_id=child_id, part=part, action=action, at=at)

    def build(child: Any, moment: Any) -> QuerySet[Any]:
        conditions = branches(child_places().model, viewer=viewer, part=part, action=action, at=at, moment=moment)
        return _admitted(child_places(), conditions).filter(pk=child)

    shape = ("child", shape_of(viewer=viewer, at=at), part, action)
    rows = prepared.ask(shape, build, FIELDS, {"child": child_id, "moment": at})
    return rows[0] if rows else None


def _child_like(like: Likeness, seat: Seat, *, child_id: UUID, part: str, action: str, at: datetime) -> Any | None:
    """As asked for every viewer of this likeness, by one statement."""
    def build(child: Any, moment: Any, **own: Any) -> QuerySet[Any]:
        conditions = branches(
            child_places().model, viewer=like.viewer(seat, own), part=part, action=action, at=at, moment=moment,
            kinds=like.kinds,
        )
        return _admitted(child_places(), conditions).filter(pk=child)

    values = {**like.values, "child": child_id, "moment": at}
    rows = prepared.ask(("child like", like.shape, part, action), build, {**FIELDS, **LIKE}, values)
    return rows[0] if rows else None


def may_do(*, viewer: Viewer, action: str, at: datetime) -> bool:
    """Whether one of the viewer's posts allows something that concerns no single child."""
    found = rules.access_rules(at=at)
    return viewer.is_worker or any(found.may_do(role=role, action=action) for role in viewer.roles)


def may_record(*, viewer: Viewer, form_id: str, at: datetime) -> bool:
    """Whether one of the viewer's roles records that form about some child; about which, `may` decides."""
    found = rules.access_rules(at=at)
    return any(form_id in grant.records and grant.roles & viewer.roles for grant in found.grants)


def reads(*, viewer: Viewer, part: str, at: datetime) -> bool:
    """Whether one of the viewer's roles reads that part of some file; of whose, `may` decides."""
    return viewer.is_worker or bool(_grounds(rules.access_rules(at=at), viewer, part, READ))


def sees_psychology(*, viewer: Viewer, at: datetime) -> bool:
    """Whether a viewer's roles are entitled to colours and psychological content (A11)."""
    return viewer.is_worker or bool(viewer.roles & rules.access_rules(at=at).with_psychology)


def sees_listed_names(*, viewer: Viewer, at: datetime) -> bool:
    """Whether one of the viewer's roles needs the names of children in lists, and not only in the file it opens."""
    return viewer.is_worker or bool(viewer.roles - rules.access_rules(at=at).without_listed_names)


def parts_of(*, viewer: Viewer, child_id: UUID, at: datetime) -> frozenset[str]:
    """The parts of one child's file that a viewer may read."""
    parts = rules.access_rules(at=at).parts
    admitted = allowed(viewer=viewer, child_id=child_id, asks=[(part, READ) for part in parts], at=at)
    return frozenset(part for part, _ in admitted)


def allowed(
    *, viewer: Viewer, child_id: UUID, asks: Iterable[tuple[str, str]], at: datetime
) -> frozenset[tuple[str, str]]:
    """Which of many (part, action) a viewer may about one child; asks with the same grounds share a query."""
    found = rules.access_rules(at=at)
    by_grounds: dict[frozenset[tuple[UUID, str]], list[tuple[str, str]]] = {}
    for part, action in asks:
        by_grounds.setdefault(_grounds(found, viewer, part, action), []).append((part, action))
    return frozenset(
        ask
        for grounds, same in by_grounds.items()
        if (grounds or viewer.is_worker)
        and may(viewer=viewer, child_id=child_id, part=same[0][0], action=same[0][1], at=at)
        for ask in same
    )


def visible_parts(
    queryset: QuerySet[Row], *, viewer: Viewer, parts: Iterable[str], at: datetime, shown_as: str = "",
    keys: Iterable[Any] = (),
) -> dict[str, frozenset[Any]]:
    """The keys of the rows that a viewer may read, part by part; parts with the same grounds share a query.

    Rows with `keys` that were already shown as one part need no query where another has all its grounds.
    """
    found = rules.access_rules(at=at)
    known: dict[frozenset[tuple[UUID, str]], frozenset[Any]] = {}
    readable: dict[str, frozenset[Any]] = {}
    before = _grounds(found, viewer, shown_as, READ) if shown_as else frozenset()
    for part in parts:
        grounds = _grounds(found, viewer, part, READ)
        if before and before <= grounds:
            readable[part] = frozenset(keys)
            continue
        if grounds not in known:
            rows = visible(queryset, viewer=viewer, part=part, at=at)
            known[grounds] = frozenset(rows.values_list("pk", flat=True))
        readable[part] = known[grounds]
    return readable


def _grounds(found: AccessRules, viewer: Viewer, part: str, action: str) -> frozenset[tuple[UUID, str]]:
    return frozenset(
        (seat.post_id, relation)
        for seat in viewer.seats
        for relation in found.relations(role=seat.role, part=part, action=action)
    )


def page(
    queryset: QuerySet[Row], *, viewer: Viewer, part: str, at: datetime, order: Sequence[str],
    after: Sequence[Any] | None = None, limit: int = 25, action: str = READ, shape: str = "",
) -> list[Row]:
    """The next rows in a key order: one ordered, limited query per branch, merged without repeats.

    `shape` names a queryset that is the same each time, so that its first page's statements are made once.
    """
    def conditions(moment: Any = None) -> list[Q]:
        return branches(queryset.model, viewer=viewer, part=part, action=action, at=at, moment=moment)

    if shape and after is None:
        key = ("page", shape, shape_of(viewer=viewer, at=at), part, action, tuple(order), limit)
        runs = [
            prepared.ask(
                (*key, number),
                lambda moment, number=number: queryset.filter(conditions(moment)[number]).order_by(*order)[:limit],
                {"moment": FIELDS["moment"]}, {"moment": at},
            )
            for number in range(len(conditions()))
        ]
    else:
        runs = [_run(queryset, condition, order, after, limit) for condition in conditions()]
    seen: set[Any] = set()
    rows: list[Row] = []
    for row in merge(*runs, key=lambda row: _key(row, order)):
        if row.pk not in seen:
            seen.add(row.pk)
            rows.append(row)
    return list(islice(rows, limit))


def _run(
    queryset: QuerySet[Row], condition: Q, order: Sequence[str], after: Sequence[Any] | None, limit: int
) -> list[Row]:
    rows = queryset.filter(condition).order_by(*order)
    if after is not None:
        rows = rows.filter(RowGreater(order, list(after)))
    return list(rows[:limit])


def _key(row: Model, order: Sequence[str]) -> tuple[Any, ...]:
    return tuple(getattr(row, name) for name in order)


__all__ = [
    "allowed", "child_column", "child_if_visible", "may", "may_do", "may_record", "page", "parts_of", "reads",
    "sees_listed_names", "sees_psychology", "visible", "visible_parts",
]
