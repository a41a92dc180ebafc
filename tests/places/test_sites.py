"""Sites are kept with their history, told what they lack, inspected; what is late climbs."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests import world
from tests.documents.files import png
from tests.flows import rooms as meeting
from tests.places.county import HOURS, school, site
from tests.web.conftest import MORNING, Clock, Office
from tests.web.conftest import office as office
from tests.web.conftest import time as time
from tongxin.flows.sites.watch import examine, follow_places
from tongxin.ledger.models import Event
from tongxin.lib import ids
from tongxin.notices.models import Notice
from tongxin.places.models import Finding, Inspection, Photo, Site, SiteChange

pytestmark = pytest.mark.django_db
SignedIn = Callable[[str], Office]
FORM = {
    "kind": "childrens_home", "name": "东升社区儿童之家", "body": "东升社区", "area": "36.5", "age_from": "0",
    "age_to": "14", "am-from-5": "09:00", "am-to-5": "11:30", "staff-volunteer": "2", "has-books": "good",
    "phone": "0531-00000009", "longitude": "117.654321", "latitude": "36.214321",
}


def text(answer: Any) -> str:
    return str(answer.content.decode())


def written(cast: world.World, **more: str) -> dict[str, str]:
    return {"division": str(cast.place("370116001001").id), **FORM, **more}


class TestKeeping:
    def test_is_written_down_with_what_it_lacks_and_changed_with_its_history(
        self, cast: world.World, office: SignedIn
    ) -> None:
        desk = office("王督导")
        assert desk.post("/places/new/", written(cast)).status_code == 302
        row = Site.objects.get()
        page = text(desk.get(f"/places/{row.id}/"))
        assert "面积还差 3.5 平方米" in page and "每周开放还差 10 小时" in page and "没有灭火器" in page
        assert "周六 09:00–11:30" in page and "没有图书" not in page
        same = desk.post(f"/places/{row.id}/change/", written(cast))
        assert same.status_code == 302 and SiteChange.objects.count() == 1
        desk.post(f"/places/{row.id}/change/", written(cast, area="52"))
        page = text(desk.get(f"/places/{row.id}/"))
        assert "面积还差" not in page and "改了面积" in page and SiteChange.objects.count() == 2
        assert Event.objects.filter(kind="site.changed").count() == 2
        assert "已经有一个同名的阵地" in text(desk.post("/places/new/", written(cast)))

    @pytest.mark.parametrize(("field", "value", "told"), [
        ("area", "²", "“面积”要写数字"), ("area", "9" * 40, "太大了"), ("longitude", "36.2", "是不是写反了"),
        ("latitude", "", "要一起写"), ("age_from", "15", "最小的不大于最大的"), ("staff-volunteer", "²", "人数写"),
        ("am-to-5", "08:00", "要从早到晚"), ("am-to-5", "下午", "没有写全"), ("kind", "palace", "哪一种阵地"),
        ("division", "9" * 30, "哪个乡镇或村居"), ("has-books", "new", "不在清单里"), ("name", "", "请写“名称”"),
    ])
    def test_what_cannot_be_is_told_at_its_place_and_nothing_is_kept(
        self, cast: world.World, office: SignedIn, field: str, value: str, told: str
    ) -> None:
        answer = office("王督导").post("/places/new/", written(cast, **{field: value}))
        assert answer.status_code == 422 and told in text(answer) and not Site.objects.exists()

    def test_only_who_keeps_places_of_the_area_changes_them(self, cast: world.World, office: SignedIn) -> None:
        row = site(cast, "370116104")
        assert office("王督导").get(f"/places/{row.id}/").status_code == 200
        assert office("王督导").get(f"/places/{row.id}/change/").status_code == 404
        assert office("周主任").get("/places/new/").status_code == 404
        assert "登记关闭" not in text(office("周主任").get(f"/places/{row.id}/"))
        assert office("陈管理").get(f"/places/{row.id}/").status_code == 404
        assert row.name not in text(office("陈管理").get("/places/"))

    def test_rooms_and_services_belong_to_one_site_until_they_are_parted(
        self, cast: world.World, office: SignedIn
    ) -> None:
        desk, row, room = office("郑管理"), site(cast), meeting.room(cast)
        url = f"/places/{row.id}/room/"
        assert desk.post(f"{url}link/", {"room": str(room.id)}).status_code == 302
        assert desk.post(f"{url}link/", {"room": str(room.id)}).status_code == 422
        link = row.room_links.get()
        for _twice in range(2):
            assert desk.post(f"{url}{link.id}/unlink/").status_code == 302
        link.refresh_from_db()
        assert link.ended_at is not None and desk.post(f"/places/{row.id}/roof/link/").status_code == 404

    def test_pictures_are_kept_sealed_and_only_without_children(self, cast: world.World, office: SignedIn) -> None:
        desk, row = office("郑管理"), site(cast)

        def send(**more: str) -> Any:
            file = SimpleUploadedFile("door.png", png(), content_type="image/png")
            return desk.post(f"/places/{row.id}/photos/", {"subject": "door", "photo": file, **more})

        assert "没有孩子" in text(send()) and not Photo.objects.exists()
        assert send(empty="yes").status_code == 302 and send(empty="yes").status_code == 302
        shown = office("周主任").get(f"/places/{row.id}/photos/{Photo.objects.get().id}/")
        assert shown["Content-Type"] == "image/png" and "no-store" in shown["Cache-Control"]
        assert desk.get(f"/places/{row.id}/photos/{uuid4()}/").status_code == 404


class TestInspections:
    def inspected(self, client: Office, row: Site, **more: Any) -> Any:
        body = {"inspection": str(ids.new_id()), "done_on": "2025-09-01", "who": "alone", "found": ["fire"],
                "notes": "灭火器过期", **more}
        return client.post(f"/places/{row.id}/inspect/", body)

    def test_what_is_found_has_a_day_climbs_when_late_and_is_mended(
        self, cast: world.World, office: SignedIn, time: Clock
    ) -> None:
        row = site(cast, by="王督导")
        desk, same = office("王督导"), str(ids.new_id())
        for _twice in range(2):
            assert self.inspected(desk, row, inspection=same).status_code == 302
        found = Finding.objects.get()
        assert found.due_on == date(2025, 9, 4) and Inspection.objects.count() == 1
        assert follow_places(MORNING) == 0
        assert [follow_places(MORNING + timedelta(days=days)) for days in (3, 4, 6, 7)] == [1, 0, 1, 0]
        notices = Notice.objects.filter(kind="site.reminded").order_by("created_at")
        assert list(notices.values_list("post_id", flat=True)) == [cast.posts["王督导"].id, cast.posts["郑管理"].id]
        assert next(examine(MORNING + timedelta(days=7))).state == "warning"
        time.now = MORNING + timedelta(days=7)
        late = office("王督导")
        assert "已过期限" in text(late.get("/places/")) and "逾期，已往上报" in text(late.get(f"/places/{row.id}/"))
        for wrong in ("2025-08-31", "2026-01-01", "²", ""):
            assert late.post(f"/places/findings/{found.id}/mend/", {"mended_on": wrong}).status_code == 422
        for _twice in range(2):
            done = late.post(f"/places/findings/{found.id}/mend/", {"mended_on": "2025-09-08"})
            assert done.status_code == 302
        found.refresh_from_db()
        assert found.ring_at is None and next(examine(time.now)).state == "ok"

    def test_a_day_ahead_and_a_finding_that_is_none_are_refused(self, cast: world.World, office: SignedIn) -> None:
        row = site(cast)
        for more in ({"done_on": "2026-01-01"}, {"done_on": "0001-01-01"}, {"found": ["ghosts"]}, {"who": "x"}):
            assert self.inspected(office("郑管理"), row, **more).status_code in (302, 422)
            assert more.get("done_on") == "0001-01-01" or not Inspection.objects.exists()

    def test_an_inspection_puts_the_next_one_off_and_one_that_is_due_is_told(
        self, cast: world.World, office: SignedIn
    ) -> None:
        row = school(cast, hours=HOURS)
        assert row.inspect_by == date(2026, 2, 28)
        self.inspected(office("郑管理"), row, found=[])
        row.refresh_from_db()
        assert row.inspect_by == date(2026, 2, 28)
        assert follow_places(MORNING + timedelta(days=181)) == 1
        assert Notice.objects.filter(kind="site.reminded", post_id=cast.posts["郑管理"].id).count() == 1
