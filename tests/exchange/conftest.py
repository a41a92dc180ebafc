"""A county with its administrators, a referred child, and the hospital's system."""

from collections.abc import Iterator

import pytest
from django.core.cache import cache

from tests import world
from tests.exchange import systems
from tests.exchange.systems import System
from tests.flows.story import Story
from tests.web.conftest import MORNING, Clock
from tongxin.lib import clock
from tongxin.referrals.models import Referral


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The moment at which calls come."""
    shown = Clock(MORNING)
    monkeypatch.setattr(clock, "now", lambda: shown.now)
    return shown


@pytest.fixture
def hospital(cast: world.World, time: Clock) -> Iterator[System]:
    """The system of the psychiatrist's hospital."""
    cache.clear()
    systems.administer(cast)
    post = cast.posts["秦医生"]
    systems.agree_with(cast, post.organisation.name)
    yield systems.registered(cast, post)
    cache.clear()


@pytest.fixture
def referral(cast: world.World, hospital: System) -> Referral:
    """A child referred to that hospital."""
    return refer(cast, "童小雨")


def refer(cast: world.World, name: str) -> Referral:
    story = Story(cast, cast.child(name))
    story.record(
        "referral", "林社工", basis="legal_basis", legal_basis="emergency",
        to_organisation=str(cast.posts["秦医生"].organisation_id),
    )
    return Referral.objects.get(child_id=story.child.id)
