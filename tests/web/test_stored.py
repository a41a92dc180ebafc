"""A file that is only stored is known again by lists, phones, rounds and the office; what is in it nobody is told."""

from typing import Any

import pytest

from tests import world
from tests.flows.story import Story
from tests.flows.test_erasing import closed, store
from tests.screening.school import School, row_of
from tests.sync.conftest import phone
from tests.sync.phone import entry
from tests.sync.test_up import _file
from tests.web.conftest import Clock
from tests.web.test_rosters import RAIN, bring_in, roster
from tongxin.flows import shelving
from tongxin.flows.opening import STORED
from tongxin.flows.refusals import Refused
from tongxin.intake.models import HeldRow, Listing
from tongxin.ledger.models import Entry
from tongxin.lib import ids
from tongxin.people.models import Child
from tongxin.screening.models import Participant
from tongxin.sync.models import Arrival

pytestmark = pytest.mark.django_db
WHO = {"birth": "2012-03-05", "id_kind": "resident_id", "id_no": RAIN[5]}
__all__ = ["phone"]


@pytest.fixture
def stored(cast: world.World, time: Clock) -> Story:
    """A stored file of 王小雨, and the pages at the moment after it was put away."""
    story = closed(Story(cast, cast.child("王小雨", **WHO)))
    store(story)
    time.now = story.at
    return story


def back(story: Story) -> None:
    shelving.bring_back(child_id=story.child.id, actor=story.world.viewer("郑管理", story.at), at=story.at)


class TestRoster:
    @pytest.mark.parametrize("number", [RAIN[5], ""])
    def test_a_row_waits_and_is_the_same_child_once_the_file_is_back(
        self, stored: Story, office: Any, number: str
    ) -> None:
        browser = office("郑管理")
        bring_in(browser, roster([*RAIN[:5], number, *RAIN[6:]]))
        held = HeldRow.objects.get()
        assert (held.reason, held.child_id, Child.objects.count()) == (HeldRow.STORED, stored.child.id, 1)
        at = f"/rosters/held/{held.id}/"
        page = browser.get(at).content.decode()
        assert "可能有一份只保存的档案" in page and "个案管理员" in page and stored.child.file_no not in page
        answer = browser.post(at, {"decision": "same"})
        assert answer.status_code == 422 and "先取回" in answer.content.decode()
        assert not Listing.objects.exists()
        back(stored)
        assert stored.child.file_no in browser.get(at).content.decode()
        assert browser.post(at, {"decision": "same"}).status_code == 302
        assert (Listing.objects.get().child_id, Child.objects.count()) == (stored.child.id, 1)

    def test_another_child_has_a_file_without_the_number_of_the_first(self, stored: Story, office: Any) -> None:
        browser = office("王督导")
        bring_in(office("郑管理"), roster(RAIN))
        browser.post(f"/rosters/held/{HeldRow.objects.get().id}/", {"decision": "other"})
        assert Child.objects.count() == 2 and Child.objects.exclude(id_token=None).get().id == stored.child.id
        assert Child.objects.get(id=stored.child.id).county_id is None


class TestPhone:
    def test_a_file_for_the_same_number_takes_the_stored_one_out(
        self, stored: Story, phone: Any, time: Clock, office: Any
    ) -> None:
        named = ids.new_id()
        sent = entry(named, "case_file", _file(time, name="王小雨", sex="female", **WHO), time.now)
        phone().sends(sent, now=time.now)
        assert Child.objects.get().county_id is not None
        assert Arrival.objects.filter(settled_at=None).count() + Entry.objects.filter(id=sent["id"]).count() == 1

    def test_the_same_name_and_birth_waits_for_a_person_who_sees_nothing_of_the_file(
        self, stored: Story, phone: Any, time: Clock, office: Any
    ) -> None:
        sent = entry(ids.new_id(), "case_file", _file(time, name="王小雨", birth=WHO["birth"]), time.now)
        (told,) = phone().sends(sent, now=time.now)
        arrival, browser = Arrival.objects.get(), office("王督导")
        assert (told["reason"], arrival.child_id, Child.objects.count()) == ("duplicate_child", None, 1)
        at = f"/arrivals/{arrival.id}/"
        page = browser.get(at).content.decode()
        assert "可能有一份只保存的档案" in page and "另建档案" in page and stored.child.file_no not in page
        assert "是同一个孩子，以档案为准" not in page
        assert browser.post(at, {"decision": "same"}).status_code == 404
        back(stored)
        page = browser.get(at).content.decode()
        assert "可能有一份只保存的档案" not in page and f"/children/{stored.child.id}/" in page
        assert browser.post(at, {"decision": "same_newer"}).status_code == 302
        assert Entry.objects.get(id=sent["id"]).subject_id == stored.child.id


class TestRound:
    def test_a_danger_in_a_round_is_the_stored_childs(self, stored: Story) -> None:
        school = School(stored.world, pupils=0, at=stored.at)
        number = {"id_no": RAIN[5], "id_state": "valid", "problems": ()}
        school.list([row_of(1, name="王小雨", **number)])
        seen = school.pupil(1)
        assert (seen.child_id, seen.maybe_child_id) == (None, stored.child.id)
        school.start()
        school.tap(school.sit(1), "q9", 2)
        assert school.pupil(1).child_id == stored.child.id and Child.objects.get().county_id is not None
        assert stored.case.in_crisis

    def test_by_name_and_birth_whoever_decides_is_told_that_there_may_be_a_file(
        self, stored: Story, office: Any
    ) -> None:
        school = School(stored.world, pupils=0, at=stored.at)
        school.list([row_of(1, name="王小雨")])
        school.start()
        sitting = school.sit(1)
        for item in (*(f"q{n}" for n in range(1, 10)), *(f"s{n}" for n in range(1, 5))):
            school.tap(sitting, item, 0)
        Participant.objects.update(outcome="refer")
        at = f"/rounds/{school.round.id}/results/{school.pupil(1).id}/"
        browser = office("何老师")
        assert "可能有一份只保存的档案" in browser.get(at).content.decode()
        back(stored)
        assert "可能有一份只保存的档案" not in browser.get(at).content.decode()


def test_the_office_opens_no_second_file_for_the_same_number(stored: Story) -> None:
    with pytest.raises(Refused) as refused:
        stored.world.child("王小雨", at=stored.at, **WHO)
    assert [(each.path, each.zh) for each in refused.value.problems] == [("id_no", STORED)]
    assert Child.objects.count() == 1
