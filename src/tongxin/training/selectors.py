"""What others may ask of training: whether somebody is trained, what counts for them, which certificate holds."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from uuid import UUID

from django.db.models import QuerySet, Sum

from tongxin.core.pathway import CHINA
from tongxin.training.models import Certificate, Credit


def counting() -> QuerySet[Credit]:
    """The credits that nobody took back."""
    return Credit.objects.filter(withdrawn_at__isnull=True)


def trained(person_id: UUID, subject: str, at: datetime) -> bool:
    """Whether somebody learned a subject within a year before a moment, or holds a valid certificate of it."""
    today = at.astimezone(CHINA).date()
    rows = counting().filter(person_id=person_id, subject=subject, on_day__lte=today, on_day__gt=_year_before(today))
    return rows.exists() or certificates(person_id, at).filter(subject=subject).exists()


def certificates(person_id: UUID, at: datetime) -> QuerySet[Certificate]:
    """Somebody's certificates that hold at a moment."""
    return Certificate.objects.filter(
        person_id=person_id, revoked_at__isnull=True, issued_at__lte=at, valid_until__gte=at.astimezone(CHINA).date()
    )


def minutes_in(people: Iterable[UUID], *, year: int) -> Mapping[UUID, int]:
    """How many minutes each of them learned in a calendar year; who has none isn't named."""
    rows = counting().filter(person_id__in=list(people), on_day__year=year)
    return dict(rows.values_list("person_id").annotate(all=Sum("minutes")).values_list("person_id", "all"))


def _year_before(day: date) -> date:
    return day.replace(year=day.year - 1, day=min(day.day, 28) if day.month == 2 else day.day)
