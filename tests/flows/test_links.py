"""Children who have to do with each other: both files tell of it, to those who may read both."""

import pytest

from tests import world
from tests.flows.story import Story
from tongxin.core.pathway import WITHDRAWN
from tongxin.flows import links, moving, recusal
from tongxin.flows.refusals import NotAllowed
from tongxin.ledger.models import Entry
from tongxin.people.models import Child, ChildLink

pytestmark = pytest.mark.django_db
FAMILY, PROTECTION = frozenset({"family"}), frozenset({"family", "protection"})


@pytest.fixture
def two(story: Story) -> tuple[Story, Story]:
    """A child of 东升 and one of 北坦, in one town."""
    other = Story(story.world, story.world.child("小雪", by="王督导", village="370116001020", birth="2015-06-01"))
    return story, other


def seen(story: Story, who: str, child: Child, parts: frozenset[str]) -> set[Child]:
    viewer = story.world.viewer(who, story.at)
    return {each.child for each in links.linked_with(child=child, viewer=viewer, parts=parts, at=story.at)}


def test_both_files_show_a_relation_to_who_may_read_both(two: tuple[Story, Story]) -> None:
    here, there = two
    here.record("child_link", "王督导", other_file_no=there.child.file_no, link="cousin")
    assert seen(here, "王督导", here.child, FAMILY) == {there.child}
    assert seen(here, "王督导", there.child, FAMILY) == {here.child}
    there.at = here.at
    here.rebuilt_equal()
    there.rebuilt_equal()


def test_who_may_not_see_the_other_file_learns_nothing_of_it(two: tuple[Story, Story]) -> None:
    here, there = two
    entry = here.record("child_link", "王督导", other_file_no=there.child.file_no, link="cousin").entry
    assert seen(here, "周主任", here.child, FAMILY) == set()
    answers = {"other_file_no": there.child.file_no, "link": "cousin"}
    director, supervisor = (here.world.viewer(who, here.at) for who in ("周主任", "王督导"))
    assert links.veiled(answers, entry=entry, viewer=director, at=here.at) == {"link": "cousin"}
    assert links.veiled(answers, entry=entry, viewer=supervisor, at=here.at) == answers


def test_who_may_not_see_the_other_file_can_link_nothing_to_it(two: tuple[Story, Story]) -> None:
    here, there = two
    said = here.refused("child_link", "周主任", other_file_no=there.child.file_no, link="classmate")
    assert said == here.refused("child_link", "周主任", other_file_no="T00000-00000", link="classmate")
    assert "自己的编号" in here.refused("child_link", "王督导", other_file_no=here.child.file_no, link="friend")


def test_one_incident_is_only_for_who_reads_protection_on_both_sides(two: tuple[Story, Story]) -> None:
    here, there = two
    with pytest.raises(NotAllowed):
        here.record("incident_link", "周主任", other_file_no=there.child.file_no, incident="same_perpetrator")
    here.record("incident_link", "王督导", other_file_no=there.child.file_no, incident="same_perpetrator")
    assert seen(here, "林社工", here.child, PROTECTION) == {there.child}
    assert seen(here, "林社工", here.child, FAMILY) == set()
    assert seen(here, "周主任", here.child, PROTECTION) == set()


def test_the_other_files_part_does_not_name_the_first(two: tuple[Story, Story]) -> None:
    here, there = two
    here.record("incident_link", "王督导", other_file_no=there.child.file_no, incident="witness")
    part = Entry.objects.get(subject_id=there.child.id, kind="link_part")
    assert str(here.child.id) not in str(part.clear) and here.child.file_no not in str(part.clear)


def test_somebody_recused_from_one_sees_no_link_from_the_other(two: tuple[Story, Story]) -> None:
    here, there = two
    here.record("child_link", "王督导", other_file_no=there.child.file_no, link="cousin")
    desk = here.world.viewer("郑管理", here.at)
    recusal.recuse(
        child_id=there.child.id, person_id=here.world.people["王督导"].id, actor=desk, at=here.at
    )
    assert seen(here, "王督导", here.child, FAMILY) == set()


def test_taking_it_back_ends_both_sides_and_both_files_tell_of_it(two: tuple[Story, Story]) -> None:
    here, there = two
    entry = here.record("child_link", "王督导", other_file_no=there.child.file_no, link="cousin").entry
    moving.retract(entry=entry, reason="mistaken", actor=here.world.viewer("王督导", here.at), at=here.at)
    assert seen(here, "王督导", here.child, FAMILY) == seen(here, "王督导", there.child, FAMILY) == set()
    last = Entry.objects.filter(subject_id=there.child.id).latest("subject_seq")
    assert (last.kind, last.correction_kind in WITHDRAWN) == ("link_part", True)
    there.at = here.at
    here.rebuilt_equal()
    there.rebuilt_equal()


def test_a_correction_names_another_child_instead(two: tuple[Story, Story], cast: world.World) -> None:
    here, there = two
    third = cast.child("小霜", birth="2016-06-01")
    entry = here.record("child_link", "王督导", other_file_no=there.child.file_no, link="cousin").entry
    here.record(
        "child_link", "王督导", other_file_no=third.file_no, link="cousin", supersedes=entry.id,
        correction_kind="correct",
    )
    assert seen(here, "王督导", here.child, FAMILY) == {third}
    assert ChildLink.objects.filter(ended_by__isnull=True).count() == 2
