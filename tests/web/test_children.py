"""The roster and the search."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from pytest_django.fixtures import DjangoAssertNumQueries

from tests import world
from tests.flows.forms import fill
from tests.web.conftest import Clock, Office
from tongxin.access import scope
from tongxin.ledger.models import Access

pytestmark = pytest.mark.django_db
SignedIn = Callable[[str], Office]


def _assessed(cast: world.World, name: str, level: str) -> None:
    child = cast.child(name)
    at = world.START + timedelta(hours=1)
    cast.record(child, "identification_form", fill(child, "identification_form", at, low_mood="often", worry="often"),
                by="周主任", at=at)
    answers = fill(child, "assessment_form", at, psychological_level=level)
    cast.record(child, "assessment_form", answers, by="林社工", at=at + timedelta(hours=1))


class TestRoster:
    def test_shows_the_most_urgent_first(self, cast: world.World, office: SignedIn) -> None:
        cast.child("安安")
        danger = cast.child("小雨")
        office("周主任").fill(danger, "identification_form", wish_to_die="yes")
        rows = office("王督导").get("/children/").context["rows"]
        assert [row["name"] for row in rows] == ["小雨", "安安"]
        assert rows[0]["chips"][0].zh == "危机处置中"

    def test_shows_what_was_written_and_runs_none_of_it(self, cast: world.World, office: SignedIn) -> None:
        cast.child("小雨<i>&\"")
        for page in (office("王督导").get("/children/"), office("郑管理").post("/children/search/", {"text": "小雨"})):
            assert "小雨&lt;i&gt;&amp;&quot;" in page.content.decode()
            assert "小雨<i>" not in page.content.decode()

    def test_shows_a_colour_only_to_those_entitled(self, cast: world.World, office: SignedIn) -> None:
        _assessed(cast, "小雨", "2")
        seen = {name: office(name).get("/children/").context["rows"][0]["chips"] for name in ("周主任", "林社工")}
        assert [chip.colour for chip in seen["周主任"]] == ["plain"]
        assert seen["林社工"][0].colour not in {"plain", "grey"}
        assert seen["林社工"][0].state == "待确认"

    def test_offers_no_filter_by_level_to_lay_people(self, cast: world.World, office: SignedIn) -> None:
        _assessed(cast, "小雨", "2")
        client = office("周主任")
        page = client.get("/children/?level=low")
        assert not page.context["wanted"].levels
        assert len(page.context["rows"]) == 1

    def test_filters_by_place_stage_and_lateness(self, cast: world.World, office: SignedIn, time: Clock) -> None:
        cast.child("小雨")
        cast.child("小山", by="吴主任", village="370116104230")
        client, town = office("郑管理"), cast.place("370116104")
        assert _names(client, f"?place={town.id}") == ["小山"]
        assert sorted(_names(client, "?stage=registered")) == ["小山", "小雨"]
        assert _names(client, "?stage=closed") == _names(client, "?only=crisis") == _names(client, "?only=late") == []
        time.now += timedelta(days=60)
        assert sorted(_names(office("郑管理"), "?only=late")) == ["小山", "小雨"]

    def test_asks_for_every_part_that_its_filters_speak_of(self, cast: world.World, office: SignedIn) -> None:
        cast.child("小雨")
        wanted = office("郑管理").get("/children/?level=low&only=crisis&stage=registered").context["wanted"]
        assert wanted.parts == ("psychological", "crisis", "identification")

    def test_goes_on_where_the_page_before_ended(self, cast: world.World, office: SignedIn) -> None:
        names = {f"小{chr(0x4E00 + number)}" for number in range(30)}
        for name in names:
            cast.child(name)
        client = office("王督导")
        first = client.get("/children/")
        second = client.get(first.context["pager"]["next_url"])
        shown = [row["name"] for page in (first, second) for row in page.context["rows"]]
        assert len(shown) == len(set(shown)) == 30
        assert set(shown) == names
        assert second.context["pager"]["next_url"] == ""
        assert client.get("/children/count/").content.decode() == "共 30 人"

    @pytest.mark.parametrize("broken", ["?after=x", "?after=1~2~3", "?place=x", "?place=999999", "?stage=y", "?only=z"])
    def test_leaves_out_what_it_cannot_read(self, cast: world.World, office: SignedIn, broken: str) -> None:
        cast.child()
        assert office("郑管理").get(f"/children/{broken}").status_code == 200

    def test_says_what_to_do_when_nobody_is_there(self, cast: world.World, office: SignedIn) -> None:
        assert "新建档案" in office("郑管理").get("/children/").content.decode()

    def test_asks_no_more_for_many_than_for_few(
        self, cast: world.World, office: SignedIn, django_assert_max_num_queries: DjangoAssertNumQueries
    ) -> None:
        for number in range(26):
            cast.child(f"小{chr(0x4E00 + number)}")
        client = office("郑管理")
        client.get("/children/")
        with django_assert_max_num_queries(20 + scope.STATEMENTS):
            client.get("/children/")


class TestSearch:
    def test_finds_by_name_initials_and_part_of_a_name(self, cast: world.World, office: SignedIn) -> None:
        cast.child("欧阳小雨")
        client = office("王督导")
        for text in ("欧阳小雨", "小雨", "oyxy"):
            rows = client.post("/children/search/", {"text": text}).context["rows"]
            assert [row["name"] for row in rows] == ["欧阳小雨"], text

    def test_is_never_asked_by_address(self, cast: world.World, office: SignedIn) -> None:
        cast.child("小雨")
        assert office("王督导").get("/children/search/?text=小雨").context["rows"] == []

    @pytest.mark.parametrize("text", ["", " ", "\x00", "%", "'", "a" * 10_000, "𠮷", "１２３"])
    def test_survives_any_text(self, cast: world.World, office: SignedIn, text: str) -> None:
        cast.child("小雨")
        assert office("王督导").post("/children/search/", {"text": text}).status_code == 200


def _names(client: Office, query: str) -> list[str]:
    return [row["name"] for row in client.get(f"/children/{query}").context["rows"]]




class TestClerk:
    """Who only pays benefits finds names and places, and learns nothing by filtering."""

    def test_sees_neither_result_nor_stage_nor_next_step(self, cast: world.World, office: SignedIn) -> None:
        _assessed(cast, "小雨", "2")
        row = office("方经办").get("/children/").context["rows"][0]
        assert (row["chips"], row["stage"], row["step"]) == ([], "", "")

    @pytest.mark.parametrize("query", ["?stage=assessed", "?only=crisis"])
    def test_finds_nobody_by_what_may_not_be_read(
        self, cast: world.World, office: SignedIn, query: str
    ) -> None:
        _assessed(cast, "小雨", "2")
        danger = cast.child("小山")
        office("周主任").fill(danger, "crisis_report")
        assert _names(office("方经办"), query) == []
        assert len(_names(office("郑管理"), query)) == 1


def test_whoever_works_file_by_file_reads_names_only_in_the_file(cast: world.World, office: SignedIn) -> None:
    child, clerk = cast.child("小雨"), office("方经办")
    for page in (clerk.get("/children/"), clerk.post("/children/search/", {"text": "小雨"})):
        text = page.content.decode()
        assert child.file_no in text and f"/children/{child.id}/" in text
        assert "小雨" not in text.replace('value="小雨"', "")
    assert not Access.objects.filter(person_id=cast.people["方经办"].id, route="children").exists()
    assert "小雨" in clerk.get(f"/children/{child.id}/").content.decode()
    assert "小雨" in office("郑管理").get("/children/").content.decode()
