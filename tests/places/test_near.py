"""The nearest place that can help is open then, serves that age, and can do what is asked for: always."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from tests import world
from tests.flows import rooms as meeting
from tests.places.county import HOURS, school, site
from tests.web.conftest import MORNING, Clock, Office
from tests.web.conftest import office as office
from tests.web.conftest import time as time
from tongxin.core.pathway import CHINA
from tongxin.flows import listing_services
from tongxin.flows.sites import keeping, nearest
from tongxin.flows.sites.nearest import Answer, Wish
from tongxin.places.models import Site
from tongxin.places.opening import hours_zh, is_open
from tongxin.places.reading import hours_in
from tongxin.referrals.models import Service
from tongxin.rulebook import rules

pytestmark = pytest.mark.django_db
SignedIn = Callable[[str], Office]
TUESDAY = datetime(2025, 9, 2, 9, 30, tzinfo=CHINA)
SATURDAY = datetime(2025, 9, 6, 10, tzinfo=CHINA)
EAST, NORTH = Decimal("117.65"), Decimal("36.21")


def text(answer: Any) -> str:
    return str(answer.content.decode())


def ask(cast: world.World, need: str = "", *, age: int = 10, place: str = "370116001001", at: datetime = TUESDAY,
        who: str = "周主任") -> Answer:
    wish = Wish(age=age, need=need, from_place=cast.place(place), moment=at)
    return nearest.nearest(wish=wish, viewer=cast.viewer(who), at=MORNING)


def service(cast: world.World, row: Site, *, kind: str = "counselling", ages: tuple[int, int] = (6, 14),
            state: str = "accepting") -> Service:
    desk = cast.viewer("郑管理")
    line = listing_services.keep(service_id=None, actor=desk, at=MORNING, given={
        "organisation": str(cast.body("social_work_station")), "kind": kind, "state": state,
        "age_from": str(ages[0]), "age_to": str(ages[1]), "zh": "辅导", "where": "一楼", "opens": "工作日",
        "how": "先打电话",
    })
    keeping.link(site_id=row.id, what="service", other_id=line.id, actor=desk, at=MORNING)
    return line


def names(answer: Answer) -> list[str]:
    return [each.site.name for each in answer.open_now]


def test_lists_the_near_before_the_far_and_the_measured_by_kilometres(cast: world.World) -> None:
    site(cast, "370116104", name="远", body="甲")
    site(cast, "370116001020", name="同镇", body="乙")
    site(cast, "370116001001", name="同村", body="丙", longitude=EAST, latitude=NORTH)
    site(cast, "370116104", name="邻镇近", body="丁", longitude=EAST + Decimal("0.03"), latitude=NORTH)
    assert names(ask(cast)) == ["同村", "邻镇近", "同镇", "远"]
    far = next(each for each in ask(cast).open_now if each.site.name == "邻镇近")
    assert far.km is not None and 2.6 < far.km < 2.8


def test_asks_for_what_it_does_for_that_age_and_whether_it_still_takes_anybody(cast: world.World) -> None:
    row = site(cast)
    line = service(cast, row)
    assert names(ask(cast, "service:counselling")) == [row.name]
    assert names(ask(cast, "service:counselling", age=15)) == names(ask(cast, "service:medical")) == []
    Service.objects.filter(id=line.id).update(state="full")
    assert names(ask(cast, "service:counselling")) == []


def test_is_closed_on_holidays_closures_weekends_and_opens_later(cast: world.World) -> None:
    row = site(cast)
    holiday = datetime(2025, 10, 1, 9, tzinfo=CHINA)
    answer = ask(cast, at=holiday)
    assert names(answer) == [] and answer.later[0].opens_at == datetime(2025, 10, 9, 8, 30, tzinfo=CHINA)
    assert names(ask(cast, at=SATURDAY)) == [] and names(ask(cast)) == [row.name]
    keeping.close(site_id=row.id, first_day=date(2025, 9, 2), last_day=date(2025, 9, 3), reason="repair",
                  actor=cast.viewer("郑管理"), at=MORNING)
    assert names(ask(cast)) == []
    assert ask(cast).later[0].opens_at == datetime(2025, 9, 4, 8, 30, tzinfo=CHINA)
    keeping.open_again(site_id=row.id, closure_id=row.closures.get().id, actor=cast.viewer("郑管理"), at=MORNING)
    assert names(ask(cast)) == [row.name]


def test_a_room_has_to_be_open_itself(cast: world.World) -> None:
    row, room = site(cast), meeting.room(cast, hours={"0": [[510, 720]]})
    keeping.link(site_id=row.id, what="room", other_id=room.id, actor=cast.viewer("郑管理"), at=MORNING)
    assert names(ask(cast, "room:counselling")) == [] and names(ask(cast, "room:venting")) == []
    assert names(ask(cast, "room:counselling", at=TUESDAY - timedelta(days=1))) == [row.name]


@some.composite
def wishes(draw: some.DrawFn) -> dict[str, Any]:
    days = draw(some.dictionaries(some.integers(0, 6).map(str), some.sampled_from([[[540, 660]], [[0, 1440]]])))
    return {
        "hours": days, "age_from": draw(some.integers(0, 9)), "age_to": draw(some.integers(9, 18)),
        "is_used": draw(some.booleans()), "opens_on_holidays": draw(some.booleans()),
        "place": draw(some.sampled_from(["370116001", "370116104", "370116001001"])),
        "longitude": (east := draw(some.one_of(some.none(), some.decimals(117, 118, places=3)))),
        "latitude": None if east is None else draw(some.decimals(36, 37, places=3)),
    }


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    sites=some.lists(wishes(), min_size=1, max_size=6), age=some.integers(0, 18),
    hours=some.integers(0, 24 * 45), closed=some.integers(0, 40),
)
def test_never_names_a_place_that_is_closed_or_not_for_that_age(
    cast: world.World, sites: list[dict[str, Any]], age: int, hours: int, closed: int
) -> None:
    moment = TUESDAY + timedelta(hours=hours)
    with transaction.atomic():
        rows = [site(cast, name=f"第{at}处", body=f"单位{at}", **each) for at, each in enumerate(sites)]
        first = MORNING.astimezone(CHINA).date() + timedelta(days=closed)
        keeping.close(site_id=rows[0].id, first_day=first, last_day=first + timedelta(days=3), reason="repair",
                      actor=cast.viewer("郑管理"), at=MORNING)
        found = ask(cast, age=age, at=moment)
        calendar = rules.calendar_at(MORNING)
        right = {
            row.name for row in rows
            if row.is_used and row.age_from <= age <= row.age_to
            and is_open(row, moment, closures=row.closures.all(), calendar=calendar)
        }
        assert set(names(found)) == right
        assert all(each.opens_at is not None and each.opens_at > moment for each in found.later)
        assert not {each.site.name for each in found.later} & right
        transaction.set_rollback(True)


@given(some.dictionaries(some.integers(0, 6).map(str), some.sampled_from([
    [[510, 720]], [[510, 720], [810, 1050]], [[0, 1439]],
])))
def test_hours_read_as_they_are_written(hours: dict[str, list[list[int]]]) -> None:
    assert hours_in(hours_zh(hours)) == hours


class TestPages:
    def test_from_a_village_and_an_age(self, cast: world.World, office: SignedIn) -> None:
        row = site(cast)
        client = office("周主任")
        assert row.name not in text(client.get("/places/near/"))
        page = text(client.get("/places/near/?age=10"))
        assert row.name in page and "同一个乡镇" in page and "0531-00000001" in page
        page = text(client.get("/places/near/?age=10&when=saturday"))
        assert "2025年9月6日" in page and "那时没有开着又办得了的" in page and "过后会开的" in page

    @pytest.mark.parametrize("query", [
        "age=²", "age=99", f"age=1&place={'9' * 40}", "age=3&when=day&day=9999-12-31", "age=3&when=day&day=0001-01-01",
        "age=3&when=day&day=2025-09-02&time=²:99", "age=3&need=room:nothing", "age=3&when=never",
    ])
    def test_odd_questions_are_no_fault(self, cast: world.World, office: SignedIn, query: str) -> None:
        site(cast)
        assert office("周主任").get(f"/places/near/?{query}").status_code == 200

    def test_from_a_child_without_saying_so_in_any_other_address(
        self, cast: world.World, office: SignedIn, time: Clock
    ) -> None:
        row, child = site(cast), cast.child("童小雨", birth="2015-03-05")
        service(cast, row)
        client = office("周主任")
        assert f"/children/{child.id}/near/" in text(client.get(f"/children/{child.id}/"))
        page = text(client.get(f"/children/{child.id}/near/?need=service:counselling"))
        assert row.name in page and "10 岁" in page and "age=" not in page and "place=" not in page
        assert office("陈管理").get(f"/children/{child.id}/near/").status_code == 404
        assert school(cast, hours=HOURS).name not in page
