"""What a booking tells other pages: the group's meeting, the record of the session, whoever sits instead."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from tests import world
from tests.flows.counselling import begin
from tests.flows.group_story import GroupStory
from tests.flows.rooms import book, moment, named, room, sits, wish
from tests.flows.story import Story
from tests.web.conftest import MORNING, Clock, Office
from tongxin.accounts.models import Holding
from tongxin.bookings.models import Booking
from tongxin.flows import booking_handing, rota

pytestmark = pytest.mark.django_db
In = Callable[[str], Office]


def test_a_group_books_its_room_and_each_leads_to_the_other(cast: world.World, office: In, time: Clock) -> None:
    here, story = room(cast, capacity=20), GroupStory(cast, at=MORNING)
    client, meeting = office("苏咨询"), story.group.meetings.get(number=1)
    page = client.get(f"/groups/{story.group.id}/meetings/1/")
    assert "约房间" in page.content.decode()
    asked = client.get(page.context["book_url"])
    assert str(meeting.id) in asked.content.decode() and asked.context["given"]["whom"] == "group"
    who = named(cast, "苏咨询")
    sent = {
        "room": str(here.id), "who": f"{who.post_id}:{who.person_id}", "day": "2025-09-08", "starts": "14:00",
        "minutes": "90", "whom": "group", "people": "9", "weeks": "2", "meeting": str(meeting.id),
    }
    assert client.post("/bookings/new/", sent).status_code == 302
    first = Booking.objects.order_by("starts_at")[0]
    assert first.meeting_id == meeting.id
    shown = client.get(f"/bookings/{first.id}/").content.decode()
    assert f'href="/groups/{story.group.id}/meetings/1/"' in shown
    assert f'href="/bookings/{first.id}/"' in client.get(f"/groups/{story.group.id}/meetings/1/").content.decode()
    assert office("何老师").post("/bookings/new/", sent).status_code == 404


def test_the_task_of_a_groups_session_opens_the_meeting(cast: world.World, office: In, time: Clock) -> None:
    story = GroupStory(cast, at=MORNING)
    member = story.join("小雨")
    time.now = story.at + timedelta(minutes=5)
    meeting = f"/groups/{story.group.id}/meetings/1/"
    assert f'href="{meeting}"' in office("苏咨询").get("/tasks/").content.decode()
    file = office("苏咨询").get(f"/children/{member.child_id}/").content.decode()
    assert f'href="{meeting}"' in file


def test_who_came_to_a_booking_stands_in_the_record_already(cast: world.World, office: In, time: Clock) -> None:
    here, story = room(cast), Story(cast)
    course = begin(story)
    row = book(cast, wish(cast, here, "苏咨询", moment(8, 9), minutes=45, child=story.child.id))[0]
    time.now = moment(8, 10)

    def known() -> dict[str, object]:
        form = office("苏咨询").get(f"/children/{story.child.id}/forms/session_record/?about={course}")
        return {
            field["id"]: field["prefill"] for part in form.context["definition"]["sections"]
            for field in part["fields"] if "prefill" in field
        }

    assert (known()["attended"], known()["minutes"]) == ("present", 45)
    office("苏咨询").post(f"/bookings/{row.id}/mark/", {"state": "no_show"})
    time.now = moment(9, 10)
    told = known()
    assert (told["attended"], told["held_on"]) == ("absent", "2025-09-08") and "minutes" not in told


def test_a_stand_in_for_a_day_takes_over_what_is_booked(cast: world.World, office: In, time: Clock) -> None:
    here, child = room(cast), cast.child()
    shift = sits(cast, here, "苏咨询", 0)[0]
    row = book(cast, wish(cast, here, "苏咨询", moment(8, 9), child=child.id))[0]
    rota.leave(shift_id=shift.id, day=row.starts_at.date(), stand_in=named(cast, "林社工"),
               actor=cast.viewer("苏咨询"), at=world.START)
    change = rota.asked(viewer=cast.viewer("林社工"), at=world.START)[0]
    time.now = world.START
    answered = office("林社工").post(f"/rota/changes/{change.id}/answer/", {"answer": "yes"}, follow=True)
    assert "1 个预约跟着换了人" in answered.content.decode()
    row.refresh_from_db()
    assert row.post_id == cast.posts["林社工"].id
    time.now = moment(8, 8)
    (listed,) = office("林社工").get("/bookings/").context["today"]
    assert listed["id"] == row.id and listed["name"]
    assert not [each for each in office("苏咨询").get("/bookings/").context["today"] if each["is_own"]]


def test_what_the_stand_in_may_not_see_stays_and_is_told(cast: world.World) -> None:
    here, child = room(cast), cast.child()
    shift = sits(cast, here, "苏咨询", 0)[0]
    row = book(cast, wish(cast, here, "苏咨询", moment(8, 9), child=child.id))[0]
    rota.leave(shift_id=shift.id, day=row.starts_at.date(), stand_in=named(cast, "何老师"),
               actor=cast.viewer("苏咨询"), at=world.START)
    change = rota.asked(viewer=cast.viewer("何老师"), at=world.START)[0]
    handed = booking_handing.answer(change_id=change.id, is_yes=True, actor=cast.viewer("何老师"), at=world.START)
    row.refresh_from_db()
    assert (handed.over, handed.left) == (0, 1) and row.post_id == cast.posts["苏咨询"].id


def test_who_stands_in_a_post_has_its_bookings_and_its_turns(cast: world.World, office: In, time: Clock) -> None:
    here, child = room(cast), cast.child()
    sits(cast, here, "苏咨询", 0)
    row = book(cast, wish(cast, here, "苏咨询", moment(8, 9), child=child.id))[0]
    Holding.objects.create(
        post=cast.posts["苏咨询"], person=cast.people["林社工"], from_at=world.START, kind=Holding.STAND_IN
    )
    time.now = moment(8, 9, 30)
    client = office("林社工")
    (listed,) = client.get("/bookings/").context["today"]
    assert listed["id"] == row.id and listed["may_arrive"]
    assert client.post(f"/bookings/{row.id}/mark/", {"state": "arrived"}).status_code == 302
    assert any("一号" in each["zh"] for each in client.get("/rota/").context["mine"])
