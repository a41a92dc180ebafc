"""The files of a county compared among themselves."""

from datetime import timedelta
from typing import Any

import pytest

from tests.web.conftest import MORNING
from tests.world import World
from tongxin import linkage
from tongxin.accounts import county as counties
from tongxin.accounts.models import Organisation, Post
from tongxin.comparisons.models import Alike
from tongxin.flows import comparing_late, comparing_nightly
from tongxin.ledger.models import AccessSubject
from tongxin.lib import ids
from tongxin.notices.models import Notice

pytestmark = pytest.mark.django_db
CARERS = [{"carer_name": "王桂兰", "relation": "paternal_grandmother", "carer_phone": "13800000001"}]
URL = "/comparisons/alike/"


def text(answer: Any) -> str:
    return str(answer.content.decode())


def test_two_files_of_one_child_are_asked_about_and_twins_never(office: Any, cast: World) -> None:
    one, two = (cast.child("王小雨", birth="2013-04-06", carers=CARERS) for _ in range(2))
    cast.child("王小鱼", birth="2013-04-06", carers=CARERS)
    cast.child("赵宝宝", birth="2024-04-06", carers=CARERS)
    cast.child("赵宝宝", birth="2024-04-06", carers=CARERS)
    desk = office("郑管理")
    assert URL in text(desk.get("/comparisons/")) and "没有要核对的" in text(desk.get(URL))
    for _ in range(2):
        assert desk.post(URL).url == URL
    (found,) = Alike.objects.all()
    assert {found.one_id, found.other_id} == {one.id, two.id}
    page = text(desk.get(URL))
    pair = f"/children/{found.one_id}/same/{found.other_id}/"
    assert pair in page and "这两份像同一名儿童" in page and one.file_no in page
    assert desk.get(pair).status_code == 200
    desk.post(pair, {"deed": "apart"})
    assert pair not in text(desk.get(URL))
    desk.post(URL)
    assert not Alike.objects.exists()
    for other in ("王督导", "方经办", "周主任"):
        assert office(other).get(URL).status_code == 404
        assert office(other).post(URL).status_code == 404


def test_by_night_what_is_new_is_asked_about_once_and_the_desk_is_told(office: Any, cast: World) -> None:
    at = MORNING.replace(hour=3)
    one = cast.child("王小雨", birth="2013-04-06", carers=CARERS)
    far = cast.child("赵子涵", birth="2011-09-09")
    assert comparing_nightly.compare_by_night(at.replace(hour=1)) == 0
    assert comparing_nightly.compare_by_night(at, limit=9) == 2 and not Alike.objects.exists()
    two = cast.child("王小雨", birth="2013-04-06", carers=CARERS, at=at + timedelta(hours=7))
    assert comparing_nightly.compare_by_night(at + timedelta(hours=9)) == 0
    night, opened = at + timedelta(days=1), AccessSubject.objects.filter(access__route="comparisons/night")
    before = opened.filter(owner_id=far.id).count()
    assert comparing_nightly.compare_by_night(night, limit=9) == 2
    assert opened.filter(owner_id=far.id).count() == before and opened.filter(owner_id=two.id).count() == 1
    (found,) = Alike.objects.all()
    assert {found.one_id, found.other_id} == {one.id, two.id} and found.due_at > night
    assert Notice.objects.filter(kind="files.matched", post_id=cast.posts["郑管理"].id).count() == 1
    assert "像同一名儿童" in text(office("郑管理").get("/")) and "像同一名儿童" not in text(office("王督导").get("/"))
    assert comparing_nightly.compare_by_night(night + timedelta(days=1), limit=9) == 2
    assert Alike.objects.count() == 1 == Notice.objects.filter(kind="files.matched").count()
    assert [each.state for each in comparing_nightly.examine(night + timedelta(days=30))] == ["warning"]


def test_both_engines_find_the_same_pairs_within_a_list_and_none_with_itself() -> None:
    rows = [
        {"key": str(number), "name": name, "birth": birth, "sex": "女", "phone": "13800000001"}
        for number, (name, birth) in enumerate(
            [("王佳怡", "2014-06-05"), ("王佳怡", "2014-06-05"), ("赵子涵", "2013-01-02"), ("李宝宝", "2024-01-02")]
        )
    ]
    small, large = (linkage.alike(rows, engine=engine) for engine in ("python", "splink"))
    assert [(pair.left_key, pair.right_key, pair.verdict) for pair in small] == [("0", "1", "same")]
    assert [pair[:3] for pair in small] == [pair[:3] for pair in large]


def test_late_they_climb_from_the_desk_to_who_oversees_it_and_settled_they_rest(office: Any, cast: World) -> None:
    body = Organisation.objects.create(kind="civil_affairs", name="济南市民政局", division=cast.place("3701"))
    above = Post.objects.create(
        id=ids.new_id(), role="city_officer", title="儿童福利处", organisation=body, division=body.division
    )
    counties.fill(holders=[(above, "above", "孟处长")], at=MORNING)
    for _ in range(2):
        cast.child("王小雨", birth="2013-04-06", carers=CARERS, at=MORNING)
    night, desk = MORNING.replace(hour=3) + timedelta(days=1), cast.posts["郑管理"].id
    comparing_nightly.compare_by_night(night, limit=9)
    (found,) = Alike.objects.all()
    assert found.owner_post_id == desk and comparing_late.follow_pairs(night) == 0
    then = found.ring_at or night
    assert comparing_late.follow_pairs(then) == 1 and comparing_late.follow_pairs(then) == 0
    found.refresh_from_db()
    assert found.owner_post_id == above.id and found.climbed == 1
    told = Notice.objects.get(kind="files.unsettled", post_id=above.id)
    assert told.child_id is None
    manager = office("郑管理")
    assert "已上报，现在由" in text(manager.get(URL)) and "儿童福利处" in text(manager.get(URL))
    manager.post(URL)
    again = Alike.objects.get()
    assert (again.climbed, again.ring_at) == (1, found.ring_at)
    manager.post(f"/children/{found.one_id}/same/{found.other_id}/", {"deed": "apart"})
    assert comparing_late.follow_pairs(then + timedelta(days=30)) == 0
