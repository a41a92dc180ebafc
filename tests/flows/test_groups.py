"""Groups: who may join, one sign-in for all or none, a danger that waits for nobody, counts that follow corrections."""

from datetime import date, timedelta
from typing import Any

import pytest

from tests import world
from tests.flows.forms import fill
from tests.flows.group_story import GroupStory
from tongxin.access import relations
from tongxin.assessments.models import Result
from tongxin.cases.models import Alarm, Case, Task
from tongxin.cases.tasks import LIVE
from tongxin.core.pathway import CHINA
from tongxin.flows import group_counts, group_members, group_presences, grouping
from tongxin.flows.group_sign_in import VETOES
from tongxin.flows.rebuild import differences_of
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.groups import selectors
from tongxin.groups.models import Group, Meeting, Presence
from tongxin.ledger.models import Entry, Event
from tongxin.lib import ids
from tongxin.people.models import Child

pytestmark = pytest.mark.django_db
DANGER = {"wish_to_die": "yes"}


@pytest.fixture
def story(cast: world.World) -> GroupStory:
    return GroupStory(cast)


class TestPlanning:
    def test_a_group_has_a_number_and_a_meeting_for_each_session_of_its_protocol(self, story: GroupStory) -> None:
        group = story.group
        assert (group.year, group.number, group.least, group.most) == (2025, 1, 8, 12)
        meetings = list(group.meetings.order_by("number"))
        assert [each.session_no for each in meetings] == [1, 2, 3, 4, 5, 6, 7]
        assert meetings[1].planned_for - meetings[0].planned_for == timedelta(days=7)
        assert Event.objects.filter(kind="group.planned").get().clear == {"protocol": "ease"}

    def test_two_leaders_are_wanted_where_the_protocol_says_so(self, story: GroupStory) -> None:
        with pytest.raises(Refused) as caught:
            story.plan(second=None)
        assert caught.value.problems[0].path == "second"

    def test_a_protocol_for_one_child_makes_no_group(self, story: GroupStory) -> None:
        with pytest.raises(Refused):
            story.plan(protocol="school_counselling")

    def test_nobody_else_plans_one(self, story: GroupStory) -> None:
        with pytest.raises(NotAllowed):
            story.plan(by="郑管理")

    def test_what_is_called_off_is_held_the_next_time(self, story: GroupStory) -> None:
        first = story.group.meetings.get(number=1)
        grouping.call_off(meeting_id=first.id, reason="weather", actor=story.viewer("苏咨询"), at=story.at)
        rows = list(story.group.meetings.order_by("number").values_list("state", "session_no"))
        assert rows[0] == (Meeting.CALLED_OFF, None) and [no for _, no in rows[1:]] == [1, 2, 3, 4, 5, 6, 7]


class TestJoining:
    def test_a_child_joins_by_a_course_with_its_safety_questions(self, story: GroupStory) -> None:
        member = story.join("小雨")
        assert Entry.objects.get(id=member.course_id).kind == "course_start"
        assert Result.objects.get(entry_id=member.course_id).data["protocol"] == "ease"

    def test_an_exclusion_keeps_a_child_out_and_leaves_no_course(self, story: GroupStory) -> None:
        with pytest.raises(Refused):
            story.join("小雨", substance="unknown")
        assert not Entry.objects.filter(kind="course_start").exists() and not story.group.members.exists()

    def test_a_child_in_a_crisis_joins_no_group(self, story: GroupStory) -> None:
        child = story.child("小雨")
        story.world.record(child, "crisis_report", fill(child, "crisis_report", story.at), by="周主任", at=story.at)
        with pytest.raises(Refused) as caught:
            story.join(child)
        assert "危机还没有解除" in caught.value.zh

    def test_who_may_not_read_of_a_crisis_is_not_told_of_one_by_the_list(self, story: GroupStory) -> None:
        child = story.child("小雨")
        story.world.record(child, "crisis_report", fill(child, "crisis_report", story.at), by="周主任", at=story.at)
        said = {
            name: group_members.refusal_for(story.group, child, viewer=story.viewer(name), at=story.at)
            for name in ("苏咨询", "何老师")
        }
        assert said == {"苏咨询": group_members.IN_CRISIS, "何老师": "现在不能加入，请问个案管理员。"}

    def test_a_child_of_another_age_joins_no_group(self, story: GroupStory) -> None:
        with pytest.raises(Refused) as caught:
            story.join(story.child("小小", birth="2018-03-05"))
        assert "10–15 岁" in caught.value.zh

    def test_a_full_group_takes_nobody(self, story: GroupStory) -> None:
        Group.objects.update(most=1)
        story.join("小雨")
        with pytest.raises(Refused) as caught:
            story.join("小海")
        assert "满了" in caught.value.zh

    def test_a_child_of_another_county_is_as_if_it_were_not_there(self, story: GroupStory) -> None:
        child = story.child("远方", by="陈督导", village="510104017001")
        with pytest.raises(NotAllowed):
            story.join(child)

    def test_the_same_form_sent_twice_makes_one_member(self, story: GroupStory) -> None:
        one, two = story.join("小雨"), story.join_again()
        assert one.id == two.id and story.group.members.count() == 1


