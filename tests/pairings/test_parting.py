"""Whoever leaves the county or whose case is closed has no teacher, companion or open need there any more."""

from datetime import timedelta
from typing import Any

import pytest

from tests import world
from tests.flows.story import Story
from tests.pairings.test_pairings import SignedIn, checked, companion, paired, published, social, text
from tests.web.conftest import Clock
from tests.web.conftest import office as office
from tests.web.conftest import time as time
from tongxin.accounts import county as counties
from tongxin.accounts.models import Post
from tongxin.lib import ids
from tongxin.notices.models import Notice
from tongxin.pairings.models import Offer, Pairing, Wanted

pytestmark = pytest.mark.django_db
NEED = {"kind": "study", "ages": "from_6", "what": "一名小学生每周要人辅导两次作业", "until_on": "2025-12-31"}


@pytest.fixture
def tied(cast: world.World, office: SignedIn, time: Clock) -> Story:
    """A child with a class teacher, a companion and a need for which a body offered."""
    place, body = cast.place("370116"), cast.posts["何老师"].organisation
    post = Post.objects.create(
        id=ids.new_id(), role="class_teacher", title="初一一班班主任", organisation=body, division=place
    )
    cast.posts["班主任"] = post
    (cast.people["班主任"],) = counties.fill(holders=[(post, "class", "孙老师")], at=world.START)
    social(cast)
    story = Story(cast)
    time.now = story.at
    child, desk = story.child, office("王督导")
    assert desk.post(f"/children/{child.id}/teachers/give/", {"teacher": str(post.id)}).status_code == 302
    assert office("林社工").post(f"/children/{child.id}/wanted/", NEED).status_code == 302
    published(office("郑管理"))
    row = companion(desk)
    checked(desk, row)
    assert paired(desk, child, row).status_code == 302
    wanted = Wanted.objects.get()
    assert office("联络员").post(f"/wanted/{wanted.id}/offer/", {"how": "两名大学生周六来"}).status_code == 302
    return story


def is_parted(story: Story, office: Any, time: Clock, *, reason: str) -> None:
    time.now = story.at + timedelta(hours=1)
    assert "还没有交给您的学生" in text(office("班主任").get("/pupils/"))
    assert "眼下没有可以接的需求" in text(office("联络员").get("/wanted/"))
    pairing = Pairing.objects.get()
    assert pairing.to_on is not None and pairing.end_reason == reason
    assert Wanted.objects.get().state == Wanted.WITHDRAWN and Offer.objects.get().state == Offer.WITHDRAWN
    told = set(Notice.objects.filter(kind__in=["pupil.removed", "pairing.ended", "wanted.dropped"]).values_list(
        "post_id", flat=True
    ))
    assert told == {story.world.posts[each].id for each in ("班主任", "王督导", "联络员")}
    assert not Notice.objects.filter(kind__in=["pupil.removed", "pairing.ended"], child_id__isnull=False).exists()
    page = text(office("班主任").get("/"))
    assert "不再由您跟进" in page and "童小雨" not in page


def test_a_move_to_another_county_ends_them(tied: Story, office: SignedIn, time: Clock) -> None:
    tied.record("transfer_out", "郑管理", to_division="510104", file_consent="yes")
    assert Pairing.objects.get().to_on is None
    tied.record("transfer_in", "陈管理", outcome="accepted")
    is_parted(tied, office, time, reason="moved")


def test_a_closed_case_ends_them(tied: Story, office: SignedIn, time: Clock) -> None:
    moved = {"reason": "moved_away", "handed_to": "长清区未保中心", "moved_told": "told", "moved_told_how": "电话"}
    tied.record("case_closure", "王督导", **moved)
    tied.record("closure_decision", "郑管理", outcome="approved")
    is_parted(tied, office, time, reason="closed")


def test_a_death_ends_them_at_once(tied: Story, office: SignedIn, time: Clock) -> None:
    tied.record("child_state", "郑管理", state="dead")
    is_parted(tied, office, time, reason="died")
