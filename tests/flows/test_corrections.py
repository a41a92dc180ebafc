"""A correction can't undo an alarm; what was said in error stays readable and is marked (spine A8)."""

from datetime import timedelta

import pytest

from tests.flows.forms import fill
from tests.flows.story import Story, phq_a
from tongxin import ledger
from tongxin.accounts.viewers import WORKER
from tongxin.flows import moving, repair
from tongxin.flows.rebuild import differences_of
from tongxin.flows.record import Sheet, record
from tongxin.flows.refusals import Held, Refused
from tongxin.ledger.models import Entry, Event, HeldEntry
from tongxin.lib import ids
from tongxin.vault import Owner

pytestmark = pytest.mark.django_db


class TestAlarms:
    @pytest.mark.parametrize("kind", ["correct", "retract"])
    def test_a_critical_answer_taken_back_leaves_crisis_and_grade(self, story: Story, kind: str) -> None:
        visit = story.record("visit_record", "周主任", wish_to_die="yes")
        story.record("visit_record", "周主任", wish_to_die="no", supersedes=visit.entry.id, correction_kind=kind)
        assert (story.case.in_crisis, story.case.level) == (True, "high")
        assert story.alarms() == {"suicidal_thought": "crisis"}
        story.rebuilt_equal()

    def test_a_corrected_item_leaves_the_safety_check(self, story: Story) -> None:
        story.identified()
        assessed = story.assessed(**phq_a(q9="1"))
        story.assessed(**phq_a(q9="0"), supersedes=assessed.entry.id, correction_kind="correct")
        assert story.tasks("safety_check") and story.case.level == "high"
        story.wait(hours=25)
        assert story.case.in_crisis

    def test_a_correction_upwards_holds_at_once(self, story: Story) -> None:
        story.identified()
        assessed = story.assessed(1, 0, 0, 0, 0)
        assert story.case.level == "low"
        story.assessed(3, 0, 0, 0, 0, supersedes=assessed.entry.id, correction_kind="correct")
        assert story.case.level == "mid_high"

    def test_a_crisis_closed_by_mistake_is_open_again(self, story: Story) -> None:
        story.record("crisis_report", "周主任", kind="suicide")
        closed = story.ends_crisis()
        moving.retract(entry=closed.entry, reason="mistaken", actor=story.world.viewer("苏咨询"), at=story.at)
        assert story.case.in_crisis and "crisis.stay" in story.steps
        story.rebuilt_equal()

    def test_taking_back_an_old_closing_does_not_close_the_next_crisis(self, story: Story) -> None:
        story.record("crisis_report", "周主任", kind="suicide")
        closed = story.ends_crisis()
        story.record("crisis_report", "周主任", kind="unguarded")
        moving.retract(entry=closed.entry, reason="mistaken", actor=story.world.viewer("苏咨询"), at=story.at)
        assert story.case.in_crisis
        assert set(story.alarms().values()) == {"crisis"}

    def test_a_no_taken_back_asks_for_the_check_again(self, story: Story) -> None:
        story.identified()
        story.assessed(**phq_a(q9="1"))
        checked = story.record("safety_check", "苏咨询", outcome="no", basis="已当面了解")
        moving.retract(entry=checked.entry, reason="not_happened", actor=story.world.viewer("苏咨询"), at=story.at)
        assert story.tasks("safety_check")
        story.wait(hours=25)
        assert story.case.in_crisis

    def test_a_no_corrected_to_yes_is_a_crisis(self, story: Story) -> None:
        story.identified()
        story.assessed(**phq_a(q9="1"))
        checked = story.record("safety_check", "苏咨询", outcome="no", basis="已当面了解")
        story.record(
            "safety_check", "苏咨询", outcome="yes", supersedes=checked.entry.id, correction_kind="correct"
        )
        assert story.case.in_crisis

    def test_a_step_recorded_twice_counts_once(self, story: Story) -> None:
        story.record("crisis_report", "周主任", kind="suicide")
        step = story.record("crisis_step", "林社工", step="daily_contact", result="done", child_seen="yes")
        story.record(
            "crisis_step", "林社工", step="daily_contact", result="done", child_seen="no",
            supersedes=step.entry.id, correction_kind="correct",
        )
        assert story.task("crisis.daily_contact").key.endswith(":2")
        step = Entry.objects.get(supersedes_id=step.entry.id)
        moving.retract(entry=step, reason="not_happened", actor=story.world.viewer("林社工"), at=story.at)
        assert story.task("crisis.daily_contact").key.endswith(":1")