class TestSigningIn:
    def test_each_child_has_a_session_record_and_follows_from_it(self, story: GroupStory) -> None:
        members = story.members(3)
        outcome = story.signs({members[1]: {"attended": "absent", "absence": "电话没有人接"}})
        assert outcome.is_saved and len(outcome.recorded) == 3
        rows = Presence.objects.order_by("member__joined_at")
        data = [Result.objects.get(entry_id=row.entry_id).data for row in rows]
        assert [each["attended"] for each in data] == ["present", "absent", "present"]
        assert all(each["way"] == "group" and each["session_no"] == 1 for each in data)
        assert data[0]["course"] == str(members[0].course_id) and data[1]["services_done"] == []
        assert story.group.meetings.get(number=1).state == Meeting.HELD
        for member in members:
            assert differences_of(Child.objects.get(id=member.child_id), at=story.at) == []

    def test_no_record_names_another_member(self, story: GroupStory) -> None:
        story.members(2)
        story.signs()
        for row in Presence.objects.all():
            entry = Entry.objects.get(id=row.entry_id)
            others = Child.objects.exclude(id=entry.subject_id).values_list("id", flat=True)
            assert not any(str(other) in str(entry.clear) for other in others)

    def test_one_refused_and_nobody_is_recorded(self, story: GroupStory) -> None:
        members = story.members(3)
        outcome = story.signs({members[2]: {"attended": "absent"}})
        assert [member.id for member, _ in outcome.refused] == [members[2].id]
        assert outcome.refused[0][1][0].path == "absence"
        assert not Presence.objects.exists() and not Entry.objects.filter(kind="session").exists()
        assert story.group.meetings.get(number=1).state == Meeting.PLANNED
        assert story.signs().is_saved

    def test_nobody_is_recorded_as_safe_whom_nobody_looked_at(self, story: GroupStory) -> None:
        members = story.members(2)
        outcome = story.signs({members[0]: {"has_looked": False}})
        assert [member.id for member, _ in outcome.refused] == [members[0].id] and not Presence.objects.exists()

    def test_a_danger_is_a_crisis_at_once(self, story: GroupStory) -> None:
        members = story.members(2)
        outcome = story.signs({members[0]: {"dangers": dict.fromkeys(VETOES, "no") | DANGER}})
        assert [each.id for each in outcome.in_danger] == [members[0].id]
        assert [Case.objects.get(id=each.child_id).in_crisis for each in members] == [True, False]

    def test_a_danger_does_not_wait_for_the_others(self, story: GroupStory) -> None:
        members = story.members(3)
        danger = {"dangers": dict.fromkeys(VETOES, "no") | DANGER}
        outcome = story.signs({members[0]: danger, members[2]: {"attended": "absent"}})
        assert not outcome.is_saved and [each.id for each in outcome.in_danger] == [members[0].id]
        assert Case.objects.get(id=members[0].child_id).in_crisis
        assert Presence.objects.count() == 1
        again = story.signs({members[2]: {"attended": "absent", "absence": "请过假"}})
        assert again.is_saved and len(again.recorded) == 2 and Presence.objects.count() == 3

    @pytest.mark.parametrize("wrong", [
        {"theme": ""}, {"minutes": 9999}, {"methods": ()}, {"held_on": date(2031, 1, 1)},
    ], ids=str)
    def test_a_danger_stands_whatever_else_is_refused(self, story: GroupStory, wrong: dict[str, Any]) -> None:
        members = story.members(2)
        danger = {"dangers": {"wish_to_die": "yes"}, "has_looked": False, "words": "散场时说的"}
        outcome = story.signs({members[0]: danger}, **wrong)
        assert not outcome.is_saved and [each.id for each in outcome.in_danger] == [members[0].id]
        assert not outcome.left and Case.objects.get(id=members[0].child_id).in_crisis
        data = Result.objects.get(kind="session").data
        assert data["danger_look"] == "danger_first" and "minutes" not in data and data["session_no"] == 1
        assert group_counts.tally([story.group]) == group_counts.Tally()
        assert story.signs({members[0]: danger}).is_saved
        assert group_counts.tally([story.group]).person_times == 2 and Presence.objects.count() == 2
        whole = group_presences.told_of(story.group.meetings.get(number=1))[members[0].id]
        assert whole.correction_kind == "correct" and Result.objects.get(entry_id=whole.id).data["alarms"]

    def test_a_danger_stands_where_nobody_said_who_came(self, story: GroupStory) -> None:
        (member,) = story.members(1)
        outcome = story.signs({member: {"attended": "", "dangers": {"harmed": "yes"}}})
        assert [each.id for each in outcome.in_danger] == [member.id]
        assert "attended" not in Result.objects.get(kind="session").data

    def test_a_danger_stands_in_a_meeting_called_off_meanwhile_and_of_who_has_left(self, story: GroupStory) -> None:
        one, two = story.members(2)
        meeting = story.group.meetings.get(number=1)
        grouping.call_off(meeting_id=meeting.id, reason="weather", actor=story.viewer("林社工"), at=story.at)
        group_members.leave(member_id=two.id, reason="moved", actor=story.viewer("林社工"), at=story.at)
        for _again in range(2):
            outcome = story.signs({one: {"dangers": DANGER}, two: {"dangers": DANGER}}, with_left=True)
        assert outcome.problems and {each.id for each in outcome.in_danger} == {one.id, two.id}
        assert all(Case.objects.get(id=each.child_id).in_crisis for each in (one, two))

    def test_the_same_danger_sent_twice_is_kept_once_and_another_one_too(self, story: GroupStory) -> None:
        (member,) = story.members(1)
        entry = ids.new_id()
        for dangers in (DANGER, DANGER, DANGER | {"harmed": "yes"}):
            story.signs({member: {"dangers": dangers, "entry_id": entry}}, theme="")
        assert Entry.objects.filter(kind="session").count() == 2
        assert set(Alarm.objects.values_list("gate", flat=True)) >= {"suicidal_thought", "harmed"}

    def test_one_tick_is_no_answer_to_six_questions_and_no_contact(self, story: GroupStory) -> None:
        (member,) = story.members(1)
        story.signs()
        entry = Entry.objects.get(id=Presence.objects.get().entry_id)
        said = story.opened(entry)
        assert said["danger_look"] == "not_noticed" and not set(VETOES) & set(said)
        assert "contact" not in story.counted(member.child_id)
        story.signs({member: {"dangers": dict.fromkeys(VETOES, "no")}}, number=2)
        assert "contact" in story.counted(member.child_id)

    def test_a_meeting_is_not_signed_in_before_its_day(self, story: GroupStory) -> None:
        story.members(1)
        story.group.meetings.filter(number=2).update(planned_for=story.at + timedelta(days=9))
        before = story.at.astimezone(CHINA).date()
        outcome = story.signs(number=2, held_on=before)
        assert not outcome.is_saved and "还没有到" in outcome.problems[0].zh
        assert not Presence.objects.exists()

    def test_what_is_not_clear_has_somebody_and_a_day(self, story: GroupStory) -> None:
        members = story.members(1)
        story.signs({members[0]: {"dangers": dict.fromkeys(VETOES, "unknown")}})
        flag = Entry.objects.get(kind="flag")
        task = Task.objects.get(case_id=members[0].child_id, key__endswith=str(flag.id), state__in=LIVE)
        assert task.due_at <= story.at + timedelta(days=2) and not Case.objects.get(id=flag.subject_id).in_crisis

    def test_a_second_leader_changes_nothing_but_adds_the_danger_that_they_saw(self, story: GroupStory) -> None:
        members = story.members(2)
        story.signs()
        outcome = story.signs(
            {members[1]: {"dangers": dict.fromkeys(VETOES, "no") | DANGER}}, by="林社工",
        )
        assert not outcome.recorded and len(outcome.before) == 2
        assert [each.id for each in outcome.in_danger] == [members[1].id]
        assert Case.objects.get(id=members[1].child_id).in_crisis and Presence.objects.count() == 2
        tally = group_counts.tally([story.group])
        assert (tally.meetings, tally.people, tally.person_times) == (1, 2, 2)

    def test_only_leaders_sign_in(self, story: GroupStory) -> None:
        story.members(1)
        for name in ("郑管理", "陈老师"):
            with pytest.raises(NotAllowed):
                story.signs(by=name)


