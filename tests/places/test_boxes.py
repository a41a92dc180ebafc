"""A report box has two keys with two kinds of people; every letter found becomes a clue, once."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from tests import world
from tests.places.county import school, site
from tests.web.conftest import MORNING, Clock, Office
from tests.web.conftest import office as office
from tests.web.conftest import time as time
from tongxin.accounts.models import Organisation
from tongxin.clues.models import Clue
from tongxin.flows.sites.watch import follow_places
from tongxin.lib import ids
from tongxin.notices.models import Notice
from tongxin.places.models import Box, BoxOpening, Letter, Site

pytestmark = pytest.mark.django_db
SignedIn = Callable[[str], Office]
BOX = {"place": "教学楼一楼楼梯旁", "phone": "0531-00000012", "key_one": "psych_teacher", "key_two": "town_supervisor"}
SIGNS = ("wish_to_die", "harmed", "unguarded", "danger_to_others", "confused", "life_threat")
LETTER = {
    "received_at": "2025-09-02T09:00", "what": "有人老是摸我同学", "matter": "sexual", "where": "镇中学初二",
    "caller": "anonymous", "about_staff": "no", "school": "镇中学", **dict.fromkeys(SIGNS, "unknown"),
}


def text(answer: Any) -> str:
    return str(answer.content.decode())


def hung(client: Office, row: Site, **more: str) -> Any:
    return client.post(f"/places/{row.id}/boxes/", {**BOX, **more})


def opened(client: Office, box: Box, found: str, **more: str) -> Any:
    body = {"opening": str(ids.new_id()), "opened_on": "2025-09-02", "one": "何老师", "two": "王督导", "found": found}
    return client.post(f"/places/boxes/{box.id}/", {**body, **more})


@pytest.mark.parametrize("keys", [
    ("psych_teacher", "psych_teacher"), ("psych_teacher", "headteacher"), ("psych_teacher", ""), ("", ""),
    ("police", "police"), ("nobody", "police"),
])
def test_no_one_and_not_the_school_alone_can_open_it(
    cast: world.World, office: SignedIn, keys: tuple[str, str]
) -> None:
    row = school(cast)
    answer = hung(office("郑管理"), row, key_one=keys[0], key_two=keys[1])
    assert answer.status_code == 422 and "至少一把在校外" in text(answer) and not Box.objects.exists()


def test_hangs_in_schools_only_and_once(cast: world.World, office: SignedIn) -> None:
    desk, row = office("郑管理"), school(cast)
    assert hung(desk, site(cast)).status_code == 422
    assert hung(desk, row).status_code == hung(desk, row).status_code == 302
    assert Box.objects.count() == 1 and hung(desk, row, place="").status_code == 422


class TestOpening:
    @pytest.fixture
    def box(self, cast: world.World, office: SignedIn) -> Box:
        hung(office("郑管理"), school(cast))
        return Box.objects.get()

    def test_is_done_by_two_and_each_letter_becomes_one_clue(
        self, cast: world.World, office: SignedIn, box: Box
    ) -> None:
        desk = office("郑管理")
        for wrong in ({"two": "何 老师"}, {"two": ""}, {"opened_on": "2025-12-01"}, {"opened_on": "²"}):
            assert opened(desk, box, "2", **wrong).status_code == 422
        assert opened(desk, box, "²").status_code == opened(desk, box, "9999").status_code == 422
        same = str(ids.new_id())
        for _twice in range(2):
            assert opened(desk, box, "2", opening=same).status_code == 302
        row = BoxOpening.objects.get()
        assert "2 封还没有转成线索" in text(desk.get(f"/places/boxes/{box.id}/"))
        url = f"/places/openings/{row.id}/letter/"
        assert "第 1 封，共 2 封" in text(desk.get(url))
        assert desk.post(url, {"number": "1"}).status_code == 422 and not Clue.objects.exists()
        for _twice in range(2):
            assert desk.post(url, {**LETTER, "number": "1"}).status_code == 302
        assert Clue.objects.get().channel == "school_box" and Letter.objects.count() == 1
        assert desk.post(url, {**LETTER, "number": "7"}).status_code == 422
        assert desk.post(url, {**LETTER, "number": "2"}).status_code == 302 and Clue.objects.count() == 2
        page = text(desk.get(f"/places/boxes/{box.id}/"))
        assert "都已转成线索" in page and "摸我同学" not in page and "何老师、王督导" in page

    def test_climbs_when_it_is_not_opened_or_letters_wait(
        self, cast: world.World, office: SignedIn, box: Box, time: Clock
    ) -> None:
        assert box.open_by == date(2025, 9, 9)
        assert follow_places(MORNING + timedelta(days=7)) == 0 and follow_places(MORNING + timedelta(days=8)) == 1
        opened(office("郑管理"), box, "1")
        box.refresh_from_db()
        assert box.climbed == 0 and box.open_by == date(2025, 9, 9)
        assert follow_places(MORNING + timedelta(hours=25)) == 1
        assert Notice.objects.filter(kind="site.reminded").count() == 2
        time.now = MORNING + timedelta(days=30)
        assert "前该开，没有开" in text(office("郑管理").get("/places/boxes/"))
        assert office("郑管理").post(f"/places/boxes/{box.id}/remove/").status_code == 302
        assert follow_places(MORNING + timedelta(days=60)) == 0

    def test_a_teacher_opens_those_of_the_own_school_only(
        self, cast: world.World, office: SignedIn, box: Box
    ) -> None:
        teacher = office("何老师")
        assert teacher.get(f"/places/boxes/{box.id}/").status_code == 404
        Organisation.objects.filter(name="镇中学").update(name="别的学校")
        Site.objects.update(organisation_id=cast.posts["何老师"].organisation_id)
        assert opened(teacher, box, "0").status_code == 302
        assert "没有信" in text(teacher.get(f"/places/boxes/{box.id}/")) or BoxOpening.objects.count() == 1
        assert teacher.post(f"/places/boxes/{box.id}/remove/").status_code == 404
        assert office("陈管理").get(f"/places/boxes/{box.id}/").status_code == 404
        assert office("周主任").get("/places/boxes/").status_code == 404
