"""Minutes given once for one thing, never more than a day's most; taken back they count nowhere."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Q, Sum

from tongxin.accounts.models import Post
from tongxin.training.models import Credit
from tongxin.training.rules import Training
from tongxin.training.selectors import counting

# Where the same class may be told from twice; a lesson read alone is another thing.
CLASSES = frozenset({Credit.SESSION, Credit.LIST})


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
    if minutes <= 0 or (earned.source == Credit.SESSION and _is_listed(person_id, earned)):
        return None
    place = post.division
    row = Credit(
        county_id=place.county_id, town_id=place.town_id, village_id=place.village_id, person_id=person_id,
        post_id=post.id, audience=rules.audience_of(post.role), subject=earned.subject, source=earned.source,
        source_id=earned.source_id, mark=earned.mark, on_day=earned.on_day, minutes=minutes, at=at, by_person=by,
    )
    return row if keep([row]) else None


def _is_listed(person_id: UUID, earned: Earned) -> bool:
    """Whether a list named somebody for the same class already."""
    rows = counting().filter(person_id=person_id, on_day=earned.on_day, subject=earned.subject)
    return rows.filter(source=Credit.LIST).exists()


def keep(rows: Iterable[Credit]) -> int:
    """How many were new; a mark that stands already keeps the credit that it has."""
    made = list(rows)
    Credit.objects.bulk_create(made, ignore_conflicts=True, batch_size=500)
    return Credit.objects.filter(id__in=[each.id for each in made]).count()


def within_days(rows: Iterable[Credit], rules: Training) -> list[Credit]:
    """The credits of lists that fit into people's days: a class that they signed in to or that another list named
    counts once, and no day counts beyond its most."""
    made = list(rows)
    full: Counter[tuple[str, date]] = Counter()
    had: set[tuple[str, date, str]] = set()
    known = counting().filter(on_day__in={each.on_day for each in made}).filter(
        Q(person_id__in={each.person_id for each in made if each.person_id}) | Q(person__isnull=True)
    )
    for each in known:
        full[_who(each), each.on_day] += each.minutes
        had |= {(_who(each), each.on_day, each.subject)} if each.source in CLASSES else set()
    found = []
    for each in made:
        who, room = _who(each), rules.minutes_a_day - full[_who(each), each.on_day]
        if (who, each.on_day, each.subject) in had or room <= 0:
            continue
        each.minutes = min(each.minutes, room)
        full[who, each.on_day] += each.minutes
        had.add((who, each.on_day, each.subject))
        found.append(each)
    return found


def _who(row: Credit) -> str:
    """Whose it is: an account's, or, where there is none, the mark of a name, post and place."""
    return str(row.person_id) if row.person_id else row.mark.split(":")[1]


def of_day(person_id: UUID, day: date) -> int:
    """What counts for somebody on a day already."""
    found = counting().filter(person_id=person_id, on_day=day).aggregate(all=Sum("minutes"))["all"]
    return int(found or 0)
