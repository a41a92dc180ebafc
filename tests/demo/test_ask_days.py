"""What another county asked of a played district: one child agreed to, one still waiting for an answer."""

import pytest

from tests.conftest import taken_back
from tests.demo.small import END, played
from tongxin.referrals.models import Ask

pytestmark = pytest.mark.django_db


def test_another_county_asked_for_two_children_and_neither_is_late_on_the_last_morning() -> None:
    with taken_back():
        refused = played(end=END).refused
        assert not [each for each in refused if each.startswith("asks")]
        agreed, waiting = Ask.objects.order_by("asked_at")
        assert (agreed.state, waiting.state) == (Ask.AGREED, Ask.WAITING)
        assert agreed.child_id is not None and waiting.child_id is None
        for ask in (agreed, waiting):
            assert ask.due_at is not None and ask.due_at > END and ask.climbed == 0 and ask.owner_post_id is not None
