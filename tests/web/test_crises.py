"""The crisis board, the duty roster that rings people, and a safety plan that shows what the child agreed to."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from tests import world
from tests.flows.story import Story
from tests.web.conftest import Office
from tongxin.accounts.models import Holding
from tongxin.core.pathway import CHINA
from tongxin.duty.models import Turn
from tongxin.flows import duty
from tongxin.ledger.models import Access
from tongxin.lib import clock

pytestmark = pytest.mark.django_db
SignedIn = Callable[[str], Office]


@pytest.fixture
def story(cast: world.World) -> Story:
    found = Story(cast, at=clock.now() - timedelta(hours=1))
    found.record("crisis_report", "周主任")
    return found


def named(cast: world.World, name: str) -> str:
    return f"{cast.posts[name].id}:{cast.people[name].id}"


def roster(cast: world.World, at: datetime, *, first: str, second: str = "") -> dict[str, str]:
    day = at.astimezone(CHINA).date()
    return {
        "division": str(cast.posts["郑管理"].division_id), "first_day": (day - timedelta(days=1)).isoformat(),
        "last_day": (day + timedelta(days=3)).isoformat(), "starts": "08:30", "ends": "08:30",
        "first": named(cast, first), "second": named(cast, second) if second else "",
    }


class TestBoard:
    def test_says_who_is_there_who_was_told_and_what_is_due(
        self, cast: world.World, office: SignedIn, story: Story
    ) -> None:
        desk = office("郑管理")
        text = desk.get("/crises/").content.decode()
        assert "还没有人接手" in text and "还没有排看护" in text and "还没有告诉其他单位" in text
        until = (story.at + timedelta(hours=9)).isoformat(timespec="minutes")[:16]
        story.record(
            "crisis_watch", "周主任", act="turn", who="外婆", relation="family",
            from_at=(story.at - timedelta(hours=1)).isoformat(timespec="minutes")[:16], to_at=until,
        )
        story.at -= timedelta(minutes=59, seconds=30)
        story.record("crisis_told", "郑管理", to_whom="school", minimum=["needs_watch"])
        text = desk.get("/crises/").content.decode()
        assert "家人、亲属陪着" in text and "外婆" not in text and "请核对陪着的是谁" not in text
        assert "学校" in text and "孩子需要有人陪着" in text
        story.at -= timedelta(minutes=59, seconds=55)
        story.record(
            "crisis_step", "郑管理", step="ask_concern", result="done", is_concern="yes", concern_from=["guardian"]
        )
        text = desk.get("/crises/").content.decode()
        assert "请核对陪着的是谁" in text and "不告知监护人" in text

    def test_updates_itself_and_opens_nothing_while_nothing_changed(
        self, office: SignedIn, story: Story
    ) -> None:
        desk = office("郑管理")
        text = desk.get("/crises/").content.decode()
        mark = text.split("/crises/board/?seen=")[1][:16]
        looks = Access.objects.count()
        story.at -= timedelta(minutes=59)
        assert desk.get(f"/crises/board/?seen={mark}").status_code == 204
        assert Access.objects.count() == looks
        story.record("crisis_step", "郑管理", step="take_over", result="done")
        assert "接手" in desk.get(f"/crises/board/?seen={mark}").content.decode()

    def test_one_touch_takes_a_crisis_over(self, cast: world.World, office: SignedIn, story: Story) -> None:
        answer = office("郑管理").post(f"/children/{story.child.id}/crisis/take/")
        assert answer.status_code == 302
        assert "crisis.take_over" not in story.steps
        assert "郑管理" in office("郑管理").get("/crises/").content.decode()
        office("周主任").post(f"/children/{story.child.id}/crisis/take/")
        assert office("周主任").get("/crises/").status_code == 404


class TestDuty:
    def test_the_person_on_duty_is_rung_first_then_the_stand_in(
        self, cast: world.World, office: SignedIn, story: Story
    ) -> None:
        assert story.owner("crisis.take_over") == "郑管理"
        given = roster(cast, clock.now(), first="苏咨询", second="林社工")
        assert office("郑管理").post("/duty/write/", given).status_code == 302
        assert story.owner("crisis.take_over") == "苏咨询"
        story.wait(minutes=16)
        assert story.owner("crisis.take_over") == "林社工"
        story.wait(minutes=5)
        assert story.owner("crisis.take_over") == "郑管理"
        story.rebuilt_equal()

    def test_a_change_of_duty_rings_the_next_turn(self, cast: world.World, office: SignedIn, story: Story) -> None:
        given = roster(cast, clock.now(), first="苏咨询")
        office("郑管理").post("/duty/write/", given)
        end = Turn.objects.order_by("to_at").values_list("to_at", flat=True).filter(to_at__gt=clock.now()).first()
        assert end and story.case.look_again_at and story.case.look_again_at <= end

    def test_nobody_on_duty_is_a_finding_and_whoever_left_is_not_rung(
        self, cast: world.World, office: SignedIn, story: Story
    ) -> None:
        office("郑管理").post("/duty/write/", roster(cast, clock.now(), first="苏咨询"))
        assert next(each.state for each in duty.examine(clock.now())) != "failure"
        Holding.objects.filter(person=cast.people["苏咨询"]).update(to_at=clock.now())
        assert [each.state for each in duty.examine(clock.now())] == ["failure"]
        assert "苏咨询" in office("周主任").get("/duty/").content.decode()

    def test_refuses_what_cannot_ring_anybody(self, cast: world.World, office: SignedIn) -> None:
        given = roster(cast, clock.now(), first="苏咨询", second="苏咨询")
        answer = office("郑管理").post("/duty/write/", given)
        assert answer.status_code == 422 and "两个人" in answer.content.decode()
        assert office("林社工").post("/duty/write/", given).status_code == 404
        assert not Turn.objects.exists()


class TestSafetyPlan:
    def test_the_director_sees_what_the_child_agreed_to_and_what_keeps_it_safe(
        self, office: SignedIn, story: Story
    ) -> None:
        story.at -= timedelta(minutes=59)
        words = {"signs": "心里发闷", "alone": "去河边走走", "distract": "打球", "people": "表姐"}
        words["reasons"] = "想当兽医"
        safe = {"helpers": "学校心理老师", "surroundings": "农药锁在村委会"}
        story.record("safety_plan", "苏咨询", **words, **safe, shared=["alone"])
        text = office("周主任").get(f"/children/{story.child.id}/safety-plan/").content.decode()
        assert all(word in text for word in ("农药锁在村委会", "学校心理老师", "去河边走走"))
        assert not any(word in text for word in ("心里发闷", "打球", "表姐", "想当兽医"))
        whole = office("苏咨询").get(f"/children/{story.child.id}/safety-plan/", follow=True)
        assert whole.status_code == 200
