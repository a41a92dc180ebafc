"""Whoever has no valid clearance is given no child by any door once the county's day has come; a danger never waits."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from tests import world
from tests.flows import rooms as meeting
from tests.flows.counselling import begin
from tests.flows.forms import fill
from tests.flows.group_story import GroupStory
from tests.flows.story import Story
from tests.web.conftest import MORNING, Office
from tests.web.conftest import office as office
from tests.web.conftest import time as time
from tests.workforce.outings import activity, list_child
from tests.workforce.staff import SECOND, checked, companion, second_desk, start_on
from tongxin.accounts.models import Holding, Person, Post
from tongxin.activities.models import Activity
from tongxin.cases.models import Case
from tongxin.flows import booking, rota, teaching
from tongxin.flows.activities import planning
from tongxin.flows.handing_over import Change, carry_out
from tongxin.flows.refusals import Refused
from tongxin.flows.workforce import clearances, teams
from tongxin.people.models import Child
from tongxin.workforce.models import Team

pytestmark = pytest.mark.django_db
SignedIn = Callable[[str], Office]
AT = world.START + timedelta(hours=3)
SAYS = "违法犯罪记录查询"


def required(cast: world.World, *people: str, county: str = "郑管理") -> None:
    """From today on; these people were asked about a month ago."""
    clearances.start(from_on="2025-09-01", actor=cast.viewer(county), at=AT)
    for name in people:
        asked_about(cast, name, by=county)


def asked_about(
    cast: world.World, name: str, result: str = "clear", on: str = "2025-08-01", by: str = "郑管理"
) -> None:
    given = {"result": [result], "done_on": [on], "proof": ["派出所"]}
    clearances.record(person_id=cast.people[name].id, given=given, actor=cast.viewer(by), at=AT)


def assign(cast: world.World, child: Child, name: str, note: str = "") -> None:
    answers = {"to_post": cast.posts[name].id.hex, "note": note}
    cast.record(child, "assignment", answers, by="郑管理", at=AT)


def refused(act: Callable[[], Any]) -> str:
    with pytest.raises(Refused) as said:
        act()
    return said.value.zh


class TestEveryDoor:
    def test_a_county_that_set_no_day_is_only_warned(self, cast: world.World, office: SignedIn) -> None:
        assign(cast, cast.child(), "林社工")
        assert "人没有有效的" in str(office("郑管理").get("/workforce/").content.decode())

    def test_a_child_is_not_assigned_and_the_way_out_is_told(self, cast: world.World) -> None:
        child = cast.child()
        required(cast)
        said = refused(lambda: assign(cast, child, "林社工"))
        assert "还没有违法犯罪记录查询" in said and "个案管理员" in said and "莱芜区社工" in said
        assert "林社工" not in said
        required_again = {"result": ["clear"], "done_on": ["2025-08-01"], "proof": ["派出所"]}
        clearances.record(
            person_id=cast.people["林社工"].id, given=required_again, actor=cast.viewer("郑管理"), at=AT
        )
        assign(cast, child, "林社工")

    def test_a_found_record_ends_it_at_once(self, cast: world.World) -> None:
        child = cast.child()
        required(cast, "林社工")
        given = {"result": ["found"], "done_on": ["2025-09-01"], "proof": ["派出所"]}
        clearances.record(person_id=cast.people["林社工"].id, given=given, actor=cast.viewer("郑管理"), at=AT)
        assert "没有通过" in refused(lambda: assign(cast, child, "林社工"))

    @pytest.mark.parametrize("day", ["2025-08-10", "2025-08-20"])
    def test_a_found_record_stands_whatever_its_day_until_two_people_lift_it(self, cast: world.World, day: str) -> None:
        child = cast.child()
        required(cast, "林社工")
        asked_about(cast, "林社工", on="2025-08-15")
        second_desk(cast)
        asked_about(cast, "林社工", "found", on=day)
        assert "没有通过" in refused(lambda: assign(cast, child, "林社工"))
        for on in ("2025-08-25", "2025-08-26"):
            asked_about(cast, "林社工", on=on)
        assert "没有通过" in refused(lambda: assign(cast, child, "林社工"))
        asked_about(cast, "林社工", on="2025-08-01", by=SECOND)
        assert "没有通过" in refused(lambda: assign(cast, child, "林社工"))
        asked_about(cast, "林社工", on="2025-08-27", by=SECOND)
        assign(cast, child, "林社工")

    def test_a_child_in_danger_goes_to_whoever_is_there(self, cast: world.World) -> None:
        child = cast.child()
        required(cast)
        cast.record(child, "crisis_report", fill(child, "crisis_report", AT), by="周主任", at=AT)
        assign(cast, child, "林社工")
        assert Case.objects.get(id=child.id).in_crisis

    def test_a_course_isnt_begun_but_its_danger_is_kept(self, cast: world.World) -> None:
        story = Story(cast, cast.child())
        required(cast)
        story.at = AT
        assert SAYS in refused(lambda: begin(story))
        begin(story, by="苏咨询", acute_danger="yes", **{"protocol": "school_counselling"})
        assert story.case.in_crisis

    def test_no_booking_no_seat_no_group(self, cast: world.World) -> None:
        room = meeting.room(cast)
        meeting.sits(cast, room, "苏咨询", 0)
        child = cast.child()
        group = GroupStory(cast)
        required(cast)
        group.at = AT
        hour = meeting.moment(15, 9)
        wish = meeting.wish(cast, room, "苏咨询", hour, child=child.id)
        assert SAYS in refused(lambda: booking.book(wish=wish, actor=cast.viewer("苏咨询"), at=AT))
        walk_in = meeting.wish(cast, room, "苏咨询", hour)
        assert SAYS in refused(lambda: booking.book(wish=walk_in, actor=cast.viewer("苏咨询"), at=AT))
        shift = rota.ShiftWish(room.id, meeting.named(cast, "林社工"), (1,), 510, 720, date(2025, 9, 1), None)
        assert SAYS in refused(lambda: rota.write(wish=shift, actor=cast.viewer("郑管理"), at=AT))
        assert SAYS in refused(group.plan) and SAYS in refused(lambda: group.join("小雨"))

    def test_the_second_leader_counts_too(self, cast: world.World) -> None:
        group = GroupStory(cast)
        required(cast, "苏咨询")
        group.at = AT
        assert SAYS in refused(lambda: group.join("小雨")) and SAYS in refused(group.plan)

    def test_no_teacher_no_team(self, cast: world.World) -> None:
        child, desk = cast.child(), cast.viewer("王督导")
        required(cast)
        post = cast.posts["何老师"]
        assert SAYS in refused(lambda: teaching.give(child_id=child.id, post_id=post.id, actor=desk, at=AT))
        team: Team = teams.form(
            kind="school", town_id=None, organisation_id=post.organisation_id, actor=cast.viewer("郑管理"), at=AT
        )
        assert SAYS in refused(lambda: teams.add(
            team_id=team.id, post_id=post.id, companion_id=None, actor=cast.viewer("郑管理"), at=AT
        ))

    def test_no_post_is_handed_over_or_stood_in_for(self, cast: world.World) -> None:
        required(cast)
        post, to = cast.posts["周主任"], cast.people["吴主任"]
        desk = cast.viewer("郑管理")
        later = AT + timedelta(days=3)
        for kind, until in ((Holding.HOLDER, None), (Holding.STAND_IN, later)):
            change = Change(post=post, to=to, kind=kind, from_at=AT, to_at=until)
            assert "接手人" in refused(lambda change=change: carry_out(changes=[change], actor=desk, at=AT))
        carry_out(changes=[Change(post=post, to=None)], actor=desk, at=AT)

    def test_somebody_new_waits_for_the_answer_with_an_account(self, cast: world.World, office: SignedIn) -> None:
        desk = office("郑管理")
        assert start_on(desk, "2025-09-02").status_code == 302
        post = Post.objects.filter(role="child_director", holdings__isnull=True).earliest("title")
        body = {"login": "newhere", "name": "新主任", "phone": "", "post": str(post.id)}
        page = str(desk.post("/staff/new/", body).content.decode())
        person = Person.objects.get(login="newhere")
        assert "岗位还没有归他" in page and f"/workforce/people/{person.id}/" in page
        assert not post.holdings.exists()
        sent = {"kind": "holder", f"login-{post.id}": "newhere"}
        assert desk.post(f"/posts/{post.id}/", sent).status_code == 422
        assert checked(desk, person).status_code == 302
        assert desk.post(f"/posts/{post.id}/", sent).status_code == 302 and post.holdings.count() == 1


class TestActivities:
    def test_who_isnt_checked_lists_no_child(self, cast: world.World) -> None:
        child = cast.child(by="周主任")
        row = activity(cast, at=AT)
        required(cast)
        said = refused(lambda: list_child(cast, row, child, at=AT))
        assert SAYS in said and "周主任" not in said
        asked_about(cast, "周主任")
        list_child(cast, row, child, at=AT)

    def test_the_post_that_leads_is_asked_about_too(self, cast: world.World) -> None:
        child, row = cast.child(by="周主任"), activity(cast, at=AT)
        required(cast, "周主任")
        row.post_id = cast.posts["吴主任"].id
        row.save()
        assert SAYS in refused(lambda: list_child(cast, row, child, at=AT))

    def test_no_outing_on_a_typed_word(self, cast: world.World) -> None:
        before = activity(cast, kind="outing", at=AT)
        required(cast)
        assert SAYS in refused(lambda: activity(cast, kind="outing", at=AT))
        yes: dict[str, Any] = {"agrees": True, "reason": "", "actor": cast.viewer("郑管理", AT), "at": AT}
        assert SAYS in refused(lambda: planning.decide(activity_id=before.id, **yes))
        asked_about(cast, "周主任")
        assert planning.decide(activity_id=before.id, **yes).state == Activity.APPROVED


class TestElsewhere:
    def test_another_county_goes_on_as_it_did(self, cast: world.World) -> None:
        required(cast, county="陈管理")
        assign(cast, cast.child(), "林社工")

    def test_a_companion_is_asked_about_by_their_own_checks(self, cast: world.World, office: SignedIn) -> None:
        desk, child = office("王督导"), cast.child("童小雨")
        row = companion(desk)
        given = {"child_agrees": "yes", "guardian_agrees": "yes", "place": "school", "companion": str(row.id)}
        assert desk.post(f"/children/{child.id}/pairings/begin/", given).status_code == 422

    def test_stops_again_when_the_year_is_over(self, cast: world.World) -> None:
        child = cast.child()
        required(cast, "林社工")
        later = MORNING + timedelta(days=400)
        answers = {"to_post": cast.posts["林社工"].id.hex, "note": ""}
        with pytest.raises(Refused) as said:
            cast.record(child, "assignment", answers, by="郑管理", at=later)
        assert "已过期" in said.value.zh


class TestCeiling:
    def test_one_more_than_the_ceiling_takes_a_reason(self, cast: world.World, office: SignedIn) -> None:
        for _ in range(15):
            child = cast.child()
            answers = fill(child, "identification_form", AT, low_mood="often", worry="often")
            cast.record(child, "identification_form", answers, by="周主任", at=AT)
        Case.objects.update(level="high")
        more = cast.child("小月")
        said = refused(lambda: assign(cast, more, "林社工"))
        assert "手上有 15 名儿童" in said and "超过上限 60" in said and "至少 6 个字" in said
        desk = office("郑管理")
        chosen = str(desk.post("/children/assign/", {"child": str(more.id)}).content.decode())
        assert "手上 15 名，加权 60 / 上限 60" in chosen
        page = str(desk.get("/workforce/caseload/").content.decode())
        assert "还能加 0" in page and "（100%）" in page
        assign(cast, more, "林社工", note="离得近，一直是他跟")
        assign(cast, child, "林社工")
