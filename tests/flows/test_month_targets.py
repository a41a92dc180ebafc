"""The own month of somebody who goes to see children: done, due and late of the own post, nobody else's."""

from datetime import timedelta

import pytest

from tests import world
from tests.flows.forms import fill
from tongxin.cases.models import Task
from tongxin.core.pathway import CHINA
from tongxin.flows import carrying_frame, month_targets

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def test_done_and_due_are_of_the_own_post_and_month(cast: world.World) -> None:
    at = world.START.astimezone(CHINA).replace(day=10, hour=9)
    child = cast.child("小雨", by="周主任", village="370116001001")
    cast.record(child, "visit_record", fill(child, "visit_record", at), by="周主任", at=at)
    post = cast.posts["周主任"].id
    Task.objects.filter(case_id=child.id).update(state="dropped")
    task = Task.objects.filter(case_id=child.id).order_by("id")[0]
    for number, due in enumerate((at - DAY, at + DAY, at + 40 * DAY)):
        task.pk, task.key, task.form, task.state = None, f"t{number}", "visit_record", Task.OPEN
        task.due_at, task.post_id = due, post
        task.save(force_insert=True)
    found = {each.id: (each.done, each.due, each.late) for each in month_targets.this_month([post], at=at)}
    assert found["visit"] == (1, 3, 1) and found["contact"] == (0, 0, 0)
    assert not any(each.due for each in month_targets.this_month([cast.posts["吴主任"].id], at=at))
    assert month_targets.last_month([post], at=at)[0].due == 0
    seat = cast.viewer("周主任", at).seat
    assert seat is not None
    assert carrying_frame._targets(seat, at)["this_month"] == [{"zh": "走访", "done": 1, "due": 3, "late": 1}]
    assert not month_targets.counts_for("case_manager", at=at)
