"""The demonstration's other system and its teacher's pupils: nothing refused, and what is there can be looked at."""

from tests.demo.small import Quarter
from tongxin.access.models import Relation
from tongxin.exchange.models import Client, Hook


def look(quarter: Quarter) -> None:
    """What stands there on the last morning."""
    assert not [each for each in quarter.refused if each.startswith("exchange")]
    assert Relation.objects.filter(relation=Relation.TEACHES).exists()
    # The small district has no administrators of its own; where there are, two of them let the system in.
    assert not Client.objects.exclude(state=Client.AGREED).exists()
    assert not Hook.objects.filter(paused_at__isnull=True).exists()
