"""How much counselling took place: individual and group together, by place, with small numbers kept back."""

from collections.abc import Callable

import pytest

from tests import world
from tests.flows.counselling import begin, day, meet
from tests.flows.rooms import book, moment, room, wish
from tests.flows.story import Story
from tests.web.conftest import Clock, Office

pytestmark = pytest.mark.django_db
In = Callable[[str], Office]
NAMES = ("小雨", "小海", "小川", "小溪", "小山", "小月")


@pytest.fixture
def last(cast: world.World, time: Clock) -> Story:
    """Six children with a course each; the first came twice and once not, and began another course."""
    for at, name in enumerate(NAMES):
        story = Story(cast, cast.child(name))
        course = begin(story)
        meet(story, course, held_on=day(story))
        if at == 0:
            meet(story, course, held_on=day(story), session_no=2)
            meet(story, course, held_on=day(story), session_no=3, attended="absent", absence="没来")
            other = begin(story, by="林社工", protocol="pfa", qualification="social_worker", provider="social_worker")
            meet(story, other, by="林社工", held_on=day(story))
        time.now = max(time.now, story.at)
    return story


def numbers(page: object) -> dict[str, int]:
    return {each["zh"]: each["number"] for each in page.context["whole"]}  # type: ignore[attr-defined]


def test_courses_children_sessions_and_person_times_are_four_numbers(last: Story, office: In) -> None:
    page = office("郑管理").get("/groups/counted/")
    assert numbers(page) == {"例数": 7, "人数": 6, "次数": 8, "人次": 8}
    text = page.content.decode()
    assert "团辅一场算一次" in text and "个别和团辅一起数" in text
    assert numbers(office("苏咨询").get("/groups/counted/"))["例数"] == 6
    assert numbers(office("林社工").get("/groups/counted/")) == {"例数": 1, "人数": 1, "次数": 1, "人次": 1}
    assert office("方经办").get("/groups/counted/").status_code == 404
    assert "/groups/counted/" in office("郑管理").get("/groups/").content.decode()


def test_days_that_cannot_be_are_told(last: Story, office: In) -> None:
    client = office("郑管理")
    assert numbers(client.get("/groups/counted/?from=2024-01-01&to=2024-12-31"))["人次"] == 0
    assert "开始日期晚于结束日期" in client.get("/groups/counted/?from=2025-12-31&to=2025-01-01").content.decode()
    for wrong in ("9" * 400, "²", "0001-01-01", "9999-12-31"):
        assert client.get("/groups/counted/", {"from": wrong, "to": wrong}).status_code == 200


def test_by_place_few_children_have_no_number(cast: world.World, last: Story, office: In, time: Clock) -> None:
    towns, rooms = (table["rows"] for table in office("郑管理").get("/groups/counted/").context["tables"])
    assert [row["is_hidden"] for row in towns] == [False] and [row["zh"] for row in rooms] == ["没有约房间"]
    story, here = Story(cast, cast.child("小星")), room(cast)
    course = begin(story)
    story.at = moment(8, 11)
    book(cast, wish(cast, here, "苏咨询", moment(8, 9), child=story.child.id))
    meet(story, course, held_on="2025-09-08")
    time.now = story.at
    page = office("郑管理").get("/groups/counted/")
    rooms = page.context["tables"][1]["rows"]
    assert len(rooms) == 2 and all(row["is_hidden"] for row in rooms), "one small row is told by what is left"
    assert "人数少，不写" in page.content.decode()


def test_an_area_is_what_its_indicators_say(last: Story, office: In) -> None:
    page = office("郑管理").get("/groups/counted/")
    told = numbers(page)
    for zh, id in (("人数", "session_children"), ("次数", "session_meetings"), ("人次", "session_presences")):
        one = office("郑管理").get(f"/indicators/{id}/")
        assert one.context["whole"]["said"] == str(told[zh]), id
        assert f"/indicators/{id}/" in page.content.decode()
