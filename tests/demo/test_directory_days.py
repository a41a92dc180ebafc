"""The directory of services that a played district holds."""

from datetime import timedelta

import pytest

from tests.conftest import taken_back
from tests.demo.small import END, played
from tongxin.flows import listing_services
from tongxin.referrals.models import Service

pytestmark = pytest.mark.django_db


def test_a_referral_finds_who_takes_children_and_what_is_full_is_not_offered() -> None:
    with taken_back():
        assert not [each for each in played(end=END).refused if each.startswith("services")]
        rows = list(Service.objects.select_related("organisation"))
        assert {each.state for each in rows} >= {"accepting", "full"}
        found = listing_services.listed(county_id=rows[0].county_id, age=10)
        assert len(found) == len(rows) >= 3 and all(each.organisation.name for each in found)
        old = END - timedelta(days=50)
        assert {each.checked_at < old for each in rows} == {True, False}
