"""Hours of supervision of those who counsel, against the county's rule."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from tests import world
from tests.training.desk import text
from tests.web.conftest import MORNING, Clock, Office
from tests.web.conftest import office as office
from tests.web.conftest import time as time
from tongxin.groups.models import Supervision
from tongxin.lib import ids

pytestmark = pytest.mark.django_db
SignedIn = Callable[[str], Office]


def met(client: Office, *posts: object, **more: str) -> Any:
    body = {
        "meeting": str(ids.new_id()), "posts": [str(each) for each in posts], "held_on": f"{MORNING:%Y-%m-%d}",
        "way": "group", "minutes": "90", "note": "讨论怎样和少年谈停药",
    }
    return client.post("/supervision/hours/", {**body, **more})


def lines(client: Office) -> dict[str, tuple[int, int, bool]]:
    return {
        each["row"].post.title: (each["row"].minutes, each["left"], each["row"].is_short)
        for each in client.get("/supervision/").context["hours"]
    }


def test_who_lacks_hours_is_shown_until_they_have_them(cast: world.World, office: SignedIn, time: Clock) -> None:
    desk, one, two = office("许督导"), cast.posts["苏咨询"], cast.posts["何老师"]
    assert lines(desk)[one.title] == (0, 180, True)
    assert met(desk, one.id, two.id).status_code == 302
    assert lines(desk)[one.title] == (90, 90, True) == lines(desk)[two.title]
    assert met(desk, one.id).status_code == 302
    assert lines(desk)[one.title] == (180, 0, False)
    own = office("苏咨询")
    assert list(lines(own)) == [one.title] and "讨论怎样" in text(own.get(f"/supervision/?post={one.id}"))
    time.now += timedelta(days=91)
    assert lines(office("许督导"))[one.title] == (0, 180, True)


def test_what_cannot_be_is_refused_and_sent_twice_is_one(cast: world.World, office: SignedIn) -> None:
    desk, post = office("许督导"), cast.posts["苏咨询"].id
    for wrong in ({"minutes": "0"}, {"minutes": "481"}, {"minutes": "²"}, {"way": "x"}, {"held_on": "9999-12-31"},
                  {"held_on": "0001-01-01"}, {"posts": "x"}):
        assert met(desk, post, **wrong).status_code == 422, wrong
    assert met(desk, cast.posts["林社工"].id).status_code == 422 and not Supervision.objects.exists()
    same = str(ids.new_id())
    for _ in range(2):
        assert met(desk, post, meeting=same).status_code == 302
    assert Supervision.objects.count() == 1
    assert met(office("苏咨询"), post).status_code == 404
