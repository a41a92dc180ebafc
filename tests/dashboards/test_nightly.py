"""The worker counts once a night: the running year each night, years that are over from time to time, never twice."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from tests import world
from tests.dashboards.test_pages import lived as lived
from tests.flows.test_rules_change import changed
from tests.web.conftest import time as time
from tongxin.accounts.viewers import WORKER
from tongxin.core.pathway import CHINA
from tongxin.dashboards import nightly
from tongxin.dashboards.models import Count, Told
from tongxin.dashboards.rules import dashboards_in
from tongxin.rulebook import rules
from tongxin.rulebook.adoption import adopt

pytestmark = pytest.mark.django_db
EVENING = datetime(2025, 12, 29, 20, tzinfo=CHINA)
NIGHT = datetime(2025, 12, 30, 1, 5, tzinfo=CHINA)


@pytest.fixture
def large(lived: world.World) -> Iterator[world.World]:
    """A place with so many children that nobody waits for its figures by day."""
    rules._index.cache_clear()
    nightly._settled.clear()
    adopt(library=changed("dashboards", "dashboards", lambda content: content.update(at_once_under=1)), actor=WORKER,
          at=EVENING)
    yield lived
    rules._index.cache_clear()
    nightly._settled.clear()


def counted(at: datetime) -> list[int]:
    """The years that were counted until nothing was left, as the worker asks again and again."""
    before = set(Count.objects.values_list("id", flat=True))
    found = []
    while nightly.count_by_night(at=at):
        new = Count.objects.exclude(id__in=before).get()
        found.append(new.year)
        before.add(new.id)
        assert len(found) < 20
    return found


def test_each_night_the_running_year_and_past_years_from_time_to_time(large: world.World) -> None:
    asked = dashboards_in(at=NIGHT)
    assert asked.night_from == 1 and counted(NIGHT.replace(hour=0, minute=55)) == []
    years = [2025 - each for each in range(asked.years)]
    assert counted(NIGHT) == years
    # Nor later that night, nor by another worker who has not looked yet.
    assert counted(NIGHT + timedelta(hours=1)) == []
    nightly._settled.clear()
    assert counted(NIGHT + timedelta(hours=2)) == []
    assert counted(NIGHT + timedelta(days=1)) == [2025]
    week = NIGHT + timedelta(days=asked.past_every_days)
    assert counted(week) == [2026, 2025, 2024], "the year that has just ended and the ones before are due"
    assert list(Count.objects.values_list("year", flat=True)).count(2025) == 1
    assert set(Told.objects.values_list("count_id", flat=True)) <= set(Count.objects.values_list("id", flat=True))


def test_where_few_children_are_on_file_nothing_is_counted_ahead(lived: world.World) -> None:
    nightly._settled.clear()
    assert counted(NIGHT) == []
