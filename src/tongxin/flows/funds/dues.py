"""What is due to children and was paid to them out of public money: somebody checks it and writes the answer.

A gift never stands in for what a child is entitled to, and nothing here decides that a need is met.
"""

from collections.abc import Iterable
from uuid import UUID

from tongxin.cases.models import Task
from tongxin.cases.tasks import LIVE
from tongxin.funds.models import Grant
from tongxin.funds.rules import Funds

STEP = "need"


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
    waiting: dict[tuple[UUID, str], Task] = {}
    for task in Task.objects.filter(step=STEP, state__in=LIVE, case_id__in=children):
        waiting[task.case_id, task.key.split(":")[1]] = task
    return {
        id: waiting[child_id, need] for id, (child_id, needs) in wanted.items() for need in sorted(needs)
        if (child_id, need) in waiting
    }
