"""A course of counselling: what rules it out, what is due, and the question whether more is needed."""

from datetime import timedelta

import pytest

from tests import world
from tests.flows.counselling import begin, day, low_mood, meet
from tests.flows.story import Story
from tongxin.assessments.models import Result
from tongxin.cases.models import Alarm
from tongxin.core.pathway import CHINA

pytestmark = pytest.mark.django_db


@pytest.fixture
def story(cast: world.World) -> Story:
    return Story(cast)


def data_of(entry: str) -> dict[str, object]:
    found: dict[str, object] = Result.objects.get(entry_id=entry).data
    return found


class TestBegin:
    def test_how_it_is_to_go_is_told_by_the_protocol_of_that_day(self, story: Story) -> None:
        course = begin(story, **low_mood(16))
        plan = data_of(course)["course_plan"]
        assert isinstance(plan, dict)
        assert plan["step"] == 3 and plan["every"] == {"days": 7} and plan["response"]["measure"] == "phq_a"
        assert [each["id"] for each in plan["measures"]] == ["phq_a", "gad_7", "who_5"]
        story.rebuilt_equal()

    def test_what_a_young_child_cannot_fill_in_is_not_asked(self, cast: world.World) -> None:
        story = Story(cast, cast.child(birth="2017-01-05"))
        plan = data_of(begin(story))["course_plan"]
        assert isinstance(plan, dict) and plan["measures"] == [] and plan["response"] is None
        story = Story(cast, cast.child(birth="2015-06-05"))
        plan = data_of(begin(story))["course_plan"]
        assert isinstance(plan, dict) and plan["response"]["measure"] == "who_5"

    def test_nor_what_nobody_here_has_the_words_of(self, story: Story) -> None:
        plan = data_of(begin(story, protocol="trt"))["course_plan"]
        assert isinstance(plan, dict) and [each["id"] for each in plan["measures"]] == ["who_5"]
        assert plan["response"]["measure"] == "who_5"

    @pytest.mark.parametrize(("answers", "gate"), [
        ({"acute_danger": "yes"}, "suicidal_thought"), ({"harm_goes_on": "yes"}, "harmed"),
        ({"psychosis": "yes", "protocol": "pm_plus", "recipient": "carer"}, "carer_danger"),
    ])
    def test_a_danger_among_the_questions_of_fitness_is_kept_and_opens_a_crisis(
        self, story: Story, answers: dict[str, str], gate: str
    ) -> None:
        course = begin(story, **answers)
        assert story.case.in_crisis and set(Alarm.objects.values_list("gate", flat=True)) == {gate}
        assert Result.objects.filter(entry_id=course).exists() and story.owner("course_crisis") == "苏咨询"

    @pytest.mark.parametrize(("answers", "said"), [
        ({"acute_danger": "unknown"}, "还不清楚"), ({"psychosis": "unknown"}, "还不清楚"),
        ({"recipient": "carer"}, "不是给这类服务对象的"), ({"form_of": "group"}, "不用这种形式"),
        ({"provider": "psychiatrist"}, "不由这类岗位做"), ({"qualification": "trained_helper"}, "别的资质"),
        ({"trained": "no"}, "没有人督导"), ({"agreed": "no"}, "本人不愿意"),
        ({"protocol": "ease", "qualification": "trained_helper", "cannot_follow": "yes"}, "不合适"),
    ])
    def test_what_the_protocol_rules_out_cannot_begin(self, story: Story, answers: dict[str, str], said: str) -> None:
        whole = {
            "protocol": "school_counselling", "recipient": "child", "form_of": "individual", "service": "counselling",
            "provider": "counsellor", "qualification": "counsellor", "planned": 8, "next_on": day(story, 7), **answers,
        }
        assert said in story.refused("course_start", "苏咨询", **whole)

    def test_nor_while_the_child_is_in_danger_or_too_old(self, cast: world.World, story: Story) -> None:
        story.record("crisis_report", "周主任")
        refused = {"recipient": "child", "form_of": "individual", "service": "counselling", "provider": "counsellor",
                   "qualification": "counsellor", "planned": 8, "next_on": day(story, 7)}
        assert "先办完危机" in story.refused("course_start", "苏咨询", protocol="school_counselling", **refused)
        young = Story(cast, cast.child(birth="2019-03-05"))
        assert "适合 10–15 岁" in young.refused("course_start", "苏咨询", protocol="ease", **refused)

    def test_a_danger_told_of_at_the_beginning_is_recorded_and_acts(self, story: Story) -> None:
        danger = low_mood(0)
        danger["phq_a"] = danger["phq_a"] | {"q9": "3"}
        begin(story, agreed="no", **danger)
        assert story.case.in_crisis and story.owner("course_crisis") == "苏咨询"


