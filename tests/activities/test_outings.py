"""An outing of groups: a guardian's yes for each before it leaves, a grown-up for each group, each handed back."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from tests import world
from tests.activities.planned import OUTING, TODAY, YES, begun, planned, text
from tests.web.conftest import Clock, Office
from tests.web.conftest import office as office
from tests.web.conftest import time as time
from tongxin.activities.models import Activity, Listed
from tongxin.flows.activities import outings
from tongxin.lib import ids
from tongxin.notices.models import Notice

pytestmark = pytest.mark.django_db
SignedIn = Callable[[str], Office]
BACK = {"relation": "village_committee", "day": TODAY, "signed": "yes", "well": "yes"}
DONE = {"outcome": "whole", "summary": "孩子们去看了博物馆"}


def listed(cast: world.World, desk: Office, row: Activity, groups: tuple[int, ...]) -> list[Listed]:
    for number, group in enumerate(groups):
        child = cast.child(f"游{number}")
        answer = desk.post(f"/activities/{row.id}/list/", {"file_no": child.file_no, "group": str(group)})
        assert answer.status_code == 302, text(answer)
    return list(row.listed.order_by("number"))


def said(desk: Office, line: Listed, **more: str) -> Any:
    given = {**YES, "relation": "village_committee", **more}
    return desk.post(f"/activities/{line.activity_id}/list/{line.id}/answer/", given)


@pytest.fixture
def outing(cast: world.World, office: SignedIn, time: Clock) -> Activity:
    row = planned(office("王督导"), **OUTING)
    assert office("郑管理").post(f"/activities/{row.id}/decide/", {"answer": "yes"}).status_code == 302
    return row


def test_nobody_leaves_without_a_yes_nor_a_group_without_a_grown_up(
    cast: world.World, office: SignedIn, outing: Activity
) -> None:
    desk, url = office("王督导"), f"/activities/{outing.id}/begin/"
    one, two, three = listed(cast, desk, outing, (1, 2, 3))
    start = {"occasion": str(ids.new_id())}
    said(desk, one)
    said(desk, two, child_wants="no")
    refused = desk.post(url, start)
    assert refused.status_code == 422 and "名单第 2、3 号还没有监护人的同意" in text(refused)
    desk.post(f"/activities/{outing.id}/list/{two.id}/leave/")
    said(desk, three)
    Activity.objects.filter(id=outing.id).update(clear={**outing.clear, "adults": 1})
    assert "每组至少一位" in text(desk.post(url, start))
    Activity.objects.filter(id=outing.id).update(clear=outing.clear)
    assert desk.post(url, start).status_code == 302


def test_each_is_handed_back_before_the_summary_and_late_ones_ring_daily(
    cast: world.World, office: SignedIn, outing: Activity, time: Clock
) -> None:
    desk = office("王督导")
    lines = listed(cast, desk, outing, (1, 1))
    for line in lines:
        said(desk, line)
    held = begun(desk, outing)
    one, two = (f"/activities/{outing.id}/list/{each.id}/back/" for each in lines)
    assert "没有签到过" in text(desk.post(one, BACK))
    desk.post(f"/activities/times/{held}/tick/", {"listed": [str(each.id) for each in lines]})
    assert desk.post(f"/activities/{outing.id}/close/", DONE).status_code == 422
    assert desk.post(one, BACK | {"relation": ""}).status_code == 422
    assert office("郑管理").post(one, BACK).status_code == 404
    for well in ("no", "yes"):
        assert desk.post(one, BACK | {"well": well}).status_code == 302
    lines[0].refresh_from_db()
    assert [each["well"] for each in lines[0].returned["before"]] == ["no"] and lines[0].returned["well"] == "yes"
    page = text(desk.get(f"/activities/{outing.id}/"))
    assert "回来了，交给 村（居）民委员会" in page or "回来了，交给" in page
    assert "1 人还没有记回来交给了谁" in page
    assert outings.follow_outings(time.now) == 0, "the last day isn't over"
    later = time.now + timedelta(days=1)
    assert [outings.follow_outings(later) for _ in range(2)] == [1, 0]
    assert Notice.objects.filter(kind="activity.missed", post_id=cast.posts["郑管理"].id).count() == 1
    assert outings.follow_outings(later + timedelta(days=1)) == 1
    assert [each.state for each in outings.examine(later)] == ["failure"]
    assert desk.post(two, BACK).status_code == 302
    assert outings.follow_outings(later + timedelta(days=2)) == 0
    assert desk.post(f"/activities/{outing.id}/close/", DONE).status_code == 302
