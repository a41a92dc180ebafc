"""Phones of the cast against the real doors, at a moment that a test sets."""

from collections.abc import Callable

import pytest

from tests import world
from tests.sync.phone import Phone
from tests.web.conftest import Clock, office, time

__all__ = ["office", "time"]


@pytest.fixture
def phone(cast: world.World, time: Clock) -> Callable[..., Phone]:
    """A paired phone of a member of the cast."""

    def paired(name: str = "周主任", **more: str) -> Phone:
        found = Phone(cast.people[name], **more)
        answer = found.pair()
        assert answer.status_code == 200, answer.content.decode()
        return found

    return paired
