"""A child's danger that goes off by itself, and the form around it that comes later: one crisis, its first clock."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests import world
from tests.flows.forms import fill
from tests.flows.story import phq_a
from tests.sync.phone import Json, Phone, entry
from tests.web.conftest import Clock
from tongxin.cases.models import Alarm, Case
from tongxin.flows import arriving_holding as holding
from tongxin.flows import arriving_settling as settling
from tongxin.flows.rebuild import differences
from tongxin.ledger.models import Entry
from tongxin.lib import ids
from tongxin.people.models import Child
from tongxin.sync.models import Arrival

pytestmark = pytest.mark.django_db
Paired = Callable[..., Phone]


def crisis(child: Child) -> dict[str, Any]:
    found: dict[str, Any] = Case.objects.get(id=child.id).state["crisis"]
    return found


def warning(child: Child, time: Clock, sitting: str) -> Json:
    """The questionnaire alone, as it goes off while the child is still answering."""
    sheet = {"instruments_used": ["phq_a"], "child_told": "yes", "phq_a": {"q9": "3"}}
    return entry(child, "assessment_form", sheet, time.now) | {"sitting": sitting}


def whole(child: Child, time: Clock, sitting: str, **answers: Any) -> Json:
    filled = fill(child, "assessment_form", time.now, **phq_a(q9="3"), **answers)
    return entry(child, "assessment_form", filled, time.now) | {"id": sitting}


def test_the_form_adds_to_the_crisis_that_its_first_answer_began(
    cast: world.World, phone: Paired, time: Clock
) -> None:
    child, mine, sitting = cast.child(), phone("林社工"), str(ids.new_id())
    assert mine.sends(warning(child, time, sitting), now=time.now)[0]["reason"] == "refused"
    first = crisis(child)
    step = fill(child, "crisis_step", time.now, step="stay", result="done", is_concern="no")
    cast.record(child, "crisis_step", step, by="林社工", at=time.now)
    taken = crisis(child)["taken"]
    time.now += timedelta(hours=3)
    assert mine.sends(whole(child, time, sitting), now=time.now)[0]["state"] == "arrived"
    assert crisis(child) == first | {"taken": taken} and len(taken) == 1
    assert Alarm.objects.filter(case_id=child.id).count() == 1
    assert Entry.objects.filter(subject_id=child.id, kind__in=["held", "assessment"]).count() == 2
    assert not list(differences(at=time.now))


def test_another_danger_in_the_form_counts(cast: world.World, phone: Paired, time: Clock) -> None:
    child, mine, sitting = cast.child(), phone("林社工"), str(ids.new_id())
    mine.sends(warning(child, time, sitting), now=time.now)
    time.now += timedelta(hours=3)
    mine.sends(whole(child, time, sitting, harmed="yes"), now=time.now)
    gates = set(Alarm.objects.filter(case_id=child.id).values_list("gate", flat=True))
    assert gates == {"suicidal_thought", "harmed"}
    assert datetime.fromisoformat(crisis(child)["began_at"]) == time.now


def test_it_is_one_crisis_in_whatever_order_they_come(cast: world.World, phone: Paired, time: Clock) -> None:
    child, mine, sitting = cast.child(), phone("林社工"), str(ids.new_id())
    early = warning(child, time, sitting)
    mine.sends(whole(child, time, sitting), now=time.now)
    first = crisis(child)
    time.now += timedelta(hours=3)
    mine.sends(early, now=time.now)
    assert crisis(child) == first


@pytest.mark.parametrize("opens", [True, False])
def test_what_waited_and_is_recorded_is_no_second_crisis(
    cast: world.World, phone: Paired, time: Clock, opens: bool
) -> None:
    child, mine = cast.child(), phone("林社工", app="0.9")
    sent = whole(child, time, str(ids.new_id()))
    assert mine.sends(sent, now=time.now)[0]["reason"] == "old_app"
    first, arrival, actor = crisis(child), Arrival.objects.get(), cast.viewer("郑管理", time.now)
    time.now += timedelta(hours=3)
    if opens:
        again = {"id": holding.opened_id(arrival.id), "answers": sent["answers"]}
        cast.record(child, "assessment_form", again["answers"], by="林社工", at=time.now, entry_id=again["id"])
    else:
        settling.record_as_written(arrival_id=arrival.id, actor=actor, at=time.now)
    assert Entry.objects.filter(subject_id=child.id, kind="assessment").count() == 1
    assert crisis(child) == first
