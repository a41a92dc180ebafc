"""A raise holds at once, a fall waits for two people (spine A2)."""

import pytest

from tests.flows.story import Story
from tongxin.accounts.services import hand_over
from tongxin.accounts.viewers import WORKER
from tongxin.cases.models import Decision

pytestmark = pytest.mark.django_db
# Who asked first decides who is asked next.
SECOND = {"苏咨询": "second_person", "王督导": "second_professional"}
LOWER = {"action": "lower", "reason": "情况好转"}


@pytest.fixture
def graded(story: Story) -> Story:
    story.graded("mid_high", 2, 0, 2, 0, 0)
    return story


class TestRaise:
    def test_a_proposal_holds_before_anybody_confirmed_it(self, story: Story) -> None:
        story.identified()
        story.assessed(3, 0, 0, 0, 0)
        assert (story.case.level, story.case.standing) == ("mid_high", "ungraded")
        assert story.task("first_visit").due_at

    def test_anybody_raises_with_a_reason(self, graded: Story) -> None:
        graded.record("grade_raise", "周主任", level="high", reason="整夜不归")
        assert (graded.case.level, graded.case.standing) == ("high", "mid_high")
        assert graded.owner("confirm_grade") == "郑管理"

    def test_a_lay_workers_request_confirms_nothing(self, story: Story) -> None:
        story.identified()
        story.assessed(3, 0, 0, 0, 0)
        story.record("grade_raise", "周主任", level="mid_high", reason="看到的也是这样")
        assert story.case.standing == "ungraded" and "confirm_grade" in story.steps

    def test_a_request_below_the_grade_lowers_nothing_and_blocks_nothing(self, graded: Story) -> None:
        graded.record("grade_raise", "周主任", level="mid_low", reason="有些变差")
        assert graded.case.level == "mid_high" and "second_person" not in graded.steps
        _lowered_by_two(graded, "苏咨询", "郑管理", level="mid_low")

    def test_a_hint_from_a_visit_raises_by_one(self, graded: Story) -> None:
        graded.record("visit_record", "周主任", grade_hint="up", grade_hint_reason="更不说话了")
        assert graded.case.level == "high"

    def test_a_visit_that_thinks_it_is_better_lowers_nothing(self, graded: Story) -> None:
        graded.record("visit_record", "周主任", grade_hint="down", grade_hint_reason="好些了")
        assert graded.case.level == "mid_high"


