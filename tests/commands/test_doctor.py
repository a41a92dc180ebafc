"""`tongxin doctor` says what is wrong, with a cure; warnings don't fail."""

from datetime import timedelta

import pytest

from tests import world
from tests.ledger.record import seal_all
from tongxin import ledger
from tongxin.accounts.services import hand_over
from tongxin.accounts.viewers import WORKER
from tongxin.cases.models import Case, Task
from tongxin.flows.health import Finding, examine

pytestmark = pytest.mark.django_db
AT = world.START + timedelta(hours=1)


@pytest.fixture
def cast() -> world.World:
    return world.build()


def found(what: str, *, at=AT) -> list[Finding]:
    return [each for each in examine(at=at) if each.what == what]


def failures(*, at=AT) -> list[str]:
    return [each.zh for each in examine(at=at) if each.state == "failure"]


@pytest.mark.django_db(transaction=True)
def test_all_is_well_while_a_worker_beats(cast: world.World) -> None:
    cast.child()
    ledger.beat(worker="worker-1", at=AT)
    seal_all()
    assert failures() == []


def test_a_silent_worker_is_a_failure(cast: world.World) -> None:
    ledger.beat(worker="worker-1", at=AT - timedelta(seconds=61))
    assert [each.state for each in found("后台")] == ["failure"]


@pytest.mark.parametrize(
    ("breach", "zh"),
    [
        (lambda: Task.objects.all().delete(), "在办个案没有任何任务"),
        (lambda: Task.objects.update(owner_post_id=None), "任务没有在岗的负责人"),
        (lambda: Task.objects.update(due_at=AT + timedelta(days=4000)), "任务期限超过规定的最长间隔"),
        (lambda: Task.objects.update(state=Task.WAITING, due_at=AT - timedelta(days=1)), "暂缓已到期而没有重新提醒"),
        (lambda: Case.objects.update(look_again_at=AT - timedelta(days=1)), "到了检查时间而没有检查"),
        (lambda: Case.objects.all().delete(), "有记录而没有个案"),
        (lambda: Case.objects.update(in_crisis=True), "危机中没有紧急任务"),
    ],
)
def test_each_breach_of_promise_one_is_named_with_the_file(cast: world.World, breach, zh: str) -> None:
    child = cast.child()
    breach()
    said = [each for each in found("每个孩子都有下一步") if each.state == "failure"]
    assert any(each.zh.startswith(zh) and child.file_no in each.zh for each in said)


def test_a_line_without_anybody_at_the_top_is_a_failure(cast: world.World) -> None:
    hand_over(post=cast.posts["郑管理"], to=None, actor=WORKER, at=AT)
    assert found("岗位")[0].state == "failure"


def test_a_year_without_holidays_is_only_a_warning(cast: world.World) -> None:
    later = AT.replace(year=2031)
    assert "warning" in {each.state for each in found("规则", at=later)}


def test_a_clock_put_back_is_noticed(cast: world.World) -> None:
    cast.child()
    assert found("时钟", at=world.START - timedelta(days=2))[0].state == "failure"
