"""Nothing is destroyed by itself, by one person, under a hold, or while somebody still needs it."""

import copy
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from types import SimpleNamespace

import pytest

from tests import world
from tests.flows.forms import fill
from tongxin.accounts import county as counties
from tongxin.accounts.viewers import WORKER, Viewer, viewer_of
from tongxin.core.pathway import CHINA
from tongxin.flows import disposing, erasing, holding, retention
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.keeping.models import Disposal, Due
from tongxin.people.models import Child
from tongxin.rulebook import rules

pytestmark = pytest.mark.django_db
AT = world.START + timedelta(days=1)
GROWN = datetime(2031, 1, 2, 3, tzinfo=CHINA)
LATER = datetime(2042, 1, 2, 3, tzinfo=CHINA)


def second_person(cast: world.World, at: datetime) -> Viewer:
    """Somebody of another post, who reads no file."""
    posts = counties.open_administration(county=cast.place("370116"), actor=WORKER, at=AT)
    post = posts["security_administrator"]
    (person,) = counties.fill(holders=[(post, "second", "高安全")], at=AT)
    return viewer_of(person=person, at=at, post_id=post.id)


@pytest.fixture
def child(cast: world.World) -> Child:
    """A closed file of somebody born in March 2012."""
    child = cast.child()
    cast.record(child, "case_closure", fill(child, "case_closure", AT, reason="died"), by="王督导", at=AT)
    decided = fill(child, "closure_decision", AT, outcome="approved")
    cast.record(child, "closure_decision", decided, by="郑管理", at=AT + timedelta(hours=1))
    return child


def test_a_file_is_listed_when_its_time_is_over_and_not_before(cast: world.World, child: Child) -> None:
    cast.child("还在办的", birth="2008-01-01")
    assert retention.list_due(at=datetime(2030, 4, 30, tzinfo=CHINA)) == 0
    assert retention.list_due(at=datetime(2030, 5, 1, tzinfo=CHINA)) == 1
    due = Due.objects.get()
    assert (due.rule, due.child_id, str(due.since_on), str(due.due_on)) == (
        "grown_file", child.id, "2030-04-01", "2030-05-01"
    )
    assert retention.look_for_due(LATER) == 1 and retention.look_for_due(LATER) == 0
    assert set(Due.objects.values_list("rule", flat=True)) == {"grown_file", "child_file"}


def test_two_people_of_two_posts_destroy_and_a_certificate_without_names_stays(cast: world.World, child: Child) -> None:
    retention.list_due(at=LATER)
    due = Due.objects.get(rule="child_file")
    first, second = cast.viewer("郑管理", LATER), second_person(cast, LATER)
    for other in ("周主任", "王督导"):
        with pytest.raises(NotAllowed):
            retention.propose(due_ids=[due.id], actor=cast.viewer(other, LATER), at=LATER)
    assert retention.due_for(viewer=cast.viewer("陈管理", LATER), at=LATER) == []
    row = retention.propose(due_ids=[due.id], actor=first, at=LATER)
    with pytest.raises(Refused):
        disposing.decide(disposal_id=row.id, agrees=True, actor=first, at=LATER)
    with pytest.raises(NotAllowed):
        disposing.decide(disposal_id=row.id, agrees=True, actor=cast.viewer("陈管理", LATER), at=LATER)
    done = disposing.decide(disposal_id=row.id, agrees=True, actor=second, at=LATER)
    assert done.state == Disposal.DONE and done.lines == [disposing.line_of(done, due)] and len(done.digest) == 64
    assert str(child.id) not in str(done.lines) and child.file_no not in str(done.lines)
    assert Due.objects.get(id=due.id).state == Due.DONE
    with pytest.raises(NotAllowed):
        disposing.decide(disposal_id=row.id, agrees=True, actor=second, at=LATER)
    assert retention.list_due(at=LATER + timedelta(days=1)) == 0


def test_nothing_under_a_hold_goes_not_even_one_placed_meanwhile(cast: world.World, child: Child) -> None:
    retention.list_due(at=LATER)
    due, first, second = Due.objects.get(rule="child_file"), cast.viewer("郑管理", LATER), second_person(cast, LATER)
    row = retention.propose(due_ids=[due.id], actor=first, at=LATER)
    holding.place(
        child=child, kind="lawsuit", basis="诉讼", document="12号", review_on=(LATER + timedelta(days=9)).date(),
        actor=first, at=LATER,
    )
    done = disposing.decide(disposal_id=row.id, agrees=True, actor=second, at=LATER)
    assert done.lines == [] and Due.objects.get(id=due.id).state == Due.WAITING
    with pytest.raises(Refused):
        retention.propose(due_ids=[due.id], actor=first, at=LATER)


