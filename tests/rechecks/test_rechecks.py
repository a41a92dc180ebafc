"""A visit that came up, from the draw to what whoever visited may read."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests import world
from tests.flows.forms import fill
from tests.web.conftest import MORNING, Office
from tests.web.conftest import office as office
from tests.web.conftest import time as time
from tongxin.core.pathway import CHINA
from tongxin.flows import recheck_weeks, rechecks
from tongxin.flows.record import Sheet, record
from tongxin.ledger.models import Event
from tongxin.lib import ids
from tongxin.notices.models import Notice
from tongxin.rechecks.models import Check, Draw, Said

pytestmark = pytest.mark.django_db
SignedIn = Callable[[str], Office]
HOME = "/rechecks/"
FAMILY, TO_WORKER = "奶奶说上周没有人来过家里", "这次先问问是不是记错了日子"


def text(answer: Any) -> str:
    return str(answer.content.decode())


def visits(cast: world.World, *, many: int = 4, by: str = "周主任") -> list[Any]:
    made = []
    for number in range(many):
        child, at = cast.child(f"访{number}"), MORNING + timedelta(minutes=number)
        made.append(cast.record(child, "visit_record", fill(child, "visit_record", at), by=by, at=at).entry)
    return made


@pytest.fixture
def later(time: Any) -> Any:
    """The day after the visits."""
    time.now = MORNING + timedelta(days=1)
    return time


def said(result: str, **more: str) -> dict[str, str]:
    day = MORNING.date().isoformat()
    return {"said": str(ids.new_id()), "result": result, "way": "phone", "done_on": day, **more}


def test_a_week_is_drawn_once_and_can_be_drawn_again(cast: world.World, office: SignedIn, later: Any) -> None:
    entries, chief = visits(cast), office("王督导")
    own = visits(cast, many=1, by="王督导")
    assert "这一周还没有抽" in text(chief.get(HOME))
    for _ in range(2):
        assert chief.post(f"{HOME}draw/").status_code == 302
    row = Draw.objects.get()
    assert {id for id, _weight in row.pool} == {str(each.id) for each in entries}
    assert str(own[0].id) not in str(row.pool), "nobody asks about their own visit"
    assert row.checks.count() == 3 and rechecks.agrees(row)
    assert Event.objects.filter(kind="recheck.sampled").count() == 1
    page = text(chief.get(HOME))
    assert "去问" in page and "4 份里 3 份" in page and "一样" in page
    Check.objects.filter(draw=row, number=1).update(entry_id=ids.new_id())
    assert not rechecks.agrees(row)
    for other in ("周主任", "苏咨询"):
        assert office(other).get(HOME).status_code == 404
        assert office(other).post(f"{HOME}draw/").status_code == 404


def test_a_visit_written_down_late_is_asked_about_like_any_other(
    cast: world.World, office: SignedIn, time: Any
) -> None:
    child, later = cast.child("访"), MORNING + timedelta(days=40)
    sheet = Sheet(ids.new_id(), "visit_record", fill(child, "visit_record", MORNING), MORNING)
    entry = record(child_id=child.id, sheet=sheet, actor=cast.viewer("周主任", later), at=later).entry
    time.now = later + timedelta(days=1)
    assert office("王督导").post(f"{HOME}draw/").status_code == 302
    assert [id for id, _weight in Draw.objects.get().pool] == [str(entry.id)]


def test_what_the_family_says_is_told_apart_from_who_visited(cast: world.World, office: SignedIn, later: Any) -> None:
    visits(cast, many=3)
    chief = office("王督导")
    chief.post(f"{HOME}draw/")
    row = Check.objects.order_by("number")[0]
    url = f"{HOME}{row.id}/"
    assert "不要打电话" not in text(chief.get(url)) and "怎样问" in text(chief.get(url))
    assert chief.post(f"{url}say/", said("differs")).status_code == 422, "in what it differs"
    assert chief.post(f"{url}say/", said("agreed", done_on="2020-01-01")).status_code == 422
    answer = said("differs", differ_in="visit", notes=FAMILY, told=TO_WORKER)
    for _ in range(2):
        assert chief.post(f"{url}say/", answer).status_code == 302
    assert Said.objects.count() == 1
    row.refresh_from_db()
    assert row.result == "differs" and row.settled_at is not None
    assert FAMILY in text(chief.get(url)) and FAMILY not in text(chief.get(HOME))
    told = text(office("周主任").get(f"{HOME}mine/"))
    assert "和记录有出入" in told and TO_WORKER in told and FAMILY not in told
    assert Notice.objects.filter(kind="recheck.answered", post_id=cast.posts["周主任"].id).count() == 1
    assert office("周主任").get(url).status_code == 404
    # A correction counts instead; the former stays.
    assert chief.post(f"{url}say/", said("agreed")).status_code == 302
    row.refresh_from_db()
    assert row.result == "agreed" and row.said.count() == 2


def test_those_not_reached_are_asked_again_and_what_came_moves_the_next_draw(
    cast: world.World, office: SignedIn, later: Any
) -> None:
    visits(cast, many=3)
    chief = office("王督导")
    chief.post(f"{HOME}draw/")
    row = Check.objects.order_by("number")[0]
    for number in range(3):
        row.refresh_from_db()
        assert row.settled_at is None and row.tries == number
        chief.post(f"{HOME}{row.id}/say/", said("unreached"))
    row.refresh_from_db()
    assert row.settled_at is not None
    visits(cast, many=2)
    later.now = MORNING + timedelta(days=7)
    office("王督导").post(f"{HOME}draw/")
    assert {weight for _id, weight in Draw.objects.get(week=rechecks.week_of(later.now)).pool} == {6}


def test_nothing_to_draw_is_said(office: SignedIn) -> None:
    answer = office("王督导").post(f"{HOME}draw/")
    assert answer.status_code == 422 and "没有别人做的走访可以抽" in text(answer)


def test_on_monday_it_is_drawn_by_itself_and_what_is_late_climbs(
    cast: world.World, office: SignedIn, later: Any
) -> None:
    visits(cast)
    monday = datetime(2025, 9, 8, 8, tzinfo=CHINA)
    assert recheck_weeks.draw_weeks(monday - timedelta(minutes=1)) == 0 and not Draw.objects.exists()
    assert recheck_weeks.draw_weeks(monday) == 2, "the town's three, and the one that is left for the desk"
    assert recheck_weeks.draw_weeks(monday) == 0
    chief, desk = cast.posts["王督导"].id, cast.posts["郑管理"].id
    row = Draw.objects.get(post_id=chief)
    assert row.person_id is None and row.size == 3 and rechecks.agrees(row)
    assert set(Notice.objects.filter(kind="recheck.sampled").values_list("post_id", flat=True)) == {chief, desk}
    later.now = monday
    page = text(office("王督导").get(HOME))
    assert "系统，每周一" in page and "去问" in page and "抽这一周的" not in page.split("</h1>")[0]
    late = monday + timedelta(days=11)
    assert recheck_weeks.climb_late(late - timedelta(days=1)) == 0
    assert recheck_weeks.climb_late(late) == 4 and recheck_weeks.climb_late(late + timedelta(days=30)) == 0
    assert set(Check.objects.values_list("owner_post_id", flat=True)) == {desk}
    assert Notice.objects.filter(kind="recheck.climbed").values_list("post_id", flat=True).get() == desk
    assert not Notice.objects.filter(post_id=cast.posts["周主任"].id, kind__startswith="recheck").exists()
    visits(cast, many=2)
    assert recheck_weeks.draw_weeks(monday + timedelta(days=14)) == 0, "first those that are late"
    later.now = late
    assert "已转到" in text(office("郑管理").get(HOME))
    assert [each.state for each in recheck_weeks.examine(late)] == ["warning"]
