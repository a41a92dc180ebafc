"""The sheet on which families sign for what they got."""

import io
from collections.abc import Callable

import pypdf
import pytest

from tests import world
from tests.funds.story import NOW, agreed, fund, payout
from tests.web.conftest import Clock, Office
from tests.web.conftest import office as office
from tests.web.conftest import time as time
from tongxin.exports.models import Export, Included

pytestmark = pytest.mark.django_db
SignedIn = Callable[[str], Office]


def test_one_sheet_a_village_each_child_a_line_and_the_copy_is_in_the_register(
    cast: world.World, office: SignedIn, time: Clock
) -> None:
    time.now = NOW
    here = [cast.child(name) for name in ("童小雨", "童小雪")]
    there = cast.child("苗小云", by="吴主任", village="370116104230")
    row = payout(cast, fund(cast), *here, there, fen=50_050, by="郑管理")
    desk, url = office("郑管理"), f"/funds/payouts/{row.id}/receipts/"
    assert desk.post(url, {"by": "village"}).status_code == 422, "nobody agreed yet"
    agreed(cast, row)
    assert "印签收单" in desk.get(f"/funds/payouts/{row.id}/").content.decode()
    assert desk.post(url, {"by": "x"}).status_code == 422
    assert office("方经办").post(url, {"by": "village"}).status_code == 404
    made = desk.post(url, {"by": "village"})
    assert made["Content-Type"] == "application/pdf"
    pages = [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(made.content)).pages]
    assert len(pages) == 2 and "童小雨" in pages[0] and "苗小云" not in pages[0] and "苗小云" in pages[1]
    first = pages[0].replace("\n", "").replace(" ", "")
    assert "东升社区" in first and "领取人签字或按手印" in first and "合计2人" in first and "1,001.00元" in first
    assert "第1页共2页" in first and here[0].file_no in first and "发放人" in first
    whole = desk.post(url, {"by": "list"})
    assert len(pypdf.PdfReader(io.BytesIO(whole.content)).pages) == 1
    assert [each.way for each in Export.objects.all()] == ["receipts"] * 2 and Included.objects.count() == 6
