"""What a played district holds and publishes, and the number that nobody has confirmed."""

import pytest

from tests.conftest import taken_back
from tests.demo.small import END, played
from tongxin.activities.models import Activity, Doubt, Feedback, Occasion, Publicity, SignIn
from tongxin.bookings.models import Booking

pytestmark = pytest.mark.django_db


def test_activities_and_publicity_stand_there_on_the_last_morning() -> None:
    with taken_back():
        refused = played(end=END).refused
        assert not [each for each in refused if each.startswith("activities")]
        assert Activity.objects.filter(kind="lecture", state=Activity.CLOSED).exists() and Occasion.objects.exists()
        assert SignIn.objects.exists() and Feedback.objects.exists() and Publicity.objects.exists()
        assert Doubt.objects.get(rule="times_many").settled_at is None
        assert Booking.objects.exists()
