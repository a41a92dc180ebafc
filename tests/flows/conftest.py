"""Stories begin with the same cast and one child who has just got a file."""

import pytest

from tests import world
from tests.flows.story import Story


@pytest.fixture
def story(cast: world.World) -> Story:
    return Story(cast)