class TestCounting:
    def test_meetings_people_and_person_times_are_told_apart(self, story: GroupStory) -> None:
        members = story.members(3)
        away: dict[str, Any] = {"attended": "absent", "absence": "没有来"}
        story.signs({members[2]: away})
        story.signs({members[1]: {"attended": "excused", "absence": "生病"}, members[2]: away}, number=2)
        tally = group_counts.tally([story.group])
        assert (tally.meetings, tally.people, tally.person_times) == (2, 2, 3)
        seen = group_counts.seen_in([story.group])
        assert group_counts.missed_in_row(seen[members[2].id]) == 2

    def test_a_correction_counts_as_corrected(self, story: GroupStory) -> None:
        (member,) = story.members(1)
        story.signs()
        entry = Entry.objects.get(id=Presence.objects.get().entry_id)
        child = Child.objects.get(id=member.child_id)
        answers = fill(
            child, "session_record", story.at, attended="absent", absence="记错了", session_no=1, way="group"
        )
        story.world.record(
            child, "session_record", answers, by="苏咨询", at=story.at, supersedes=entry.id,
            correction_kind="correct", about=str(member.course_id),
        )
        assert group_counts.tally([story.group]).person_times == 0
        assert group_presences.newest_of([entry.id])[entry.id].supersedes_id == entry.id


