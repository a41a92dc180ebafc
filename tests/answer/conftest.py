"""A school with a running round, a clock for its pages, and browsers for children and staff."""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from tests import world
from tests.screening.school import School
from tests.web.conftest import Clock, Office
from tongxin.lib import clock


class Phone(Client):
    """A child's browser."""

    key = ""

    def say(self, path: str, body: dict[str, Any] | None = None) -> Any:
        """What the page posts."""
        return self.post(
            f"/a/{path}/", json.dumps(body or {}), content_type="application/json", headers={"X-Seat": self.key}
        )

    def open(self, token: str) -> Any:
        answer = self.say("open", {"token": token})
        self.key = answer.json().get("key", "")
        return answer

    def begin(self, token: str) -> None:
        """At the first question."""
        assert self.open(token).status_code == 200
        assert self.say("agree", {"is_willing": True}).status_code == 200

    def tap(self, item: str, code: str, number: str = "") -> Any:
        tap = number or f"00000000-0000-7000-8000-{abs(hash((item, code))) % 10**12:012d}"
        return self.say("answer", {"id": tap, "item": item, "code": code})


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Clock:
    shown = Clock(world.START)
    monkeypatch.setattr(clock, "now", lambda: shown.now)
    return shown


@pytest.fixture
def school(cast: world.World, time: Clock) -> School:
    cache.clear()
    school = School(cast)
    school.start()
    return school


@pytest.fixture
def office(school: School) -> Callable[[str], Office]:
    def signed_in(name: str) -> Office:
        client = Office()
        client.force_login(school.world.people[name])
        return client

    return signed_in


def later(time: Clock, **span: int) -> datetime:
    from datetime import timedelta

    time.now += timedelta(**span)
    return time.now
