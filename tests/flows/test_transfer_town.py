"""A child who moves to another town or county: the sender stays responsible until the other side takes over."""

import pytest

from tests.flows.story import Story
from tongxin.access import selectors as access
from tongxin.accounts.models import Division, Holding
from tongxin.flows.invariants import breaches

pytestmark = pytest.mark.django_db


def sees(story: Story, name: str) -> bool:
    viewer = story.world.viewer(name, story.at)
    return access.may(viewer=viewer, child_id=story.child.id, part="care", at=story.at)


@pytest.fixture
def neighbour(story: Story, monkeypatch: pytest.MonkeyPatch) -> Division:
    """Another town of the same county, with a supervisor of its own."""
    post = story.world.lines["370116"].at_place["370116104"]
    person = story.world.people["陈督导"]
    Holding.objects.create(post=post, person=person, from_at=story.at, kind=Holding.HOLDER)
    monkeypatch.setitem(story.world.posts, "陈督导", post)
    return post.division


def test_another_town_takes_over_and_visits_first(story: Story, neighbour: Division) -> None:
    story.graded("mid_low", 2, 0, 0, 0, 0)
    other, here = neighbour, story.world.posts["王督导"].division
    assert "归这个地方管" in story.refused("transfer_out", "王督导", to_division=here.code)
    story.record("transfer_out", "王督导", to_division=other.code)
    assert story.owner("accept_transfer") == "陈督导" and sees(story, "陈督导") and sees(story, "王督导")
    assert "应由接收地确认" in story.refused("transfer_in", "郑管理", outcome="accepted")
    assert {"first_visit", "tell_guardian"} <= story.steps
    story.record("transfer_in", "陈督导", outcome="accepted")
    story.child.refresh_from_db()
    assert (story.child.town_id, story.child.village_id) == (other.id, None)
    assert not sees(story, "王督导") and sees(story, "陈督导") and story.case.is_open
    assert "visit_arrived" in story.steps and "tell_guardian" in story.steps
    assert [each.kind for each in breaches(at=story.at) if each.count] == []
    story.record("visit_record", "陈督导", seen_in_person="yes")
    assert "visit_arrived" not in story.steps
    story.rebuilt_equal()


def test_a_refusal_comes_back_as_work_for_the_sender(story: Story) -> None:
    story.record("transfer_out", "郑管理", to_division="510104")
    story.wait(days=40)
    assert "accept_transfer" in story.steps and story.task("accept_transfer").climbed == 2
    story.record("transfer_in", "陈管理", outcome="returned", returned_reason="不在本地")
    assert story.owner("settle_returned") == "郑管理" and not sees(story, "陈管理")
    story.record("transfer_out", "郑管理", to_division="510104")
    assert "settle_returned" not in story.steps
    story.rebuilt_equal()
