"""A participant becomes a child with a file: through the product's own registration, in one transaction."""

from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from tongxin import vault
from tongxin.accounts.models import Division
from tongxin.accounts.viewers import WORKER, Viewer
from tongxin.assessments.forms import age_on
from tongxin.core.forms import review
from tongxin.core.pathway import CHINA
from tongxin.flows import shelved
from tongxin.flows.record import Sheet, asked_of, record
from tongxin.intake.county import FORM, County
from tongxin.intake.lines import answers_of
from tongxin.intake.reading import Row
from tongxin.ledger.subjects import lock_subject
from tongxin.lib import ids
from tongxin.people import matching
from tongxin.people import services as people
from tongxin.people.models import Child
from tongxin.screening import identities
from tongxin.screening.models import Participant
from tongxin.vault import Owner

SOURCE = "school"


def prepare(participant: Participant, *, at: datetime) -> UUID | None:
    """The id under which a file could be opened; its key, which stands in another database, is made first."""
    if participant.child_id is not None:
        return None
    child_id = ids.new_id()
    vault.create_keys([Owner("child", child_id)], at=at)
    return child_id


def file_of(participant: Participant, *, prepared: UUID | None, actor: Viewer, at: datetime) -> Child:
    """The child of a participant whose row is locked: known, found by the number, or with a file opened now."""
    if participant.child_id is not None:
        return Child.objects.get(id=participant.child_id)
    if prepared is None:
        raise ValueError("a file is prepared before the transaction")
    child = _known(participant, at) or _opened(participant, prepared, actor, at)
    owner = participant.key_owner
    identities.move_to(participant, child_id=child.id, viewer=WORKER, at=at)
    transaction.on_commit(lambda: vault.destroy(owner, at=at))
    return child


def _known(participant: Participant, at: datetime) -> Child | None:
    """The child on file with the same number, perhaps opened since the list came; in use again if only stored."""
    county, mark = participant.round.county_id, participant.id_mark
    if mark is None or county is None:
        return None
    found = next(matching.sharing("id_token", [bytes(mark)], county_id=county), None)
    child = Child.objects.get(id=found.id) if found else None
    if child is not None and found and found.is_stored:
        lock_subject(child.key_owner)
        shelved.end(child, at=at)
    return child


def _opened(participant: Participant, child_id: UUID, actor: Viewer, at: datetime) -> Child:
    round = participant.round
    county = County(division=Division.objects.get(id=round.county_id or 0), actor=actor, at=at)
    (row,) = identities.rows_of([participant], viewer=WORKER, at=at)
    if row is None:
        raise vault.Destroyed
    place = county.place_of(row)
    if place == county.division.code and round.division.code in county.places:
        place = round.division.code
    child = people.open_file(actor=actor, at=at, child_id=child_id)
    for column, value in county.places[place].ancestors.items():
        setattr(child, column, value)
    child.save()
    answers = _registered(child, row, county=county, place=place, at=at)
    record(
        child_id=child.id, sheet=Sheet(ids.new_id(), FORM, answers, at), actor=replace(actor, is_worker=True), at=at
    )
    child.refresh_from_db()
    return child


def _registered(child: Child, row: Row, *, county: County, place: str, at: datetime) -> dict[str, Any]:
    """What the registration can hold of a row; whatever it can't waits for the correction, never stops the file."""
    details = county.details(row, place)
    code = place if len(place) > len(county.code) else ""
    answers = {**answers_of(row, details=details, place_code=code), "source": SOURCE}
    form = asked_of(child, form_id=FORM, at=at).form
    on = at.astimezone(CHINA).date()
    for problem in review(form, answers, on=on, age=age_on(child.birth_month, on)).problems:
        answers.pop(problem.path.partition(".")[0].partition("[")[0], None)
    return answers