class TestSessions:
    def test_the_next_one_is_due_on_the_day_agreed_by_who_counsels(self, story: Story) -> None:
        course = begin(story)
        first = story.task("course_session")
        assert first.due_at.astimezone(CHINA).date().isoformat() == day(story, 7)
        assert story.owner("course_session") == "苏咨询" and first.key == f"course_session:{course}:{course}"
        told = data_of(meet(story, course, next_on=day(story, 10), theme="loss", method=["listening"]))
        assert story.task("course_session").due_at.astimezone(CHINA).date().isoformat() == day(story, 10)
        assert told["attended"] == "present" and told["course"] == course
        assert not {"theme", "method", "content", "homework"} & set(told)
        story.rebuilt_equal()

    def test_a_session_that_names_no_course_belongs_to_the_only_one(self, story: Story) -> None:
        begin(story)
        story.record("session_record", "苏咨询", attended="present", session_no=1, next_on=day(story, 3))
        assert story.task("course_session").due_at.astimezone(CHINA).date().isoformat() == day(story, 3)
        begin(story, service="relief")
        assert "没有写明是哪一份" in story.refused("session_record", "苏咨询", attended="present", session_no=2)

    def test_without_a_course_there_is_none_but_a_danger_is_kept(self, story: Story) -> None:
        assert "先填“辅导开始”" in story.refused("session_record", "苏咨询", attended="present", session_no=1)
        story.record("session_record", "苏咨询", attended="present", session_no=1, harmed="yes")
        assert story.case.in_crisis

    def test_the_questions_of_danger_cannot_be_left_out(self, story: Story) -> None:
        begin(story)
        assert "没有选择" in story.refused("session_record", "苏咨询", attended="present", session_no=1, harmed=None)
        meet(story, "", wish_to_die="yes")
        assert story.case.in_crisis

    def test_who_does_not_come_twice_is_asked_after(self, story: Story) -> None:
        course = begin(story)
        meet(story, course, attended="absent", absence="没有接电话")
        assert not story.tasks("course_missed")
        meet(story, course, attended="absent", absence="没有接电话")
        assert story.owner("course_missed") == "苏咨询"
        story.record("course_review", "许督导", about=course, decision="goes_on", review_on=day(story, 28))
        assert not story.tasks("course_missed")

    def test_a_session_held_gives_the_service_of_the_plan_and_one_missed_does_not(self, story: Story) -> None:
        story.graded("mid_high", 0, 0, 3, 0, 0)
        story.record("guardian_feedback", "林社工", outcome="agrees")
        service = {"service": "counselling", "provider": "社工站", "frequency": "weekly", "from_on": day(story, 0),
                   "to_on": day(story, 90), "post": "counsellor"}
        story.record("care_plan", "林社工", based_on="mid_high", review_on=day(story, 60), services=[service])
        for who in ("周主任", "王督导", "郑管理"):
            story.record("plan_approval", who, outcome="approved")
        course = begin(story)
        before = story.task("give_service").due_at
        story.at += timedelta(days=3)
        meet(story, course, attended="absent", absence="生病")
        assert story.task("give_service").due_at == before
        meet(story, course)
        assert story.task("give_service").due_at == story.at + timedelta(days=7)

    def test_it_ends_when_it_was_held_as_often_as_planned(self, story: Story) -> None:
        course = begin(story, planned=2)
        for number in (1, 2):
            meet(story, course, session_no=number)
        assert {"course_over"} <= story.steps and "course_session" not in story.steps
        assert "还有没结束的辅导" in story.refused("case_closure", "林社工", reason="guardian_refuses")
        story.record("course_end", "苏咨询", about=course, outcome="finished", result="better")
        assert not {each for each in story.steps if each.startswith("course")}
        story.rebuilt_equal()

    def test_a_corrected_beginning_keeps_its_sessions(self, story: Story) -> None:
        course = begin(story)
        meet(story, course, next_on=day(story, 4))
        whole = {"protocol": "school_counselling", "recipient": "child", "form_of": "individual", "service": "relief",
                 "provider": "counsellor", "qualification": "counsellor", "planned": 6, "next_on": day(story, 7)}
        story.record("course_start", "苏咨询", supersedes=course, correction_kind="correct", **whole)
        assert story.task("course_session").due_at.astimezone(CHINA).date().isoformat() == day(story, 4)
        story.rebuilt_equal()

    def test_nothing_for_weeks_asks_whether_it_goes_on(self, story: Story) -> None:
        course = begin(story)
        meet(story, course)
        story.wait(days=34)
        assert "course_idle" not in story.steps
        story.wait(days=3)
        assert "course_idle" in story.steps


