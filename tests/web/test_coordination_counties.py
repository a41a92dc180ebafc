"""A city sees how its counties work together, in numbers without any name; the agenda counts comparisons."""

from datetime import timedelta
from typing import Any

import pytest

from tests import world
from tests.flows.test_comparing_watch import compared
from tests.web.conftest import Clock
from tests.web.together import SignedIn, decided, officers, text
from tongxin.accounts import county as counties
from tongxin.accounts.models import Organisation, Post
from tongxin.comparisons.models import Answer
from tongxin.coordination.models import Matter
from tongxin.flows.coordinating_figures import agenda_for
from tongxin.lib import ids

pytestmark = pytest.mark.django_db
PAGE = "/coordination/counties/"


@pytest.fixture
def city(cast: world.World) -> str:
    """Somebody at the city's desk."""
    place = cast.place("3701")
    body = Organisation.objects.create(kind="civil_affairs", name="济南市民政局", division=place)
    post = Post.objects.create(
        id=ids.new_id(), role="city_officer", title="市级人员", organisation=body, division=place
    )
    cast.posts["高市"] = post
    (cast.people["高市"],) = counties.fill(holders=[(post, "city", "高市")], at=world.START)
    return "高市"


def rows(answer: Any) -> dict[str, dict[str, str]]:
    (block,) = answer.context["page"].blocks
    return {each["zh"]: {line["zh"]: line["said"] for line in each["lines"]} for each in block.rows}


def test_each_county_of_the_city_in_numbers(cast: world.World, office: SignedIn, time: Clock, city: str) -> None:
    officers(cast)
    decided(cast, office, time)
    time.now += timedelta(days=40)
    answer = office(city).get(PAGE)
    found = rows(answer)
    assert set(found) == {"莱芜区"} and found["莱芜区"]["今年开过的联席会议"] == "1 次"
    assert found["莱芜区"]["没有办结的决定和督办"] == "1 件，逾期 1 件"
    said = text(answer)
    Matter.objects.update(state=Matter.ANSWERED)
    assert rows(office(city).get(PAGE))["莱芜区"]["没有办结的决定和督办"] == "1 件"
    assert "有逾期" in said and "小雨" not in said and "郑局" not in said and "答复全部逾期的转介" not in said


def test_nobody_of_a_county_has_that_page_and_a_city_has_only_its_own(
    cast: world.World, office: SignedIn, city: str
) -> None:
    for who in ("郑管理", "王督导", "陈管理"):
        assert office(who).get(PAGE).status_code == 404
    assert PAGE in text(office(city).get("/"))
    assert "锦江区" not in text(office(city).get(PAGE))


def test_rows_that_wait_are_not_told_where_they_are_few(cast: world.World, office: SignedIn, city: str) -> None:
    compared(cast)
    assert rows(office(city).get(PAGE))["莱芜区"]["等人核对的比对结果"].startswith("少于")


def test_the_agenda_counts_what_comparisons_leave_to_somebody(cast: world.World) -> None:
    answer = compared(cast)
    now = world.START + timedelta(days=1)
    number = next(each for each in agenda_for(cast.viewer("郑管理", now), at=now) if each.id == "rows_to_compare")
    assert number.said != "0" and Answer.objects.exclude(state=Answer.SETTLED).count() == 1
    Answer.objects.filter(id=answer.id).update(state=Answer.SETTLED)
    number = next(each for each in agenda_for(cast.viewer("郑管理", now), at=now) if each.id == "rows_to_compare")
    assert number.said == "0"
