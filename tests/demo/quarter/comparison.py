"""The demonstration's two lists: every kind of answer, some settled, nothing refused."""

from tests.demo.small import END, Quarter
from tongxin.comparisons.models import Answer, Comparison


def look(quarter: Quarter) -> None:
    """What stands there on the last morning."""
    assert not [each for each in quarter.refused if each.startswith("comparisons")]
    assert set(Comparison.objects.values_list("kind", "state")) == {
        ("school_roll", Comparison.DONE), ("disability", Comparison.DONE)
    }
    roll = Answer.objects.filter(comparison__kind="school_roll")
    assert {Answer.SAME, Answer.PROBABLE, Answer.NEW, Answer.MISSING} <= set(roll.values_list("verdict", flat=True))
    assert Answer.objects.exclude(state=Answer.SETTLED).filter(due_at__gt=END).exists()
    assert Answer.objects.filter(state=Answer.SETTLED, decision="clue").exists()
