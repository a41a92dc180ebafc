"""Clues and asks that belong to no child's file end like a file: listed, proposed, decided by another, certified."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from tests import world
from tests.flows.test_retention import second_person
from tongxin import vault
from tongxin.accounts import county as counties
from tongxin.accounts.models import Post
from tongxin.accounts.viewers import Viewer, viewer_of
from tongxin.clues.models import CLOSED, Clue
from tongxin.core.pathway import CHINA
from tongxin.flows import asking_over, clues, disposing, retention
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.keeping.models import Disposal, Due
from tongxin.referrals.models import Ask

pytestmark = pytest.mark.django_db
AT = world.START + timedelta(days=1)
BEFORE, LATER = datetime(2028, 8, 1, 3, tzinfo=CHINA), datetime(2028, 10, 2, 3, tzinfo=CHINA)
SIGNS = ("wish_to_die", "harmed", "unguarded", "danger_to_others", "confused", "life_threat")


def clue_of(cast: world.World, *, is_closed: bool = True, **more: Any) -> Clue:
    """A clue that nobody matched."""
    given = {
        "received_at": "2025-09-02T08:30", "what": "邻居说有个孩子", "matter": "family", "where": "村口",
        "caller": "relative", "about_staff": "no", **dict.fromkeys(SIGNS, "no"), **more,
    }
    clue = clues.take_in(
        channel="line_12345", given={name: [text] for name, text in given.items()}, town_id=None,
        actor=cast.viewer("郑管理", AT), at=AT,
    )
    if is_closed:
        Clue.objects.filter(id=clue.id).update(state=CLOSED, closed_at=AT, due_at=None, ring_at=None)
    return clue


def ask_of(cast: world.World) -> Ask:
    given = {"child_name": "童小远", "birth": "八岁", "known_by": "住东头", "why": "搬来了", "urgent": "no"}
    return asking_over.ask_for(
        kind="transfer", place_id=cast.place("370116").id, given={name: [text] for name, text in given.items()},
        actor=cast.viewer("陈管理", AT), at=AT,
    )


def test_two_people_end_what_was_never_matched_and_the_figures_stay(cast: world.World) -> None:
    clue, waiting = clue_of(cast), clue_of(cast, is_closed=False)
    retention.list_due(at=BEFORE)
    assert not Due.objects.filter(rule="unmatched_clue").exists()
    retention.list_due(at=LATER)
    due = Due.objects.get(rule="unmatched_clue")
    assert (due.intake_id, due.child_id, due.file_no) == (clue.id, None, f"线索 2025-{clue.number}")
    first, second = cast.viewer("郑管理", LATER), second_person(cast, LATER)
    assert due in retention.due_for(viewer=first, at=LATER)
    assert due not in retention.due_for(viewer=cast.viewer("陈管理", LATER), at=LATER)
    row = retention.propose(due_ids=[due.id], actor=first, at=LATER)
    with pytest.raises(Refused):
        disposing.decide(disposal_id=row.id, agrees=True, actor=first, at=LATER)
    assert vault.destroyed([clue.key_owner]) == set()
    done = disposing.decide(disposal_id=row.id, agrees=True, actor=second, at=LATER)
    assert done.state == Disposal.DONE and len(done.lines) == 1 and str(clue.id) not in str(done.lines)
    clue.refresh_from_db()
    assert clue.words is None and clue.clear == {} and clue.state == CLOSED
    assert Clue.objects.get(id=waiting.id).words is not None
    retention.list_due(at=LATER + timedelta(days=1))
    assert vault.destroyed([clue.key_owner]) == {clue.key_owner}
    assert Due.objects.filter(rule="unmatched_clue").count() == 1


def test_what_is_matched_meanwhile_goes_with_the_child(cast: world.World) -> None:
    clue, child = clue_of(cast), cast.child()
    retention.list_due(at=LATER)
    row = retention.propose(
        due_ids=list(Due.objects.filter(rule="unmatched_clue").values_list("id", flat=True)),
        actor=cast.viewer("郑管理", LATER), at=LATER,
    )
    Clue.objects.filter(id=clue.id).update(child_id=child.id)
    done = disposing.decide(disposal_id=row.id, agrees=True, actor=second_person(cast, LATER), at=LATER)
    assert done.lines == [] and Clue.objects.get(id=clue.id).words is not None
    retention.list_due(at=LATER + timedelta(days=1))
    assert not Due.objects.filter(rule="unmatched_clue").exists()


def test_an_ask_that_nobody_answered_is_listed_where_it_was_asked(cast: world.World) -> None:
    ask = ask_of(cast)
    retention.list_due(at=LATER)
    due = Due.objects.get(rule="unanswered_ask")
    assert due.intake_id == ask.id and due.county_id == cast.place("370116").id
    row = retention.propose(due_ids=[due.id], actor=cast.viewer("郑管理", LATER), at=LATER)
    disposing.decide(disposal_id=row.id, agrees=True, actor=second_person(cast, LATER), at=LATER)
    ask.refresh_from_db()
    assert ask.state == Ask.WITHDRAWN and ask.words is None and ask.ring_at is None


def test_what_is_about_the_countys_own_desk_is_for_the_city_to_end(cast: world.World) -> None:
    about, other = clue_of(cast, about_staff="yes", staff_level="county"), clue_of(cast)
    retention.list_due(at=LATER)
    due = Due.objects.get(rule="unmatched_clue", intake_id=about.id)
    first, second = city_officer(cast, "高市"), city_officer(cast, "林市")
    assert due in retention.due_for(viewer=first, at=LATER)
    desk = cast.viewer("郑管理", LATER)
    assert [each.intake_id for each in retention.due_for(viewer=desk, at=LATER)] == [other.id]
    with pytest.raises(Refused):
        retention.propose(due_ids=[due.id], actor=desk, at=LATER)
    row = retention.propose(due_ids=[due.id], actor=first, at=LATER)
    with pytest.raises(NotAllowed):
        disposing.decide(disposal_id=row.id, agrees=True, actor=second_person(cast, LATER), at=LATER)
    done = disposing.decide(disposal_id=row.id, agrees=True, actor=second, at=LATER)
    assert done.state == Disposal.DONE and Clue.objects.get(id=about.id).words is None
    assert Clue.objects.get(id=other.id).words is not None


def city_officer(cast: world.World, name: str) -> Viewer:
    """Somebody at the desk above the county."""
    post = Post.objects.create(
        role="city_officer", title="市级人员", organisation=cast.posts["郑管理"].organisation,
        division=cast.place("3701"),
    )
    (person,) = counties.fill(holders=[(post, name, name)], at=AT)
    return viewer_of(person=person, at=LATER, post_id=post.id)