class TestFall:
    @pytest.mark.parametrize(("first", "second"), [("苏咨询", "郑管理"), ("王督导", "林社工")])
    def test_takes_two_people_of_two_kinds(self, graded: Story, first: str, second: str) -> None:
        _lowered_by_two(graded, first, second, level="mid_low")
        decisions = list(Decision.objects.filter(case_id=graded.child.id, level="mid_low").order_by("id"))
        assert [row.stands for row in decisions] == [False, True]
        assert decisions[1].second_of == decisions[0].entry_id
        graded.rebuilt_equal()

    def test_the_same_person_is_no_second(self, graded: Story) -> None:
        graded.record("grade_decision", "苏咨询", level="mid_low", **LOWER)
        assert "两位不同的人" in graded.refused("grade_decision", "苏咨询", level="mid_low", **LOWER)
        assert graded.case.level == "mid_high"

    @pytest.mark.parametrize(("first", "second"), [
        ("苏咨询", "郑管理"), ("郑管理", "苏咨询"), ("林社工", "王督导"), ("王督导", "林社工"),
    ])
    def test_the_same_person_in_two_posts_is_no_second(self, graded: Story, first: str, second: str) -> None:
        world = graded.world
        hand_over(post=world.posts[second], to=world.people[first], actor=WORKER, at=graded.at)
        graded.record("grade_decision", first, level="mid_low", **LOWER)
        (asked,) = Decision.objects.filter(case_id=graded.child.id, level="mid_low")
        world.people[second] = world.people[first]
        acting = world.viewer(second, graded.at)
        assert acting.post_id != asked.post_id and acting.person_id == asked.person_id
        assert "两位不同的人" in graded.refused("grade_decision", second, level="mid_low", **LOWER)
        assert (graded.case.level, asked.stands) == ("mid_high", False)

    @pytest.mark.parametrize(("first", "second"), [("苏咨询", "林社工"), ("王督导", "郑管理")])
    def test_two_of_one_kind_are_not_enough(self, graded: Story, first: str, second: str) -> None:
        graded.record("grade_decision", first, level="mid_low", **LOWER)
        assert "还缺另一方" in graded.refused("grade_decision", second, level="mid_low", **LOWER)
        assert graded.case.level == "mid_high"

    def test_both_have_to_mean_the_same_level(self, graded: Story) -> None:
        graded.record("grade_decision", "苏咨询", level="mid_low", **LOWER)
        graded.record("grade_decision", "郑管理", level="low", **LOWER)
        assert graded.case.level == "mid_high" and graded.owner("second_professional") == "林社工"

    @pytest.mark.parametrize(
        ("action", "level"), [("confirm", "low"), ("confirm", "high"), ("raise", "mid_low"), ("lower", "mid_high")]
    )
    def test_decision_and_level_have_to_say_the_same(self, story: Story, action: str, level: str) -> None:
        story.identified()
        story.assessed(3, 0, 0, 0, 0)
        said = story.refused("grade_decision", "郑管理", action=action, level=level, reason="见随访记录")
        assert "不一致" in said or "并不比" in said
        assert story.case.level == "mid_high" and "confirm_grade" in story.steps

    def test_agreeing_to_a_lower_proposal_is_the_first_word_of_a_fall(self, graded: Story) -> None:
        graded.assessed(0, 0, 0, 0, 0)
        said = graded.refused("grade_decision", "郑管理", action="confirm", level="mid_low")
        assert "建议的是“低”" in said
        graded.record("grade_decision", "郑管理", action="confirm", level="low")
        assert graded.case.level == "mid_high" and "second_professional" in graded.steps

    def test_a_reassessment_lowers_nothing_by_itself(self, graded: Story) -> None:
        graded.assessed(0, 0, 0, 0, 0)
        assert graded.case.level == "mid_high"
        assert "confirm_grade" in graded.steps
        _lowered_by_two(graded, "苏咨询", "郑管理", level="low")

    def test_no_fall_in_a_crisis(self, graded: Story) -> None:
        graded.record("crisis_report", "周主任", kind="suicide")
        assert "危机处置中不能降级" in graded.refused("grade_decision", "苏咨询", level="mid_low", **LOWER)

    def test_an_agreement_from_before_new_danger_is_worth_nothing(self, graded: Story) -> None:
        graded.record("grade_decision", "苏咨询", level="mid_low", **LOWER)
        graded.record("grade_raise", "周主任", level="high", reason="又出走了")
        graded.record("grade_decision", "郑管理", level="mid_low", **LOWER)
        assert graded.case.level == "high"

    def test_a_first_agreement_taken_back_is_none(self, graded: Story) -> None:
        first = graded.record("grade_decision", "苏咨询", level="mid_low", **LOWER)
        graded.record("grade_decision", "苏咨询", supersedes=first.entry.id, correction_kind="retract", **LOWER)
        graded.record("grade_decision", "郑管理", level="mid_low", **LOWER)
        assert graded.case.level == "mid_high"

    def test_a_fall_on_the_wrong_child_is_undone_when_moved(self, graded: Story) -> None:
        second = _lowered_by_two(graded, "苏咨询", "郑管理", level="mid_low")
        graded.record("grade_decision", "郑管理", supersedes=second, correction_kind="moved", **LOWER)
        assert graded.case.level == "mid_high"
        graded.rebuilt_equal()


def _lowered_by_two(story: Story, first: str, second: str, *, level: str):
    before = story.case.level
    story.record("grade_decision", first, level=level, **LOWER)
    assert story.case.level == before and story.owner(SECOND[first]) != first
    agreed = story.record("grade_decision", second, level=level, **LOWER)
    assert (story.case.level, story.case.standing) == (level, level)
    assert not story.steps & set(SECOND.values())
    return agreed.entry.id
