"""What a played district does with its sites: a table that comes in, inspections, report boxes, the nearest."""

from tests.demo.small import Quarter
from tongxin.places.models import Box, BoxOpening, Finding, Letter, Site, SiteRoom, SiteService


def look(quarter: Quarter) -> None:
    """What stands there on the last morning."""
    assert not [each for each in quarter.refused if each.startswith("places")]
    assert Site.objects.filter(kind="school_room").count() == 63
    assert Site.objects.values("kind").distinct().count() >= 9
    assert SiteRoom.objects.filter(ended_at__isnull=True).count() == 5 and SiteService.objects.exists()
    assert Finding.objects.filter(mended_on__isnull=False).exists()
    assert Box.objects.count() == 63
    found = sum(BoxOpening.objects.values_list("found", flat=True))
    assert found == 3 and Letter.objects.count() == 2
