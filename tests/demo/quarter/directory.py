"""The directory of services that a played district holds."""

from datetime import timedelta

from tests.demo.small import END, Quarter
from tongxin.flows import listing_services
from tongxin.referrals.models import Service


def look(quarter: Quarter) -> None:
    """What stands there on the last morning."""
    assert not [each for each in quarter.refused if each.startswith("services")]
    rows = list(Service.objects.select_related("organisation"))
    assert {each.state for each in rows} >= {"accepting", "full"}
    found = listing_services.listed(county_id=rows[0].county_id, age=10)
    assert len(found) == len(rows) >= 3 and all(each.organisation.name for each in found)
    old = END - timedelta(days=50)
    assert {each.checked_at < old for each in rows} == {True, False}
