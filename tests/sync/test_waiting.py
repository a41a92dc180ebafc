"""What waits is seen by whoever has to decide, each new holder of that post, and who looks after the system."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from tests import world
from tests.flows.forms import fill
from tests.sync.phone import Phone, entry, visit
from tests.sync.test_reasons import TestSameChild as Files
from tests.sync.test_reasons import held
from tests.web.conftest import Clock
from tongxin import ledger
from tongxin.accounts.models import Person
from tongxin.accounts.viewers import WORKER
from tongxin.flows import handlers
from tongxin.flows.handing_over import hand_over
from tongxin.flows.health import examine
from tongxin.lib import ids
from tongxin.notices.models import Notice
from tongxin.people.models import Child
from tongxin.sync.models import Arrival

pytestmark = pytest.mark.django_db
Paired = Callable[..., Phone]


def react(time: Clock) -> None:
    for work in ledger.claim(worker="w", limit=100, now=time.now):
        handlers.run(work, at=time.now)
        ledger.finish(work, worker="w")


def told(person_post: str, cast: world.World) -> list[str]:
    rows = Notice.objects.filter(post_id=cast.posts[person_post].id, read_at__isnull=True)
    return sorted(rows.values_list("kind", flat=True))


def said_of_phones(time: Clock) -> tuple[str, str]:
    (found,) = [each for each in examine(at=time.now) if each.what == "手机记录"]
    return found.state, found.zh


def test_what_waited_for_a_file_and_breaks_keeps_no_file_out(
    cast: world.World, phone: Paired, time: Clock
) -> None:
    mine, named = phone(), ids.new_id()
    first = cast.child("小石", birth="2011-01-01")
    answers = fill(first, "detail_correction", time.now, basis="村里核实") | {"categories": 5}
    seen = {"categories": ["left_behind"]}
    broken = entry(first, "detail_correction", answers, time.now, based_on=seen) | {"child": str(named)}
    held(mine.sends(broken, now=time.now)[0], "early")
    (opened,) = mine.sends(Files().file(named, time), now=time.now)
    assert opened["state"] == "arrived" and Child.objects.filter(id=named).exists()
    arrival = Arrival.objects.get()
    assert (arrival.receipt.reason, arrival.settled_at, arrival.child_id) == ("unreadable", None, named)


def test_whoever_decides_from_now_on_is_told(cast: world.World, phone: Paired, time: Clock) -> None:
    phone(app="0.9").sends(visit(cast.child(), time.now), now=time.now)
    react(time)
    assert told("王督导", cast) == ["arrival.held"]
    fresh = cast.people["陈督导"]
    hand_over(post=cast.posts["王督导"], to=fresh, actor=WORKER, at=time.now)
    react(time)
    assert "arrival.passed_on" in told("王督导", cast)
    hand_over(post=cast.posts["王督导"], to=None, actor=WORKER, at=time.now)
    react(time)
    assert Arrival.objects.get().decider_id == cast.posts["郑管理"].id
    assert "arrival.passed_on" in told("郑管理", cast)


def test_the_doctor_names_what_waits_too_long_or_for_nobody(
    cast: world.World, phone: Paired, time: Clock
) -> None:
    assert said_of_phones(time)[0] == "ok"
    phone(app="0.9").sends(visit(cast.child(), time.now), now=time.now)
    assert said_of_phones(time)[0] == "ok"
    later = time.now + timedelta(days=9)
    (found,) = [each for each in examine(at=later) if each.what == "手机记录"]
    assert found.state == "warning" and "1 条等了太久" in found.zh and found.cure
    for name in ("王督导", "郑管理"):
        hand_over(post=cast.posts[name], to=None, actor=WORKER, at=time.now)
    Person.objects.filter(id=cast.people["陈管理"].id).update(is_active=False)
    state, zh = said_of_phones(time)
    assert state == "failure" and "1 条没有人可以核对" in zh
