"""A child's page says where it was; an activity says how grades stand since, from five children on."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from tests import world
from tests.activities.planned import begun, planned, text
from tests.web.conftest import MORNING, Office
from tests.web.conftest import office as office
from tests.web.conftest import time as time
from tongxin.activities.models import Listed
from tongxin.cases.models import Case, Decision
from tongxin.lib import ids

pytestmark = pytest.mark.django_db
SignedIn = Callable[[str], Office]


def test_a_child_leads_to_its_activities_and_grades_since_are_told_from_five_on(
    cast: world.World, office: SignedIn
) -> None:
    desk = office("王督导")
    row = planned(desk)
    children = [cast.child(f"童{number}") for number in range(5)]
    for number, child in enumerate(children):
        desk.post(f"/activities/{row.id}/list/", {"file_no": child.file_no})
        case = Case.objects.get(id=child.id)
        Decision.objects.create(
            case=case, entry_id=ids.new_id(), level="high", at=MORNING - timedelta(days=9), stands=True
        )
        Case.objects.filter(id=child.id).update(standing="mid_low" if number else "high")
    held = begun(desk, row)
    lines = [str(each) for each in Listed.objects.order_by("number").values_list("id", flat=True)]
    url, page = f"/activities/times/{held}/tick/", f"/activities/{row.id}/"
    assert desk.post(url, {"listed": lines[:4]}).status_code == 302
    assert "等级后来" not in text(desk.get(page))
    assert desk.post(url, {"listed": lines}).status_code == 302
    assert "降低 4 人" in text(desk.get(page)) and "没有变 1 人" in text(desk.get(page))
    mine = f"/children/{children[0].id}/activities/"
    assert mine in text(desk.get(f"/children/{children[0].id}/"))
    assert "认识情绪主题日" in text(desk.get(mine)) and "到过 1 场" in text(desk.get(mine))
    assert "认识情绪主题日" not in text(office("林社工").get(mine))
    assert office("陈管理").get(mine).status_code == 404
