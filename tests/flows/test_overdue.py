"""Overdue work climbs one level at a time to somebody who is there (spine B2, C9, C10)."""

from datetime import datetime, timedelta

import pytest

from tests import world
from tests.flows.story import Story
from tongxin.accounts.models import Holding
from tongxin.accounts.viewers import WORKER
from tongxin.core.pathway import CHINA
from tongxin.flows.handing_over import hand_over
from tongxin.flows.invariants import breaches
from tongxin.flows.sweep import look_again, sweep
from tongxin.ledger.models import Event

pytestmark = pytest.mark.django_db


def leave(story: Story, who: str, *, to: str | None = None, kind: str = Holding.HOLDER) -> None:
    there = story.world.people[to] if to else None
    hand_over(post=story.world.posts[who], to=there, actor=WORKER, at=story.at, kind=kind)


def told(story: Story, kind: str) -> list[str]:
    """The titles of the posts that events of a kind name, in their order."""
    posts = {str(post.id): name for name, post in story.world.posts.items()}
    rows = Event.objects.filter(kind=kind, subject_id=story.child.id).order_by("at", "id")
    return [posts.get(row.clear["owner"], "") for row in rows]


class TestClimbing:
    def test_goes_up_one_level_at_a_time_and_says_so(self, story: Story) -> None:
        due = story.task("identify").due_at
        story.at = due
        story.wait(days=1)
        assert story.owner("identify") == "周主任"
        story.wait(days=3)
        assert (story.owner("identify"), told(story, "task.climbed")) == ("王督导", ["王督导"])
        story.wait(days=4)
        assert (story.owner("identify"), told(story, "task.climbed")) == ("郑管理", ["王督导", "郑管理"])
        story.wait(days=40)
        # Nobody stands above the desk: it is told once more.
        assert (story.owner("identify"), told(story, "task.climbed")[2:]) == ("郑管理", ["郑管理"])
        story.rebuilt_equal()

    def test_a_vacant_post_is_answered_for_by_the_next_and_climbs_from_there(self, cast: world.World) -> None:
        hand_over(post=cast.posts["周主任"], to=None, actor=WORKER, at=world.START)
        story = Story(cast, cast.child(by="王督导"))
        assert story.owner("identify") == "王督导"
        story.at = story.task("identify").due_at
        story.wait(days=4)
        assert story.owner("identify") == "郑管理"

    def test_whoever_holds_two_posts_of_the_line_is_not_climbed_to_twice(self, cast: world.World) -> None:
        story = Story(cast)
        leave(story, "王督导", to="周主任")
        story.at = story.task("identify").due_at
        story.wait(days=4)
        assert story.owner("identify") == "郑管理"

    def test_a_stand_in_answers_in_the_post_itself(self, cast: world.World) -> None:
        story = Story(cast)
        leave(story, "周主任")
        leave(story, "周主任", to="吴主任", kind=Holding.STAND_IN)
        look_again(story.child, now=story.at)
        task = story.task("identify")
        assert (task.owner_post_id, story.owner("identify")) == (cast.posts["周主任"].id, "吴主任")

    def test_a_post_left_vacant_hands_its_tasks_up_at_the_workers_next_turn_and_takes_them_back(
        self, story: Story
    ) -> None:
        leave(story, "周主任")
        assert sweep(story.at) == 1 and story.owner("identify") == "王督导"
        assert told(story, "task.passed_on") == ["王督导"]
        assert not [each for each in breaches(at=story.at) if each.count]
        story.at += timedelta(hours=1)
        leave(story, "周主任", to="吴主任")
        assert sweep(story.at) == 1 and story.owner("identify") == "吴主任"
        story.rebuilt_equal()

    def test_a_person_who_no_longer_works_here_answers_for_nothing(self, story: Story) -> None:
        person = story.world.people["周主任"]
        person.is_active = False
        person.save()
        look_again(story.child, now=story.at)
        assert story.owner("identify") == "王督导"
        assert not [each for each in breaches(at=story.at) if each.count]

    def test_danger_climbs_by_the_clock_also_at_night(self, story: Story) -> None:
        story.at = datetime(2025, 9, 30, 22, tzinfo=CHINA)
        story.record("crisis_report", "周主任", kind="suicide")
        story.wait(minutes=24)
        assert story.owner("crisis.tell_duty") == "周主任"
        story.wait(minutes=1)
        assert story.owner("crisis.tell_duty") == "王督导"
        story.wait(minutes=30)
        assert story.owner("crisis.tell_duty") == "郑管理"


class TestCalendar:
    def test_working_days_pass_over_the_holidays_and_count_made_up_sundays(self, cast: world.World) -> None:
        at = datetime(2025, 9, 26, 9, tzinfo=CHINA)
        story = Story(cast, cast.child(at=at), at=at)
        # 28th is a working Sunday; 1st to 8th are holidays; the 11th is a working Saturday.
        due = datetime(2025, 10, 16, 18, tzinfo=CHINA)
        assert story.task("identify").due_at == due

    def test_danger_does_not_wait_for_the_holidays_to_end(self, cast: world.World) -> None:
        at = datetime(2025, 10, 1, 9, tzinfo=CHINA)
        story = Story(cast, cast.child(at=at), at=at)
        story.record("visit_record", "周主任", wish_to_die="yes")
        assert story.task("crisis.conference").due_at == story.at + timedelta(hours=72)


class TestReason:
    def give(self, story: Story, until: str, step: str = "identify") -> str:
        key = story.task(step).key
        return story.refused("task_reason", "周主任", about=key, until=until, reason="other", note="全家外出")

    def test_a_task_waits_until_the_day_that_was_said_and_is_due_again(self, story: Story) -> None:
        task = story.task("identify")
        story.at = task.due_at - timedelta(days=2)
        story.record("task_reason", "周主任", about=task.key, until="2025-09-22", reason="other", note="全家外出")
        waiting = story.task("identify")
        assert (waiting.state, waiting.due_at) == ("waiting", datetime(2025, 9, 22, tzinfo=CHINA))
        story.wait(days=14)
        assert story.task("identify").state == "open"
        assert story.owner("identify") != "周主任"
        story.rebuilt_equal()

    def test_nobody_puts_a_task_off_longer_than_its_own_interval(self, story: Story) -> None:
        assert "最多暂缓到 2025-09-15" in self.give(story, "2027-01-01")

    def test_danger_is_not_put_off(self, story: Story) -> None:
        story.record("crisis_report", "周主任", kind="suicide")
        assert "不能暂缓" in self.give(story, "2025-09-02", "close_crisis")

    def test_a_task_that_is_not_there_is_said(self, story: Story) -> None:
        gone = {"about": "visit:nothing", "until": "2025-09-05", "reason": "other", "note": "无"}
        said = story.refused("task_reason", "周主任", **gone)
        assert "没有找到要暂缓的任务" in said
