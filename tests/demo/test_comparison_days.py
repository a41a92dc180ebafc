"""The demonstration's two lists: every kind of answer, some settled, nothing refused."""

import pytest

from tests.conftest import taken_back
from tests.demo.small import END, played
from tongxin.comparisons.models import Answer, Comparison

pytestmark = pytest.mark.django_db


def test_two_lists_were_compared_with_every_kind_of_answer() -> None:
    with taken_back():
        refused = played(end=END).refused
        assert not [each for each in refused if each.startswith("comparisons")]
        assert set(Comparison.objects.values_list("kind", "state")) == {
            ("school_roll", Comparison.DONE), ("disability", Comparison.DONE)
        }
        roll = Answer.objects.filter(comparison__kind="school_roll")
        assert {Answer.SAME, Answer.PROBABLE, Answer.NEW, Answer.MISSING} <= set(roll.values_list("verdict", flat=True))
        assert Answer.objects.exclude(state=Answer.SETTLED).filter(due_at__gt=END).exists()
        assert Answer.objects.filter(state=Answer.SETTLED, decision="clue").exists()
