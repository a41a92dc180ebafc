"""Each test begins with the cast and a school that has planned a round."""

import pytest

from tests import world
from tests.screening.school import School


@pytest.fixture
def school(cast: world.World) -> School:
    return School(cast)
