"""Two files of one child: joined with a choice per field, and parted again so that both stand as before."""

from typing import Any

import pytest

from tests import world
from tests.flows.story import Story
from tongxin import vault
from tongxin.accounts.viewers import WORKER
from tongxin.cases.models import Alarm, Case, Task
from tongxin.comparisons.models import Joining
from tongxin.flows import joining
from tongxin.flows.rebuild import differences_of
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.intake.reading.identity import check_digit
from tongxin.people.models import Alias, Carer, CategorySpan, Child

pytestmark = pytest.mark.django_db
WORDS = ("name", "id_no", "birth", "phone", "address")


@pytest.fixture
def two(story: Story) -> tuple[Story, Story]:
    """One child with two files: opened in 东升, and once more in 北坦."""
    other = story.world.child("小玉", by="王督导", village="370116001020", phone="13900000001")
    return story, Story(story.world, other)


def standing(child: Child, at: Any) -> dict[str, Any]:
    """Everything that holds of a file: who, where, which carers, state, alarms, tasks."""
    row = Child.objects.get(id=child.id)
    case = Case.objects.get(id=child.id)
    opened = vault.open([getattr(row, each) for each in WORDS], viewer=WORKER, purpose="rebuild", at=at)
    return {
        "words": opened, "sex": row.sex, "month": row.birth_month,
        "place": (row.county_id, row.town_id, row.village_id),
        "marks": (bytes(row.person_token or b""), bytes(row.id_token or b"")),
        "case": (case.stage, case.is_open, case.level, case.standing, case.identified, case.in_crisis, case.state),
        "tasks": sorted(Task.objects.filter(case=case, state__in=("open", "waiting")).values_list("key", flat=True)),
        "alarms": sorted(Alarm.objects.filter(case=case).values_list("key", "state")),
        "carers": sorted(Carer.objects.filter(child=row, to_on__isnull=True).values_list("relation", flat=True)),
        "categories": sorted(CategorySpan.objects.filter(child=row).values_list("category", flat=True)),
    }


def join(here: Story, there: Story, *taken: str, by: str = "郑管理") -> Joining:
    at = max(here.at, there.at)
    return joining.propose(
        kept_id=here.child.id, other_id=there.child.id, taken=taken, actor=here.world.viewer(by, at), at=at
    )


def undo(row: Joining, here: Story, by: str = "郑管理") -> Joining:
    return joining.undo(joining_id=row.id, actor=here.world.viewer(by, here.at), at=here.at)


def test_what_is_chosen_is_taken_over_and_undoing_gives_both_files_back(two: tuple[Story, Story]) -> None:
    here, there = two
    before = standing(here.child, here.at), standing(there.child, here.at)
    row = join(here, there, "name", "phone")
    assert row.state == Joining.STANDING
    after = standing(here.child, here.at)
    assert (after["words"][0], after["words"][3]) == ("小玉", "13900000001")
    assert {**standing(there.child, here.at), "tasks": before[1]["tasks"]} == before[1]
    assert Alias.objects.get(child=there.child, same_as=here.child).undone_by is None
    undo(row, here)
    assert (standing(here.child, here.at), standing(there.child, here.at)) == before
    assert Alias.objects.get(child=there.child).undone_by is not None
    for each in two:
        assert differences_of(Child.objects.get(id=each.child.id), at=here.at) == []


def test_a_file_in_a_crisis_or_with_a_grade_takes_two_people(two: tuple[Story, Story]) -> None:
    here, there = two
    there.record("crisis_report", "王督导")
    here.at = there.at
    row = join(here, there)
    assert row.state == Joining.PROPOSED and not Alias.objects.exists()
    with pytest.raises(Refused):
        joining.confirm(joining_id=row.id, actor=here.world.viewer("郑管理", here.at), at=here.at)
    row = joining.confirm(joining_id=row.id, actor=here.world.viewer("王督导", here.at), at=here.at)
    assert row.state == Joining.STANDING
    assert Case.objects.get(id=there.child.id).in_crisis
    undo(row, here)
    assert Case.objects.get(id=there.child.id).in_crisis


def number(seventeen: str) -> str:
    return seventeen + check_digit(seventeen)


def test_two_sound_numbers_are_two_children(cast: world.World) -> None:
    one = Story(cast, cast.child("小雨", id_kind="resident_id", id_no=number("37011620120305202")))
    other = Story(cast, cast.child("小雨", id_kind="resident_id", id_no=number("37011620120305204")))
    with pytest.raises(Refused) as caught:
        join(one, other)
    assert caught.value.zh == joining.TWO_NUMBERS


def test_twins_at_one_home_are_two_children(two: tuple[Story, Story]) -> None:
    here, there = two
    here.record("household_members", "王督导", sibling_file_no=there.child.file_no, lives_together="yes")
    with pytest.raises(Refused) as caught:
        join(here, there)
    assert caught.value.zh == joining.TWINS


def test_what_was_said_to_be_two_children_is_never_joined(two: tuple[Story, Story]) -> None:
    here, there = two
    desk = here.world.viewer("郑管理", here.at)
    for one, other in ((here, there), (there, here)):
        joining.keep_apart(one_id=one.child.id, other_id=other.child.id, actor=desk, at=here.at)
    with pytest.raises(Refused):
        join(here, there)


def test_posting_twice_joins_once_and_a_joined_file_joins_no_third(two: tuple[Story, Story]) -> None:
    here, there = two
    assert join(here, there).id == join(here, there).id
    with pytest.raises(Refused):
        join(there, here)
    third = Story(here.world, here.world.child("小语"))
    for one, other in ((there, third), (third, there)):
        with pytest.raises(Refused):
            join(one, other)
    assert join(here, third).state == Joining.STANDING


def test_the_entry_is_taken_back_only_where_both_lie_side_by_side(two: tuple[Story, Story]) -> None:
    here, there = two
    row = join(here, there)
    with pytest.raises(Refused):
        here.record("same_child", "郑管理", supersedes=row.entry_id, correction_kind="retract")
    with pytest.raises(Refused):
        here.record("same_child", "郑管理", other_file_no=there.child.file_no, same="same_child")


def test_who_may_not_write_both_has_no_such_page(two: tuple[Story, Story]) -> None:
    here, there = two
    for who in ("周主任", "林社工", "陈管理", "方经办"):
        with pytest.raises(NotAllowed):
            join(here, there, by=who)


def test_brothers_and_sisters_who_share_a_telephone_are_never_joined(cast: world.World) -> None:
    carers = [{"carer_name": "王桂兰", "relation": "paternal_grandmother", "carer_phone": "13800000001"}]
    one = Story(cast, cast.child("李明月", birth="2013-06-01", carers=carers))
    other = Story(cast, cast.child("李明阳", birth="2015-02-11", carers=carers))
    with pytest.raises(Refused) as caught:
        join(one, other)
    assert joining.NOT_ONE in caught.value.zh