class TestTakingBack:
    def test_what_was_taken_back_stands_no_more_but_is_still_there(self, story: Story) -> None:
        entry = story.identified("healthy").entry
        assert story.case.stage == "identified_healthy"
        story.at = story.at.replace(hour=15)
        moving.retract(entry=entry, reason="mistaken", actor=story.world.viewer("周主任"), at=story.at)
        assert (story.case.stage, story.case.identified) == ("registered", "none")
        kept = ledger.open_entries([entry], viewer=WORKER, purpose="test", at=story.at)[0]
        assert kept and kept["seen_in_person"] == "yes"
        story.rebuilt_equal()

    def test_a_closed_file_can_still_be_set_right(self, story: Story) -> None:
        entry = story.identified("healthy").entry
        story.record("case_closure", "林社工")
        story.record("closure_decision", "郑管理", outcome="approved")
        moving.retract(entry=entry, reason="mistaken", actor=story.world.viewer("周主任"), at=story.at)
        assert story.case.stage == "closed"

    def test_an_entry_moves_to_the_sister_with_its_alarm_and_leaves_the_one_here(self, story: Story) -> None:
        sister = Story(story.world, story.world.child("小雪"), at=story.at)
        visit = story.record("visit_record", "周主任", wish_to_die="yes")
        answers = ledger.open_entries([visit.entry], viewer=WORKER, purpose="test", at=story.at)[0]
        moved = moving.move(
            entry=visit.entry, answers=answers or {}, to_child_id=sister.child.id,
            actor=story.world.viewer("周主任"), at=story.at,
        )
        assert sister.case.in_crisis and story.case.in_crisis
        assert moved.entry.occurred_at == visit.entry.occurred_at
        withdrawn = Entry.objects.get(supersedes_id=visit.entry.id)
        assert (withdrawn.correction_kind, withdrawn.clear["about"]) == ("moved", str(moved.entry.id))
        story.rebuilt_equal()
        sister.rebuilt_equal()

    def test_a_move_that_is_refused_there_changes_nothing_here(self, story: Story) -> None:
        sister = Story(story.world, story.world.child("小雪"), at=story.at)
        story.record("crisis_report", "周主任", kind="suicide")
        closing = story.ends_crisis().entry
        answers = ledger.open_entries([closing], viewer=WORKER, purpose="test", at=story.at)[0] or {}
        with pytest.raises(Refused):
            moving.move(
                entry=closing, answers=answers, to_child_id=sister.child.id, actor=story.world.viewer("苏咨询"),
                at=story.at,
            )
        assert not Entry.objects.filter(supersedes_id=closing.id).exists()


