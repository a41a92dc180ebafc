"""The demonstration's system: it asks as it may, and is turned away from where it isn't registered."""

import pytest

from tests.exchange.systems import System
from tests.web.conftest import MORNING
from tongxin.demo.exchange_days import ELSEWHERE, call
from tongxin.exchange.models import Call

pytestmark = pytest.mark.django_db


def test_both_calls_are_written_down(hospital: System) -> None:
    call(MORNING, token=hospital.token, address="127.0.0.1")
    call(MORNING, token=hospital.token, address=ELSEWHERE)
    assert list(Call.objects.order_by("id").values_list("status", flat=True)) == [200, 403]
