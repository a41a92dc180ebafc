"""Coming of age: some months before, and when it is there, a flag on the file tells whoever answers what to do."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID, uuid5

from django.db import OperationalError, transaction

from tongxin.accounts.viewers import WORKER
from tongxin.cases import slices
from tongxin.core.pathway import CHINA
from tongxin.core.pathway.calendar import add_months
from tongxin.flows.record import Sheet, record
from tongxin.keeping.rules import Rules, rules_at
from tongxin.ledger.models import Entry
from tongxin.people.models import Child

FORM, KIND, SIGNED = "flag", "coming_of_age", "系统"
log = logging.getLogger("tongxin.retention")
# How many are told in a night at most, and how many are looked through at a time.
MOST = CHUNK = 500


@dataclass(slots=True)
class Told:
    """How many flags were put in a night, and how many files could not be told of."""

    done: int = 0
    failed: int = 0


def tell_of_age(*, at: datetime) -> Told:
    """One flag some months before a child of an open case comes of age, one when it has; each child alone."""
    found, told = rules_at(at), Told()
    if found.growing is None:
        return told
    today = at.astimezone(CHINA).date()
    year_ago, soon = today.replace(year=today.year - 1, day=1), _later(today, found.growing.before)
    for phase, since, until in (("reached", year_ago, today), ("near", today, soon)):
        before = told.done
        for child_id in _untold(_growing(since, until, found), phase):
            if told.done - before >= MOST:
                break
            _tell_alone(child_id, phase, found, at, told)
    return told


def _tell_alone(child_id: UUID, phase: str, found: Rules, at: datetime, told: Told) -> None:
    try:
        _tell(child_id, phase, found, at)
        told.done += 1
    except OperationalError:
        raise
    except Exception:
        # One file that can't be told of must not keep the others from being told of; the next night tries it again.
        log.exception("case %s could not be told of coming of age", child_id)
        told.failed += 1


def _later(day: date, months: int) -> date:
    return add_months(datetime(day.year, day.month, day.day, tzinfo=CHINA), months).date()


def _growing(since: date, until: date, found: Rules) -> list[UUID]:
    """The children of open cases who come of age between two days, as far as the month of birth says; of who is of age
    for more than a year it was told long ago."""
    first, last = (day.replace(year=day.year - found.adult, day=1) for day in (since, until))
    children = Child.objects.filter(birth_month__gte=first, birth_month__lt=last, county_id__isnull=False)
    open_cases = slices.leading().filter(is_open=True).values("id")
    return list(children.filter(id__in=open_cases).order_by("id").values_list("id", flat=True))


def _untold(children: list[UUID], phase: str) -> Iterator[UUID]:
    """Those of whom neither this phase nor the last was told; all are looked through, whoever was told before."""
    for start in range(0, len(children), CHUNK):
        asked = {entry_for(each, name): each for each in children[start : start + CHUNK] for name in (phase, "reached")}
        known = Entry.everything.filter(id__in=list(asked)).values_list("id", flat=True)
        told = {asked[entry_id] for entry_id in known}
        yield from (each for each in children[start : start + CHUNK] if each not in told)


def _tell(child_id: UUID, phase: str, found: Rules, at: datetime) -> None:
    growing = found.growing
    if growing is None:
        return
    due = (at + timedelta(days=growing.answer_within)).astimezone(CHINA).date()
    answers = {
        "flag_kind": KIND, "wanted": growing.words[phase], "resolver": growing.resolver, "due_on": due.isoformat(),
        "signature": SIGNED,
    }
    with transaction.atomic():
        record(child_id=child_id, sheet=Sheet(entry_for(child_id, phase), FORM, answers, at), actor=WORKER, at=at)


def entry_for(child_id: UUID, phase: str) -> UUID:
    """The one id of a phase's flag, so that no night puts it twice."""
    return uuid5(child_id, f"{KIND} {phase}")
