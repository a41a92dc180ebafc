"""Words of danger in what somebody without an account writes ask a person; they lower nothing."""

from datetime import timedelta

import pytest

from tests import world
from tests.web.conftest import Clock
from tests.web.test_clues import SignedIn, answered, page, text, told
from tests.web.test_report import sent
from tongxin.clues.models import Clue
from tongxin.core.pathway import CHINA

pytestmark = pytest.mark.django_db
SAID = "楼下的孩子，他说不想活了"


def test_they_shorten_the_time_and_ask_whoever_reads_it(cast: world.World, office: SignedIn, time: Clock) -> None:
    sent(time, cast, what=SAID, danger_now="no")
    clue, client = Clue.objects.get(), office("王督导")
    assert clue.danger == "soon" and "不想活" not in str(clue.clear)
    assert clue.clear["heard_kinds"] == ["self_harm"]
    shown = text(client.get(page(clue)))
    assert "可能说到：自伤、自杀" in shown and "现在有没有危险" in shown
    assert client.post(f"{page(clue)}raise/", {"danger": "now", "words": "打过电话，有危险"}).status_code == 302
    assert "可能说到：" not in text(client.get(page(clue)))


def test_the_question_ends_with_the_answer(cast: world.World, office: SignedIn, time: Clock) -> None:
    sent(time, cast, what=SAID)
    clue, client = Clue.objects.get(), office("王督导")
    moment = f"{time.now.astimezone(CHINA):%Y-%m-%dT%H:%M}"
    time.now += timedelta(minutes=2)
    assert answered(client, clue, happened_at=moment).status_code == 302
    assert "可能说到：" not in text(client.get(page(clue)))


def test_they_lower_nothing_and_calm_words_ask_nothing(cast: world.World, office: SignedIn, time: Clock) -> None:
    sent(time, cast, what=SAID, danger_now="yes")
    sent(time, cast, what="楼下的孩子衣服很薄")
    grave, calm = Clue.objects.order_by("id")
    assert (grave.danger, calm.danger) == ("now", "ordinary") and "heard" not in calm.clear
    # Whoever takes one in asks the six signs one by one.
    assert told(office("郑管理"), what=SAID).danger == "ordinary"
