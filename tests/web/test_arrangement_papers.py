"""What families sign: the words of the arrangement, never a child's words nor what staff saw or did."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from tests import world
from tests.flows.story import Story
from tests.flows.test_arrangements import day, dispute, entrust
from tests.web.conftest import MORNING, Clock, Office
from tests.web.test_papers import printed, text_of

pytestmark = pytest.mark.django_db
SignedIn = Callable[[str], Office]


@pytest.fixture
def story(cast: world.World) -> Story:
    return Story(cast, at=MORNING - timedelta(hours=8))


def test_the_confirmation_names_the_terms_and_keeps_the_childs_words(
    story: Story, office: SignedIn, time: Clock
) -> None:
    entrust(story, carer_name="王玉兰", child_view="想住校", visit_found="床在过道", urgent="先送镇卫生院")
    time.now = story.at
    text = printed(office("王督导"), story.child, "entrusted_care", purpose="sign")
    wanted = ("委托照护确认书", "拟定格式", "王玉兰", "每周一次", "先送镇卫生院", "受委托的人", "（盖章处）")
    assert [each for each in wanted if each not in text] == []
    assert "想住校" not in text and "床在过道" not in text
    book = text_of(office("王督导").post(f"/children/{story.child.id}/book/", {"purpose": "archive"}))
    assert "想住校" in book and "床在过道" in book, "the file has all of it"


def test_the_agreement_names_the_terms_and_keeps_how_it_went(story: Story, office: SignedIn, time: Clock) -> None:
    about = dispute(story)
    story.record(
        "mediation_result", "林社工", about=about, outcome="agreed", next_on=day(story, 14), course="父亲摔了杯子",
        terms=[{"who": "张某", "what": "每月来看孩子两次"}],
    )
    time.now = story.at
    text = printed(office("王督导"), story.child, "mediation_agreement", purpose="sign")
    assert "每月来看孩子两次" in text and "12348" in text and "司法确认" in text
    assert "父亲摔了杯子" not in text and "做了哪几步" not in text


def test_a_director_prints_no_agreement(story: Story, office: SignedIn, time: Clock) -> None:
    dispute(story)
    time.now = story.at
    url = f"/children/{story.child.id}/paper/mediation_agreement/"
    assert office("周主任").post(url, {"purpose": "sign"}).status_code == 404
