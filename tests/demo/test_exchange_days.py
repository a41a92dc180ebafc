"""The demonstration's other system and its teacher's pupils: nothing refused, and what is there can be looked at."""

import pytest

from tests.conftest import taken_back
from tests.demo.small import END, played
from tongxin.access.models import Relation
from tongxin.exchange.models import Client, Hook

pytestmark = pytest.mark.django_db


def test_a_teacher_has_pupils_and_no_administrator_was_refused() -> None:
    with taken_back():
        refused = played(end=END).refused
        assert not [each for each in refused if each.startswith("exchange")]
        assert Relation.objects.filter(relation=Relation.TEACHES).exists()
        # The small district has no administrators of its own; where there are, two of them let the system in.
        assert not Client.objects.exclude(state=Client.AGREED).exists()
        assert not Hook.objects.filter(paused_at__isnull=True).exists()
