"""Clues: taken in with an owner and a due moment, matched by a person, worked off step by step, counted as listed."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from tests import world
from tests.flows.forms import fill
from tests.web.conftest import Clock, Office
from tongxin.accounts.models import Holding
from tongxin.cases.models import Case, Task
from tongxin.clues.models import Clue, Step
from tongxin.flows.clue_owners import follow_clues
from tongxin.ledger.models import Access, Entry
from tongxin.notices.models import Notice
from tongxin.people.models import Child

pytestmark = pytest.mark.django_db
SignedIn = Callable[[str], Office]
SIGNS = ("wish_to_die", "harmed", "unguarded", "danger_to_others", "confused", "life_threat")
CALL = {
    "channel": "line_12345", "received_at": "2025-09-02T08:30", "what": "邻居说孩子总是一个人", "matter": "family",
    "where": "张家洼村口", "caller": "relative", "reporter": "报信人甲", "reporter_phone": "13900000000",
    "about_staff": "no", **dict.fromkeys(SIGNS, "no"),
}


def text(answer: Any) -> str:
    return str(answer.content.decode())


def told(client: Office, **more: Any) -> Clue:
    """A clue as somebody takes it in."""
    town = client.get("/clues/new/?channel=walk_in").context["towns"]
    here = next((each["id"] for each in town if each["on"]), "")
    answer = client.post("/clues/new/", {**CALL, "town": here, **more})
    assert answer.status_code == 302, text(answer)
    return Clue.objects.latest("id")


def page(clue: Clue) -> str:
    return f"/clues/{clue.id}/"


def does(client: Office, clue: Clue, kind: str, **more: Any) -> Any:
    clue.refresh_from_db()
    return client.post(f"{page(clue)}steps/{kind}/", {"state": clue.state, **more})


def answered(client: Office, clue: Clue, **more: Any) -> Any:
    body = {"happened_at": "2025-09-02T08:50", "way": "phone", "said": "打了电话", **more}
    return does(client, clue, "responded", **body)


class TestTaking:
    def test_gives_it_an_owner_a_number_and_a_due_moment(self, cast: world.World, office: SignedIn) -> None:
        clue = told(office("周主任"), channel="walk_in")
        supervisor = cast.posts["王督导"]
        assert (clue.year, clue.number, clue.state) == (2025, 1, "received")
        assert clue.town_id == supervisor.division_id and clue.owner_post_id == supervisor.id
        assert clue.danger == "ordinary" and clue.due_at == clue.respond_by
        assert Notice.objects.filter(kind="clue.received", post_id=supervisor.id).count() == 1
        assert f"线索 2025-{clue.number}" in text(office("王督导").get("/"))
        assert "邻居" not in text(office("王督导").get("/clues/")) + text(office("王督导").get("/"))
        assert "邻居说孩子总是一个人" in text(office("王督导").get(page(clue)))

    def test_asks_what_lacks_and_what_its_channel_asks(self, office: SignedIn) -> None:
        client = office("郑管理")
        assert "来单编号" in text(client.get("/clues/new/?channel=line_12345"))
        assert "来单编号" not in text(client.get("/clues/new/?channel=walk_in"))
        answer = client.post("/clues/new/", {**CALL, "what": "", "received_at": "2025-09-09T08:30"})
        assert answer.status_code == 422 and "“说了什么”还没有填" in text(answer) and "不能晚于现在" in text(answer)
        assert "张家洼村口" in text(answer) and not Clue.objects.exists()
        assert "先选从哪里来的" in text(client.get("/clues/new/?channel=public_page"))

    def test_asks_once_when_answers_hardly_go_together_and_never_of_a_danger(self, office: SignedIn) -> None:
        client = office("郑管理")
        body = {**CALL, "matter": "harm"}
        asked = client.post("/clues/new/", body)
        assert asked.status_code == 422 and "再点一次保存" in text(asked) and asked.context["asked"] == ["harmed"]
        assert client.post("/clues/new/", {**body, "asked_again": "harmed"}).status_code == 302
        assert client.post("/clues/new/", {**body, "harmed": "unknown"}).status_code == 302
        assert client.post("/clues/new/", {**body, "life_threat": "yes"}).status_code == 302
        assert Clue.objects.latest("id").danger == "now"

    def test_forgets_what_is_asked_no_more(self, office: SignedIn) -> None:
        clue = told(office("郑管理"), about_staff="no", staff_level="town")
        assert "staff_level" not in clue.clear and clue.above_level == ""

    def test_weighs_by_reasons_and_only_up(self, cast: world.World, office: SignedIn) -> None:
        client = office("郑管理")
        clue = told(client, matter="missing")
        assert clue.danger == "now" and clue.clear["why"] == ["事项是走失、出走、来历不明"]
        assert clue.respond_by - clue.received_at == timedelta(minutes=30)
        mild = told(client)
        assert client.post(f"{page(mild)}raise/", {"danger": "soon", "words": ""}).status_code == 422
        assert client.post(f"{page(mild)}raise/", {"danger": "soon", "words": "又来一次电话"}).status_code == 302
        assert client.post(f"{page(mild)}raise/", {"danger": "ordinary", "words": "没事"}).status_code == 422
        mild.refresh_from_db()
        assert mild.danger == "soon"


class TestReporter:
    def test_is_opened_by_few_and_on_record(self, office: SignedIn) -> None:
        clue = told(office("周主任"), channel="walk_in")
        for name in ("周主任", "王督导", "郑管理"):
            assert "报信人甲" not in text(office(name).get(page(clue)))
        assert office("周主任").post(f"{page(clue)}reporter/").status_code == 404
        assert "报信人甲" in text(office("王督导").post(f"{page(clue)}reporter/"))
        assert Access.objects.filter(purpose="reporter").count() == 1

    def test_of_a_matter_of_staff_is_seen_from_above_only(self, cast: world.World, office: SignedIn) -> None:
        clue = told(office("周主任"), channel="walk_in", about_staff="yes", staff_level="town")
        assert clue.owner_post_id == cast.posts["郑管理"].id
        assert office("王督导").get(page(clue)).status_code == 404
        assert page(clue) not in text(office("王督导").get("/clues/"))
        assert office("郑管理").get(page(clue)).status_code == 200
        assert not Notice.objects.filter(post_id=cast.posts["王督导"].id).exists()
        assert office("陈管理").get(page(clue)).status_code == 404


    def test_of_a_mandatory_report_is_kept_and_told_of_the_result(
        self, cast: world.World, office: SignedIn, time: Clock
    ) -> None:
        child = cast.child("童小雨")
        answers = fill(child, "mandatory_report", time.now, is_concern="no", reporter="报告人周")
        report = cast.record(child, "mandatory_report", answers, by="周主任", at=time.now).entry
        address = f"/children/{child.id}/entries/{report.id}/"
        shown = text(office("林社工").get(address))
        assert "报告人周" not in shown and "周主任" not in shown and "身份保密" in shown
        assert "周主任" not in text(office("林社工").get(f"/children/{child.id}/")).partition("强制报告单")[2][:200]
        assert "报告人周" in text(office("王督导").get(address))
        result = fill(child, "report_answer", time.now)
        cast.record(child, "report_answer", result, by="郑管理", at=time.now, about=str(report.id))
        told_back = Notice.objects.get(kind="report.answered")
        assert told_back.post_id == cast.posts["周主任"].id
        assert "有了处理结果" in text(office("周主任").get("/"))


    def test_of_a_clue_on_file_stands_on_no_page_of_others(
        self, cast: world.World, office: SignedIn, time: Clock
    ) -> None:
        child = cast.child("童小雨")
        answers = fill(child, "clue", time.now, wanted="看到孩子独自在家", harmed="yes")
        cast.record(child, "clue", answers, by="周主任", at=time.now)
        page = office("林社工").get(f"/children/{child.id}/")
        assert [row["who_zh"] for row in page.context["flags"]] == ["（报告人，身份保密）"]
        assert "周主任" in office("王督导").get(f"/children/{child.id}/").context["flags"][0]["who_zh"]


class TestMatching:
    def test_is_a_persons_answer_and_a_danger_is_a_crisis_at_once(
        self, cast: world.World, office: SignedIn, time: Clock
    ) -> None:
        child = cast.child("童小雨")
        clue = told(office("郑管理"), child_name="童小雨", harmed="yes")
        assert not Case.objects.filter(in_crisis=True).exists()
        client = office("郑管理")
        asked = client.post(f"{page(clue)}match/", {"decision": "find", "text": "童小雨"})
        assert child.file_no in text(asked) and "就是 童小雨" in text(asked)
        assert client.post(f"{page(clue)}match/", {"decision": "same", "child": str(child.id)}).status_code == 302
        clue.refresh_from_db()
        entry = Entry.objects.filter(id__in=[clue.entry_id]).get()
        assert entry.clear["form"] == "clue" and entry.subject_id == child.id
        assert Case.objects.get(id=child.id).in_crisis
        again = client.post(f"{page(clue)}match/", {"decision": "same", "child": str(child.id)})
        assert again.status_code == 422

    def test_ends_the_flag_in_the_file_when_the_clue_is_handled(
        self, cast: world.World, office: SignedIn, time: Clock
    ) -> None:
        child, client = cast.child("童小雨"), office("郑管理")
        clue = told(client, child_name="童小雨")
        client.post(f"{page(clue)}match/", {"decision": "same", "child": str(child.id)})
        waiting = Task.objects.filter(case_id=child.id, step="resolve_flag", state=Task.OPEN)
        assert waiting.count() == 1
        answered(client, clue)
        assert waiting.count() == 1
        done = {"happened_at": "2025-09-02T09:00", "result": "unfounded", "said": "去看过，平安", "answer": "looked"}
        assert does(client, clue, "handled", **done).status_code == 302
        assert not waiting.exists()
        assert Entry.objects.filter(subject_id=child.id, kind="flag_answer").count() == 1

    def test_asks_which_danger_when_none_was_named(self, cast: world.World, office: SignedIn) -> None:
        child, client = cast.child("童小雨"), office("郑管理")
        clue = told(client, matter="missing")
        assert "哪一种" in text(client.post(f"{page(clue)}match/", {"decision": "same", "child": str(child.id)}))
        assert Clue.objects.get(id=clue.id).entry_id is None
        body = {"decision": "same", "child": str(child.id), "sign": "unguarded"}
        assert client.post(f"{page(clue)}match/", body).status_code == 302
        assert Case.objects.get(id=child.id).in_crisis

    def test_shows_no_child_elsewhere_and_records_about_none(self, cast: world.World, office: SignedIn) -> None:
        far: Child = cast.child("童小雨", by="陈督导", village="510104017001")
        client = office("郑管理")
        clue = told(client, child_name="童小雨")
        assert far.file_no not in text(client.post(f"{page(clue)}match/", {"decision": "find", "text": "童小雨"}))
        answer = client.post(f"{page(clue)}match/", {"decision": "same", "child": str(far.id)})
        assert answer.status_code == 422 and Clue.objects.get(id=clue.id).child_id is None
        assert client.post(f"{page(clue)}match/", {"decision": "none"}).status_code == 302
        assert clue.steps.get().kind == Step.UNMATCHED


class TestWork:
    def test_goes_from_answer_to_close_and_back_when_nobody_is_content(
        self, cast: world.World, office: SignedIn, time: Clock
    ) -> None:
        client = office("郑管理")
        clue = told(client)
        post = cast.posts["林社工"]
        assert client.post(f"{page(clue)}assign/", {"post": str(post.id), "state": "received"}).status_code == 302
        worker = office("林社工")
        assert f"线索 2025-{clue.number}" in text(worker.get("/"))
        assert answered(worker, clue, happened_at="2025-09-01T08:00").status_code == 422
        assert answered(worker, clue).status_code == 302
        assert answered(worker, clue).status_code == 422
        time.now += timedelta(hours=3)
        worker = office("林社工")
        done = {"happened_at": "2025-09-02T11:00", "result": "answered", "said": "去过家里", "answer": "told"}
        assert does(worker, clue, "handled", **done).status_code == 302
        back = {"happened_at": "2025-09-02T11:30", "outcome": "reached", "satisfied": "no"}
        assert does(worker, clue, "called_back", **back).status_code == 302
        clue.refresh_from_db()
        assert clue.state == "responded" and clue.handled_at is None and clue.satisfied == "no"
        assert does(worker, clue, "handled", **done).status_code == 302
        assert does(worker, clue, "called_back", **{**back, "satisfied": "yes"}).status_code == 302
        assert does(worker, clue, "closed").status_code == 302
        clue.refresh_from_db()
        assert clue.state == "closed" and clue.due_at is None and clue.ring_at is None
        assert does(worker, clue, "closed").status_code == 422

    def test_that_is_late_climbs_person_by_person(self, cast: world.World, office: SignedIn, time: Clock) -> None:
        clue = told(office("周主任"), channel="walk_in", harmed="unknown")
        assert clue.danger == "soon" and clue.owner_post_id == cast.posts["王督导"].id
        assert follow_clues(time.now) == 0
        late = clue.respond_by + timedelta(minutes=1)
        assert follow_clues(late) == 1 and follow_clues(late) == 0
        clue.refresh_from_db()
        assert clue.owner_post_id == cast.posts["郑管理"].id and clue.climbed == 1
        assert Notice.objects.filter(kind="clue.climbed", post_id=cast.posts["郑管理"].id).count() == 1
        assert answered(office("王督导"), clue).status_code == 302
        clue.refresh_from_db()
        assert clue.owner_post_id == cast.posts["王督导"].id and clue.climbed == 0

    def test_finds_another_owner_when_nobody_holds_the_post(
        self, cast: world.World, office: SignedIn, time: Clock
    ) -> None:
        clue = told(office("周主任"), channel="walk_in")
        Holding.objects.filter(post=cast.posts["王督导"]).update(to_at=time.now + timedelta(minutes=1))
        assert follow_clues(time.now + timedelta(minutes=2)) == 1
        clue.refresh_from_db()
        assert clue.owner_post_id == cast.posts["郑管理"].id


def test_each_figure_is_as_long_as_the_list_behind_it(office: SignedIn, time: Clock) -> None:
    client = office("郑管理")
    first, second, _third = told(client), told(client, harmed="unknown"), told(client)
    answered(client, first)
    time.now += timedelta(hours=6)
    client = office("郑管理")
    answered(client, second, happened_at="2025-09-02T14:00")
    shown = text(client.get("/clues/?month=2025-09"))
    assert "50%" in shown
    for words, number in (("按时", 1), ("没有按时", 1), ("一共", 2)):
        link = re.search(rf'<a href="([^"]+)">{words} {number} 条</a>', shown)
        assert link, words
        behind = client.get(link[1].replace("&amp;", "&"))
        assert behind.context["number"] == len(behind.context["rows"]) == number
