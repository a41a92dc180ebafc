"""What left and is asked back: somebody answers for each question, one person further up each time it is late."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from tests import world
from tests.web.conftest import MORNING, Clock, Office
from tongxin.accounts.models import Holding
from tongxin.accounts.posts import responsible
from tongxin.exports.models import Recall
from tongxin.flows import recalls
from tongxin.flows.sweep import sweep
from tongxin.ledger.models import Event
from tongxin.lib import ids
from tongxin.notices.models import Notice
from tongxin.people.models import Child
from tongxin.referrals.models import Referral

pytestmark = pytest.mark.django_db
SignedIn = Callable[[str], Office]
DUE, CLIMB = timedelta(days=10), timedelta(days=3)


@pytest.fixture
def child(cast: world.World) -> Child:
    return cast.child("小雨")


def asked(cast: world.World, child: Child, by: str = "林社工") -> Recall:
    """The question about a referral that a post has sent."""
    Referral.objects.create(
        entry_id=ids.new_id(), child_id=child.id, kind="medical", urgency="routine", state="accepted",
        from_post_id=cast.posts[by].id, to_organisation_id=cast.body("hospital"), sent_at=MORNING, due_at=MORNING,
        county_id=child.county_id,
    )
    assert recalls.about(child.id, at=MORNING) == 1
    return Recall.objects.get()


def line_of(cast: world.World, by: str, at: datetime) -> list[object]:
    found = [responsible(post_id=cast.posts[by].id, at=at, climbs=each) for each in range(3)]
    return [each.post_id for each in found if each]


def test_climbs_one_person_at_a_time_until_it_is_answered(
    cast: world.World, child: Child, office: SignedIn, time: Clock
) -> None:
    row, above = asked(cast, child), line_of(cast, "林社工", MORNING)
    assert row.owner_post_id == cast.posts["林社工"].id
    assert recalls.follow_recalls(MORNING + DUE) == 0
    day = MORNING + DUE + timedelta(days=1)
    for climbs, at in enumerate((day, day + CLIMB), start=1):
        sweep(at)
        row.refresh_from_db()
        assert (row.climbed, row.owner_post_id) == (climbs, above[min(climbs, len(above) - 1)])
        assert Notice.objects.filter(kind="recall.climbed", post_id=row.owner_post_id).exists()
        assert recalls.follow_recalls(at) == 0
    assert Event.objects.filter(kind="recall.climbed", is_fact=False).count() == 2
    boss = next(name for name, post in cast.posts.items() if post.id == row.owner_post_id)
    time.now = day + CLIMB
    page = office(boss).get("/recalls/").content.decode()
    assert row.number in page and "上报到您这里" in page and "小雨" not in page
    assert row.number in office("林社工").get("/recalls/").content.decode()
    assert any(each.state == "warning" and "过了期限" in each.zh for each in recalls.examine(time.now))
    said = office(boss).post(f"/recalls/{row.id}/", {"outcome": "returned"}, follow=True).content.decode()
    assert "已登记" in said and recalls.follow_recalls(time.now + CLIMB) == 0


def test_a_vacant_post_does_not_keep_it(cast: world.World, child: Child) -> None:
    row, later = asked(cast, child), MORNING + timedelta(hours=2)
    Holding.objects.filter(post=cast.posts["林社工"]).update(to_at=MORNING + timedelta(hours=1))
    assert recalls.follow_recalls(later) == 1
    row.refresh_from_db()
    assert row.climbed == 0 and row.owner_post_id == line_of(cast, "林社工", later)[0] != cast.posts["林社工"].id
    assert recalls.follow_recalls(later) == 0


def test_one_of_before_gets_an_owner_and_others_find_none(cast: world.World, child: Child, office: SignedIn) -> None:
    row = asked(cast, child)
    Recall.objects.update(owner_post_id=None, ring_at=None)
    assert any("没有人负责" in each.zh for each in recalls.examine(MORNING))
    assert recalls.follow_recalls(MORNING) == 1
    row.refresh_from_db()
    assert (row.owner_post_id, row.climbed) == (cast.posts["林社工"].id, 0)
    assert office("何老师").post(f"/recalls/{row.id}/", {"outcome": "returned"}).status_code == 404
