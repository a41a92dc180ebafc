"""A file opened for a child whom a list names and no file is about: what the row says stands in the form."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from tongxin.accounts.viewers import Viewer
from tongxin.comparisons.models import Answer
from tongxin.flows.comparing_review import OPENED, answer_for, said_by, settle
from tongxin.flows.opening import open_file
from tongxin.flows.record import Sheet
from tongxin.flows.refusals import NotAllowed
from tongxin.intake.lines import answers_of
from tongxin.people.models import Child

# What a row says that the file's form asks for too; carers are asked there row by row.
TAKEN = frozenset({
    "name", "id_kind", "id_no", "sex", "birth", "residence_address", "phone", "ethnicity", "father_name",
    "father_id_no", "father_phone", "mother_name", "mother_id_no", "mother_phone", "carers", "residence_division",
})
SOURCE = "matching"


def told_by(*, answer_id: UUID, places: frozenset[str], viewer: Viewer, at: datetime) -> Mapping[str, Any]:
    """What stands in the form of a file opened from a row; `places` are those that the form offers."""
    answer = answer_for(answer_id=answer_id, viewer=viewer, at=at)
    if answer.verdict != Answer.NEW:
        raise NotAllowed
    (said,) = said_by([answer], viewer=viewer, at=at, route="children.new")
    if said.row is None:
        raise NotAllowed
    place = next((code for code in (said.row.division_code, said.row.town_code) if code in places), "")
    found = answers_of(said.row, details=(), place_code=place)
    return {name: value for name, value in found.items() if name in TAKEN} | {"source": SOURCE}


@transaction.atomic
def open_from(*, answer_id: UUID, sheet: Sheet, actor: Viewer, at: datetime) -> Child:
    """The child with a file; the row is settled with it."""
    answer_for(answer_id=answer_id, viewer=actor, at=at)
    child = open_file(sheet=sheet, actor=actor, at=at)
    settle(answer_id=answer_id, decision=OPENED, child_id=child.id, actor=actor, at=at)
    return child
