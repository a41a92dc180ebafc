"""Groups in the browser: from nothing to a signed-in meeting on a phone, and who finds no such page."""

from collections.abc import Callable
from typing import Any

import pytest

from tests import world
from tests.flows.group_story import GroupStory
from tests.web.conftest import MORNING, Clock, Office
from tongxin.access import relations
from tongxin.cases.models import Case
from tongxin.groups.models import Group, Meeting, Member, Presence

pytestmark = pytest.mark.django_db
SignedIn = Callable[[str], Office]


@pytest.fixture
def story(cast: world.World, time: Clock) -> GroupStory:
    return GroupStory(cast, at=MORNING)


def _body(page: Any, **more: Any) -> dict[str, Any]:
    """What the browser sends when everybody is there and nothing was noticed."""
    sent: dict[str, Any] = {
        "held_on": page.context["held_on"], "minutes": "90", "theme": "feelings", "methods": ["explaining"],
        "homework": "每天画一张心情图",
    }
    for row in page.context["rows"]:
        sent |= {f"entry-{row['key']}": row["entry"], f"attended-{row['key']}": "present", f"risk-{row['key']}": "fine"}
    return sent | more


def test_a_counsellor_plans_a_group_and_is_told_what_is_lacking(
    cast: world.World, office: SignedIn, time: Clock
) -> None:
    client = office("苏咨询")
    page = client.get("/groups/")
    assert "还没有小组" in page.content.decode()
    body = {"protocol": "ease", "room": "镇社工站二楼", "first": "2025-09-08T14:00"}
    wrong = client.post("/groups/new/", body)
    assert wrong.status_code == 422 and "两位带领人" in wrong.content.decode()
    assert "镇社工站二楼" in wrong.content.decode()
    for every in ("9" * 5000, "0", "366", "²", "x"):
        wrong = client.post("/groups/new/", {**body, "second": str(cast.posts["林社工"].id), "every": every})
        assert wrong.status_code == 422 and "请写 1–60 的整数" in wrong.content.decode(), every[:9]
    done = client.post("/groups/new/", {**body, "second": str(cast.posts["林社工"].id)}, follow=True)
    assert "每个孩子先答安全问题" in done.content.decode()
    group = Group.objects.get()
    page = client.get(f"/groups/{group.id}/")
    assert page.context["next"]["zh"] == "还差 8 名孩子才够最少人数（8 名）"
    assert "镇社工站二楼" in page.content.decode() and group.meetings.count() == 7


def test_a_child_is_found_by_name_asked_and_taken_in(story: GroupStory, office: SignedIn) -> None:
    child, client = story.child("小雨"), office("苏咨询")
    url = f"/groups/{story.group.id}/join/"
    (row,) = client.post(url, {"text": "小雨"}).context["rows"]
    assert row["url"] == f"{url}{child.id}/" and not row["against"]
    assert client.send(row["url"], story.started(child, substance="yes")).status_code == 422
    assert not Member.objects.exists()
    sent = client.send(row["url"], story.started(child))
    assert sent.status_code == 200, sent.content.decode()
    assert "小雨" in client.get(f"/groups/{story.group.id}/").content.decode()


def test_a_danger_told_at_the_door_is_a_crisis_and_no_place_in_the_group(story: GroupStory, office: SignedIn) -> None:
    child = story.child("小雨")
    url = f"/groups/{story.group.id}/join/{child.id}/"
    sent = office("苏咨询").send(url, story.started(child, harm_goes_on="yes"))
    assert not Member.objects.exists()
    assert sent.status_code == 422 or (sent.json()["next"].endswith("#crisis") and Case.objects.get().in_crisis)


def test_a_meeting_is_signed_in_and_each_file_shows_it(story: GroupStory, office: SignedIn, time: Clock) -> None:
    members = story.members(3)
    time.now, client = story.at, office("苏咨询")
    url = f"/groups/{story.group.id}/meetings/1/"
    page = client.get(url)
    assert len(page.context["rows"]) == 3
    key = str(members[2].id)
    wrong = client.post(url, _body(page, **{f"attended-{key}": "absent"}))
    text = wrong.content.decode()
    assert wrong.status_code == 422 and "小川：" in text and "每天画一张心情图" in text
    assert not Presence.objects.exists()
    again = _body(wrong, **{f"attended-{key}": "absent", f"absence-{key}": "电话说感冒"})
    done = client.post(url, again, follow=True)
    assert "已登记 3 名孩子的签到" in done.content.decode() and Presence.objects.count() == 3
    assert Meeting.objects.get(number=1).state == Meeting.HELD
    file = client.get(f"/children/{members[0].child_id}/").content.decode()
    assert "心理辅导记录" in file and "小海" not in file
    begun = client.get(f"/groups/{story.group.id}/").context["next"]
    assert begun["zh"].startswith("第 2 场") and "join" not in begun["url"], "nobody joins in the middle"
    sums = client.get("/groups/").context["counts"]
    assert [(each["number"], each["unit"]) for each in sums] == [(1, "场"), (2, "人"), (2, "人次")]


def test_a_danger_stands_though_the_rest_is_refused(story: GroupStory, office: SignedIn, time: Clock) -> None:
    members = story.members(2)
    time.now, client = story.at, office("苏咨询")
    url = f"/groups/{story.group.id}/meetings/1/"
    one, two = (str(member.id) for member in members)
    page = client.get(url)
    body = _body(page, **{f"risk-{one}": "look", f"wish_to_die-{one}": "yes", f"attended-{two}": "absent"})
    answer = client.post(url, body)
    assert answer.status_code == 422 and "危险已经登记" in answer.content.decode()
    assert [Case.objects.get(id=each.child_id).in_crisis for each in members] == [True, False]
    assert [row["key"] for row in answer.context["rows"]] == [two]


