"""What a played district does with companions, class meetings and needs that bodies offer to take up."""

import pytest

from tests.conftest import taken_back
from tests.demo.small import END, played
from tongxin.activities.models import Occasion
from tongxin.pairings.models import Companion, Contact, Offer, Pairing, Wanted

pytestmark = pytest.mark.django_db


def test_companions_children_meetings_and_needs_stand_there_on_the_last_morning() -> None:
    with taken_back():
        refused = played(end=END).refused
        assert not [each for each in refused if each.startswith("pairings")]
        own = Companion.objects.filter(kind__in=("mentor", "peer", "mother"))
        assert own.count() == 3 and own.filter(checked_until__isnull=True).count() == 1
        assert Pairing.objects.filter(to_on__isnull=True).count() == 2
        assert Contact.objects.filter(is_checked=True).exists() and Occasion.objects.exists()
        assert set(Wanted.objects.values_list("state", flat=True)) <= {Wanted.OPEN, Wanted.TAKEN}
        assert Offer.objects.filter(state=Offer.ACCEPTED).count() <= 1
