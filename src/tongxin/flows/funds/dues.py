"""What is due to children and was paid to them out of public money: somebody checks it and writes the answer.

A gift never stands in for what a child is entitled to, and nothing here decides that a need is met.
"""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction

from tongxin import vault
from tongxin.accounts.models import Person
from tongxin.accounts.viewers import Viewer
from tongxin.cases.models import Task
from tongxin.cases.tasks import LIVE
from tongxin.flows.funds.booking import rules_of
from tongxin.flows.funds.paying import grant_for
from tongxin.flows.funds.twice import files_of
from tongxin.flows.record import Recorded, Sheet, record
from tongxin.funds.models import Grant, Settlement
from tongxin.funds.rules import Funds
from tongxin.lib import ids

STEP, FORM, RECEIVED = "need", "need_answer", "received"
PURPOSE, ROUTE, NOTE = "helped", "helped", "由第 {number} 批发放付清，已核对。"


def met_by(grant: Grant, found: Funds) -> frozenset[str]:
    """The needs that a grant which came may have met; none for a gift."""
    purpose = found.purposes.get(grant.payout.purpose)
    if purpose is None or grant.state != Grant.PAID or grant.payout.fund.source not in found.public:
        return frozenset()
    return purpose.needs


def answerable(grants: Iterable[Grant], found: Funds) -> dict[UUID, Task]:
    """By grant the task of a need that still waits for its answer though it was paid."""
    wanted = {each.id: (each.child_id, met_by(each, found)) for each in grants}
    children = {child_id for child_id, needs in wanted.values() if needs}
    files = files_of(children)
    waiting: dict[tuple[UUID, str], Task] = {}
    every = {id for each in files.values() for id in each}
    for task in Task.objects.filter(step=STEP, state__in=LIVE, case_id__in=every):
        waiting[task.case_id, task.key.split(":")[1]] = task
    return {
        id: waiting[file, need] for id, (child_id, needs) in wanted.items() for need in sorted(needs)
        for file in files.get(child_id, ()) if (file, need) in waiting
    }


@transaction.atomic
def close(*, grant_id: UUID, actor: Viewer, at: datetime) -> Recorded | None:
    """Somebody looked at it and says that the grant met what was due: the need is answered, with who and when.

    Returns:
        What was recorded; nothing where no need waits for this grant any more.
    """
    grant = grant_for(grant_id, actor, at)
    task = answerable([grant], rules_of(grant.payout.county_id, at=at)).get(grant.id)
    if task is None or grant.settled_on is None or actor.person_id is None:
        return None
    need, signed = task.key.split(":")[1], Person.objects.get(id=actor.person_id)
    (name,) = vault.open([signed.name], viewer=actor, purpose=PURPOSE, part="staff", route=ROUTE, at=at)
    answers = {"outcome": RECEIVED, "done_on": grant.settled_on.isoformat(), "signature": name or "",
               "note": NOTE.format(number=grant.payout.number)}
    made = record(
        child_id=task.case_id, actor=actor, at=at,
        sheet=Sheet(ids.new_id(), FORM, answers, at, about=task.key.partition(":")[2]),
    )
    Settlement(
        grant=grant, kind=Settlement.NEED, said=need, on_day=grant.settled_on, at=at, person_id=actor.person_id,
        post_id=actor.post_id,
    ).save()
    return made
