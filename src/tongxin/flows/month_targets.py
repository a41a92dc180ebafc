"""What somebody in the field did this month and what is still to do: for that person, never beside others."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from django.db.models import Count, Q

from tongxin.cases.models import Task
from tongxin.core.pathway import CHINA
from tongxin.ledger.models import Entry
from tongxin.rulebook import shipped

KIND = "targets"


@dataclass(frozen=True, slots=True)
class Target:
    """One kind of work in a month: how often it was done, how much there was, how much of what is open is late."""

    id: str
    zh: str
    done: int
    due: int
    late: int


def counts_for(role: str, *, region: str = "", at: datetime) -> bool:
    """Whether a role is told of its months."""
    return role in _rules(region, at)["roles"]


def this_month(posts: Collection[UUID], *, region: str = "", at: datetime) -> list[Target]:
    """The month that runs."""
    first = at.astimezone(CHINA).date().replace(day=1)
    return of_month(posts, first, region=region, at=at)


def last_month(posts: Collection[UUID], *, region: str = "", at: datetime) -> list[Target]:
    """The month before."""
    first = at.astimezone(CHINA).date().replace(day=1)
    return of_month(posts, _moved(first, -1), region=region, at=at)


def of_month(posts: Collection[UUID], first: date, *, region: str = "", at: datetime) -> list[Target]:
    """Every target of a month, in the order of the definition.

    Done is what the posts recorded in the month; due is that and every task of theirs that fell due and is not done.
    """
    targets: Sequence[Mapping[str, Any]] = _rules(region, at)["targets"]
    since, until = (datetime.combine(day, time(), CHINA) for day in (first, _moved(first, 1)))
    kinds = [kind for each in targets for kind in each["kinds"]]
    forms = [form for each in targets for form in each["forms"]]
    done = dict(
        Entry.objects.filter(
            post_id__in=posts, kind__in=kinds, correction_kind="", occurred_at__gte=since, occurred_at__lt=until
        ).values("kind").annotate(many=Count("id")).values_list("kind", "many")
    )
    waiting = {
        form: (many, late) for form, many, late in Task.objects.filter(
            post_id__in=posts, form__in=forms, due_at__gte=since, due_at__lt=until,
            state__in=(Task.OPEN, Task.WAITING),
        ).values("form").annotate(
            many=Count("id"), late=Count("id", filter=Q(due_at__lt=at, state=Task.OPEN)),
        ).values_list("form", "many", "late")
    }
    return [_target(each, done, waiting) for each in targets]


def _target(each: Mapping[str, Any], done: Mapping[str, int], waiting: Mapping[str, tuple[int, int]]) -> Target:
    ready = sum(done.get(kind, 0) for kind in each["kinds"])
    left = [waiting.get(form, (0, 0)) for form in each["forms"]]
    return Target(
        each["id"], each["zh"], ready, ready + sum(many for many, _ in left), sum(late for _, late in left)
    )


def _moved(first: date, by: int) -> date:
    number = first.year * 12 + first.month - 1 + by
    return date(number // 12, number % 12 + 1, 1)


def _rules(region: str, at: datetime) -> Mapping[str, Any]:
    return shipped.content_in_force(KIND, KIND, region=region, at=at)