class TestMeasures:
    def test_a_questionnaire_is_asked_for_in_its_rhythm(self, story: Story) -> None:
        course = begin(story, **low_mood(16))
        story.wait(days=20)
        assert "course_measure" not in story.steps
        story.wait(days=2)
        (task,) = story.tasks("course_measure")
        assert task.zh == "辅导该再填一次量表" and task.owner_post_id == story.world.posts["苏咨询"].id
        calm = {"who_5": {f"q{number}": "3" for number in range(1, 6)},
                "gad_7": {f"q{number}": "0" for number in range(1, 8)}}
        known = low_mood(14)
        meet(story, course, **{**known, **calm, "measures": ["who_5", "phq_a", "gad_7"]})
        assert "course_measure" not in story.steps

    def test_a_carer_is_measured_after_so_many_sessions_and_not_as_the_child(self, story: Story) -> None:
        course = begin(story, protocol="pm_plus", recipient="carer", service="relief", planned=5,
                       measures=["carer_who_5"], carer_index=28)
        meet(story, course)
        assert "course_measure" not in story.steps
        meet(story, course, session_no=2)
        assert "course_measure" in story.steps
        third = meet(story, course, session_no=3, measures=["carer_who_5"], carer_index=56)
        assert "scores" not in data_of(third) and "course_measure" not in story.steps


class TestResponse:
    def held(self, story: Story, last: int) -> str:
        course = begin(story, **low_mood(18))
        for week in range(1, 8):
            story.wait(days=7)
            meet(story, course, session_no=week, **(low_mood(last) if week == 7 else {}))
        return course

    def test_who_gets_better_is_only_looked_at(self, story: Story) -> None:
        self.held(story, 6)
        story.wait(days=9)
        assert "course_review" in story.steps and "course_no_response" not in story.steps

    def test_who_does_not_is_a_question_to_a_person_and_the_answer_leads_on(self, story: Story) -> None:
        course = self.held(story, 15)
        assert "course_no_response" not in story.steps
        story.wait(days=9)
        assert "course_no_response" in story.steps and "course_review" not in story.steps
        level = story.case.level
        story.record("course_review", "苏咨询", about=course, decision="raised")
        assert "course_no_response" not in story.steps and story.owner("course_raise") == "林社工"
        assert story.case.level == level
        begin(story, protocol="professional_therapy", planned=8, service="medical")
        assert "course_raise" not in story.steps
        story.rebuilt_equal()


class TestCrisis:
    def test_it_is_paused_and_taken_up_again_only_by_a_person(self, story: Story) -> None:
        course = begin(story)
        story.record("crisis_report", "周主任")
        assert story.task("course_crisis").is_urgent and "course_session" in story.steps
        story.record("course_review", "苏咨询", about=course, decision="paused")
        assert not {"course_crisis", "course_session", "course_pause"} & story.steps
        story.ends_crisis()
        assert {"course_pause"} <= story.steps
        story.record("course_review", "苏咨询", about=course, decision="resumed", review_on=day(story, 28))
        assert "course_session" in story.steps and "course_pause" not in story.steps
        story.rebuilt_equal()
