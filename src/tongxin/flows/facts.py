"""A child's record as the pathway reads it: entries with the results that definitions made of them."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db.models import OuterRef, Subquery, UUIDField
from django.db.models.functions import Coalesce

from tongxin.accounts.models import Post
from tongxin.assessments.models import Result
from tongxin.core.pathway import ANCHOR, Fact
from tongxin.instances.models import ForeignEntry
from tongxin.ledger.models import Entry, SetAside
from tongxin.lib import together
from tongxin.lib.prepared import Prepared, among

NAMES = (
    "id", "subject_seq", "kind", "occurred_at", "recorded_at", "person_id", "post_id", "supersedes_id",
    "correction_kind",
)
# What was written down stays sealed, and where it lies: only what follows from it is read.
WITH_RESULT = (
    *NAMES, Subquery(Result.objects.filter(entry_id=OuterRef("id")).values("data")),
    Coalesce(
        Subquery(Post.objects.filter(id=OuterRef("post_id")).values("role")),
        Subquery(ForeignEntry.objects.filter(entry_id=OuterRef("id")).values("role")),
    ),
    Subquery(ForeignEntry.objects.filter(entry_id=OuterRef("id")).values("counts")),
    Subquery(SetAside.objects.filter(row_id=OuterRef("id")).values("towards")),
)
FACTS = Prepared(
    lambda child: Entry.everything.filter(subject_id=child).order_by("subject_seq").values_list(*WITH_RESULT),
    child=UUIDField(),
)
RESULTS = Prepared(
    lambda child: Result.objects.filter(child_id=child).values_list("entry_id", "data"), child=UUIDField()
)
ROLES = Prepared(
    lambda posts: Post.objects.filter(among("id", posts)).values_list("id", "role"), several="posts", posts=UUIDField()
)
# A child's record seldom comes from more posts than these.
FEW = 16


def facts_of(child_id: UUID) -> tuple[tuple[Fact, ...], dict[str, Mapping[str, Any]]]:
    """All facts of a child in their order, and the results by entry."""
    results: dict[str, Mapping[str, Any]] = {}
    facts = []
    for (
        id, seq, kind, at, recorded_at, person, post, supersedes, correction, data, role, counts, towards
    ) in FACTS.rows(child=child_id):
        if towards is not None:
            facts += _anchor(id, seq, at, recorded_at, towards)
            continue
        if data is not None:
            results[str(id)] = data
        if counts is False:
            continue
        facts.append(Fact(
            id=str(id), seq=seq, kind=kind, at=at, recorded_at=recorded_at, data=results.get(str(id), {}),
            person=str(person) if person else None, post=str(post) if post else None, role=role or "",
            supersedes=str(supersedes) if supersedes else None, correction=correction,
        ))
    return tuple(facts), results


def _anchor(id: UUID, seq: int, at: datetime, recorded_at: datetime, towards: str) -> list[Fact]:
    """What is told of a record that was set apart: that clocks run on from its moment, if any do."""
    data = {"towards": towards.split()}
    return [Fact(id=str(id), seq=seq, kind=ANCHOR, at=at, recorded_at=recorded_at, data=data)] if towards else []


def _role(entry: Entry, roles: Mapping[UUID, str], foreign: Mapping[UUID, ForeignEntry]) -> str:
    """Of the post here, else of the one elsewhere from which an entry was recorded."""
    here = roles.get(entry.post_id, "") if entry.post_id else ""
    return here or (foreign[entry.id].role if entry.id in foreign else "")


def anchors_of(children: Iterable[UUID]) -> dict[UUID, list[Entry]]:
    """The records of children that were set apart and from which clocks run on; each with `towards`."""
    found: dict[UUID, list[Entry]] = defaultdict(list)
    apart = Subquery(SetAside.objects.filter(row_id=OuterRef("id")).values("towards"))
    rows = Entry.everything.filter(subject_id__in=list(children)).annotate(towards=apart).filter(towards__gt="")
    for entry in rows.order_by("subject_seq"):
        found[entry.subject_id].append(entry)
    return found


def read_ahead(children: Iterable[UUID]) -> None:
    """The facts of all children that pieces done together are about."""
    found: dict[UUID, list[Any]] = {each: [] for each in children}
    rows = Entry.everything.filter(subject_id__in=list(found)).order_by("subject_seq")
    for subject, *row in rows.values_list("subject_id", *WITH_RESULT):
        found[subject].append(tuple(row))
    for child, each in found.items():
        together.learn(FACTS.question(child=child), each)


def remember(entry: Entry, *, role: str, data: Mapping[str, Any] | None = None) -> None:
    """Let the pieces that follow know of an entry, as they would read it; `data` is what was made of it."""
    if together.now() is None:
        return
    question = FACTS.question(child=entry.subject_id)
    known: list[tuple[Any, ...]] = together.known(question, list)
    before = [each for each in known if each[0] != entry.id]
    row: list[Any] = [getattr(entry, name) for name in NAMES]
    # As the database gives moments back.
    row = [each.astimezone(UTC) if isinstance(each, datetime) else each for each in row]
    made = None if data is None else json.loads(json.dumps(data))
    together.learn(question, [*before, (*row, made, role or None, None, None)])


def results_of(child_id: UUID) -> dict[str, Mapping[str, Any]]:
    """What the definitions made of a child's entries, by entry."""
    return {str(entry): data for entry, data in RESULTS.rows(child=child_id)}


def as_facts(
    entries: Iterable[Entry], results: Mapping[str, Mapping[str, Any]], *, anchors: Sequence[Entry] | None = None
) -> tuple[Fact, ...]:
    """Entries joined with their results, and what runs on from those set apart; the role is that of the post each was
    recorded from."""
    rows = list(entries)
    if anchors is None:
        anchors = [each for found in anchors_of({row.subject_id for row in rows}).values() for each in found]
    foreign = {
        row.entry_id: row for row in ForeignEntry.objects.filter(entry_id__in=[row.id for row in rows])
    }
    rows = [row for row in rows if row.id not in foreign or foreign[row.id].counts]
    posts = {row.post_id for row in rows if row.post_id}
    roles = dict(ROLES.rows(posts=sorted(posts))) if len(posts) <= FEW else dict(
        Post.objects.filter(id__in=posts).values_list("id", "role")
    )
    facts = [
        Fact(
            id=str(row.id), seq=row.subject_seq, kind=row.kind, at=row.occurred_at, recorded_at=row.recorded_at,
            data=results.get(str(row.id), {}), person=str(row.person_id) if row.person_id else None,
            post=str(row.post_id) if row.post_id else None,
            role=_role(row, roles, foreign),
            supersedes=str(row.supersedes_id) if row.supersedes_id else None, correction=row.correction_kind,
        )
        for row in rows
    ]
    for row in anchors:
        facts += _anchor(row.id, row.subject_seq, row.occurred_at, row.recorded_at, getattr(row, "towards", ""))
    return tuple(sorted(facts, key=lambda fact: fact.seq) if anchors else facts)
