"""A quarter of a year, played once and looked at from every side."""

from collections.abc import Iterator
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
    sharing,
    stories,
    training,
    workforce,
)
from tests.demo.small import Quarter, played

SIDES = (
    activity, ask, comparison, coordination, course, directory, exchange, fund, group, neighbour, pairing, place,
    sharing, stories, training, workforce,
)


@pytest.fixture(scope="module")
def quarter(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Quarter]:
    """The small district on the last morning; what a side does there is taken back."""
    # Before the first test there is nobody else who forgets.
    forget()
    outside = tmp_path_factory.mktemp("outside")
    with django_db_blocker.unblock(), taken_back():
        yield Quarter(played(outside=outside).refused, outside)


@pytest.mark.django_db
@pytest.mark.parametrize("side", SIDES, ids=lambda side: side.__name__.rpartition(".")[2])
def test_stands_there_on_the_last_morning(side: ModuleType, quarter: Quarter) -> None:
    side.look(quarter)
