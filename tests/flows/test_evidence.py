"""What counts as seen, and how long it counts (spine A6, A7)."""

from datetime import datetime, timedelta

import pytest

from tests.flows.story import Story
from tongxin.core.pathway import CHINA

pytestmark = pytest.mark.django_db
VETOES = ("wish_to_die", "harmed", "unguarded", "danger_to_others", "confused", "life_threat")


class TestIdentification:
    def test_a_healthy_child_is_ungraded_and_seen_again(self, story: Story) -> None:
        story.identified("healthy")
        assert (story.case.identified, story.case.level) == ("healthy", "ungraded")
        assert story.steps == {"identify_again", "visit_healthy"}
        assert story.task("identify_again").due_at.astimezone(CHINA).date().isoformat() == "2026-03-01"

    def test_it_stays_ungraded_as_time_passes(self, story: Story) -> None:
        story.identified("healthy")
        story.wait(days=300)
        assert story.case.level == "ungraded"

    def test_without_seeing_the_child_it_is_unfinished(self, story: Story) -> None:
        due = story.task("identify").due_at
        story.identified("healthy", seen_in_person="no")
        assert (story.case.identified, story.case.stage) == ("incomplete", "registered")
        assert story.task("identify").due_at == due

    def test_too_much_unclear_is_unfinished(self, story: Story) -> None:
        unclear = dict.fromkeys(("worry", "irritable", "withdrawn", "truant"), "unknown")
        story.identified("healthy", **unclear)
        assert story.case.identified == "incomplete"

    def test_a_little_unclear_is_not(self, story: Story) -> None:
        story.identified("healthy", worry="unknown", irritable="unknown", withdrawn="unknown")
        assert story.case.identified == "healthy"

    @pytest.mark.parametrize("veto", VETOES)
    def test_a_veto_that_is_not_answered_no_is_never_healthy(self, story: Story, veto: str) -> None:
        story.identified("healthy", **{veto: "unknown"})
        assert story.case.identified == "incomplete"

    def test_an_unfinished_one_does_not_put_off_the_next(self, story: Story) -> None:
        story.identified("healthy")
        due = story.task("identify_again").due_at
        story.wait(days=170)
        story.identified("healthy", seen_in_person="no")
        assert story.task("identify_again").due_at == due

    def test_refer_asks_for_an_assessment_and_gives_no_colour(self, story: Story) -> None:
        story.identified("refer")
        assert (story.case.identified, story.case.level, story.steps) == ("refer", "ungraded", {"assess"})


class TestSeen:
    def test_a_visit_that_met_nobody_puts_no_visit_off(self, story: Story) -> None:
        story.graded("mid_high", 3, 0, 0, 0, 0)
        due = story.task("first_visit").due_at
        story.record("visit_record", "周主任", seen_in_person="no", not_seen_reason="外出")
        assert story.task("first_visit").due_at == due and not story.tasks("visit")
        seen = story.record("visit_record", "周主任", seen_in_person="yes")
        due = story.task("visit").due_at
        story.record("visit_record", "周主任", seen_in_person="no", not_seen_reason="外出")
        assert story.task("visit").due_at == due
        story.record(
            "visit_record", "周主任", seen_in_person="no", not_seen_reason="记错了", supersedes=seen.entry.id,
            correction_kind="correct",
        )
        assert story.tasks("first_visit") and not story.tasks("visit")
        story.rebuilt_equal()

    def test_danger_at_a_visit_that_met_nobody_acts_all_the_same(self, story: Story) -> None:
        story.record("visit_record", "周主任", seen_in_person="no", not_seen_reason="不在家", unguarded="yes")
        assert story.case.in_crisis

    @pytest.mark.parametrize(
        ("form", "answers"),
        [
            ("follow_up", {"seen_in_person": "no", "way": "school"}),
            ("interview_record", {"interviewee": "teacher"}),
            ("visit_record", {"seen_in_person": "no", "not_seen_reason": "外出"}),
        ],
    )
    def test_a_professional_who_did_not_meet_the_child_still_has_to(
        self, story: Story, form: str, answers: dict[str, str]
    ) -> None:
        story.graded("mid_high", 3, 0, 0, 0, 0)
        contact, due = ("contact", story.task("contact").due_at)
        story.record(form, "林社工", **answers)
        assert story.task(contact).due_at == due
        story.record("follow_up", "林社工", seen_in_person="no", way="phone")
        assert story.task(contact).due_at > due

    def test_an_assessment_without_the_child_is_no_contact(self, story: Story) -> None:
        story.identified()
        story.assessed(3, 0, 0, 0, 0, seen_in_person="no")
        assert story.tasks("first_contact")
        story.rebuilt_equal()


class TestExpiry:
    def test_green_that_is_too_old_is_grey_and_not_green(self, story: Story) -> None:
        story.graded("low")
        assessed = story.at - timedelta(hours=1)
        story.wait(days=211 - 1)
        assert story.case.level == "low"
        story.wait(days=3)
        assert (story.case.level, story.case.standing) == ("unknown", "low")
        assert story.case.state["evidence_expired"] is True
        assert assessed < story.at
        story.rebuilt_equal()

    @pytest.mark.parametrize(("levels", "level"), [((2, 0, 0, 0, 0), "mid_low"), ((3, 0, 0, 0, 0), "mid_high")])
    def test_what_is_worse_than_grey_stays(self, story: Story, levels: tuple[int, ...], level: str) -> None:
        story.graded(level, *levels)
        story.wait(days=220)
        assert story.case.level == level

    def test_a_gap_does_not_lower_the_grade(self, story: Story) -> None:
        story.graded("mid_high", 3, 0, 0, 0, 0)
        story.record("assessment_form", "林社工", psychological_level="0")
        assert story.case.level == "mid_high"
        assert not story.case.proposals.filter(level="low").exists()

    def test_the_first_assessment_with_gaps_is_grey(self, story: Story) -> None:
        story.identified()
        story.record("assessment_form", "林社工", psychological_level="0")
        assert story.case.level == "unknown"

    def test_the_reassessment_is_due_after_the_grades_own_interval(self, story: Story) -> None:
        story.graded("low")
        assert story.task("reassess").due_at.astimezone(CHINA).date() == datetime(2026, 3, 1, tzinfo=CHINA).date()
