"""Who hears of a roster: each owner once, however many children it brought; and never a name."""

import pytest
from django.core.serializers import serialize

from tests.intake.laiwu import AT, Laiwu
from tongxin.accounts.models import Post
from tongxin.cases.models import Task
from tongxin.commands import worker
from tongxin.flows.handlers import later_handlers
from tongxin.intake import importing, mending, services
from tongxin.intake.models import HeldRow
from tongxin.lib import clock
from tongxin.notices.models import Notice

pytestmark = pytest.mark.django_db

HEADS = "乡镇,村（社区）,姓名,性别,出生日期,身份证号,监护人\n"
ROWS = [
    "凤城街道,东升社区,王小雨,女,2012-03-05,,王桂兰", "凤城街道,东升社区,李小雪,女,2013-03-05,,李秀英",
    "凤城街道,北坦社区,张小海,男,2014-03-05,,张建国", "凤城街道,东升社区,,男,2015-03-05,,赵秀英",
]


@pytest.fixture(autouse=True)
def _moment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: AT)


def told() -> list[Notice]:
    for _ in range(20):
        if not worker.turn("w", now=AT):
            break
    return list(Notice.objects.all())


def test_each_owner_is_told_once_of_a_roster(laiwu: Laiwu) -> None:
    laiwu.take_in("a.csv", content=(HEADS + "\n".join(ROWS)).encode())
    notices = told()
    owners = set(Task.objects.values_list("owner_post_id", flat=True))
    assert len(owners) == 2
    assert sorted(each.post_id for each in notices) == sorted(owners)
    assert {(each.kind, each.child_id) for each in notices} == {("roster.imported", None)}
    assert not any(name in serialize("json", notices) for name in ("王小雨", "\\u738b"))


def test_a_roster_that_brings_nobody_new_tells_nobody(laiwu: Laiwu) -> None:
    laiwu.take_in("a.csv", content=(HEADS + ROWS[0]).encode())
    told()
    Notice.objects.all().delete()
    laiwu.take_in("b.csv", content=(HEADS + ROWS[0] + "\n\n").encode())
    assert told() == []


def test_a_row_that_is_settled_later_tells_the_owner_of_the_new_file(laiwu: Laiwu) -> None:
    laiwu.take_in("a.csv", content=(HEADS + "\n".join(ROWS[2:])).encode())
    told()
    Notice.objects.all().delete()
    held = HeldRow.objects.get()
    settled = services.settle(held, decision=mending.NAME, name="赵小河", actor=laiwu.manager, at=AT)
    (notice,) = told()
    assert (notice.kind, notice.child_id) == ("row.settled", settled.child_id)
    assert Post.objects.get(id=notice.post_id).division.code == "370116001001"


def test_what_intake_queues_is_what_the_map_says() -> None:
    assert later_handlers("roster.imported") == importing.LATER
    assert later_handlers("row.settled") == mending.LATER