@pytest.mark.parametrize("wrong", [
    {"held_on": "2031-01-01"}, {"minutes": "9" * 5000}, {"theme": ""}, {"methods": []}, {"theme": "nichts"},
], ids=str)
def test_a_danger_is_on_record_whatever_else_is_wrong(
    story: GroupStory, office: SignedIn, time: Clock, wrong: dict[str, Any]
) -> None:
    (member,) = story.members(1)
    time.now, client = story.at, office("苏咨询")
    url = f"/groups/{story.group.id}/meetings/1/"
    danger = {f"risk-{member.id}": "fine", f"wish_to_die-{member.id}": "yes", f"attended-{member.id}": ""}
    answer = client.post(url, _body(client.get(url)) | danger | wrong)
    text = answer.content.decode()
    assert answer.status_code == 422 and "小雨：危险已经登记" in text and "在这里补上其余的" in text
    assert Case.objects.get(id=member.child_id).in_crisis and not answer.context["left_alone"]
    whole = client.post(url, _body(client.get(url)) | {f"attended-{member.id}": "present"}, follow=True)
    assert "已登记 1 名孩子的签到" in whole.content.decode() and "在这里补上其余的" not in whole.content.decode()
    # Nobody answered the question again: what was seen stands.
    assert Case.objects.get(id=member.child_id).in_crisis


def test_a_danger_in_a_meeting_called_off_meanwhile_is_on_record_or_leads_to_the_crisis_report(
    story: GroupStory, office: SignedIn, time: Clock, cast: world.World
) -> None:
    one, two = story.members(2)
    time.now, client = story.at, office("苏咨询")
    url = f"/groups/{story.group.id}/meetings/1/"
    sent = _body(client.get(url), **{f"wish_to_die-{one.id}": "yes", f"harmed-{two.id}": "yes"})
    office("林社工").post(f"{url}call-off/", {"reason": "weather"})
    answer = client.post(url, sent | {"homework": "x" * 9000})
    assert answer.status_code == 422 and "已经取消" in answer.content.decode()
    assert [Case.objects.get(id=each.child_id).in_crisis for each in (one, two)] == [True, True]
    assert "小雨、小海：危险已经登记" in answer.content.decode()


def test_broken_input_is_a_message_and_never_an_error(story: GroupStory, office: SignedIn, time: Clock) -> None:
    (member,) = story.members(1)
    time.now, client = story.at, office("苏咨询")
    url = f"/groups/{story.group.id}/meetings/1/"
    page = client.get(url)
    broken: list[dict[str, Any]] = [
        {"held_on": "gestern"}, {"theme": "nichts"}, {"methods": []}, {"minutes": "9999"},
        {"minutes": "9" * 5000}, {"minutes": "²"}, {"held_on": "2031-01-01"},
        {f"attended-{member.id}": ""}, {f"entry-{member.id}": "x"},
    ]
    for wrong in broken:
        answer = client.post(url, _body(page) | wrong)
        assert answer.status_code in {302, 422}, wrong
    for deed, body in (("move", {"to": "x"}), ("call-off", {"reason": "x"}), ("call-off", {})):
        answer = client.post(f"{url}{deed}/", body, follow=True)
        assert "没有改动" in answer.content.decode()


def test_who_may_not_see_a_member_sees_a_number(
    story: GroupStory, office: SignedIn, cast: world.World, time: Clock
) -> None:
    members = story.members(2)
    time.now = story.at
    relations.recuse(child_id=members[0].child_id, person_id=cast.people["林社工"].id, at=story.at)
    text = office("林社工").get(f"/groups/{story.group.id}/").content.decode()
    assert "1 名无权查看的成员" in text and "小雨" not in text and "小海" in text


def test_others_find_no_such_page(story: GroupStory, office: SignedIn) -> None:
    story.members(1)
    home = f"/groups/{story.group.id}/"
    for name in ("陈管理", "周主任", "方经办", "何老师"):
        assert office(name).get(home).status_code == 404, name
    desk = office("郑管理")
    assert desk.get(home).status_code == 200 and desk.get(f"{home}join/").status_code == 404
    assert desk.post(f"{home}end/").status_code == 404


def test_the_paper_sheet_has_a_line_for_each(story: GroupStory, office: SignedIn, time: Clock) -> None:
    story.members(2)
    time.now = story.at
    made = office("苏咨询").post(f"/groups/{story.group.id}/meetings/1/paper/")
    assert made["Content-Type"] == "application/pdf" and made.content.startswith(b"%PDF")


def test_a_group_ends_and_says_what_is_left_to_do(story: GroupStory, office: SignedIn, time: Clock) -> None:
    (member,) = story.members(1)
    story.signs()
    time.now, client = story.at, office("苏咨询")
    home = f"/groups/{story.group.id}/"
    assert "请选原因" in client.post(f"{home}members/{member.id}/leave/", {}, follow=True).content.decode()
    assert "小组已结束" in client.post(f"{home}end/", follow=True).content.decode()
    assert Group.objects.get().state == Group.ENDED
    assert "小组" in client.get("/groups/?only=over").content.decode()
