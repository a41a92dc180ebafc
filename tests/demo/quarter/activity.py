"""What a played district holds and publishes, and the number that nobody has confirmed."""

from tests.demo.small import Quarter
from tongxin.activities.models import Activity, Doubt, Feedback, Occasion, Publicity, SignIn
from tongxin.bookings.models import Booking


def look(quarter: Quarter) -> None:
    """What stands there on the last morning."""
    assert not [each for each in quarter.refused if each.startswith("activities")]
    assert Activity.objects.filter(kind="lecture", state=Activity.CLOSED).exists() and Occasion.objects.exists()
    assert SignIn.objects.exists() and Feedback.objects.exists() and Publicity.objects.exists()
    assert Doubt.objects.get(rule="times_many").settled_at is None
    assert Booking.objects.exists()
