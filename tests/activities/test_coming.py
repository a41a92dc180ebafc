"""Signing in by a code without an account, feedback from five on, photos only where everybody agreed."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests import world
from tests.activities.planned import begun, planned, text
from tests.documents.files import png
from tests.web.conftest import Clock, Office
from tests.web.conftest import office as office
from tests.web.conftest import time as time
from tongxin.activities.models import Activity, Feedback, Listed, Photo, SignIn
from tongxin.flows.activities import listing
from tongxin.lib import ids

pytestmark = pytest.mark.django_db
SignedIn = Callable[[str], Office]
HERE = {"whom": "carer", "many": "3", "first_time": "yes"}
LIKED = {"helpful": "5", "clear": "4", "again": "yes"}


def opened(desk: Office) -> tuple[Activity, UUID, str]:
    """An activity with today's time and its code."""
    row = planned(desk)
    held = begun(desk, row)
    page = text(desk.post(f"/activities/times/{held}/code/"))
    found = re.search(r"/come/([0-9a-z-]+)/\"", page)
    assert found is not None
    return row, held, found[1]


def came(code: str, **more: Any) -> Any:
    return Client().post(f"/come/{code}/", {"sign": str(ids.new_id()), **HERE, **more})


class TestCodes:
    def test_counts_people_without_an_account_once(self, cast: world.World, office: SignedIn, time: Clock) -> None:
        desk = office("林社工")
        row, _, code = opened(desk)
        same = str(ids.new_id())
        for _ in range(2):
            assert "已签到" in text(came(code, sign=same, name="金丝雀"))
        other = planned(desk)
        page = text(desk.post(f"/activities/times/{begun(desk, other)}/code/"))
        second = re.search(r"/come/([0-9a-z-]+)/\"", page)
        assert second is not None
        reused = came(second[1], sign=same)
        assert reused.status_code == 422 and "重新扫码" in text(reused)
        assert came(code, many="2", first_time="no").status_code == 200
        assert SignIn.objects.count() == 2 and "金丝雀" not in str(list(SignIn.objects.values()))
        page = text(Client().get(f"/come/{code.upper()}/"))
        assert "主题日活动" in page and "金丝雀" not in page and "镇儿童之家" not in page
        (line,) = desk.get("/activities/").context["figures"]
        assert [each["n"] for each in line["numbers"]] == [1, 5, 3]
        for wrong in ({"many": "0"}, {"many": "61"}, {"many": "²"}, {"whom": "king"}):
            assert came(code, **wrong).status_code == 422
        time.now += timedelta(hours=3, minutes=1)
        assert came(code).status_code == 422
        assert Client().post(f"/come/{code}/feedback/", {"sign": str(ids.new_id()), **LIKED}).status_code == 200
        time.now += timedelta(days=4)
        assert Client().get(f"/come/{code}/feedback/").status_code == 404
        assert row.feedback.count() == 1

    def test_a_new_code_stops_the_one_before_and_wrong_ones_are_counted(
        self, cast: world.World, office: SignedIn
    ) -> None:
        desk = office("林社工")
        _, held, code = opened(desk)
        assert desk.post(f"/activities/times/{held}/code/").status_code == 200
        assert came(code).status_code == 422
        statuses = {came("aaaa-bbbb").status_code for _ in range(32)}
        assert statuses == {404, 429}
        assert office("周主任").post(f"/activities/times/{held}/code/").status_code == 404

    def test_feedback_is_shown_from_five_on(self, cast: world.World, office: SignedIn) -> None:
        desk = office("林社工")
        row, _, code = opened(desk)
        for many in range(1, 6):
            Client().post(f"/come/{code}/feedback/", {"sign": str(ids.new_id()), **LIKED})
            page = text(desk.get(f"/activities/{row.id}/"))
            assert ("很好 5 份" in page) == (many == 5) and ("满 5 份才显示" in page) == (many < 5)
        assert set(Feedback.objects.values_list("clear", flat=True)[0]) == set(LIKED)


class TestPhotos:
    def sent(self, desk: Office, row: Activity, **more: Any) -> Any:
        file = SimpleUploadedFile("a.png", more.pop("content", png()), "image/png")
        return desk.post(f"/activities/{row.id}/photos/", {"photo": str(ids.new_id()), "file": file, **more})

    def test_only_with_everybodys_consent_and_gone_with_it(self, cast: world.World, office: SignedIn) -> None:
        desk, child = office("王督导"), cast.child("童小雨")
        row = planned(desk)
        begun(desk, row)
        desk.post(f"/activities/{row.id}/list/", {"file_no": child.file_no})
        line = str(Listed.objects.get().id)
        assert self.sent(desk, row, who="some").status_code == 422
        answer = self.sent(desk, row, who="some", listed=[line])
        assert answer.status_code == 422 and "名单第 1 号没有同意拍照" in text(answer)
        desk.fill(child, "consent", purposes=["photo"], answer="given")
        assert self.sent(desk, row, who="some", listed=[line], content=b"no picture").status_code == 422
        assert self.sent(desk, row, who="some", listed=[line]).status_code == 302
        photo = Photo.objects.get()
        url = f"/activities/photos/{photo.id}/"
        assert desk.get(url).headers["Content-Type"] == "image/png"
        assert office("陈管理").get(url).status_code == 404
        desk.fill(child, "consent", purposes=["photo"], answer="withdrawn")
        assert desk.get(url).status_code == 404
        listing.erase(child)
        photo.refresh_from_db()
        assert photo.content is None and Listed.objects.get().child_id is None
        assert self.sent(desk, row, who="nobody").status_code == 302
        last = Photo.objects.latest("at")
        assert desk.post(f"/activities/photos/{last.id}/withdraw/").status_code in (302, 404)
