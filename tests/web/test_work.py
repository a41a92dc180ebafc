"""The first screen, tasks, opening files, referrals, posts: the pages of a working day."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from tests import world
from tests.flows.forms import fill
from tests.web.conftest import MORNING, Clock, Office
from tongxin import ledger
from tongxin.cases.models import Task
from tongxin.flows.sweep import sweep
from tongxin.people.models import Child
from tongxin.people.services import join_household

pytestmark = pytest.mark.django_db
SignedIn = Callable[[str], Office]


class TestHome:
    def test_says_what_to_do_for_whom_and_until_when(self, cast: world.World, office: SignedIn) -> None:
        cast.child("小雨")
        line = office("周主任").get("/").context["due"][0]
        (child,) = line["children"]
        assert (child["name"], [need["zh"] for need in child["needs"]]) == ("小雨", ["上门识别，填写识别表"])
        assert line["due_zh"]
        assert line["url"].endswith("/forms/identification_form/")

    def test_has_one_line_a_household(self, cast: world.World, office: SignedIn) -> None:
        together, alone = [cast.child("小雨"), cast.child("小山")], cast.child("小河")
        house = join_household(children=together, actor=cast.viewer("郑管理"), at=MORNING)
        lines = office("周主任").get("/").context["due"]
        assert sorted(sorted(child["name"] for child in line["children"]) for line in lines) == [
            ["小山", "小雨"], ["小河"],
        ]
        urls = {line["url"] for line in lines}
        assert urls == {f"/households/{house.id}/", f"/children/{alone.id}/forms/identification_form/"}

    def test_puts_the_overdue_first_and_says_how_late(
        self, cast: world.World, office: SignedIn, time: Clock
    ) -> None:
        cast.child("小雨")
        time.now = MORNING + timedelta(days=30)
        page = office("周主任").get("/")
        assert page.context["late"][0]["late_zh"].endswith("天")
        assert page.context["counts"][0]["number"] == 1

    def test_tells_the_level_above_what_came_up_and_leaves_it_with_its_own_post(
        self, cast: world.World, office: SignedIn, time: Clock
    ) -> None:
        cast.child("小雨")
        time.now = MORNING + timedelta(days=19)
        sweep(time.now)
        (line,) = office("王督导").get("/").context["passed_up"]
        assert line["children"][0]["name"] == "小雨"
        assert "东升社区居民委员会儿童主任" in line["from_zh"]
        page = office("周主任").get("/")
        assert "王督导" not in page.context["late"][0]["from_zh"]
        assert "凤城街道儿童督导员" in page.context["late"][0]["passed_zh"]
        assert page.context["counts"][0]["number"] == 1
        assert [task["who_zh"] for task in office("周主任").get("/tasks/?only=late").context["tasks"]] == ["小雨"]

    def test_shows_no_more_of_a_danger_than_its_clock(self, cast: world.World, office: SignedIn, time: Clock) -> None:
        child = cast.child("小雨")
        office("周主任").fill(child, "identification_form", wish_to_die="yes")
        time.now += timedelta(minutes=20)
        (danger,) = office("王督导").get("/").context["dangers"]
        assert (danger["name"], danger["for_zh"]) == ("小雨", "20分钟")

    def test_leads_to_what_waits_for_a_word(self, cast: world.World, office: SignedIn) -> None:
        child = cast.child()
        answers = fill(child, "identification_form", MORNING, low_mood="often", worry="often")
        cast.record(child, "identification_form", answers, by="周主任", at=MORNING)
        cast.record(child, "assessment_form", fill(child, "assessment_form", MORNING, psychological_level="2"),
                    by="林社工", at=MORNING)
        counts = office("郑管理").get("/").context["counts"]
        waiting = {count["zh"]: (count["number"], count["url"]) for count in counts}
        assert waiting["待确认等级"] == (1, "/confirmations/")

    def test_says_what_each_count_counts_and_that_no_case_is_without_a_step(
        self, cast: world.World, office: SignedIn
    ) -> None:
        cast.child()
        counts = office("郑管理").get("/").context["counts"]
        assert all(count["means"] for count in counts)
        assert (counts[-1]["zh"], counts[-1]["number"]) == ("没有下一步", 0)

    def test_is_never_empty_handed(self, cast: world.World, office: SignedIn) -> None:
        assert "现在没有要办的任务" in office("何老师").get("/").content.decode()

    def test_warns_while_the_worker_is_silent(self, cast: world.World, office: SignedIn, time: Clock) -> None:
        assert "后台处理已超过一分钟没有响应" in office("周主任").get("/").content.decode()
        ledger.beat(worker="w", at=time.now)
        assert "后台处理已超过一分钟没有响应" not in office("周主任").get("/").content.decode()


class TestTasks:
    def test_can_wait_for_a_recorded_reason(self, cast: world.World, office: SignedIn, time: Clock) -> None:
        child, client = cast.child(), office("周主任")
        url = client.get("/tasks/").context["tasks"][0]["reason_url"]
        until = (time.now + timedelta(days=14)).date().isoformat()
        answer = client.send(url, fill(child, "task_reason", time.now, until=until))
        assert answer.status_code == 200, answer.content.decode()
        assert Task.objects.get(case_id=child.id).state == Task.WAITING
        assert client.get("/tasks/?only=waiting").context["tasks"][0]["is_waiting"]
        assert client.get("/tasks/?only=late").context["tasks"] == []

    def test_of_the_area_hide_what_a_lay_person_may_not_read(
        self, cast: world.World, office: SignedIn, time: Clock
    ) -> None:
        child = cast.child()
        answers = fill(child, "identification_form", MORNING, low_mood="often", worry="often")
        cast.record(child, "identification_form", answers, by="周主任", at=MORNING)
        time.now = MORNING + timedelta(days=40)
        seen = {
            who: [task["zh"] for task in office(who).get("/tasks/?only=area").context["tasks"]]
            for who in ("周主任", "林社工", "方经办")
        }
        assert seen["周主任"] == ["由其他岗位办理的事项"]
        assert seen["林社工"] == ["专业评估，填写评估表"]
        assert seen["方经办"] == []


class TestOpening:
    def test_looks_first_and_then_opens_the_file(self, cast: world.World, office: SignedIn) -> None:
        cast.child("小雨")
        client = office("周主任")
        assert [each["name"] for each in client.post("/children/new/", {"text": "小雨"}).context["found"]] == ["小雨"]
        answers = {
            "opened_on": "2025-09-02", "source": "patrol", "name": "小山", "id_kind": "none", "sex": "male",
            "residence_division": "370116001001",
        }
        answer = client.send("/children/new/file/", answers)
        assert answer.status_code == 200
        assert client.get(answer.json()["next"]).context["name"] == "小山"

    def test_begins_with_the_directors_own_village(self, cast: world.World, office: SignedIn) -> None:
        page = office("周主任").get("/children/new/file/")
        fields = {each["id"]: each for part in page.context["definition"]["sections"] for each in part["fields"]}
        assert fields["residence_division"]["prefill"] == "370116001001"

    def test_keeps_nothing_of_a_faulty_or_foreign_file(self, cast: world.World, office: SignedIn) -> None:
        client = office("周主任")
        faulty = client.send("/children/new/file/", {"name": "小山"})
        assert faulty.status_code == 422
        foreign = client.send("/children/new/file/", {
            "opened_on": "2025-09-02", "source": "patrol", "name": "小山", "id_kind": "none", "sex": "male",
            "residence_division": "510104017001",
        })
        assert foreign.status_code == 409
        assert not Child.objects.exists()

    def test_sent_twice_opens_one_file(self, cast: world.World, office: SignedIn) -> None:
        client = office("周主任")
        answers = {
            "opened_on": "2025-09-02", "source": "patrol", "name": "小山", "id_kind": "none", "sex": "male",
            "residence_division": "370116001001",
        }
        number = cast.people["周主任"].id
        first = client.send("/children/new/file/", answers, entry_id=number)
        second = client.send("/children/new/file/", answers, entry_id=number)
        assert first.json() == second.json()
        assert Child.objects.count() == 1


class TestReferrals:
    def _sent(self, cast: world.World) -> Child:
        child = cast.child("小雨")
        told = fill(child, "guardian_feedback", MORNING, outcome="agrees")
        cast.record(child, "guardian_feedback", told, by="林社工", at=MORNING)
        answers = fill(child, "referral", MORNING, to_organisation=str(cast.body("hospital")), basis="consent")
        cast.record(child, "referral", answers, by="林社工", at=MORNING)
        return child

    def test_reach_the_receiving_body_with_what_an_answer_needs(
        self, cast: world.World, office: SignedIn
    ) -> None:
        child = self._sent(cast)
        row = office("秦医生").get("/referrals/").context["received"][0]
        assert row["name"] == "小雨"
        assert set(row) == {
            "url", "name", "kind", "urgency", "state", "to", "from", "sent_at", "late_zh", "due_zh", "answer_url",
            "id", "asked_zh", "level_zh", "onward", "is_onward",
        }
        assert office("秦医生").get(f"/children/{child.id}/").status_code == 200
        assert office("何老师").get("/referrals/").context["received"] == []
        assert office("林社工").get("/referrals/").context["sent"][0]["name"] == "小雨"

    def test_are_answered_on_their_form(self, cast: world.World, office: SignedIn) -> None:
        child, client = self._sent(cast), office("秦医生")
        url = client.get("/referrals/").context["received"][0]["answer_url"]
        answers = fill(child, "referral_answer", MORNING, answer="accepted")
        assert client.send(url, answers).status_code == 200
        assert office("林社工").get("/referrals/").context["sent"][0]["state"] == "已接收"


class TestPosts:
    def test_are_handed_over_at_once(self, cast: world.World, office: SignedIn, time: Clock) -> None:
        child = cast.child()
        post, client = cast.posts["周主任"], office("郑管理")
        answer = client.post(f"/posts/{post.id}/", {f"login-{post.id}": cast.people["何老师"].login, "kind": "holder"})
        assert answer.headers["Location"] == "/posts/"
        time.now += timedelta(seconds=1)
        assert office("周主任").get(f"/children/{child.id}/").headers["Location"] == "/post/"
        assert office("何老师").get(f"/children/{child.id}/").status_code == 200

    def test_show_who_holds_them_and_which_are_vacant(self, cast: world.World, office: SignedIn) -> None:
        page = office("郑管理").get("/posts/")
        holders = {row["title"]: [each["name"] for each in row["holders"]] for row in page.context["rows"]}
        assert holders["凤城街道儿童督导员"] == ["王督导"]
        assert holders["苗山镇儿童督导员"] == []
        assert page.context["vacant"] > 0

    def test_refuse_an_unknown_successor_and_an_unmarked_vacancy(
        self, cast: world.World, office: SignedIn, time: Clock
    ) -> None:
        post, client = cast.posts["周主任"], office("郑管理")
        for sent in ("nobody", "", "\x00"):
            answer = client.post(f"/posts/{post.id}/", {f"login-{post.id}": sent})
            assert (answer.status_code, "没有办理" in answer.content.decode()) == (422, True)
        time.now += timedelta(seconds=1)
        assert office("周主任").get("/").status_code == 200

    def test_are_not_there_for_others(self, cast: world.World, office: SignedIn) -> None:
        post = cast.posts["周主任"]
        for who in ("周主任", "王督导", "陈老师", "陈管理"):
            assert office(who).get(f"/posts/{post.id}/").status_code == 404


def test_flags_are_shown_to_the_last_one_page_by_page(
    cast: world.World, office: SignedIn, time: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tongxin.web.console.flags.PAGE", 2)
    child, client = cast.child("小雨"), office("王督导")
    for day in range(1, 6):
        due = (MORNING + timedelta(days=day)).date().isoformat()
        client.fill(child, "flag", flag_kind="verify", wanted="核实户籍", resolver="child_director", due_on=due)
    found, url = [], "/flags/"
    while url:
        page = client.get(url)
        assert page.status_code == 200
        found += [flag["due_zh"] for flag in page.context["flags"]]
        url = page.context["pager"]["next_url"]
    assert len(found) == len(set(found)) == 5
