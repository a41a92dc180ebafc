"""Lessons that a phone carries: read and answered without a network, counted once when the answers arrive."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from tests import world
from tests.sync.phone import Phone
from tests.sync.test_down import taken
from tests.training.desk import LESSONS, learn, text
from tests.web.conftest import MORNING, Clock, Office
from tongxin.lib import ids
from tongxin.training.models import Attempt, Credit

pytestmark = pytest.mark.django_db
Paired = Callable[..., Phone]
Json = dict[str, Any]


def carried(body: Json, name: str = "danger") -> Json:
    """A lesson as it came down."""
    offer = next(each for each in body["lessons"] if each["id"] == name)
    found: Json = body["definitions"][offer["definition"]]
    return found


def tried(of: Json, *, wrong: int = 0, **more: Any) -> Json:
    said = {
        each["id"]: next(one["code"] for one in each["options"] if (one["code"] == each["right"]) == (place >= wrong))
        for place, each in enumerate(of["questions"])
    }
    return {"id": str(ids.new_id()), "lesson": of["id"], "version": of["version"], "answers": said,
            "done_at": MORNING.isoformat(), **more}


def sent(phone: Phone, *tries: object, now: Any = MORNING) -> Any:
    return phone._post("lessons", {"app": "1.0", "now": now.isoformat(), "tries": list(tries)})


def test_the_posts_lessons_come_down_once_with_what_was_learned(
    cast: world.World, phone: Paired, office: Callable[[str], Office]
) -> None:
    learn(office("周主任"))
    mine = phone()
    body = taken(mine)
    assert [each["id"] for each in body["lessons"]] == list(LESSONS)
    lesson = carried(body)
    assert lesson["percent"] == 80 and len(lesson["questions"]) == 5 and lesson["text"][0]["lines"]
    assert body["learned"] == {"danger": "2025-09-02"}
    again = taken(mine)
    assert not {"lessons", "learned", "definitions"} & again.keys()
    assert taken(phone("苏咨询"))["lessons"] == []


def test_what_was_answered_without_a_network_counts_once(cast: world.World, phone: Paired, time: Clock) -> None:
    mine = phone()
    lesson = carried(taken(mine))
    failed, passed = tried(lesson, wrong=2), tried(lesson)
    time.now = MORNING + timedelta(days=3)
    for _ in range(2):
        first, second = sent(mine, failed, passed, now=time.now).json()["results"]
        assert (first["state"], first["passed"], first["right"]) == ("arrived", False, 3)
        assert (second["passed"], second["right"], second["asked"]) == (True, 5, 5)
    assert sent(mine, tried(lesson), now=time.now).json()["results"][0]["passed"]
    row = Attempt.objects.get(id=passed["id"])
    assert row.done_at == MORNING and row.recorded_at == time.now and row.device_id == mine.device.id
    assert Attempt.objects.count() == 3 and Credit.objects.get().on_day == MORNING.date()
    assert taken(mine)["learned"] == {"danger": "2025-09-02"}


@pytest.mark.parametrize(("done", "ahead"), [(-400, 0), (5, 0), (0, 5)])
def test_a_day_that_can_not_be_is_the_day_it_came(
    cast: world.World, phone: Paired, time: Clock, done: int, ahead: int
) -> None:
    mine = phone()
    lesson = carried(taken(mine))
    said = MORNING + timedelta(days=done + ahead)
    sent(mine, tried(lesson, done_at=said.isoformat()), now=MORNING + timedelta(days=ahead))
    assert Credit.objects.get().on_day == MORNING.date()


def test_what_can_not_be_kept_says_why_and_nothing_breaks(
    cast: world.World, phone: Paired, office: Callable[[str], Office]
) -> None:
    mine = phone()
    lesson = carried(taken(mine))
    other = tried(lesson)
    assert sent(phone("吴主任"), other).json()["results"][0]["state"] == "arrived"
    odd = [
        tried(lesson, lesson="nothing"), tried(lesson, answers={"q1": "a"}), other, tried(lesson, version="²"),
        tried(lesson, done_at="9999-12-31T00:00:00"), tried(lesson, id="²"), tried(lesson, answers=[]), "x", None,
    ]
    told = [each["state"] for each in sent(mine, *odd).json()["results"]]
    assert told == ["refused", "refused", "refused", "arrived", "arrived"]
    assert sent(mine, *[tried(lesson)] * 51).status_code == 413
    assert mine._post("lessons", {"tries": "x"}).status_code == 400
    page = text(office("周主任").get(f"/training/tries/{Attempt.objects.filter(device_id=mine.device.id)[0].id}/"))
    assert "通过了" in page
    mine.token = "x.y"
    assert sent(mine, tried(lesson)).status_code == 401
