"""Clues and asks that belong to no child's file: listed when their time is over, ended like a file by two people."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import DateTimeField, F, Q, QuerySet
from django.db.models.functions import Coalesce

from tongxin import vault
from tongxin.accounts.models import Division
from tongxin.clues.models import CLOSED, Clue
from tongxin.core.pathway import CHINA
from tongxin.flows.clue_erasing import strip_clues
from tongxin.flows.refusals import NotAllowed
from tongxin.keeping.models import Due
from tongxin.keeping.rules import ASK, CLUE, Class
from tongxin.referrals.models import Ask
from tongxin.vault import Owner

COUNTY = "county"
# For so long the nights look again whether the key of what was ended is gone: a crash may have come in between.
LOOKED_AFTER = timedelta(days=7)


def due(rule: Class, *, today: date, at: datetime) -> Iterator[Due]:
    """What has been kept as long as a rule says and isn't listed yet."""
    found = {CLUE: _clues, ASK: _asks}[rule.of](at)
    listed = set(Due.objects.filter(rule=rule.id, intake_id__isnull=False).values_list("intake_id", flat=True))
    for id, county_id, number, since in found:
        day = since.astimezone(CHINA).date()
        if rule.due_on(day) <= today and id not in listed:
            yield Due(
                intake_id=id, file_no=number, county_id=county_id, rule=rule.id, since_on=day,
                due_on=rule.due_on(day), found_at=at,
            )


def _clues(at: datetime) -> Iterator[tuple[UUID, int | None, str, datetime]]:
    """Closed, of no child; what is about somebody of the county's own desk is listed for its city's instead."""
    rows = Clue.objects.filter(state=CLOSED, child_id__isnull=True, closed_at__lt=at)
    cities = dict(Division.objects.filter(level=COUNTY).values_list("id", "city_id"))
    for row in rows.order_by("closed_at", "id").iterator(chunk_size=500):
        place = cities.get(row.county_id) if row.above_level == COUNTY else row.county_id
        if place is not None:
            yield row.id, place, f"线索 {row.year}-{row.number}", row.closed_at or at


def _asks(at: datetime) -> Iterator[tuple[UUID, int | None, str, datetime]]:
    """Of no child: ended so, or never answered."""
    ended = Coalesce(F("ended_at"), F("answered_at"), F("asked_at"), output_field=DateTimeField())
    for row in _unmatched().annotate(since=ended).order_by("since", "id").iterator(chunk_size=500):
        yield row.id, row.place_id, f"转来 {row.asked_at.astimezone(CHINA).date()}", row.since


def _unmatched() -> QuerySet[Ask]:
    return Ask.objects.filter(child_id__isnull=True)


def take_out() -> None:
    """What somebody found to be about a child since goes with that child's file."""
    waiting = Due.objects.filter(state=Due.WAITING, intake_id__isnull=False)
    known = Q(intake_id__in=Clue.objects.filter(child_id__isnull=False).values("id"))
    known |= Q(intake_id__in=Ask.objects.filter(child_id__isnull=False).values("id"))
    waiting.filter(known).delete()


def end(row: Due, *, at: datetime) -> None:
    """The words go, the key behind them too; that it was told, and when it was answered, stays counted."""
    if row.intake_id is None:
        raise NotAllowed
    clues = Clue.objects.filter(id=row.intake_id, child_id__isnull=True, state=CLOSED)
    asks = _unmatched().filter(id=row.intake_id)
    if not clues.exists() and not asks.exists():
        # Somebody matched it meanwhile.
        raise NotAllowed
    strip_clues(clues)
    asks.filter(state=Ask.WAITING).update(state=Ask.WITHDRAWN, ended_at=at, due_at=None, ring_at=None)
    asks.update(words=None, answer=None)
    owner = Owner("intake", row.intake_id)
    transaction.on_commit(lambda: vault.destroy(owner, at=at))


def finish(*, at: datetime) -> int:
    """How many keys were still there of what two people ended lately."""
    rows = Due.objects.filter(
        intake_id__isnull=False, state=Due.DONE, disposal__decided_at__gte=at - LOOKED_AFTER
    ).values_list("intake_id", flat=True)
    return sum(vault.destroy(Owner("intake", id), at=at) for id in rows if id is not None)
