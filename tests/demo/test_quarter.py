"""A quarter of a year, played and looked at from every side; played again it is the same, with another seed another."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from types import ModuleType

import pytest
from pytest_django import DjangoDbBlocker

from tests.conftest import forget, taken_back
from tests.demo.quarter import (
    activity,
    ask,
    comparison,
    coordination,
    course,
    directory,
    exchange,
    fund,
    group,
    neighbour,
    pairing,
    place,
    promise,
    sharing,
    stories,
    training,
    work,
    workforce,
)
from tests.demo.small import Quarter, Seen, played, seen
from tongxin.core.pathway import CHINA
from tongxin.demo.district import district

pytestmark = pytest.mark.django_db
SIDES = (
    promise, work, activity, ask, comparison, coordination, course, directory, exchange, fund, group, neighbour,
    pairing, place, sharing, stories, training, workforce,
)
FIRST_WEEKS = timedelta(days=21)


@pytest.fixture(scope="module")
def before(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> tuple[Seen, Seen]:
    """What the same seed gave in an earlier play, and another seed in the first weeks of one."""
    # Before the first test there is nobody else who forgets.
    forget()
    with django_db_blocker.unblock():
        with taken_back():
            played(seed=7)
            same = seen()
        forget()
        with taken_back():
            other = _first_weeks(seed=8)
        forget()
    return same, other


class _Enough(Exception):
    pass


def _first_weeks(*, seed: int) -> Seen:
    found, last = [], (district().starts + FIRST_WEEKS).date()

    def look(day: date) -> None:
        if day > last:
            found.append(seen())
            raise _Enough

    with suppress(_Enough):
        played(seed=seed, progress=look)
    return found[0]


@pytest.fixture(scope="module")
def quarter(
    before: tuple[Seen, Seen], django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Quarter]:
    """The small district on the last morning; what a side does there is taken back."""
    outside = tmp_path_factory.mktemp("outside")
    with django_db_blocker.unblock(), taken_back():
        refused = played(seed=7, outside=outside).refused
        yield Quarter(refused, outside, seen())


@pytest.mark.parametrize("side", SIDES, ids=lambda side: side.__name__.rpartition(".")[2])
def test_stands_there_on_the_last_morning(side: ModuleType, quarter: Quarter) -> None:
    side.look(quarter)


def test_is_the_same_for_the_same_seed_and_another_for_another(
    quarter: Quarter, before: tuple[Seen, Seen]
) -> None:
    same, other = before
    assert quarter.seen == same
    until = datetime.combine((district().starts + FIRST_WEEKS).date(), time.max, tzinfo=CHINA)
    begun = [each for each in quarter.seen["entries"] if each[1] <= until]
    assert len(begun) > 20 and len(other["entries"]) > 20 and begun != other["entries"]
