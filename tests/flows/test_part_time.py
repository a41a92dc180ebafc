"""The part-time people of a protection centre: only families given to them, only matters they are asked into."""

import pytest

from tests import world
from tests.flows.counselling import begin, low_mood, meet
from tests.flows.story import Story
from tongxin.access import selectors as access
from tongxin.access.models import Relation
from tongxin.accounts import county
from tongxin.accounts.viewers import WORKER, Viewer, viewer_of
from tongxin.flows import session_counts
from tongxin.flows.recusal import recuse

pytestmark = pytest.mark.django_db
EDUCATOR, LAWYER, CLOSE = "甘指导", "柳律师", ("identity", "identification", "psychological", "crisis", "protection")
PARENTING = {
    "protocol": "parenting", "recipient": "carer", "form_of": "family", "service": "family_education",
    "provider": "family_educator", "qualification": "family_educator", "planned": 8,
}


@pytest.fixture
def story(cast: world.World) -> Story:
    posts = county.open_part_time(county=cast.place("370116"), actor=WORKER, at=world.START)
    names = {"family_educator": EDUCATOR, "legal_adviser": LAWYER}
    holders = [(post, role, names[role]) for role, post in posts.items()]
    for (post, role, _), person in zip(holders, county.fill(holders=holders, at=world.START), strict=True):
        cast.people[names[role]], cast.posts[names[role]] = person, post
    return Story(cast)


def viewer(story: Story, name: str) -> Viewer:
    return viewer_of(person=story.world.people[name], at=story.at, post_id=story.world.posts[name].id)


def reads(story: Story, name: str, part: str) -> bool:
    return access.may(viewer=viewer(story, name), child_id=story.child.id, part=part, at=story.at)


def give(story: Story) -> None:
    story.record("assignment", "郑管理", to_post=story.world.posts[EDUCATOR].id.hex)


def test_a_family_educator_sees_nobody_until_a_child_is_given_and_then_the_family_alone(story: Story) -> None:
    assert not reads(story, EDUCATOR, "roster")
    give(story)
    assert all(reads(story, EDUCATOR, part) for part in ("roster", "family", "care"))
    assert not any(reads(story, EDUCATOR, part) for part in (*CLOSE, "sessions"))


def test_they_begin_a_parenting_course_and_read_what_was_said_in_it(story: Story) -> None:
    give(story)
    begin(story, by=EDUCATOR, **PARENTING)
    assert reads(story, EDUCATOR, "sessions")


def test_nobody_begins_one_for_them_and_they_begin_no_other_method(story: Story) -> None:
    assert "指定负责人" in story.refused("course_start", "苏咨询", **PARENTING)
    give(story)
    said = story.refused(
        "course_start", EDUCATOR, protocol="school_counselling", recipient="child", form_of="individual",
        service="counselling", provider="family_educator", qualification="family_educator", planned=8,
    )
    assert "不由这类岗位做" in said


def test_a_lawyer_sees_a_child_only_while_a_decision_is_theirs(story: Story) -> None:
    assert not reads(story, LAWYER, "roster")
    Relation.objects.create(
        child_id=story.child.id, relation=Relation.DEPARTMENT_TASK, from_at=story.at,
        organisation_id=story.world.posts[LAWYER].organisation_id,
    )
    assert reads(story, LAWYER, "conference_tasks") and reads(story, LAWYER, "mediation")
    assert not any(reads(story, LAWYER, part) for part in (*CLOSE, "family", "care", "conferences", "sessions"))
    assert not reads(story, EDUCATOR, "roster")


def test_a_counsellor_who_is_named_reads_no_course_that_somebody_else_began(story: Story) -> None:
    begin(story, by="林社工", protocol="pfa", qualification="social_worker", provider="social_worker", planned=1)
    story.record("assignment", "郑管理", to_post=story.world.posts["苏咨询"].id.hex)
    assert not reads(story, "苏咨询", "sessions") and reads(story, "林社工", "sessions")


def test_whoever_is_kept_from_a_child_does_not_count_it(story: Story) -> None:
    course = begin(story, **low_mood(18))
    meet(story, course, session_no=1)
    day = story.at.date()

    def count(name: str) -> int:
        return session_counts.counted(
            viewer=viewer(story, name), first=day.replace(month=1, day=1), last=day, small_below=1, at=story.at
        ).whole.people

    assert count("许督导") == 1
    desk = viewer(story, "郑管理")
    recuse(child_id=story.child.id, person_id=story.world.people["许督导"].id, actor=desk, at=story.at)
    assert count("许督导") == 0
