"""The county for all tests of a file, and each test's own view of it."""

import copy
from collections.abc import Iterator

import pytest
from pytest_django import DjangoDbBlocker

from tests.conftest import taken_back
from tests.intake.laiwu import Laiwu


@pytest.fixture(scope="module")
def begun_county(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Laiwu]:
    with django_db_blocker.unblock(), taken_back():
        yield Laiwu()


@pytest.fixture
def laiwu(begun_county: Laiwu, db: None) -> Laiwu:
    return copy.deepcopy(begun_county)
