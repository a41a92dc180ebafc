"""Certificates: issued to who passed, revoked by whoever keeps training, and asked about by anybody with the code."""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Max, QuerySet

from tongxin import vault
from tongxin.accounts.models import Division, Person
from tongxin.accounts.viewers import Viewer
from tongxin.core.forms import Problem
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.flows.training.scope import KEEP, county_of, must, rules_for, tell, today, worker_of
from tongxin.lib import ids
from tongxin.rulebook import rules
from tongxin.training.models import Attempt, Certificate
from tongxin.training.rules import Exam, training_in
from tongxin.vault import tokens

CODE = (4, 4, 4)
PURPOSE, PART = "training", "staff"
VALID, EXPIRED, REVOKED = "valid", "expired", "revoked"
NO_REASON = "没有撤销：请选原因。"
LONGEST = 40


@dataclass(frozen=True, slots=True)
class Standing:
    """What anybody learns who has code and name: whether it holds, of what, until when."""

    state: str
    number: str
    zh: str
    valid_until: date


def issue(*, attempt: Attempt, exam: Exam, county_id: int | None, actor: Viewer, at: datetime) -> Certificate:
    """The certificate of a pass; one a try."""
    if county_id is not None:
        # Two at once wait here, so that no number is given twice.
        Division.objects.select_for_update().get(id=county_id)
    day = today(at)
    last = Certificate.objects.filter(county_id=county_id, year=day.year).aggregate(last=Max("number"))["last"] or 0
    code = ids.code(*CODE)
    name = vault.open(
        [Person.objects.get(id=attempt.person_id).name], viewer=actor, purpose=PURPOSE, at=at, part=PART,
        route="training",
    )[0]
    row = Certificate.objects.create(
        county_id=county_id, year=day.year, number=last + 1, code=code, person_id=attempt.person_id, attempt=attempt,
        name_digest=_digest(code, name or "", county_id), exam=exam.id, subject=exam.subject, issued_at=at,
        valid_until=day + exam.valid,
    )
    tell("certificate.issued", actor, at, certificate=row.id, exam=exam.id)
    return row


def _digest(code: str, name: str, county_id: int | None) -> bytes:
    key = tokens.key(rules.region_of(county_id))
    return hmac.digest(key, f"certificate {code} {''.join(name.split())}".encode(), hashlib.sha256)


def number_of(row: Certificate) -> str:
    """The number as it is printed: county, year, number."""
    return f"{rules.region_of(row.county_id) or '000000'}-{row.year}-{row.number:04d}"


def state_of(row: Certificate, *, on: date) -> str:
    """Whether it holds on a day."""
    if row.revoked_at is not None:
        return REVOKED
    return VALID if on <= row.valid_until else EXPIRED


def verify(*, code: str, name: str, at: datetime) -> Standing | None:
    """What stands behind a code, for who also knows the name; None says nothing of which of both was wrong."""
    compact = "".join(each for each in code.lower() if each in ids.READABLE)
    written = "-".join(compact[at_ : at_ + CODE[0]] for at_ in range(0, sum(CODE), CODE[0]))
    row = Certificate.objects.filter(code=written).first() if len(compact) == sum(CODE) else None
    if row is None or not hmac.compare_digest(_digest(row.code, name[:LONGEST], row.county_id), bytes(row.name_digest)):
        return None
    exam = training_in(region=rules.region_of(row.county_id), at=at).exams.get(row.exam)
    return Standing(state_of(row, on=today(at)), number_of(row), exam.zh if exam else "", row.valid_until)


def own(viewer: Viewer) -> QuerySet[Certificate]:
    """The viewer's certificates, the newest first."""
    person_id, _ = worker_of(viewer)
    return Certificate.objects.filter(person_id=person_id).order_by("-issued_at")


def issued_for(viewer: Viewer, *, at: datetime) -> QuerySet[Certificate]:
    """The county's certificates, for those who keep training."""
    must(viewer, KEEP, at=at)
    return Certificate.objects.filter(county_id=county_of(viewer)).order_by("-issued_at", "-number")


@transaction.atomic
def revoke(*, certificate_id: UUID, reason: str, actor: Viewer, at: datetime) -> Certificate:
    """It holds no more; that it was issued stays."""
    person_id = must(actor, KEEP, at=at)
    row = issued_for(actor, at=at).select_for_update().filter(id=certificate_id).first()
    if row is None or row.person_id == person_id:
        raise NotAllowed
    if row.revoked_at is not None:
        return row
    if reason not in rules_for(actor, at=at).revokes:
        raise Refused([Problem("reason", NO_REASON, True)])
    row.revoked_at, row.revoked_by, row.reason = at, person_id, reason
    row.save(update_fields=["revoked_at", "revoked_by", "reason"])
    tell("certificate.revoked", actor, at, certificate=row.id, reason=reason)
    return row
