"""What was so on a day that is past is counted from recorded facts, whatever has happened since."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection

from tests import world
from tests.flows.conftest import story as story
from tests.flows.story import Story
from tests.indicators.test_both_ways import WORDS
from tongxin.core.indicators import read
from tongxin.core.pathway import CHINA
from tongxin.indicators.computing import compute
from tongxin.indicators.figures import HIDDEN
from tongxin.indicators.selects import SELECTS

pytestmark = pytest.mark.django_db
IDS = ("crises_at_end", "children_at_end")
GROUPS = [read(each.content) for id in ("children", "crisis") for each in world.library().of("indicators", id)[-1:]]


def on(day: date) -> list[bool]:
    """Whether anybody was in crisis, and on file, at the end of a day: one child is too few to be told, not none."""
    def ask(sql: str, params: Any) -> list[tuple[Any, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(sql, params)
            return list(cursor.fetchall())

    found = compute(GROUPS, ids=IDS, first=day, last=day, ask=ask, source=lambda name: SELECTS[name](WORDS),
                    engine=WORDS.vendor, placeholder="%s", depths=[0])
    return [found[id][()].state == HIDDEN for id in IDS]


def test_a_crisis_and_a_file_are_counted_on_the_days_on_which_they_were_open(story: Story) -> None:
    story.wait(days=3)
    raised = story.at.astimezone(CHINA).date()
    story.record("crisis_report", "周主任", kind="suicide")
    story.wait(days=4)
    story.ends_crisis()
    closed = story.at.astimezone(CHINA).date()
    day = timedelta(days=1)
    assert [on(each)[0] for each in (raised - day, raised, closed - day, closed)] == [False, True, True, False]
    assert [on(each)[1] for each in (raised - 10 * day, closed)] == [False, True]
