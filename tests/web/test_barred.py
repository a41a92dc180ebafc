"""A stored or ended file stands in no list of somebody who is kept from its child."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from tests import world
from tests.flows.story import Story
from tests.flows.test_barred import kept_from, store
from tests.flows.test_erasing import closed, erase
from tests.web.conftest import Clock, Office

pytestmark = pytest.mark.django_db


def test_a_stored_or_ended_file_is_not_in_their_list(
    cast: world.World, office: Callable[[str], Office], time: Clock
) -> None:
    story = closed(Story(cast))
    number = story.child.file_no
    kept_from(story)
    store(story, by="周主任")
    for told in ("stored", "erased"):
        time.now = story.at + timedelta(minutes=1)
        assert number not in office("郑管理").get("/ended/").content.decode(), told
        assert number in office("王督导").get("/ended/").content.decode(), told
        if told == "stored":
            erase(story, by="周主任")
            story.at += timedelta(minutes=1)
