"""What an entry told the files of people is undone with it: carers, who the child is, who lives together (A8)."""

from datetime import date

import pytest

from tests.flows.story import Story
from tongxin import vault
from tongxin.accounts.viewers import WORKER
from tongxin.flows import moving
from tongxin.flows.rebuild import differences_of
from tongxin.ledger.models import Entry
from tongxin.people import search
from tongxin.people.models import Adult, Carer, Child

pytestmark = pytest.mark.django_db


def retract(story: Story, entry: Entry, by: str = "周主任") -> None:
    moving.retract(entry=entry, reason="mistaken", actor=story.world.viewer(by, story.at), at=story.at)


def carers(story: Story) -> list[str]:
    rows = Carer.objects.filter(child=story.child, to_on__isnull=True).select_related("adult").order_by("id")
    return [word or "" for word in vault.open([row.adult.name for row in rows], viewer=WORKER, purpose="test",
                                             at=story.at)]


def words(story: Story, *columns: str) -> list[str | None]:
    child = Child.objects.get(id=story.child.id)
    return vault.open([getattr(child, each) for each in columns], viewer=WORKER, purpose="test", at=story.at)


class TestCarers:
    def test_a_carer_who_was_never_one_is_gone_and_the_one_before_is_back(self, story: Story) -> None:
        story.record("carer_change", "周主任", event="starts", name="张大妈", relation="paternal_grandmother")
        ended = story.record("carer_change", "周主任", event="ends", name="张大妈", relation="paternal_grandmother")
        begun = story.record("carer_change", "周主任", event="starts", name="李大伯", relation="uncle")
        adults = Adult.objects.count()
        retract(story, begun.entry)
        assert carers(story) == [] and Adult.objects.count() == adults - 1
        retract(story, ended.entry)
        assert carers(story) == ["张大妈"]
        story.rebuilt_equal()

    def test_a_correction_takes_the_place_of_what_it_corrects(self, story: Story) -> None:
        begun = story.record("carer_change", "周主任", event="starts", name="李大伯", relation="uncle")
        story.record(
            "carer_change", "周主任", event="starts", name="李大爷", relation="uncle", supersedes=begun.entry.id,
            correction_kind="correct",
        )
        assert carers(story) == ["李大爷"]
        story.rebuilt_equal()

    def test_changed_details_are_one_carer_and_not_two(self, story: Story) -> None:
        story.record("carer_change", "周主任", event="starts", name="李大伯", relation="uncle")
        changed = story.record("carer_change", "周主任", event="changes", name="李大白", relation="uncle")
        assert carers(story) == ["李大白"]
        retract(story, changed.entry)
        assert carers(story) == ["李大伯"]
        story.rebuilt_equal()


class TestIdentity:
    def test_a_wrong_correction_of_details_is_undone_whole(self, story: Story) -> None:
        wrong = story.record(
            "detail_correction", "周主任", name="小鱼", birth="2020-01-02", sex="male", phone="13800000000",
            residence_division="370116001020",
        )
        assert words(story, "name", "phone") == ["小鱼", "13800000000"]
        retract(story, wrong.entry, by="王督导")
        child = Child.objects.get(id=story.child.id)
        assert words(story, "name", "birth", "phone") == ["小雨", "2012-03-05", None]
        home = story.world.place("370116001001").id
        assert (child.sex, child.birth_month, child.village_id) == ("female", date(2012, 3, 1), home)
        viewer = story.world.viewer("周主任", story.at)
        assert search.find("小雨", viewer=viewer, at=story.at, route="test")
        assert not search.find("小鱼", viewer=viewer, at=story.at, route="test")
        assert story.case.village_id == home
        story.rebuilt_equal()

    def test_a_corrected_correction_leaves_nothing_of_the_first(self, story: Story) -> None:
        wrong = story.record("detail_correction", "周主任", phone="13800000000", name="小鱼")
        story.record(
            "detail_correction", "周主任", name="小玉", supersedes=wrong.entry.id, correction_kind="correct",
        )
        assert words(story, "name", "phone") == ["小玉", None]
        story.rebuilt_equal()

    def test_later_outcomes_stand_on_the_age_that_was_known_and_a_rebuild_agrees(self, story: Story) -> None:
        wrong = story.record("detail_correction", "周主任", birth="2023-01-02")
        retract(story, wrong.entry)
        story.identified("healthy")
        assert story.case.identified == "healthy"
        story.rebuilt_equal()

    def test_a_rebuild_finds_a_row_that_says_something_else(self, story: Story) -> None:
        Child.objects.filter(id=story.child.id).update(sex="male")
        child = Child.objects.get(id=story.child.id)
        assert [each.what for each in differences_of(child, at=story.at)] == ["people.sex"]

    def test_a_danger_on_the_entry_stays(self, story: Story) -> None:
        wrong = story.record(
            "case_file", "周主任", father_state="dead", mother_state="in_prison", name="小雨",
        )
        alarms = story.alarms()
        retract(story, wrong.entry)
        assert story.alarms() == alarms
        story.rebuilt_equal()


class TestHousehold:
    @pytest.fixture
    def sister(self, story: Story) -> Story:
        return Story(story.world, story.world.child("小雪", birth="2015-06-01"), at=story.at)

    def together(self, story: Story, sister: Story, lives: str = "yes", **more: object) -> Entry:
        sister.child.refresh_from_db()
        return story.record(
            "household_members", "周主任", sibling_file_no=sister.child.file_no, lives_together=lives, **more
        ).entry

    def homes(self, *stories: Story) -> list[object]:
        for each in stories:
            each.child.refresh_from_db()
        return [each.child.household_id for each in stories]

    def test_children_put_together_by_mistake_live_apart_again(self, story: Story, sister: Story) -> None:
        entry = self.together(story, sister)
        story.record("visit_record", "周主任", harmed="yes")
        retract(story, entry)
        assert self.homes(story, sister) == [None, None]
        assert sister.tasks("household_check")
        assert Entry.objects.filter(subject_id=sister.child.id, correction_kind="retract").count() == 1
        sister.at = story.at
        story.rebuilt_equal()
        sister.rebuilt_equal()

    def test_a_leaving_taken_back_brings_the_child_home(self, story: Story, sister: Story) -> None:
        self.together(story, sister)
        home = self.homes(story, sister)
        gone = self.together(story, sister, "no")
        assert self.homes(sister) == [None]
        retract(story, gone)
        assert self.homes(story, sister) == home
        assert sister.child.memberships.filter(to_on__isnull=True).count() == 1

    def test_a_correction_names_the_right_child(self, story: Story, sister: Story) -> None:
        other = Story(story.world, story.world.child("小霜", birth="2016-06-01"), at=story.at)
        entry = self.together(story, sister)
        self.together(story, other, supersedes=entry.id, correction_kind="correct")
        mine, hers, others = self.homes(story, sister, other)
        assert mine is not None and (hers, others) == (None, mine)
        story.rebuilt_equal()
