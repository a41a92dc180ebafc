"""Minutes given once for one thing, never more than a day's most; taken back they count nowhere."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Sum

from tongxin.accounts.models import Post
from tongxin.training.models import Credit
from tongxin.training.rules import Training
from tongxin.training.selectors import counting


@dataclass(frozen=True, slots=True)
class Earned:
    """What somebody's minutes come from."""

    source: str
    source_id: UUID
    mark: str
    subject: str
    on_day: date
    minutes: int


def give(
    earned: Earned, *, person_id: UUID, post: Post, rules: Training, by: UUID, at: datetime
) -> Credit | None:
    """The credit; None when it was given before, or when the day is full already."""
    minutes = min(earned.minutes, rules.minutes_a_day - of_day(person_id, earned.on_day))
    if minutes <= 0:
        return None
    place = post.division
    row = Credit(
        county_id=place.county_id, town_id=place.town_id, village_id=place.village_id, person_id=person_id,
        post_id=post.id, audience=rules.audience_of(post.role), subject=earned.subject, source=earned.source,
        source_id=earned.source_id, mark=earned.mark, on_day=earned.on_day, minutes=minutes, at=at, by_person=by,
    )
    return row if keep([row]) else None


def keep(rows: Iterable[Credit]) -> int:
    """How many were new; a mark that stands already keeps the credit that it has."""
    made = list(rows)
    Credit.objects.bulk_create(made, ignore_conflicts=True, batch_size=500)
    return Credit.objects.filter(id__in=[each.id for each in made]).count()


def of_day(person_id: UUID, day: date) -> int:
    """What counts for somebody on a day already."""
    found = counting().filter(person_id=person_id, on_day=day).aggregate(all=Sum("minutes"))["all"]
    return int(found or 0)
