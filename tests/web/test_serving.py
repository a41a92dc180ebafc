"""One child and several organisations: who serves it, each at its own limits, and one file of it (P081)."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from tests import world
from tests.flows.story import Story
from tests.web.conftest import Clock, Office
from tests.web.test_rosters import RAIN
from tongxin.flows.refusals import Refused
from tongxin.ledger.models import Access
from tongxin.people.models import Child
from tongxin.referrals.models import Referral

pytestmark = pytest.mark.django_db
WHO = {"birth": "2012-03-05", "id_kind": "resident_id", "id_no": RAIN[5]}


@pytest.fixture
def story(cast: world.World) -> Story:
    return Story(cast)


@pytest.fixture
def helped(story: Story, time: Clock) -> Story:
    """A child whom the social worker referred to the hospital, which accepted, and to the school."""
    story.record("consent", "王督导", purposes=["refer"], answer="given")
    for kind, body in (("medical", "hospital"), ("counselling", "school")):
        made = story.record(
            "referral", "林社工", to_organisation=str(story.world.body(body)), basis="consent", kind=kind,
            urgency="days_3",
        )
        story.at += timedelta(hours=1)
        if kind == "medical":
            story.record("referral_answer", "秦医生", answer="accepted", about=str(made.entry.id))
    time.now = story.at
    return story


def page(browser: Any, child: Child) -> str:
    return str(browser.get(f"/children/{child.id}/").content.decode())


def test_who_leads_the_care_sees_who_serves_since_when_and_for_what(
    helped: Story, office: Callable[[str], Office]
) -> None:
    said = page(office("郑管理"), helped.child)
    part = said[said.index("谁在帮助孩子"):]
    assert "转介：医疗" in part and "转介：心理服务" in part and "起" in part
    hospital, school = page(office("秦医生"), helped.child), page(office("何老师"), helped.child)
    assert "谁在帮助孩子" not in hospital + school
    assert "转介：心理服务" not in hospital and "转介：医疗" not in school


def test_what_is_over_stands_among_those_who_served_before(
    helped: Story, office: Callable[[str], Office], time: Clock
) -> None:
    browser = office("郑管理")
    before = page(browser, helped.child)
    assert "以前帮助过的" not in before
    about = Referral.objects.get(kind="medical").entry_id
    helped.record("referral_answer", "秦医生", answer="done", about=str(about))
    said = page(browser, helped.child)
    assert "看到2025年10月1日为止" in said and "以前帮助过的" not in said
    time.now = helped.at + timedelta(days=31)
    said = page(office("郑管理"), helped.child)
    assert "转介：心理服务" in said and "以前帮助过的" in said


class TestOneFile:
    def test_who_sees_the_first_file_is_led_to_it(self, story: Story) -> None:
        first = story.world.child("王小雨", at=story.at, **WHO)
        with pytest.raises(Refused) as refused:
            story.world.child("王小雨", by="王督导", at=story.at, **WHO)
        assert first.file_no in refused.value.zh and "没有另建" in refused.value.zh
        assert Child.objects.filter(file_no=first.file_no).count() == 1

    def test_who_may_not_see_it_learns_whom_to_ask_and_the_question_is_a_look(self, story: Story) -> None:
        first = story.world.child("王小雨", at=story.at, **WHO)
        count = Child.objects.count()
        with pytest.raises(Refused) as refused:
            story.world.child("王小雨", by="吴主任", village="370116104230", at=story.at, **WHO)
        assert first.file_no not in refused.value.zh and "联系区县个案管理员" in refused.value.zh
        assert Child.objects.count() == count
        assert Access.objects.filter(purpose="open_ask", subjects__owner_id=first.id).exists()
