"""The template of a week of duty, filling from it in two clicks, and a swap, as they are done over the pages."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest

from tests import world
from tests.web.conftest import Office
from tests.web.test_crises import named, roster
from tongxin.core.pathway import CHINA
from tongxin.duty.models import Swap, Template, Turn
from tongxin.lib import clock

pytestmark = pytest.mark.django_db
SignedIn = Callable[[str], Office]


def lines(cast: world.World) -> dict[str, object]:
    day = clock.now().astimezone(CHINA).date().isoformat()
    return {
        "valid_from": day, "days-0": ["1", "2", "3", "4", "5"], "starts-0": "08:30", "ends-0": "08:30",
        "first-0": named(cast, "苏咨询"), "second-0": named(cast, "林社工"),
        "days-1": ["6", "7"], "starts-1": "08:30", "ends-1": "08:30", "first-1": named(cast, "林社工"),
        "second-1": "",
    }


def test_weeks_are_filled_in_two_clicks(cast: world.World, office: SignedIn) -> None:
    desk, place = office("郑管理"), cast.posts["郑管理"].division_id
    assert "还没有模板" in desk.get(f"/duty/{place}/fill/").content.decode()
    answer = desk.post(f"/duty/{place}/template/", lines(cast))
    assert answer.status_code == 302 and Template.objects.count() == 1
    assert f"/duty/{place}/fill/" in desk.get("/duty/").content.decode()
    desk.post("/duty/write/", roster(cast, clock.now() + timedelta(days=6), first="郑管理"))
    by_hand = Turn.objects.count()
    text = desk.get(f"/duty/{place}/fill/").content.decode()
    assert "手排的，不动" in text and "苏咨询" in text and "就这样排" in text
    mark = re.search(r'name="mark" value="(\w+)"', text)
    assert mark
    sent = {"mark": mark[1], "weeks": "4", "first_day": clock.now().astimezone(CHINA).date().isoformat()}
    assert desk.post(f"/duty/{place}/fill/", sent).status_code == 302
    filled = Turn.objects.count()
    assert filled > by_hand
    again = desk.post(f"/duty/{place}/fill/", sent)
    assert again.status_code == 200 and Turn.objects.count() == filled
    assert "没有要排的" in again.content.decode()
    over = desk.get(f"/duty/{place}/fill/?weeks=4&replaces=yes").content.decode()
    assert "换掉手排的：郑管理" in over


def test_a_wrong_line_says_which_and_keeps_what_was_written(cast: world.World, office: SignedIn) -> None:
    desk, place = office("郑管理"), cast.posts["郑管理"].division_id
    for given in ({"first-1": ""}, {"starts-0": "25:00"}, {"days-0": ["x"]}, {"valid_from": "9999-12-31"}):
        answer = desk.post(f"/duty/{place}/template/", lines(cast) | given)
        assert answer.status_code == 422 and "没有保存" in answer.content.decode()
    assert not Template.objects.exists()
    for query in ("weeks=999999999999999", "weeks=²", "first_day=0001-01-01", "first_day=9999-12-31"):
        assert desk.get(f"/duty/{place}/fill/?{query}").status_code == 422
    assert office("林社工").get(f"/duty/{place}/template/").status_code == 404
    assert desk.get("/duty/99999999/fill/").status_code == 404
    assert desk.get("/duty/99999999999999999999999/fill/").status_code == 404


def test_a_swap_is_asked_answered_and_shown(cast: world.World, office: SignedIn) -> None:
    desk = office("郑管理")
    desk.post("/duty/write/", roster(cast, clock.now(), first="苏咨询"))
    desk.post("/duty/write/", roster(cast, clock.now() + timedelta(days=7), first="林社工"))
    turns = {each.person_id: each for each in Turn.objects.order_by("from_at")}
    one, other = turns[cast.people["苏咨询"].id], turns[cast.people["林社工"].id]
    asker = office("苏咨询")
    assert "和哪一班换" in asker.get("/duty/").content.decode()
    asker.post("/duty/swap/", {"one": str(one.id), "other": str(other.id)})
    swap = Swap.objects.get()
    assert "等对方答复" in asker.get("/duty/").content.decode()
    assert "有人请您换班" in office("林社工").get("/duty/").content.decode()
    assert office("林社工").post(f"/duty/swaps/{swap.id}/", {"answer": "yes"}).status_code == 302
    assert Swap.objects.get().state == Swap.AGREED
    assert "最近的换班" in desk.get("/duty/").content.decode()
    refused = desk.post("/duty/swap/", {"one": str(one.id), "other": "nothing"}, follow=True)
    assert refused.status_code in {200, 404}
