"""The cast at their browsers, at a moment that a test sets."""

import json
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.core.cache import cache
from django.test import Client

from tests import world
from tests.flows.forms import fill
from tongxin.lib import clock, ids
from tongxin.people.models import Child

MORNING = world.START + timedelta(days=1)


class Office(Client):
    """A browser in which one member of the cast has signed in."""

    def send(self, url: str, answers: dict[str, Any], *, entry_id: UUID | None = None, **more: Any) -> Any:
        """Fill in the form behind a page as the browser does: open it, answer, post."""
        page = self.get(url)
        assert page.status_code == 200, page.status_code
        body = {
            "form_hash": page.context["definition"]["hash"], "answers": answers,
            "started_at": "2025-01-01T00:00:00Z", "entry_id": str(entry_id or ids.new_id()), **more,
        }
        return self.post(
            page.context["action"], json.dumps(body), content_type="application/json",
            headers={"accept": "application/json"},
        )

    def fill(self, child: Child, form: str, at: datetime = MORNING, **answers: Any) -> Any:
        """Fill in a form about a child in the calmest way, with `answers` on top."""
        return self.send(f"/children/{child.id}/forms/{form}/", fill(child, form, at, **answers))


class Clock:
    def __init__(self, now: datetime) -> None:
        self.now = now


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The moment at which pages are asked for."""
    shown = Clock(MORNING)
    monkeypatch.setattr(clock, "now", lambda: shown.now)
    return shown


@pytest.fixture
def office(cast: world.World, time: Clock) -> Iterator[Callable[[str], Office]]:
    """A signed-in browser of a member of the cast."""
    cache.clear()

    def signed_in(name: str) -> Office:
        client = Office()
        client.force_login(cast.people[name])
        return client

    yield signed_in
    cache.clear()
