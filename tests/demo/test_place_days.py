"""What a played district does with its sites: a table that comes in, inspections, report boxes, the nearest."""

import pytest

from tests.conftest import taken_back
from tests.demo.small import END, played
from tongxin.places.models import Box, BoxOpening, Finding, Letter, Site, SiteRoom, SiteService

pytestmark = pytest.mark.django_db


def test_sites_boxes_and_what_is_late_stand_there_on_the_last_morning() -> None:
    with taken_back():
        refused = played(end=END).refused
        assert not [each for each in refused if each.startswith("places")]
        assert Site.objects.filter(kind="school_room").count() == 63
        assert Site.objects.values("kind").distinct().count() >= 9
        assert SiteRoom.objects.filter(ended_at__isnull=True).count() == 5 and SiteService.objects.exists()
        assert Finding.objects.filter(mended_on__isnull=False).exists()
        assert Box.objects.count() == 63
        found = sum(BoxOpening.objects.values_list("found", flat=True))
        assert found == 3 and Letter.objects.count() == 2
