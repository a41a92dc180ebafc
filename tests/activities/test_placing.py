"""An activity at a site: the site's page lists it and counts who came; elsewhere and out of use is refused."""

from collections.abc import Callable

import pytest

from tests import world
from tests.activities.planned import PLAN, counted, planned, text
from tests.places.county import site
from tests.web.conftest import Office
from tests.web.conftest import office as office
from tests.web.conftest import time as time
from tongxin.activities.models import Activity
from tongxin.lib import ids
from tongxin.places.models import Site

pytestmark = pytest.mark.django_db
SignedIn = Callable[[str], Office]


def test_a_sites_page_lists_what_was_held_there_and_how_many_came(cast: world.World, office: SignedIn) -> None:
    here, desk = site(cast), office("林社工")
    row = planned(desk, site=str(here.id))
    planned(desk)
    assert counted(desk, row, 1200, 10, sure="两个场地一起").status_code == 302
    page = text(office("郑管理").get(f"/places/{here.id}/"))
    assert "在这里办的活动" in page and "<strong>1</strong> 场次" in page and "1,200" in page
    assert page.count("/activities/") and f"/activities/{row.id}/" in page
    other = text(office("秦医生").get(f"/places/{here.id}/"))
    assert "您这里只看到数目" in other and f"/activities/{row.id}/" not in other
    assert here.name in text(desk.get(f"/activities/{row.id}/"))
    assert "在这里办的活动" not in text(desk.get(f"/places/{site(cast, name='另一处').id}/"))


@pytest.mark.parametrize("wrong", ["²", "x", "01997000-0000-7000-8000-0000000000aa", "out of use"])
def test_a_site_that_can_not_be_chosen_is_refused(cast: world.World, office: SignedIn, wrong: str) -> None:
    if wrong == "out of use":
        here = site(cast)
        Site.objects.update(is_used=False)
        wrong = str(here.id)
    desk = office("林社工")
    answer = desk.post("/activities/new/", {"activity": str(ids.new_id()), **PLAN, "site": wrong})
    assert answer.status_code == 422 and "请重新选" in text(answer) and not Activity.objects.exists()
