"""Following courses by their measures, and supervision: what needs a person first, and who may read it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from tests import world
from tests.flows.group_story import EXCLUSIONS
from tests.flows.story import Story
from tests.web.conftest import Clock, Office
from tongxin.groups.models import Supervised, Supervision
from tongxin.ledger.models import Access

pytestmark = pytest.mark.django_db
SignedIn = Callable[[str], Office]
CALM = dict.fromkeys(EXCLUSIONS, "no")


def _phq(total: int) -> dict[str, str]:
    """A sheet of PHQ-A with so many points, none of them in the question that asks of danger."""
    codes = {f"q{number}": str(min(3, max(0, total - 3 * (number - 1)))) for number in range(1, 9)}
    return {**codes, "q9": "0", **{f"s{number}": "0" for number in range(1, 5)}}


class Course(Story):
    """One child with a course of school counselling by the counsellor."""

    def begin(self, score: int = 16) -> None:
        self.start = self.record(
            "course_start", "苏咨询", **CALM, protocol="school_counselling", recipient="child", form_of="individual",
            service="counselling", provider="counsellor", qualification="counsellor", trained="yes", agreed="yes",
            planned=8, measures=["phq_a"], phq_a=_phq(score),
        ).entry

    def session(self, number: int, **answers: Any) -> Any:
        return self.record(
            "session_record", "苏咨询", about=str(self.start.id), session_no=number, way="individual",
            attended="present", theme="feelings", method=["listening"], minutes=45, **answers,
        ).entry


@pytest.fixture
def course(cast: world.World, time: Clock) -> Course:
    story = Course(cast)
    story.begin()
    return story


@pytest.fixture
def supervisor() -> str:
    """The county's clinical supervisor."""
    return "许督导"


def test_two_scores_their_change_and_what_is_due(course: Course, office: SignedIn, time: Clock) -> None:
    course.session(1)
    course.wait(days=20)
    course.session(2, measures=["phq_a"], phq_a=_phq(7))
    course.wait(days=1)
    time.now = course.at
    page = office("苏咨询").get("/progress/")
    (row,) = [*page.context["first"], *page.context["rest"]]
    assert [each["score"] for each in row["measured"]["points"]] == ["16", "7"] and row["held"] == 2
    assert row["measured"]["said"] and row["responds_zh"] == "好转"
    assert Access.objects.filter(route="progress", part="sessions").exists()


def test_who_does_not_respond_comes_first_and_waits_for_a_person(
    course: Course, office: SignedIn, time: Clock
) -> None:
    course.session(1)
    course.wait(days=50)
    course.session(2, measures=["phq_a"], phq_a=_phq(15))
    course.wait(days=8)
    time.now = course.at
    page = office("苏咨询").get("/progress/")
    (row,) = page.context["first"]
    assert row["fails"] and row["responds_zh"] == "没有好转" and "上一级" in row["next"]["zh"]
    assert page.context["figures"][0]["number"] == 1


def test_what_climbed_is_still_theirs_to_do(course: Course, office: SignedIn, time: Clock, supervisor: str) -> None:
    course.session(1)
    course.wait(days=50)
    time.now = course.at
    (row,) = office("苏咨询").get("/progress/").context["first"]
    task = next(each for each in course.tasks() if each.zh == row["next"]["zh"])
    assert row["next"]["late_zh"] and task.owner_post_id != task.post_id, "it has climbed"
    assert "/forms/" in row["next"]["url"]


def test_it_holds_only_what_the_viewer_may_read(
    course: Course, office: SignedIn, time: Clock, supervisor: str
) -> None:
    course.session(1)
    time.now = course.at
    assert office(supervisor).get("/progress/").context["all"] == 1
    assert office("林社工").get("/progress/").context["all"] == 0
    for name in ("周主任", "郑管理", "方经办"):
        assert office(name).get("/progress/").status_code == 404, name


class TestSupervision:
    def test_what_nobody_looked_at_is_listed_and_ticked_off(
        self, course: Course, office: SignedIn, time: Clock, supervisor: str
    ) -> None:
        one, two = course.session(1), course.session(2)
        course.wait(days=31)
        time.now, client = course.at, office(supervisor)
        (row,) = client.get("/supervision/").context["rows"]
        assert (row["many"], row["late"]) == (2, 2)
        body = {"post": str(one.post_id), "held_on": course.at.date().isoformat(), "way": "face", "note": "方向对"}
        nothing = client.post("/supervision/record/", body)
        assert nothing.status_code == 422 and "请选这次督导看过的记录" in nothing.content.decode()
        for wrong in ({"held_on": "x"}, {"held_on": "2020-01-01"}, {"way": "x"}):
            answer = client.post("/supervision/record/", {**body, "entries": [str(one.id)]} | wrong)
            assert answer.status_code == 422, wrong
        done = client.post("/supervision/record/", {**body, "entries": [str(one.id)]}, follow=True)
        assert "督导已登记" in done.content.decode() and Supervised.objects.get().entry_id == one.id
        (row,) = client.get(f"/supervision/?post={one.post_id}").context["rows"]
        assert (row["many"], row["late"]) == (1, 1) and row["last"] == course.at.date()
        assert "方向对" in office("苏咨询").get(f"/supervision/?post={two.post_id}").content.decode()
        again = client.post("/supervision/record/", {**body, "entries": [str(one.id)]})
        assert again.status_code == 422 and Supervision.objects.count() == 1

    def test_others_record_none(self, course: Course, office: SignedIn, time: Clock) -> None:
        entry = course.session(1)
        time.now = course.at
        body = {"post": str(entry.post_id), "entries": [str(entry.id)], "held_on": "2025-09-01", "way": "face"}
        assert office("苏咨询").post("/supervision/record/", body).status_code == 404
        assert not Supervision.objects.exists()

    def test_a_session_that_is_early_enough_is_not_late(
        self, course: Course, office: SignedIn, time: Clock, supervisor: str
    ) -> None:
        course.session(1)
        time.now = course.at + timedelta(days=2)
        (row,) = office(supervisor).get("/supervision/").context["rows"]
        assert (row["many"], row["late"]) == (1, 0)

