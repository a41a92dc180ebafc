"""Whoever was refused does not start clean, and a carer is not the companion of the own child."""

import pytest

from tests import world
from tests.pairings.test_pairings import SignedIn, checked, companion, paired, text
from tests.web.conftest import office as office
from tests.web.conftest import time as time
from tongxin.pairings.models import Companion

pytestmark = pytest.mark.django_db
SAME = {"kind": "mentor", "name": "金丝雀", "phone": "139 1111 0000", "sex": "female", "skills": ["talk"]}


def test_who_was_refused_is_registered_again_by_somebody_else_who_is_told(
    cast: world.World, office: SignedIn
) -> None:
    desk = office("王督导")
    row = companion(desk)
    checked(desk, row, "record", result="failed")
    assert desk.post(f"/companions/{row.id}/leave/", {"reason": "failed"}).status_code == 302
    answer = desk.post("/companions/new/", SAME)
    assert answer.status_code == 422 and "已退出" in text(answer) and Companion.objects.count() == 1
    other = office("林社工")
    assert other.post("/companions/new/", SAME).status_code == 302
    again = Companion.objects.latest("number")
    page = text(other.get(f"/companions/{again.id}/"))
    assert "以前登记过，已退出" in page and "审查不合格" in page
    assert desk.post("/companions/new/", {**SAME, "name": "黄鹂"}).status_code == 302


def test_a_carer_is_not_the_companion_of_the_own_child(cast: world.World, office: SignedIn) -> None:
    carer = {"carer_name": "金丝雀", "relation": "maternal_grandmother", "carer_phone": "13700000000"}
    child, desk = cast.child("童小雨", carers=[carer]), office("王督导")
    row = companion(desk)
    checked(desk, row)
    answer = paired(desk, child, row)
    assert answer.status_code == 422 and "照料人" in text(answer)
    assert paired(desk, cast.child("童小风"), row).status_code == 302
