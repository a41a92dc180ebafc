"""What was shared in a played district: one agreement in force, one expired and destroyed, one revoked, one waiting."""

import pytest

from tests.conftest import taken_back
from tests.demo.small import END, played
from tongxin.sharing.models import Agreement, Delivery, Duty

pytestmark = pytest.mark.django_db


def test_each_end_of_an_agreement_stands_there_on_the_last_morning() -> None:
    with taken_back():
        refused = played(end=END).refused
        assert not [each for each in refused if each.startswith("sharing")]
        states = list(Agreement.objects.order_by("number").values_list("state", flat=True))
        assert states == [Agreement.IN_FORCE, Agreement.EXPIRED, Agreement.REVOKED, Agreement.DRAFTED]
        schooling = Agreement.objects.get(number=1)
        found = set(schooling.deliveries.values_list("state", flat=True))
        assert {Delivery.RECEIVED, Delivery.DUE} <= found
        assert Agreement.objects.get(number=3).deliveries.filter(state=Delivery.DISPOSED).exists()
        waiting = Duty.objects.filter(done_at__isnull=True)
        assert waiting.filter(kind=Duty.DISPOSE, agreement=schooling).exists()
        assert waiting.filter(kind=Duty.APPROVE).count() == 1
        assert not waiting.filter(due_at__lt=END).exists() and not waiting.filter(owner_post_id__isnull=True).exists()
