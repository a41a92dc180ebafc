"""A played district is the same for the same seed, keeps every promise, and looks like work that people did."""

import pytest

from tests.conftest import forget, taken_back
from tests.demo.small import END, played, seen
from tongxin.assessments.models import Result
from tongxin.cases.models import Case, Task
from tongxin.flows.invariants import breaches
from tongxin.flows.rebuild import differences_of
from tongxin.ledger.models import Entry, Work
from tongxin.notices.models import Notice
from tongxin.people.models import Child

pytestmark = pytest.mark.django_db


def test_a_played_quarter_keeps_every_promise_and_is_the_same_for_the_same_seed() -> None:
    with taken_back():
        result = played(seed=7)
        assert result.refused == ()
        _keeps_every_promise()
        _has_been_worked_in()
        found = [seen()]
    for seed in (7, 8):
        forget()
        with taken_back():
            played(seed=seed)
            found.append(seen())
    assert found[0] == found[1]
    assert found[0] != found[2]


def _keeps_every_promise() -> None:
    assert [(each.kind, each.count) for each in breaches(at=END) if each.count] == []
    for child in Child.objects.all():
        assert differences_of(child, at=END) == []
    assert not Work.objects.exclude(state=Work.DONE).exists()
    assert Entry.objects.filter(recorded_at__gt=END).count() == 0


def _has_been_worked_in() -> None:
    kinds = set(Entry.objects.values_list("kind", flat=True))
    assert kinds >= {"registration", "identification", "visit", "assessment", "grade_decision", "case_file", "plan"}
    assert Case.objects.filter(stage="identified_healthy").count() >= 5
    assert Task.objects.filter(step="need", state=Task.OPEN).exists()
    assert Task.objects.filter(state=Task.DONE).exists() and Notice.objects.exclude(read_at=None).exists()
    totals = [score["totals"] for data in Result.objects.filter(kind="assessment").values_list("data", flat=True)
              for score in data.get("scores", {}).values()]
    assert totals