class TestCopies:
    def test_the_same_entry_twice_is_one_with_the_same_answer(self, story: Story) -> None:
        entry_id, answers = ids.new_id(), {"wish_to_die": "no", "started_at": "2025-09-01T09:30"}
        first = story.record("visit_record", "周主任", entry_id=entry_id, **answers)
        sent, at = ledger.open_entries([first.entry], viewer=WORKER, purpose="test", at=story.at)[0], story.at
        count = Event.objects.count()
        again = story.world.record(story.child, "visit_record", sent or {}, by="周主任", at=at, entry_id=entry_id)
        assert (again.entry, again.is_new) == (first.entry, False)
        assert Event.objects.count() == count and story.case.derived_seq == 2

    def test_another_content_under_the_same_id_is_held_for_a_person(self, story: Story) -> None:
        entry_id = ids.new_id()
        story.record("visit_record", "周主任", entry_id=entry_id)
        with pytest.raises(Held):
            story.record("visit_record", "周主任", entry_id=entry_id, wish_to_die="yes")
        held = HeldEntry.objects.get(entry_id=entry_id)
        assert (held.subject_id, held.settled_at) == (story.child.id, None)
        assert Event.objects.get(kind="entry.held").subject_id == story.child.id
        assert story.case.in_crisis and "settle_held" in story.steps
        story.record("held_settlement", "王督导", about=str(held.id))
        assert story.case.in_crisis and "settle_held" not in story.steps
        story.rebuilt_equal()

    def test_a_settlement_settles_the_copy_it_is_about_and_no_other(self, story: Story) -> None:
        first, second = self._held(story), self._held(story)
        settled = story.record("held_settlement", "王督导", about=str(second.id))
        first.refresh_from_db()
        second.refresh_from_db()
        assert (first.settled_at, second.settled_at) == (None, story.at)
        assert second.settled_by == story.world.people["王督导"].id
        story.rebuilt_equal()
        moving.retract(entry=settled.entry, reason="mistaken", actor=story.world.viewer("王督导"), at=story.at)
        second.refresh_from_db()
        assert (second.settled_at, len(story.tasks("settle_held"))) == (None, 2)
        HeldEntry.objects.filter(id=first.id).update(settled_at=story.at)
        assert [each.what for each in differences_of(story.child, at=story.at)] == ["held copies"]

    def test_a_copy_settled_before_this_was_kept_is_settled_on_derivation(self, story: Story) -> None:
        held = self._held(story)
        story.record("held_settlement", "王督导", about=str(held.id))
        HeldEntry.objects.update(settled_at=None)
        repair.derive_silently(story.child, at=story.at)
        held.refresh_from_db()
        assert held.settled_at == story.at

    @staticmethod
    def _held(story: Story) -> HeldEntry:
        entry_id = ids.new_id()
        story.record("visit_record", "周主任", entry_id=entry_id)
        with pytest.raises(Held):
            story.record("visit_record", "周主任", entry_id=entry_id, mood="poor")
        return HeldEntry.objects.get(entry_id=entry_id)

    def test_a_third_version_is_held_for_a_person(self, story: Story) -> None:
        visit = story.record("visit_record", "周主任").entry
        story.record("visit_record", "周主任", supersedes=visit.id, correction_kind="correct", mood="poor")
        with pytest.raises(Held):
            story.record("visit_record", "王督导", supersedes=visit.id, correction_kind="correct", mood="good")
        assert HeldEntry.objects.count() == 1 and Entry.objects.filter(supersedes_id=visit.id).count() == 1

    def test_an_entry_about_another_child_is_not_corrected_from_here(self, story: Story) -> None:
        sister = Story(story.world, story.world.child("小雪"), at=story.at)
        visit = sister.record("visit_record", "周主任").entry
        said = story.refused("visit_record", "周主任", supersedes=visit.id, correction_kind="correct")
        assert "不是这名儿童的同一种记录" in said

    def test_an_entry_is_not_corrected_into_another_form(self, story: Story) -> None:
        visit = story.record("visit_record", "周主任").entry
        said = story.refused("observation_record", "周主任", supersedes=visit.id, correction_kind="correct")
        assert "同一种记录" in said

    def test_an_entry_from_tomorrow_is_refused(self, story: Story) -> None:
        answers = fill(story.child, "visit_record", story.at)
        sheet = Sheet(ids.new_id(), "visit_record", answers, story.at + timedelta(hours=20))
        with pytest.raises(Refused) as caught:
            record(child_id=story.child.id, sheet=sheet, actor=story.world.viewer("周主任"), at=story.at)
        assert "核对设备的日期和时间" in caught.value.problems[0].zh
        assert ledger.facts(Owner("child", story.child.id))[-1].subject_seq == 1
