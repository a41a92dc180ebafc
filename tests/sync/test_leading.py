"""A phone thinks of two joined files apart, so each says which of them leads."""

from collections.abc import Callable

import pytest

from tests import world
from tests.flows.story import Story
from tests.flows.test_joined import joined
from tests.sync.phone import Phone
from tests.sync.test_down import sealed, taken
from tests.web.conftest import Clock

pytestmark = pytest.mark.django_db


def test_the_other_file_names_the_one_that_leads(
    cast: world.World, phone: Callable[..., Phone], time: Clock
) -> None:
    here = Story(cast)
    there = Story(cast, cast.child("小玉", by="王督导", village="370116001020", phone="13900000001"))
    joined(here, there)
    time.now = here.at
    sealed(time)
    files = {each["id"]: each for each in taken(phone("王督导"))["children"]}
    lead, other = files[str(here.child.id)], files[str(there.child.id)]
    assert other["leads"] == {"id": str(here.child.id), "file_no": lead["file_no"]} and "leads" not in lead
