"""Where a finder of a weakness is told to write to."""

from datetime import datetime
from typing import Any

import pytest
from django.test import Client

from tests import world
from tests.web.conftest import MORNING, Clock

pytestmark = pytest.mark.django_db
PAGE = "/.well-known/security.txt"


def test_names_the_contact_and_until_when_it_holds(
    cast: world.World, time: Clock, settings: Any
) -> None:
    settings.TONGXIN_SECURITY_CONTACT = "mailto:anquan@example.org"
    answer = Client().get(PAGE)
    lines = dict(line.split(": ", 1) for line in answer.content.decode().splitlines())
    assert lines["Contact"] == "mailto:anquan@example.org"
    assert datetime.fromisoformat(lines["Expires"]) > MORNING
    assert answer.headers["Content-Type"].startswith("text/plain")


def test_is_not_there_where_nobody_is_named(cast: world.World, settings: Any) -> None:
    settings.TONGXIN_SECURITY_CONTACT = ""
    assert Client().get(PAGE).status_code == 404
