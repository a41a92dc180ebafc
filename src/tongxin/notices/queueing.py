"""What goes out and to whom: urgent lines at once and again until they are seen, all others once a day."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import TimeField, Value
from django.db.models.functions import Coalesce

from tongxin.access.models import Relation
from tongxin.accounts.models import Holding, Person
from tongxin.accounts.viewers import held, viewer_of
from tongxin.core.pathway import CHINA
from tongxin.ledger.models import Event
from tongxin.notices import addresses
from tongxin.notices.models import Address, Delivery, Notice, Preference
from tongxin.notices.rules import Hours, rules_at
from tongxin.notices.services import unread
from tongxin.rulebook import rules as rulebook

URGENT, DIGEST, CONFIRM, TEST = "urgent", "digest", "confirm", "test"


@transaction.atomic
def weigh(*, at: datetime, limit: int) -> int:
    """How many new lines were looked at; the urgent ones are queued for whoever holds the post, in one transaction."""
    waiting = Notice.objects.select_for_update(skip_locked=True).filter(weighed_at__isnull=True)
    rows = list(waiting.order_by("id")[:limit])
    if not rows:
        return 0
    found = rules_at(at)
    kinds = [row for row in rows if row.read_at is None and row.kind in found.urgent]
    events = Event.objects.in_bulk([row.event_id for row in kinds])
    urgent = [row for row in kinds if row.event_id in events and found.is_urgent(row.kind, events[row.event_id].clear)]
    people = _people([row.post_id for row in urgent], at)
    barred = _barred(urgent, at)
    reached = _addresses({person for each in people.values() for person in each})
    Delivery.objects.bulk_create([
        Delivery(
            key=f"urgent:{row.id}:{to.id}:{ring}", to=to, kind=URGENT, notice_id=row.id, created_at=at,
            not_before=at + ring * found.again,
        )
        for row in urgent for person in people[row.post_id] if (person, row.child_id) not in barred
        for to in reached[person] for ring in range(found.times)
    ], ignore_conflicts=True, batch_size=200)
    Notice.objects.filter(id__in=[row.id for row in rows]).update(weighed_at=at)
    return len(rows)


def _people(posts: Iterable[UUID], at: datetime) -> Mapping[UUID, set[UUID]]:
    found: dict[UUID, set[UUID]] = defaultdict(set)
    holdings = Holding.objects.filter(held(at), post_id__in=set(posts), person__is_active=True)
    for post, person in holdings.values_list("post_id", "person_id"):
        found[post].add(person)
    return found


def _barred(rows: Iterable[Notice], at: datetime) -> set[tuple[UUID, UUID | None]]:
    about = {row.child_id for row in rows if row.child_id}
    kept = Relation.objects.filter(held(at), relation=Relation.RECUSED, child_id__in=about)
    return {(person, child) for child, person in kept.values_list("child_id", "person_id") if person}


def _addresses(people: Iterable[UUID]) -> Mapping[UUID, list[Address]]:
    found: dict[UUID, list[Address]] = defaultdict(list)
    rows = Address.objects.filter(person_id__in=set(people), confirmed_at__isnull=False, removed_at__isnull=True)
    for row in rows:
        found[row.person_id].append(row)
    return found


def digest(*, at: datetime) -> int:
    """How many people's day was summed up: once a day, after their own moment, where something new waits unread."""
    found, here = rules_at(at), at.astimezone(CHINA)
    if not found.on_rest_days and not rulebook.calendar_at(at).is_working(here.date()):
        return 0
    when = Coalesce("digest_at", Value(found.digest_at), output_field=TimeField())
    due = Preference.objects.filter(digested_on__lt=here.date()).alias(when=when).filter(when__lte=here.time())
    many = 0
    for row in due.select_related("person")[:100]:
        many += _digest(row, at)
    return many


@transaction.atomic
def _digest(row: Preference, at: datetime) -> int:
    found, today = rules_at(at), at.astimezone(CHINA).date()
    if not Preference.objects.filter(id=row.id, digested_on__lt=today).update(digested_on=today):
        return 0
    chosen = [to for to in _addresses([row.person_id])[row.person_id] if takes_digest(to.channel, at=at)]
    if not chosen or not _has_news(row.person, at):
        return 0
    quiet = addresses.quiet_of(row, found)
    Delivery.objects.bulk_create([
        Delivery(key=f"digest:{today}:{to.id}", to=to, kind=DIGEST, created_at=at, not_before=after(quiet, at))
        for to in chosen
    ], ignore_conflicts=True)
    return 1


def takes_digest(channel: str, *, at: datetime) -> bool:
    """Whether the day's summary goes out that way."""
    found = rules_at(at).channels.get(channel)
    return found is not None and found.takes_digest


def _has_news(person: Person, at: datetime) -> bool:
    last = Delivery.objects.filter(to__person=person, kind=DIGEST, state=Delivery.SENT).order_by("-created_at").first()
    lines = unread(viewer=viewer_of(person=person, at=at), at=at, limit=1)
    return bool(lines) and (last is None or lines[0].created_at > last.created_at)


def after(quiet: Hours, at: datetime) -> datetime:
    """The moment itself, or when somebody's quiet hours are over."""
    here = at.astimezone(CHINA)
    if not quiet.holds(here.time()):
        return at
    over = datetime.combine(here.date(), quiet.ends, tzinfo=CHINA)
    return over if over > here else over + timedelta(days=1)


def queue(*, to: Address, kind: str, at: datetime) -> Delivery:
    """One message that its person asked for themselves: a code, or one to try the way."""
    return Delivery.objects.create(
        key=f"{kind}:{to.id}:{at.isoformat()}", to=to, kind=kind, created_at=at, not_before=at
    )


def asked_lately(person_id: UUID, *, at: datetime) -> int:
    """How many codes and tries a person asked for within a day."""
    rows = Delivery.objects.filter(to__person_id=person_id, kind__in=[CONFIRM, TEST])
    return rows.filter(created_at__gt=at - timedelta(days=1)).count()
