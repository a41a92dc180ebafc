"""The outcome of one draft about one child: the form's, and what only the record around it knows."""

from datetime import datetime
from uuid import UUID

from tongxin.assessments import outcomes
from tongxin.assessments.forms import Asked
from tongxin.assessments.outcomes import Outcome
from tongxin.assessments.rulings import shown_scheme
from tongxin.core.forms import Review
from tongxin.core.pathway import CHINA, WITHDRAWN
from tongxin.flows import conferring, counselling, hearing, needing, planning, rights, transfers
from tongxin.ledger import Draft
from tongxin.people.models import Child
from tongxin.rulebook import rules

UNGRADED, REGISTRATION = "ungraded", "registration"
# A copy that waits for a person is not believed, but the danger in it acts at once.
HELD = "held"
ALARMING = ("alarms", "proposed", "proposal")
# To which sitting an entry belongs, and which entry a copy becomes when somebody opens it as a form.
TIES = ("sitting", "becomes")


def outcome_for(
    *, child: Child, asked: Asked, draft: Draft, post_id: UUID | None, standing: str, at: datetime,
    seen: Review | None = None,
) -> Outcome:
    """The outcome of one draft; taking something back raises nothing of its own (spine A8).

    `seen` is what the form made of these very answers, where that is known already.
    """
    if draft.correction_kind in WITHDRAWN:
        return Outcome({})
    if draft.kind == REGISTRATION:
        # What a row of a list leaves to be completed, however it came to a file of its own.
        return Outcome({"details": list(draft.answers.get("problems", ()))}, {f"forms/{REGISTRATION}": draft.form_hash})
    made = outcomes.outcome_of(
        asked=asked, answers=draft.answers, child=child, on=draft.occurred_at.astimezone(CHINA).date(),
        scheme=shown_scheme(region=rules.region_of(child.county_id), at=at),
        about=str(draft.clear.get("about", "")), standing=standing if standing not in {"", UNGRADED} else None,
        seen=seen,
    )
    if draft.kind == HELD:
        acting = {name: made.data[name] for name in ALARMING if name in made.data}
        made = Outcome(acting | draft.clear.get("meanwhile", {}), made.definitions)
    if "alarms" in made.data:
        made.data |= {name: draft.clear[name] for name in TIES if name in draft.clear}
    if draft.kind == "transfer_in":
        made.data["goes_on"] = transfers.carries_on(child=child, post_id=post_id)
    if "alarms" not in made.data and (heard := hearing.heard_in(asked, draft.answers, child=child, at=at)):
        made.data["heard"], made.definitions[hearing.NAMED] = heard
    _tell_of_care(made, asked=asked, draft=draft, child=child, at=at)
    if draft.kind == rights.REQUEST:
        made.data |= rights.due_of(made.data, region=rules.region_of(child.county_id), at=at)
    return made


def _tell_of_care(made: Outcome, *, asked: Asked, draft: Draft, child: Child, at: datetime) -> None:
    """What is due to the child by this entry, and what a plan says of its services and who approves it."""
    on = draft.occurred_at.astimezone(CHINA).date()
    if draft.kind == HELD:
        return
    if due := needing.shown_by(asked, draft.answers, child=child, on=on, at=at):
        made.data |= due[0]
        made.definitions[needing.NAMED] = due[1]
    if told := counselling.told_of(asked, draft.answers, child=child, at=at):
        made.data |= told[0]
        made.definitions |= {counselling.NAMED: told[1]} if told[1] else {}
    if planned := planning.told_of(asked, draft.answers, child=child, at=at):
        made.data |= planned[0]
        made.definitions |= {planning.NAMED: planned[1]} if planned[1] else {}
    made.data |= conferring.told_of(asked, draft.answers)
