"""Pages that look over many records: households, confirmations, the district, the ledger, the rules, kept filters."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from pytest_django.fixtures import DjangoAssertNumQueries

from tests import world
from tests.flows.forms import fill
from tests.web.conftest import MORNING, Clock, Office
from tongxin.cases.models import Case
from tongxin.ledger import seal_new
from tongxin.ledger.models import Entry
from tongxin.lists.models import SavedView
from tongxin.people.models import Child
from tongxin.people.services import join_household

pytestmark = pytest.mark.django_db
SignedIn = Callable[[str], Office]
CARER = {"carer_name": "赵奶奶", "relation": "paternal_grandmother", "carer_phone": "13800000000", "is_guardian": "yes"}


def _assessed(cast: world.World, name: str, level: str = "2") -> Child:
    child = cast.child(name)
    at = world.START + timedelta(hours=1)
    answers = fill(child, "identification_form", at, low_mood="often", worry="often")
    cast.record(child, "identification_form", answers, by="周主任", at=at)
    answers = fill(child, "assessment_form", at, psychological_level=level)
    cast.record(child, "assessment_form", answers, by="林社工", at=at)
    return child


class TestHousehold:
    def _house(self, cast: world.World) -> tuple[str, list[Child]]:
        children = [cast.child("小雨", carers=[CARER]), cast.child("小山", carers=[CARER])]
        house = join_household(children=children, actor=cast.viewer("郑管理"), at=MORNING)
        return f"/households/{house.id}/", children

    def test_shows_children_steps_and_carers(self, cast: world.World, office: SignedIn) -> None:
        url, _ = self._house(cast)
        page = office("周主任").get(url)
        assert {child["name"] for child in page.context["children"]} == {"小雨", "小山"}
        assert all(child["steps"] for child in page.context["children"])
        assert "赵奶奶" in page.content.decode()

    def test_asks_of_the_home_once_for_all_its_children(self, cast: world.World, office: SignedIn) -> None:
        url, _ = self._house(cast)
        client = office("周主任")
        first, second = client.get(url).context["children"]
        visit = {"hazards": ["fire"], "visitors": "周主任、李会计"}
        child = Child.objects.get(id=first["url"].split("/")[2])
        offered = _options(client.get(first["visit_url"]), "hazards")
        visit["hazards"] = [offered[0]]
        answer = client.send(first["visit_url"], fill(child, "visit_record", MORNING, **visit))
        assert answer.json()["next"] == url
        known = _prefilled(client.get(second["visit_url"]))
        assert known["visitors"] == "周主任、李会计"
        assert known["hazards"] == [offered[0]]
        assert "child_words" not in known
        done = {each["name"]: bool(each["visited_at"]) for each in client.get(url).context["children"]}
        assert done == {first["name"]: True, second["name"]: False}

    @pytest.mark.parametrize("who", ["陈管理", "方经办", "秦医生", "吴主任"])
    def test_is_not_there_for_others(self, cast: world.World, office: SignedIn, who: str) -> None:
        url, _ = self._house(cast)
        assert office(who).get(url).status_code == 404


class TestConfirmations:
    def test_say_what_is_proposed_and_why(self, cast: world.World, office: SignedIn) -> None:
        _assessed(cast, "小雨")
        (row,) = office("郑管理").get("/confirmations/").context["mine"]
        assert row["name"] == "小雨"
        assert row["reasons"]
        assert row["proposed"].colour != row["standing"].colour
        assert office("王督导").get("/confirmations/").context["mine"] == []
        assert len(office("王督导").get("/confirmations/").context["others"]) == 1

    @pytest.mark.parametrize("who", ["周主任", "方经办", "陈管理", "秦医生"])
    def test_tell_nothing_to_others(self, cast: world.World, office: SignedIn, who: str) -> None:
        _assessed(cast, "小雨")
        page = office(who).get("/confirmations/")
        assert page.context["mine"] == page.context["others"] == []
        assert "小雨" not in page.content.decode()


class TestDistrict:
    def test_every_figure_equals_the_list_behind_it(self, cast: world.World, office: SignedIn, time: Clock) -> None:
        for name, level in (("小雨", "1"), ("小山", "2"), ("小河", "3")):
            _assessed(cast, name, level)
        cast.child("小溪", by="吴主任", village="370116104230")
        cast.child("远方", by="陈督导", village="510104017001")
        time.now = MORNING + timedelta(days=40)
        for who in ("郑管理", "王督导"):
            client = office(who)
            page = client.get("/district/")
            rows = [row for name in ("totals", "levels", "stages", "places") for row in page.context[name]]
            assert any(row["number"] for row in rows)
            for row in rows:
                count = client.get(row["url"].replace("/children/", "/children/count/")).content.decode()
                assert int(re.sub(r"\D", "", count)) == row["number"], (who, row["zh"])
                assert len(client.get(row["url"]).context["rows"]) == row["number"], (who, row["zh"])

    def test_children_without_a_town_have_a_row_so_that_the_rows_add_up(
        self, cast: world.World, office: SignedIn, time: Clock
    ) -> None:
        _assessed(cast, "小雨")
        unplaced = cast.child("小雪")
        for model in (Child, Case):
            model.objects.filter(id=unplaced.id).update(town_id=None, village_id=None)
        time.now = MORNING + timedelta(days=40)
        client = office("郑管理")
        context = client.get("/district/").context
        rows, totals = context["places"], {row["id"]: row["number"] for row in context["totals"]}
        assert sum(row["all"] for row in rows) == totals["children"] == 2
        assert sum(row["number"] for row in rows) == totals["late"] == 2
        (row,) = (row for row in rows if row["zh"] == "未登记镇街")
        for url in (row["url"], row["all_url"]):
            page = client.get(url)
            assert [each["id"] for each in page.context["rows"]] == [unplaced.id]
            assert '<option value="none" selected>未登记镇街' in page.content.decode()
            assert "共 1 人" in client.get(url.replace("/children/", "/children/count/")).content.decode()

    def test_no_child_is_without_a_step(self, cast: world.World, office: SignedIn) -> None:
        _assessed(cast, "小雨")
        totals = {row["id"]: row["number"] for row in office("郑管理").get("/district/").context["totals"]}
        assert (totals["children"], totals["no_step"]) == (1, 0)

    def test_is_only_there_for_those_who_oversee(self, cast: world.World, office: SignedIn) -> None:
        cast_of = ("郑管理", "王督导", "周主任", "林社工", "秦医生")
        found = {who: office(who).get("/district/").status_code for who in cast_of}
        assert found == {"郑管理": 200, "王督导": 200, "周主任": 404, "林社工": 404, "秦医生": 404}

    def test_asks_no_more_for_many_than_for_few(
        self, cast: world.World, office: SignedIn, django_assert_max_num_queries: DjangoAssertNumQueries
    ) -> None:
        for number in range(5):
            cast.child(f"小{chr(0x4E00 + number)}")
        client = office("郑管理")
        client.get("/district/")
        with django_assert_max_num_queries(20):
            client.get("/district/")


class TestWorkload:
    def test_every_number_equals_the_tasks_behind_it(self, cast: world.World, office: SignedIn, time: Clock) -> None:
        _assessed(cast, "小雨")
        cast.child("小山")
        cast.child("小溪", by="吴主任", village="370116104230")
        time.now = MORNING + timedelta(days=3)
        for who, posts in (("郑管理", 4), ("王督导", 2)):
            client = office(who)
            page = client.get("/workload/")
            rows = page.context["rows"]
            assert len(rows) >= posts, [row["title"] for row in rows]
            for row in rows:
                assert len(client.get(row["url"]).context["tasks"]) == row["all"] > 0, (who, row)
                assert len(client.get(row["late_url"]).context["tasks"]) == row["late"], (who, row)

    def test_the_post_with_most_overdue_stands_first(self, cast: world.World, office: SignedIn, time: Clock) -> None:
        for name in ("小雨", "小山"):
            cast.child(name)
        cast.child("小溪", by="吴主任", village="370116104230")
        time.now = MORNING + timedelta(days=60)
        rows = office("郑管理").get("/workload/").context["rows"]
        assert [row["late"] for row in rows] == sorted((row["late"] for row in rows), reverse=True)
        assert rows[0]["late"] > 0

    def test_is_only_there_for_those_who_oversee(self, cast: world.World, office: SignedIn) -> None:
        assert [office(who).get("/workload/").status_code for who in ("周主任", "林社工", "秦医生")] == [404] * 3
        post = cast.posts["王督导"].id
        cast.child("小雨")
        assert office("方经办").get(f"/tasks/?post={post}").context["tasks"] == []


class TestLedger:
    def test_is_checked_on_demand(self, cast: world.World, office: SignedIn, time: Clock) -> None:
        cast.child()
        seal_new(now=time.now)
        page = office("郑管理").get("/ledger/")
        assert page.context["checked"] is None
        assert page.context["heads"][0]["is_signed"]
        checked = office("郑管理").post("/ledger/check/").context["checked"]
        assert (checked["state"], checked["many"]) == ("sound", 0)
        assert checked["rows"] > 0

    def test_is_not_there_for_others(self, cast: world.World, office: SignedIn) -> None:
        for who in ("周主任", "王督导", "林社工"):
            assert office(who).get("/ledger/").status_code == 404
            assert office(who).post("/ledger/check/").status_code == 404


class TestDefinitions:
    def test_are_all_readable(self, cast: world.World, office: SignedIn) -> None:
        client = office("林社工")
        groups = client.get("/definitions/").context["groups"]
        urls = [row["url"] for group in groups for row in group["rows"]]
        assert len(urls) > 30
        assert {url: client.get(url).status_code for url in urls} == dict.fromkeys(urls, 200)

    def test_mark_what_a_region_changed(self, cast: world.World, office: SignedIn) -> None:
        client = office("郑管理")
        schemes = ("/definitions/grading/guardianship/", "/definitions/grading/mental_health/")
        here = [client.get(url) for url in schemes]
        assert {page.context["places"][0]["zh"] for page in here} == {"全国"}
        assert any(differs for page in here for differs in _differing(page))
        assert not any(differs for url in schemes for differs in _differing(client.get(f"{url}?region=")))

    def test_keep_an_instruments_questions_from_lay_people(self, cast: world.World, office: SignedIn) -> None:
        lay, professional = (office(who).get("/definitions/instruments/phq_9/") for who in ("周主任", "林社工"))
        assert "提不起劲" not in lay.content.decode()
        assert "只给可以施测的专业人员看" in lay.content.decode()
        assert "提不起劲" in professional.content.decode()
        assert "中重度" in lay.content.decode()

    @pytest.mark.parametrize("url", ["forms/none/", "nothing/child/", "overlays/x/"])
    def test_that_do_not_exist_are_not_there(self, cast: world.World, office: SignedIn, url: str) -> None:
        assert office("郑管理").get(f"/definitions/{url}").status_code == 404


class TestKeptFilters:
    def test_are_offered_again_in_words(self, cast: world.World, office: SignedIn) -> None:
        client, town = office("郑管理"), cast.place("370116104")
        client.post("/children/views/", {"place": str(town.id), "only": "late", "text": "小雨", "stage": "nonsense"})
        (view,) = client.get("/children/").context["views"]
        assert view["zh"] == "苗山镇 · 已逾期"
        assert SavedView.objects.get().query == f"only=late&place={town.id}"
        assert client.get(view["url"]).context["views"][0]["is_current"]
        client.post(f"/children/views/{view['id']}/drop/")
        assert client.get("/children/").context["views"] == []

    def test_shared_ones_reach_the_posts_below_and_nobody_else(self, cast: world.World, office: SignedIn) -> None:
        office("郑管理").post("/children/views/", {"only": "late", "is_shared": "yes"})
        office("郑管理").post("/children/views/", {"only": "crisis"})
        found = {who: [view["zh"] for view in office(who).get("/children/").context["views"]]
                 for who in ("王督导", "周主任", "陈管理")}
        assert found == {"王督导": ["已逾期"], "周主任": ["已逾期"], "陈管理": []}
        view = SavedView.objects.get(query="only=late")
        assert office("王督导").post(f"/children/views/{view.id}/drop/").status_code == 404

    def test_never_tell_of_colours_to_those_not_entitled(self, cast: world.World, office: SignedIn) -> None:
        office("郑管理").post("/children/views/", {"level": "high", "is_shared": "yes"})
        assert office("周主任").get("/children/").context["views"] == []
        assert len(office("王督导").get("/children/").context["views"]) == 1

    def test_by_category_narrow_the_list(self, cast: world.World, office: SignedIn) -> None:
        cast.child("小雨", categories=[{"category": "left_behind", "start_on": "2024-03-01"}])
        cast.child("小山")
        rows = office("郑管理").get("/children/?category=left_behind").context["rows"]
        assert [row["name"] for row in rows] == ["小雨"]


class TestAssigning:
    def _posted(self, cast: world.World, client: Office, children: list[Child], **more: str) -> object:
        page = client.post("/children/assign/", {"child": [str(child.id) for child in children]})
        assert [row["name"] for row in page.context["rows"]]
        post = cast.posts["林社工"].id.hex
        return client.post("/children/assign/", {
            "child": [str(child.id) for child in children], "to_post": post, "confirmed": "yes",
            "shown": page.context["shown"], "note": "原来的社工调走", **more,
        })

    def test_gives_chosen_children_to_one_post_and_tells_of_each(self, cast: world.World, office: SignedIn) -> None:
        children = [_assessed(cast, "小雨"), _assessed(cast, "小山")]
        page = self._posted(cast, office("郑管理"), children)
        assert (page.context["done"], page.context["refused"]) == (2, 0)  # type: ignore[attr-defined]

    def test_is_asked_once_before_anything_is_done(self, cast: world.World, office: SignedIn) -> None:
        child, client = _assessed(cast, "小雨"), office("郑管理")
        page = client.post("/children/assign/", {"child": [str(child.id)], "to_post": "", "confirmed": "yes"})
        assert "请选择交给哪个岗位" in page.content.decode()

    def test_shows_what_is_taken_over_and_asks_for_the_reason(self, cast: world.World, office: SignedIn) -> None:
        child, client = _assessed(cast, "小雨"), office("郑管理")
        page = client.post("/children/assign/", {"child": [str(child.id)]})
        (row,) = page.context["rows"]
        assert row["tasks"] >= 1 and cast.posts["林社工"].title in row["owners"]
        page = self._posted(cast, client, [child], note=" ")
        assert "请写为什么" in page.content.decode()  # type: ignore[attr-defined]
        assert not Entry.objects.filter(subject_id=child.id, kind="assignment").exists()

    def test_gives_all_or_none(self, cast: world.World, office: SignedIn) -> None:
        children, client = [_assessed(cast, "小雨"), _assessed(cast, "小山")], office("郑管理")
        # 小山's copy of the same confirmation is on record already with other words.
        page = client.post("/children/assign/", {"child": [str(child.id) for child in children]})
        sent = {"to_post": cast.posts["林社工"].id.hex, "confirmed": "yes", "shown": page.context["shown"]}
        client.post("/children/assign/", {**sent, "child": [str(children[1].id)], "note": "先交这一个"})
        page = client.post("/children/assign/", {**sent, "child": [str(c.id) for c in children], "note": "都交"})
        assert page.status_code == 422 and page.context["refused"] == 1
        assert "所有孩子的负责人都没有变" in page.content.decode()
        assert not Entry.objects.filter(subject_id=children[0].id, kind="assignment").exists()
        assert [row["name"] for row in page.context["free"]] == ["小雨"]

    def test_drops_nobody_silently_where_there_are_too_many(
        self, cast: world.World, office: SignedIn, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("tongxin.web.console.assigning.MOST", 1)
        children = [_assessed(cast, "小雨"), _assessed(cast, "小山")]
        page = self._posted(cast, office("郑管理"), children)
        shown = page.content.decode()  # type: ignore[attr-defined]
        assert "选了 2 个孩子，一次最多指定 1 个" in shown
        assert all(f'value="{each.id}" checked' in shown for each in children)
        assert not Entry.objects.filter(kind="assignment").exists()

    def test_takes_no_children_of_others_and_nobody_who_may_not(self, cast: world.World, office: SignedIn) -> None:
        child = cast.child("小雨")
        for who in ("陈管理", "周主任", "方经办"):
            answer = office(who).post("/children/assign/", {"child": [str(child.id)]})
            assert answer.headers["Location"] == "/children/"
        assert not office("周主任").get("/children/").context["may_assign"]


def _differing(page: object) -> list[bool]:
    return [row["differs"] for table in page.context["tables"] for row in table["rows"]]  # type: ignore[attr-defined]


def _fields(page: object) -> dict[str, dict[str, object]]:
    sections = page.context["definition"]["sections"]  # type: ignore[attr-defined]
    return {field["id"]: field for section in sections for field in section["fields"]}


def _prefilled(page: object) -> dict[str, object]:
    return {id: field["prefill"] for id, field in _fields(page).items() if field.get("prefill")}


def _options(page: object, field: str) -> list[str]:
    return [option["code"] for option in _fields(page)[field]["options"]]  # type: ignore[attr-defined]
