"""Who stands in which relation to a child, from–to: let in, barred, and no longer either."""

from collections.abc import Iterable, Mapping, Sequence, Set
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import DateTimeField, UUIDField

from tongxin.access.models import Relation
from tongxin.accounts.viewers import Viewer, held
from tongxin.lib import together
from tongxin.lib.prepared import Prepared

# What a referral shows of a file beside its own sheet: one relation for each part.
SEES = "sees_"
SHOWN = ("sees_identity", "sees_identification", "sees_psychological", "sees_crisis")
KINDS = (
    *SHOWN, Relation.OWN_CASE, Relation.REFERRED, Relation.DEPARTMENT_TASK, Relation.TEACHES, Relation.SCREENED,
    Relation.BROKE_GLASS, Relation.RECUSED, Relation.ARCHIVED, Relation.COUNSELS, "transferred",
)

BARRED = Prepared(
    lambda child, at: Relation.objects.filter(held(at), child_id=child, relation=Relation.RECUSED)
    .values_list("person_id", flat=True),
    child=UUIDField(), at=DateTimeField(),
)


def recused_from(*, child_id: UUID, at: datetime) -> frozenset[UUID]:
    """The people who are barred from one child at a moment: relatives, and whoever is accused (spine A10)."""
    return frozenset(person for person in BARRED.rows(child=child_id, at=at) if person is not None)


def read_ahead(children: Sequence[UUID], *, at: datetime) -> None:
    """Who is barred from the children that pieces done together are about."""
    found: dict[UUID, list[UUID | None]] = {each: [] for each in children}
    rows = Relation.objects.filter(held(at), child_id__in=children, relation=Relation.RECUSED)
    for child, person in rows.values_list("child_id", "person_id"):
        found[child].append(person)
    for child, people in found.items():
        together.learn(BARRED.question(child=child, at=at), people)


def read_ahead_each(moments: Mapping[UUID, datetime]) -> None:
    """As `read_ahead`, each child at a moment of its own."""
    found: dict[UUID, list[UUID | None]] = {each: [] for each in moments}
    rows = Relation.objects.filter(child_id__in=list(moments), relation=Relation.RECUSED)
    for child, person, since, until in rows.values_list("child_id", "person_id", "from_at", "to_at"):
        if since <= moments[child] and (until is None or until > moments[child]):
            found[child].append(person)
    for child, people in found.items():
        together.learn(BARRED.question(child=child, at=moments[child]), people)


def barred_children(*, people: Iterable[UUID], at: datetime) -> frozenset[UUID]:
    """The children from whom one of some people is barred at a moment."""
    known = list(people)
    if not known:
        return frozenset()
    rows = Relation.objects.filter(held(at), person_id__in=known, relation=Relation.RECUSED)
    return frozenset(rows.values_list("child_id", flat=True))


def recuse(*, child_id: UUID, person_id: UUID, at: datetime, source_id: UUID | None = None) -> bool:
    """Bar somebody from a child from now on; False when they are already."""
    if person_id in recused_from(child_id=child_id, at=at):
        return False
    Relation.objects.create(
        child_id=child_id, relation=Relation.RECUSED, person_id=person_id, from_at=at, source_id=source_id
    )
    return True


def let_in(*, child_id: UUID, relation: str, post_id: UUID, at: datetime, source_id: UUID) -> bool:
    """Let a post in to a child from now on; False when it is in already for the same reason."""
    mine = Relation.objects.filter(held(at), child_id=child_id, relation=relation, post_id=post_id)
    if mine.filter(source_id=source_id).exists():
        return False
    Relation.objects.create(
        child_id=child_id, relation=relation, post_id=post_id, from_at=at, source_id=source_id
    )
    return True


def give_to(*, child_id: UUID, posts: Set[UUID], at: datetime) -> None:
    """A child is the own case of exactly these posts from now on."""
    _give(child_id, Relation.OWN_CASE, posts, at)


def counselled_by(*, child_id: UUID, posts: Set[UUID], at: datetime) -> None:
    """A child is counselled by exactly these posts from now on."""
    _give(child_id, Relation.COUNSELS, posts, at)


def _give(child_id: UUID, relation: str, posts: Set[UUID], at: datetime) -> None:
    held_now = Relation.objects.filter(held(at), child_id=child_id, relation=relation)
    there = set(held_now.values_list("post_id", flat=True))
    if there - posts:
        held_now.exclude(post_id__in=posts).update(to_at=at)
    Relation.objects.bulk_create([
        Relation(child_id=child_id, relation=relation, post_id=post, from_at=at)
        for post in sorted(posts - there)
    ])


def let_bodies_in(*, child_id: UUID, relation: str, wanted: Set[tuple[str, int]], at: datetime) -> None:
    """Exactly these bodies stand in a relation to a child from now on, each because of the entry beside it."""
    rows = Relation.objects.filter(held(at), child_id=child_id, relation=relation, organisation_id__isnull=False)
    there = {(str(row.source_id), row.organisation_id): row.id for row in rows}
    if gone := [id for key, id in there.items() if key not in wanted]:
        rows.filter(id__in=gone).update(to_at=at)
    Relation.objects.bulk_create([
        Relation(child_id=child_id, relation=relation, organisation_id=body, from_at=at, source_id=UUID(source))
        for source, body in sorted(wanted - set(there))
    ])


def end(*, child_id: UUID, relation: str, at: datetime, source_id: UUID | None = None) -> int:
    """How many relations of a kind ended at a moment, all of them or those that stand on one entry."""
    rows = Relation.objects.filter(child_id=child_id, relation=relation).exclude(to_at__lte=at)
    if source_id is not None:
        rows = rows.filter(source_id=source_id)
    return rows.update(to_at=at)


def end_by_source(*, relation: str, source_id: UUID, at: datetime) -> int:
    """How many relations that stand on one source ended at a moment, whoever they were about."""
    rows = Relation.objects.filter(relation=relation, source_id=source_id).exclude(to_at__lte=at)
    return rows.update(to_at=at)


def kinds_of(*, viewer: Viewer, at: datetime) -> frozenset[str]:
    """The relations that a viewer stands in to any child at all; one statement, since every page asks."""
    whose = {
        "person_id": sorted(viewer.people),
        "post_id": viewer.post_ids, "organisation_id": viewer.organisation_ids,
    }
    named = {name: values for name, values in whose.items() if values}
    if not named:
        return frozenset()
    mine = " OR ".join(f"{name} IN ({', '.join(['%s'] * len(values))})" for name, values in named.items())
    params = [_ready(name, value) for name, values in named.items() for value in values]
    kinds = " UNION ALL ".join(["SELECT %s AS kind"] * len(KINDS))
    statement = f"""
        SELECT kind FROM ({kinds}) kinds WHERE EXISTS (
            SELECT 1 FROM access_relation WHERE relation = kind AND ({mine})
            AND from_at <= %s AND (to_at IS NULL OR to_at > %s)
        )
    """  # noqa: S608
    moment = _ready("from_at", at)
    with connection.cursor() as cursor:
        cursor.execute(statement, [*KINDS, *params, moment, moment])
        return frozenset(kind for (kind,) in cursor.fetchall())


def _ready(name: str, value: Any) -> Any:
    field: Any = Relation._meta.get_field(name)
    return field.get_db_prep_value(value, connection)
