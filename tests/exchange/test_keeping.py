"""Calls are written down and forgotten after their time; what was opened stands in the looks besides."""

from datetime import timedelta

import pytest

from tests.exchange.systems import System
from tests.web.conftest import Clock
from tongxin.exchange.models import Call
from tongxin.exchange.rules import exchange_in
from tongxin.flows.exchange_keeping import forget_calls
from tongxin.flows.retention import look_for_due

pytestmark = pytest.mark.django_db


def test_calls_are_forgotten_after_the_time_that_the_rules_name(hospital: System, time: Clock) -> None:
    kept = exchange_in(at=time.now).calls_kept
    hospital.get("referrals")
    first = Call.objects.count()
    assert first
    time.now += kept
    hospital.get("referrals")
    assert forget_calls(at=time.now) == 0
    assert forget_calls(at=time.now + timedelta(minutes=1)) == first
    assert Call.objects.exists()


def test_it_is_done_each_night(hospital: System, time: Clock) -> None:
    hospital.get("referrals")
    night = (time.now + exchange_in(at=time.now).calls_kept + timedelta(days=1)).replace(hour=2)
    look_for_due(night)
    assert not Call.objects.exists()
