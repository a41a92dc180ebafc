"""“I have it”: whoever was rung takes a crisis over with one touch."""

from datetime import datetime
from uuid import UUID

from tongxin.accounts.viewers import Viewer
from tongxin.core.pathway import CHINA
from tongxin.flows.derive import state_of
from tongxin.flows.facts import facts_of
from tongxin.flows.record import Recorded, Sheet, record
from tongxin.flows.refusals import NotAllowed
from tongxin.lib import ids
from tongxin.people.models import Child

FORM, STEP = "crisis_step", "take_over"


def take_over(*, child_id: UUID, name: str, actor: Viewer, at: datetime) -> Recorded:
    """The step as an entry of its own; what is known of the guardian stays as it is."""
    child = Child.objects.filter(id=child_id).first()
    if child is None:
        raise NotAllowed
    facts, _results = facts_of(child_id)
    names = state_of(child, facts=facts, at=at).names()
    # A touch says nothing new of the guardian: “unknown” leaves a concern where it stands.
    concern = "no" if names["concern_cleared"] else "unknown"
    answers = {
        "step": STEP, "result": "done", "done_at": at.astimezone(CHINA).strftime("%Y-%m-%dT%H:%M"), "done_by": name,
        "is_concern": concern,
    }
    sheet = Sheet(entry_id=ids.new_id(), form_id=FORM, answers=answers, occurred_at=at)
    return record(child_id=child_id, sheet=sheet, actor=actor, at=at)
