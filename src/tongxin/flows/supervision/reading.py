"""One county's records as plain rows for the looks: clear columns and outcomes only, nothing is opened."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from tongxin.accounts.models import Holding, Post
from tongxin.accounts.viewers import held
from tongxin.assessments.models import Result
from tongxin.cases import slices
from tongxin.cases.models import Case, Task
from tongxin.core.pathway import CHINA, WITHDRAWN
from tongxin.ledger.models import Entry
from tongxin.people.models import Child
from tongxin.supervision.models import NoteMark
from tongxin.supervision.rows import TOWN, VILLAGE, Closed, County, Place, PostSeen, Row
from tongxin.supervision.rules import SupervisionRules

CHUNK, VISIT = 500, "visit"
Homes = Mapping[UUID, UUID]
Late = list[tuple[UUID, str, int | None, int | None, int | None]]
NOBODY: tuple[UUID | None, datetime | None] = (None, None)


def read_county(county_id: int, *, rules: SupervisionRules, at: datetime) -> County:
    """All that the looks of one county are made of."""
    since = at - max(rule.of for rule in rules.rules.values())
    homes = {
        child: home or child
        for child, home in Child.objects.filter(county_id=county_id).values_list("id", "household_id")
    }
    rows = _rows(county_id, homes, since, at)
    cases = list(slices.leading().filter(county_id=county_id, is_open=True).values_list(
        "id", "town_id", "village_id", "level"
    ))
    last, late = _last_of(rows), _overdue(county_id, at)
    return County(
        at, tuple(rows), tuple(_posts(county_id, cases, late, at)), tuple(_places(cases, last, late)),
        tuple(_closed(county_id, rows, since)), tuple(_moved(rows)),
    )


def _moved(rows: Iterable[Row]) -> list[Row]:
    """The corrections that gave a visit a later day than the record they stand for."""
    newer = dict(Entry.objects.filter(
        id__in=[row.id for row in rows if row.kind == VISIT], supersedes_id__isnull=False
    ).values_list("id", "supersedes__occurred_at"))
    return [
        row for row in rows
        if row.id in newer and row.occurred_at.astimezone(CHINA).date() > newer[row.id].astimezone(CHINA).date()
    ]


def _rows(county_id: int, homes: Homes, since: datetime, at: datetime) -> list[Row]:
    """The entries of the window that stand, with their outcomes."""
    children = Child.objects.filter(county_id=county_id).values("id")
    found = Entry.objects.filter(subject_id__in=children, recorded_at__gt=since, recorded_at__lte=at)
    told = list(found.values_list(
        "id", "subject_id", "kind", "post_id", "person_id", "occurred_at", "recorded_at", "supersedes_id",
        "correction_kind",
    ))
    gone = {each[7] for each in told if each[7]} | {each[0] for each in told if each[8] in WITHDRAWN}
    standing = [each for each in told if each[0] not in gone and each[3] and each[1] in homes]
    data = _by_entry(standing)
    marked = dict(NoteMark.objects.filter(child_id__in=children).values_list("entry_id", "marks"))
    return [
        Row(id, child, homes[child], kind, post, person, occurred, recorded, data.get(id, {}),
            bytes(marked.get(id, b"")))
        for id, child, kind, post, person, occurred, recorded, _, _ in standing if post
    ]


def _by_entry(told: Iterable[tuple[Any, ...]]) -> dict[UUID, Mapping[str, Any]]:
    wanted = [each[0] for each in told]
    found: dict[UUID, Mapping[str, Any]] = {}
    for start in range(0, len(wanted), CHUNK):
        rows = Result.objects.filter(entry_id__in=wanted[start : start + CHUNK])
        found.update(rows.values_list("entry_id", "data"))
    return found


def _last_of(rows: Iterable[Row]) -> dict[UUID, datetime]:
    last: dict[UUID, datetime] = {}
    for row in rows:
        last[row.child_id] = max(last.get(row.child_id, row.recorded_at), row.recorded_at)
    return last


def _posts(county_id: int, cases: Iterable[tuple[Any, ...]], late: Late, at: datetime) -> list[PostSeen]:
    """The county's posts with whoever holds them in their own right, and the open files where they serve."""
    many = Counter(place for _, *places, _ in cases for place in places if place)
    many[county_id] = sum(1 for _ in cases)
    holders: dict[UUID, tuple[UUID | None, datetime | None]] = {
        post: (person, since)
        for post, person, since in Holding.objects.filter(held(at), post__division__county_id=county_id).order_by(
            "-kind", "from_at"
        ).values_list("post_id", "person_id", "from_at")
    }
    waiting = Counter((role, place) for _, role, *places in late for place in places if place)
    return [
        PostSeen(id, role, *holders.get(id, NOBODY), children=many[place], waiting=waiting[role, place])
        for id, role, place in Post.objects.filter(division__county_id=county_id).values_list(
            "id", "role", "division_id"
        )
    ]


def _overdue(county_id: int, at: datetime) -> Late:
    """The children, with their places, about whom a step of a role is overdue, whoever has it now that it climbed."""
    rows = Task.objects.filter(county_id=county_id, state=Task.OPEN, due_at__lt=at).order_by()
    return list(rows.values_list("case_id", "role", "village_id", "town_id", "county_id").distinct())


def _places(cases: Iterable[tuple[Any, ...]], last: Mapping[UUID, datetime], late: Late) -> list[Place]:
    is_late, towns = {child for child, *_ in late}, {village: town for _, town, village, _ in cases}
    waiting: Counter[tuple[str, int]] = Counter()
    levels: dict[tuple[str, int], Counter[str]] = defaultdict(Counter)
    newest: dict[tuple[str, int], datetime] = {}
    for child, town, village, level in cases:
        for place in ((TOWN, town), (VILLAGE, village)):
            if place[1]:
                levels[place][level] += 1
                waiting[place] += child in is_late
                if child in last:
                    newest[place] = max(newest.get(place, last[child]), last[child])
    return [
        Place(
            id, over, sum(told.values()), {name: n for name, n in told.items() if name}, newest.get((over, id)),
            town=towns.get(id) if over == VILLAGE else None, waiting=waiting[over, id],
        )
        for (over, id), told in sorted(levels.items())
    ]


def _closed(county_id: int, rows: Iterable[Row], since: datetime) -> list[Closed]:
    """The tasks done since, each with the entry that was recorded about the child at the moment it closed."""
    by_moment = {(row.child_id, row.recorded_at): row for row in rows}
    done = Task.objects.filter(county_id=county_id, state=Task.DONE, closed_at__gt=since)
    found = []
    for child, due, closed in done.values_list("case_id", "due_at", "closed_at"):
        row = by_moment.get((child, closed)) if closed else None
        if row is not None:
            found.append(Closed(
                row.post_id, row.person_id, row.id, child, due, row.recorded_at, row.occurred_at
            ))
    return found


def counties() -> list[int]:
    """The counties in which anybody has a file."""
    return sorted(each for each in Case.objects.order_by().values_list("county_id", flat=True).distinct() if each)


__all__ = ["counties", "read_county"]
