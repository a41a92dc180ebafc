"""Courses of counselling in the browser: what is next for everybody in care, what was said for very few."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests import world
from tests.documents.files import pdf
from tests.flows.counselling import begin, day, low_mood, meet
from tests.flows.story import Story
from tests.web.conftest import Clock, Office
from tongxin.documents.models import Attachment
from tongxin.ledger.models import Entry
from tongxin.lib import ids

pytestmark = pytest.mark.django_db
SignedIn = Callable[[str], Office]
SECRET = "暗号梦里的桥"
FIRST_AID = {"protocol": "pfa", "qualification": "social_worker", "provider": "social_worker", "planned": 1}


@pytest.fixture
def story(cast: world.World, time: Clock) -> Story:
    return Story(cast)


def held(story: Story, time: Clock) -> str:
    """A course with two sessions, the words of the first one secret."""
    course = begin(story, aim=SECRET, **low_mood(18))
    meet(story, course, session_no=1, content=SECRET, homework=SECRET, words=SECRET, theme="loss")
    meet(story, course, session_no=2, attended="absent", absence=SECRET)
    time.now = story.at
    return course


class TestWhereOneBegins:
    def test_the_file_leads_there_without_a_course_also_in_a_crisis(
        self, story: Story, office: SignedIn, time: Clock
    ) -> None:
        file, start = f"/children/{story.child.id}/", f"/children/{story.child.id}/forms/course_start/"
        story.record("crisis_report", "周主任")
        time.now = story.at
        page = office("苏咨询").get(file)
        assert page.context["courses"]["begin_url"] == start and start in page.content.decode()
        assert "孩子在危机中，先办危险。" in page.content.decode()
        assert page.context["courses"]["url"] == f"{file}courses/" and not page.context["courses"]["rows"]
        assert office("周主任").get(file).context["courses"] is None

    def test_the_form_names_the_methods_that_fit_the_childs_age_before_anything_is_asked(
        self, story: Story, office: SignedIn, time: Clock
    ) -> None:
        time.now = story.at
        page = office("苏咨询").get(f"/children/{story.child.id}/forms/course_start/")
        methods = page.context["methods"]
        assert methods["url"] == "/protocols/" and methods["age"] and "学校个别辅导" in methods["fitting"]
        assert "年龄合适、直接给孩子做的：" in page.content.decode()

    def test_only_methods_that_can_be_begun_are_offered_the_others_say_why_not(
        self, cast: world.World, office: SignedIn, time: Clock
    ) -> None:
        story = Story(cast, cast.child(birth="2018-01-05"))
        time.now = story.at
        page = office("林社工").get(f"/children/{story.child.id}/forms/course_start/")
        fields = {field["id"]: field for part in page.context["definition"]["sections"] for field in part["fields"]}
        offered = {each["code"] for each in fields["protocol"]["options"]}
        assert {"pfa", "school_counselling", "pm_plus"} <= offered
        assert not {"ease", "trt", "professional_therapy"} & offered
        assert {"study", "legal", "visit"}.isdisjoint(each["code"] for each in fields["service"]["options"])
        others = {each["zh"]: each["why"] for each in page.context["methods"]["others"]}
        assert others["专业心理治疗（行为激活、认知行为）"] == "不由您这类岗位做"
        assert others["青少年情绪小组（EASE）"] == "适合 10–15 岁" and "没有列出的办法，为什么" in page.content.decode()

    def test_a_service_that_the_method_does_not_give_is_refused(self, story: Story) -> None:
        assert "落实的不是这项服务" in story.refused(
            "course_start", "苏咨询", protocol="school_counselling", recipient="child", form_of="individual",
            service="legal", provider="counsellor", qualification="counsellor", planned=8, next_on=day(story, 7),
        )

    def test_beside_a_running_course_no_second_is_offered(
        self, story: Story, office: SignedIn, time: Clock
    ) -> None:
        held(story, time)
        assert not office("苏咨询").get(f"/children/{story.child.id}/").context["courses"]["begin_url"]


class TestWhoReads:
    @pytest.mark.parametrize("who", ["周主任", "王督导", "郑管理", "林社工"])
    def test_those_in_care_see_that_it_took_place_and_nothing_of_it(
        self, story: Story, office: SignedIn, time: Clock, who: str
    ) -> None:
        held(story, time)
        entry = Entry.objects.filter(subject_id=story.child.id, kind="session").order_by("subject_seq")[0]
        client, base = office(who), f"/children/{story.child.id}/"
        for url in (base, f"{base}courses/"):
            page = client.get(url)
            text = page.content.decode()
            assert page.status_code == 200 and SECRET not in text
            assert "失去与想念" not in text and "学校个别辅导" not in text
        (course,) = page.context["courses"]
        assert (course["held"], course["zh"], course["measured"], course["steps"]) == (1, "辅导", None, [])
        assert [each["came_zh"] for each in course["sessions"]] == ["未到", "到"]
        assert client.get(f"{base}entries/{entry.id}/").status_code == 404

    @pytest.mark.parametrize("who", ["苏咨询", "许督导"])
    def test_who_counsels_and_who_supervises_read_it(
        self, story: Story, office: SignedIn, time: Clock, who: str
    ) -> None:
        held(story, time)
        page = office(who).get(f"/children/{story.child.id}/courses/")
        (course,) = page.context["courses"]
        assert course["zh"] == "学校个别辅导" and course["measured"]["trends"][0]["rows"][0]["total"] == 18
        read = office(who).get(course["sessions"][1]["url"])
        assert read.status_code == 200 and SECRET in read.content.decode()

    def test_a_benefit_clerk_does_not_even_learn_of_it(self, story: Story, office: SignedIn, time: Clock) -> None:
        held(story, time)
        client, base = office("方经办"), f"/children/{story.child.id}/"
        assert client.get(base).context["courses"] is None and client.get(f"{base}courses/").status_code == 404

    def test_a_case_manager_who_recorded_a_session_still_reads_none(
        self, story: Story, office: SignedIn, time: Clock
    ) -> None:
        course = held(story, time)
        meet(story, course, by="郑管理", session_no=3, content=SECRET)
        time.now = story.at
        page = office("郑管理").get(f"/children/{story.child.id}/courses/")
        assert not page.context["reads"] and SECRET not in page.content.decode()

    def test_who_counselled_no_longer_reads_once_the_file_is_closed(
        self, story: Story, office: SignedIn, time: Clock
    ) -> None:
        course = held(story, time)
        story.record("course_end", "苏咨询", about=course, outcome="stopped", reason="moved", result="same")
        story.record("case_closure", "王督导", reason="handed_over", handed_to="社工站", taken_over="yes")
        story.record("closure_decision", "郑管理", outcome="approved")
        time.now = story.at
        assert not office("苏咨询").get(f"/children/{story.child.id}/courses/").context["reads"]


    @pytest.mark.parametrize("how", ["a session", "an absence", "a course"])
    def test_nobody_lets_themselves_in_beside_who_counsels(
        self, story: Story, office: SignedIn, time: Clock, how: str
    ) -> None:
        course = held(story, time)
        if how == "a course":
            begin(story, by="林社工", **FIRST_AID)
        else:
            came = {"attended": "absent", "absence": "没来"} if how == "an absence" else {}
            meet(story, course, by="林社工", session_no=3, **came)
        time.now = story.at
        page = office("林社工").get(f"/children/{story.child.id}/courses/")
        # Of their own course they read what they wrote, and nothing of the other.
        assert [each["reads"] for each in page.context["courses"]] == ([True, False] if how == "a course" else [False])
        assert SECRET not in page.content.decode() and "失去与想念" not in page.content.decode()
        first = Entry.objects.filter(subject_id=story.child.id, kind="session").order_by("subject_seq")[0]
        assert office("林社工").get(f"/children/{story.child.id}/entries/{first.id}/").status_code == 404
        assert office("苏咨询").get(f"/children/{story.child.id}/courses/").context["reads"]

    def test_who_counsels_lets_another_read_beside_them(self, story: Story, office: SignedIn, time: Clock) -> None:
        course = held(story, time)
        begin(story, by="林社工", **FIRST_AID)
        story.record("course_review", "苏咨询", about=course, decision="shared")
        time.now = story.at
        for who, reads in (("林社工", [True, True]), ("苏咨询", [False, True])):
            page = office(who).get(f"/children/{story.child.id}/courses/")
            assert [each["reads"] for each in page.context["courses"]] == reads
        story.rebuilt_equal()


class TestEarlierOnes:
    """Once a course is over, whoever begins the next one reads what they wrote; the earlier one for the asking."""

    @pytest.fixture
    def after(self, story: Story, time: Clock) -> str:
        course = held(story, time)
        story.record("course_end", "苏咨询", about=course, outcome="stopped", reason="moved", result="same")
        begin(story, by="林社工", aim="新的约定", **FIRST_AID)
        time.now = story.at
        return course

    def _reads(self, office: SignedIn, story: Story, who: str) -> list[bool]:
        page = office(who).get(f"/children/{story.child.id}/courses/")
        return [each["reads"] for each in page.context["courses"]]

    def test_the_next_counsellor_does_not_read_the_earlier_one(
        self, story: Story, office: SignedIn, after: str
    ) -> None:
        assert self._reads(office, story, "林社工") == [True, False]
        assert self._reads(office, story, "苏咨询") == [False, True]
        assert self._reads(office, story, "许督导") == [True, True]
        client = office("林社工")
        for entry in Entry.objects.filter(subject_id=story.child.id, kind__in=("session", "course_start")):
            page = client.get(f"/children/{story.child.id}/entries/{entry.id}/")
            is_own = entry.post_id == story.world.posts["林社工"].id
            assert page.status_code == (200 if is_own else 404)
        for url in ("", "courses/", "forms/session_record/"):
            assert SECRET not in client.get(f"/children/{story.child.id}/{url}").content.decode()
        assert client.get("/progress/").context["all"] == 1

    def test_they_ask_and_supervision_lets_them_in(
        self, story: Story, office: SignedIn, time: Clock, after: str
    ) -> None:
        client, base = office("林社工"), f"/children/{story.child.id}/"
        page = client.get(f"{base}courses/")
        ask = page.context["courses"][1]["ask"]
        assert "申请看这一份的记录" in page.content.decode()
        sent = client.send(ask["url"], {"asked_on": day(story), "reason": "接着做", "signature": "林社工"})
        assert sent.status_code < 400
        assert client.get(f"{base}courses/").context["courses"][1]["ask"]["waits"]
        story.at = time.now
        assert story.owner("course_ask") == "许督导"
        assert office("苏咨询").get(f"{base}courses/").context["courses"][1]["answer_url"]
        story.record("course_review", "许督导", about=after, decision="shared")
        time.now = story.at
        assert self._reads(office, story, "林社工") == [True, True]
        assert "course_ask" not in story.steps
        story.rebuilt_equal()

    def test_who_counselled_may_say_no_and_take_it_back(
        self, story: Story, office: SignedIn, time: Clock, after: str
    ) -> None:
        story.record("course_ask", "林社工", about=after, reason="接着做")
        story.record("course_review", "苏咨询", about=after, decision="kept")
        time.now = story.at
        assert self._reads(office, story, "林社工") == [True, False] and "course_ask" not in story.steps
        story.record("course_ask", "林社工", about=after, reason="孩子自己想接着说")
        story.record("course_review", "苏咨询", about=after, decision="shared")
        time.now = story.at
        assert self._reads(office, story, "林社工") == [True, True]
        story.record("course_review", "许督导", about=after, decision="kept")
        time.now = story.at
        assert self._reads(office, story, "林社工") == [True, False]

    def test_nobody_lets_themselves_in(self, story: Story, after: str) -> None:
        story.record("course_ask", "林社工", about=after, reason="接着做")
        assert "由做这一份辅导的人或临床督导定" in story.refused(
            "course_review", "林社工", about=after, decision="shared"
        )
        assert "本来就看得到" in story.refused("course_ask", "苏咨询", about=after, reason="再看")


class TestPages:
    def test_the_next_session_knows_its_number_and_theme(self, story: Story, office: SignedIn, time: Clock) -> None:
        held(story, time)
        (course,) = office("苏咨询").get(f"/children/{story.child.id}/courses/").context["courses"]
        form = office("苏咨询").get(course["urls"][0]["url"])
        known = {
            field["id"]: field["prefill"] for part in form.context["definition"]["sections"]
            for field in part["fields"] if "prefill" in field
        }
        assert (known["session_no"], known["theme"], known["way"]) == (2, "feelings", "individual")
        assert "记这一次" in [each["zh"] for each in course["urls"]]

    def test_the_file_page_says_what_is_next(self, story: Story, office: SignedIn, time: Clock) -> None:
        held(story, time)
        (row,) = office("周主任").get(f"/children/{story.child.id}/").context["courses"]["rows"]
        assert row["next_on"].isoformat() == day(story, 7) and row["zh"] == "辅导"

    def test_a_refused_beginning_is_told_at_its_question(self, story: Story, office: SignedIn, time: Clock) -> None:
        time.now = story.at
        sent = office("苏咨询").fill(
            story.child, "course_start", at=story.at, protocol="ease", recipient="child", form_of="group",
            service="group", provider="counsellor", qualification="counsellor", planned=7, next_on=day(story, 7),
            psychosis="unknown",
        )
        assert sent.status_code == 422
        (problem,) = sent.json()["problems"]
        assert problem["path"] == "psychosis" and "先办这件事" in problem["zh"]

    def test_without_a_standard_of_change_none_is_invented(self, story: Story, office: SignedIn, time: Clock) -> None:
        course = begin(story, measures=["gad_7"], gad_7={f"q{number}": "3" for number in range(1, 8)})
        meet(story, course, measures=["gad_7"], gad_7={f"q{number}": "0" for number in range(1, 8)})
        time.now = story.at
        (shown,) = office("苏咨询").get(f"/children/{story.child.id}/courses/").context["courses"]
        (trend,) = shown["measured"]["trends"]
        assert "没有可靠变化的依据" in trend["verdict"]

    def test_the_library_says_what_rules_a_protocol_out(self, office: SignedIn) -> None:
        page = office("苏咨询").get("/protocols/")
        text = page.content.decode()
        assert "问题管理家" in text and "经常醉酒或使用毒品" in text and "CC BY-NC-SA" in text
        assert office("方经办").get("/protocols/").status_code == 404


def test_what_was_attached_to_a_session_is_for_the_readers_of_its_course(
    story: Story, office: SignedIn, time: Clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TONGXIN_ATTACHMENTS", str(tmp_path / "attachments"))
    begin(story, by="林社工", **FIRST_AID)
    course = begin(story, **low_mood(18))
    entry, page = meet(story, course), f"/children/{story.child.id}/attachments/"
    time.now = story.at

    def send(by: str) -> int:
        file = SimpleUploadedFile("a.pdf", pdf())
        body = {"id": str(ids.new_id()), "kind": "signed_scan", "entry": entry, "file": file, "title": SECRET}
        return int(office(by).post(page, body).status_code)

    assert send("林社工") == 404 and send("苏咨询") == 302
    row = Attachment.objects.get()
    opened = {by: office(by).get(f"{page}{row.id}/").status_code for by in ("林社工", "苏咨询")}
    assert opened == {"林社工": 404, "苏咨询": 200}
    assert SECRET in office("苏咨询").get(page).content.decode()
    assert SECRET not in office("林社工").get(page).content.decode()