class TestSeeing:
    def test_a_group_is_there_for_its_leaders_and_overseers_only(self, story: GroupStory) -> None:
        story.members(1)
        may = {
            name: selectors.group_for(group_id=story.group.id, viewer=story.viewer(name), at=story.at) is not None
            for name in ("苏咨询", "林社工", "郑管理", "陈管理", "周主任")
        }
        assert may == {"苏咨询": True, "林社工": True, "郑管理": True, "陈管理": False, "周主任": False}

    def test_a_member_who_may_not_be_seen_is_only_counted(self, story: GroupStory) -> None:
        members = story.members(2)
        person = story.world.people["林社工"]
        relations.recuse(child_id=members[0].child_id, person_id=person.id, at=story.at)
        seen = selectors.members_of(story.group, viewer=story.viewer("林社工"), at=story.at)
        assert [each.id for each in seen] == [members[1].id] and selectors.size_of(story.group) == 2


def test_leaving_needs_a_reason_that_fits(story: GroupStory) -> None:
    (member,) = story.members(1)
    story.signs()
    for reason in ("", "mistaken"):
        with pytest.raises(Refused):
            group_members.leave(member_id=member.id, reason=reason, actor=story.viewer("苏咨询"), at=story.at)
    group_members.leave(member_id=member.id, reason="moved", actor=story.viewer("苏咨询"), at=story.at)
    assert selectors.size_of(story.group) == 0 and selectors.size_of(story.group, with_left=True) == 1