def test_grown_up_a_file_is_only_stored_and_can_be_kept_longer(cast: world.World, child: Child) -> None:
    retention.list_due(at=GROWN)
    due, first, second = Due.objects.get(), cast.viewer("郑管理", GROWN), second_person(cast, GROWN)
    with pytest.raises(Refused):
        retention.keep(due_ids=[due.id], until=GROWN.date(), actor=first, at=GROWN)
    until = GROWN + timedelta(days=30)
    assert retention.keep(due_ids=[due.id], until=until.date(), actor=first, at=GROWN) == 1
    assert retention.due_for(viewer=first, at=GROWN) == []
    retention.list_due(at=until)
    row = retention.propose(due_ids=[due.id], actor=first, at=until)
    assert row.then == "store"
    disposing.withdraw(disposal_id=row.id, actor=first, at=until)
    row = retention.propose(due_ids=[due.id], actor=first, at=until)
    assert len(disposing.decide(disposal_id=row.id, agrees=True, actor=second, at=until).lines) == 1
    assert Child.objects.get(id=child.id).county_id is None


def test_what_is_listed_or_not_yet_due_keeps_nothing_off_the_list(
    cast: world.World, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, year in (("甲", 2), ("乙", 2), ("后来的", 9), ("丙", 2)):
        child, when = cast.child(name, birth=f"201{year}-03-01"), AT
        cast.record(child, "case_closure", fill(child, "case_closure", when, reason="died"), by="王督导", at=when)
        decided = fill(child, "closure_decision", when, outcome="approved")
        cast.record(child, "closure_decision", decided, by="郑管理", at=when + timedelta(hours=1))
    monkeypatch.setattr(retention, "MOST", 1)
    assert [retention.list_due(at=GROWN + timedelta(days=night)) for night in range(5)] == [1, 1, 1, 0, 0]


@contextmanager
def kept_by_law(years: int) -> Iterator[None]:
    """A law under which the closing of a case is kept for some years."""
    content = copy.deepcopy(dict(rules.resolve("rights", "rights", at=AT).content))
    content["erase"]["keeps"][0] |= {"kinds": ["closure"], "years": years}
    law = SimpleNamespace(hash=f"longer {years}", kind="rights", id="rights", region="", content=content)
    with rules.supposing([law]):
        yield


def test_of_two_times_the_longer_one_holds(cast: world.World, child: Child) -> None:
    over = datetime(2055, 9, 3, 3, tzinfo=CHINA)
    with kept_by_law(30):
        retention.list_due(at=LATER)
        assert [due.rule for due in Due.objects.all()] == ["grown_file"]
        assert any("只保存" in each for each in erasing.refusals(child, basis=erasing.RETENTION, at=LATER))
        retention.list_due(at=over)
        assert str(Due.objects.get(rule="child_file").due_on) == "2055-09-02"
    with kept_by_law(1):
        Due.objects.all().delete()
        retention.list_due(at=LATER)
        assert str(Due.objects.get(rule="child_file").due_on) == "2040-04-01"


def test_what_was_listed_before_the_law_wanted_it_longer_is_not_destroyed(cast: world.World, child: Child) -> None:
    retention.list_due(at=LATER)
    due, first, second = Due.objects.get(rule="child_file"), cast.viewer("郑管理", LATER), second_person(cast, LATER)
    row = retention.propose(due_ids=[due.id], actor=first, at=LATER)
    with kept_by_law(30):
        assert disposing.decide(disposal_id=row.id, agrees=True, actor=second, at=LATER).lines == []
        with pytest.raises(Refused) as no:
            retention.propose(due_ids=[due.id], actor=first, at=LATER)
        (problem,) = no.value.problems
        assert child.file_no in problem.zh and "2055年9月" in problem.zh
        retention.list_due(at=LATER)
        assert not Due.objects.filter(rule="child_file").exists()
    retention.list_due(at=LATER)
    assert Due.objects.filter(rule="child_file").exists()
