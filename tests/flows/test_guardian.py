"""The guardian may be the danger (spine A4), and no guardian is normal here (A5)."""

import pytest

from tests.flows.story import Story, phq_a
from tongxin import ledger
from tongxin.cases import derivation
from tongxin.flows.derive import ground_for
from tongxin.flows.facts import as_facts, results_of
from tongxin.vault import Owner

pytestmark = pytest.mark.django_db


def is_unknown(story: Story) -> bool:
    """Whether it is not known if the guardian is the danger, as the file's pages see it."""
    facts = as_facts(ledger.facts(Owner("child", story.child.id)), results_of(story.child.id))
    return derivation.think(facts, ground=ground_for(story.child, at=story.at), at=story.at).state.concern_unknown


class TestConcern:
    def test_the_authorities_are_told_in_the_guardians_place(self, story: Story) -> None:
        story.record("crisis_report", "周主任", kind="harmed", is_concern="yes", concern_from=["guardian"])
        assert "crisis.tell_authority" in story.steps
        assert "crisis.tell_guardian" not in story.steps

    def test_found_out_later_the_guardian_is_not_told_any_more(self, story: Story) -> None:
        story.record("crisis_report", "周主任", kind="suicide", is_concern="unknown")
        assert "crisis.ask_concern" in story.steps and "crisis.tell_guardian" not in story.steps
        story.record(
            "crisis_step", "郑管理", step="ask_concern", result="done", is_concern="yes", concern_from=["guardian"]
        )
        assert "crisis.tell_guardian" not in story.steps and "crisis.tell_authority" in story.steps

    def test_a_routine_no_does_not_outweigh_a_yes(self, story: Story) -> None:
        story.record("crisis_report", "周主任", kind="suicide", is_concern="yes", concern_from=["guardian"])
        story.record("crisis_step", "周主任", step="stay", result="done", is_concern="no")
        assert story.case.state["is_concern"] is True
        story.record("crisis_step", "郑管理", step="ask_concern", result="done", is_concern="no")
        assert story.case.state["is_concern"] is False
        assert "crisis.tell_guardian" in story.steps

    def test_nobody_is_sent_to_tell_or_persuade_that_guardian(self, story: Story) -> None:
        story.record("crisis_report", "周主任", kind="harmed", is_concern="yes", concern_from=["guardian"])
        story.identified()
        story.ends_crisis(guardian_page="no")
        story.assessed(3, 0, 3, 0, 0)
        story.record("grade_decision", "郑管理", action="confirm", level="high")
        assert not {"tell_guardian", "persuade"} & story.steps
        assert "make_plan" in story.steps
        story.rebuilt_equal()

    @pytest.mark.parametrize("page", ["no", "yes"])
    def test_what_is_not_found_out_stays_unknown_after_the_crisis(self, story: Story, page: str) -> None:
        assert not is_unknown(story)
        story.record("crisis_report", "周主任", kind="suicide", is_concern="no")
        assert is_unknown(story)
        story.record("report_ruling", "郑管理", ruling="not_warranted")
        story.ends_crisis(guardian_page=page)
        assert not story.case.in_crisis and is_unknown(story) is (page == "no")

    def test_a_safety_check_that_finds_no_danger_leaves_no_doubt(self, story: Story) -> None:
        story.record("assessment_form", "林社工", **phq_a(q9="1"))
        story.record("safety_check", "苏咨询", outcome="no")
        assert story.case.state["safety_check_open"] is False and not is_unknown(story)

    def test_consent_is_not_withdrawn_while_a_danger_is_open(self, story: Story) -> None:
        story.record("consent", "王督导", purposes=["refer"], answer="given")
        story.record("crisis_report", "周主任", kind="harmed")
        said = story.refused("consent", "王督导", purposes=["refer"], answer="withdrawn")
        assert "不能撤回同意" in said
        story.ends_crisis()
        assert "不能撤回同意" in story.refused("consent", "王督导", purposes=["refer"], answer="withdrawn")
        story.record("report_ruling", "郑管理", ruling="not_warranted")
        story.record("consent", "王督导", purposes=["refer"], answer="withdrawn")
        assert story.case.state["consents"] == {"refer": "withdrawn"}


class TestAnswers:
    @pytest.fixture
    def graded(self, story: Story) -> Story:
        story.graded("mid_low", 2, 0, 0, 0, 0)
        return story

    @pytest.mark.parametrize("outcome", ["refuses", "unreachable"])
    def test_a_refusal_is_no_end_somebody_tries_again(self, graded: Story, outcome: str) -> None:
        graded.record("guardian_feedback", "林社工", outcome=outcome)
        assert graded.owner("persuade") == "林社工"
        assert graded.case.is_open and "make_plan" not in graded.steps
        graded.record("guardian_feedback", "林社工", outcome="agrees")
        assert "persuade" not in graded.steps and "make_plan" in graded.steps
        graded.rebuilt_equal()

    def test_a_refusal_that_is_neglect_is_looked_into(self, graded: Story) -> None:
        graded.record("guardian_feedback", "林社工", outcome="refuses", refusal_is_neglect="yes")
        assert graded.alarms() == {"care_refused": "safety_check"}

    def test_without_a_capable_guardian_the_case_goes_on_and_guardianship_is_settled(self, graded: Story) -> None:
        graded.record(
            "guardian_feedback", "林社工", outcome="no_capable_guardian", stand_in="village_committee",
            stand_in_basis="civil_code_34", stand_in_decision="given",
        )
        assert graded.owner("settle_guardianship") == "郑管理"
        assert "make_plan" in graded.steps
        graded.record("guardianship_settlement", "郑管理")
        assert "settle_guardianship" not in graded.steps
        graded.rebuilt_equal()

    def test_an_entrusted_carer_decides_only_with_a_document(self, graded: Story) -> None:
        said = graded.refused(
            "guardian_feedback", "林社工", outcome="no_capable_guardian", stand_in="entrusted_carer",
            stand_in_basis="entrustment", stand_in_decision="given", stand_in_document="",
        )
        assert said
