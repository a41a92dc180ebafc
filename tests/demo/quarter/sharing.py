"""What was shared in a played district: one agreement in force, one expired and destroyed, one revoked, one waiting."""

from tests.demo.small import END, Quarter
from tongxin.sharing.models import Agreement, Delivery, Duty


def look(quarter: Quarter) -> None:
    """What stands there on the last morning."""
    assert not [each for each in quarter.refused if each.startswith("sharing")]
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
