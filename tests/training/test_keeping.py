"""Plans that another person approves, sessions with sign-in, lists from elsewhere, coverage by township."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from tests import world
from tests.training.desk import arrange, bring, learn, text, workbook
from tests.web.conftest import MORNING, Clock, Office
from tests.web.conftest import office as office
from tests.web.conftest import time as time
from tongxin.flows.training.watching import follow_training
from tongxin.ledger.models import Event
from tongxin.lib import ids
from tongxin.notices.models import Notice
from tongxin.training.models import Batch, Credit, Line, Plan, Session
from tongxin.training.rules import training_in
from tongxin.training.selectors import minutes_in

pytestmark = pytest.mark.django_db
SignedIn = Callable[[str], Office]
LINE = {
    "month": "9", "subject": "talking", "audiences": ["child_director"], "way": "online", "minutes": "90",
    "people": "221", "budget": "3000",
}


def planned(client: Office, cast: world.World, **more: str) -> Plan:
    assert client.post("/training/plans/begin/", {"year": "2025"}).status_code == 302
    plan = Plan.objects.get(state=Plan.DRAFT)
    body = {"key": str(ids.new_id()), "responsible": str(cast.posts["郑管理"].id), **LINE, **more}
    answer = client.post(f"/training/plans/{plan.id}/lines/", body)
    assert answer.status_code == 302, text(answer)
    return plan


def approved(office: SignedIn, cast: world.World, second: str, **more: str) -> Plan:
    plan = planned(office("郑管理"), cast, **more)
    assert office(second).post(f"/training/plans/{plan.id}/approve/").status_code == 302
    plan.refresh_from_db()
    return plan


@pytest.fixture
def second(cast: world.World) -> str:
    """A second case manager of the county."""
    from tongxin.accounts import county as counties
    from tongxin.accounts.models import Post

    post = Post.objects.create(
        id=ids.new_id(), role="case_manager", title="未保中心主任", organisation=cast.posts["郑管理"].organisation,
        division=cast.place("370116"),
    )
    cast.posts["孙主任"] = post
    (cast.people["孙主任"],) = counties.fill(holders=[(post, "sun", "孙主任")], at=world.START)
    return "孙主任"


class TestPlans:
    def test_one_writes_another_approves_a_change_is_a_new_version(
        self, cast: world.World, office: SignedIn, second: str
    ) -> None:
        plan = planned(office("郑管理"), cast)
        own = office("郑管理").post(f"/training/plans/{plan.id}/approve/")
        assert own.status_code == 422 and "要由另一个人批准" in text(own)
        assert "等您批准" in text(office(second).get("/training/"))
        assert "今年还没有批准的培训计划" in text(office("郑管理").get("/training/"))
        for _ in range(2):
            assert office(second).post(f"/training/plans/{plan.id}/approve/").status_code == 302
        assert Event.objects.filter(kind="training.approved").count() == 1
        late = office("郑管理").post(f"/training/plans/{plan.id}/lines/", {"key": str(ids.new_id()), **LINE})
        assert late.status_code == 422 and "已经批准" in text(late)
        key = plan.lines.get().key
        new = planned(office("郑管理"), cast, subject="danger")
        assert new.version == 2 and new.lines.count() == 2 and new.lines.filter(key=key).exists()
        assert office("郑管理").post(f"/training/plans/{new.id}/lines/{key}/drop/").status_code == 302
        assert office(second).post(f"/training/plans/{new.id}/approve/").status_code == 302
        assert set(Plan.objects.values_list("version", "state")) == {(1, Plan.REPLACED), (2, Plan.APPROVED)}
        assert office("陈管理").get(f"/training/plans/{plan.id}/").status_code == 404
        assert office("周主任").get("/training/plans/").status_code == 404

    @pytest.mark.parametrize("wrong", [
        {"minutes": "²"}, {"minutes": "9999999999"}, {"minutes": "481"}, {"people": "0"}, {"budget": "-1"},
        {"month": "13"}, {"audiences": ["nobody"]}, {"responsible": "x"},
    ])
    def test_what_cannot_be_is_not_kept(self, cast: world.World, office: SignedIn, wrong: dict[str, Any]) -> None:
        client = office("郑管理")
        for year in ("1", "9999", "²", ""):
            assert client.post("/training/plans/begin/", {"year": year}).status_code == 422
        client.post("/training/plans/begin/", {"year": "2025"})
        plan = Plan.objects.get()
        body = {"key": str(ids.new_id()), "responsible": str(cast.posts["郑管理"].id), **LINE, **wrong}
        assert client.post(f"/training/plans/{plan.id}/lines/", body).status_code == 422 and not Line.objects.exists()

    def test_a_line_whose_month_passed_is_told_once(
        self, cast: world.World, office: SignedIn, second: str, time: Clock
    ) -> None:
        approved(office, cast, second)
        assert follow_training(MORNING) == 0
        later = MORNING.replace(month=10, day=9)
        assert [follow_training(later) for _ in range(2)] == [1, 0]
        assert Notice.objects.filter(kind="training.delayed", post_id=cast.posts["郑管理"].id).count() == 1
        time.now = later
        assert "过了月份还没有办" in text(office("郑管理").get(f"/training/plans/{Plan.objects.get().id}/"))

    def test_carried_out_counts_people_and_person_times(
        self, cast: world.World, office: SignedIn, second: str, time: Clock
    ) -> None:
        plan = approved(office, cast, second)
        key, desk = plan.lines.get().key, office("郑管理")
        assert [each["url"] for each in desk.get("/training/").context["desk"]] == []
        form = text(desk.get(f"/training/sessions/new/?line={key}"))
        assert 'value="90"' in form
        time.now += timedelta(hours=3)
        desk = office("郑管理")
        rows = [arrange(desk, line=str(key)) for _ in range(2)]
        posts = [str(cast.posts[name].id) for name in ("周主任", "吴主任")]
        desk.post(f"/training/sessions/{rows[0].id}/attend/", {"posts": posts})
        desk.post(f"/training/sessions/{rows[1].id}/attend/", {"posts": posts[:1]})
        for row in rows:
            assert desk.post(f"/training/sessions/{row.id}/close/").status_code == 302
        (line,) = desk.get(f"/training/plans/{plan.id}/").context["rows"]
        assert (line["sessions"], line["people"], line["person_times"]) == (2, 2, 3)
        sheet = desk.get(f"/training/plans/{plan.id}/sheet/")
        assert sheet.content.startswith(b"PK") and "attachment" in sheet.headers["Content-Disposition"]


class TestSessions:
    def test_who_guesses_digits_has_to_wait(self, cast: world.World, office: SignedIn, time: Clock) -> None:
        row, guesser = arrange(office("王督导")), office("周主任")
        wrong = [f"{number:06d}" for number in range(12) if f"{number:06d}" != row.code][:10]
        assert {guesser.post("/training/sign-in/", {"code": each}).status_code for each in wrong} == {422}
        paused = guesser.post("/training/sign-in/", {"code": row.code})
        assert paused.status_code == 429 and "请等 10 分钟再试" in text(paused) and not Credit.objects.exists()
        assert office("吴主任").post("/training/sign-in/", {"code": row.code}).status_code == 302
        time.now += timedelta(minutes=11)
        assert office("周主任").post("/training/sign-in/", {"code": row.code}).status_code == 302

    def test_the_code_lets_in_whom_it_is_for_when_it_is_on(
        self, cast: world.World, office: SignedIn, time: Clock
    ) -> None:
        row, worker = arrange(office("王督导"), held_at=MORNING + timedelta(hours=1)), office("周主任")
        early = worker.post("/training/sign-in/", {"code": row.code})
        assert early.status_code == 422 and "不是签到的时间" in text(early)
        time.now += timedelta(minutes=40)
        worker = office("周主任")
        assert "现在可以签到" in text(worker.get("/training/"))
        assert worker.post("/training/sign-in/", {"code": "²"}).status_code == 422
        assert "不是给您这类岗位的" in text(office("林社工").post("/training/sign-in/", {"code": row.code}))
        assert office("陈督导").post("/training/sign-in/", {"code": row.code}).status_code == 422
        for _ in range(2):
            assert worker.post("/training/sign-in/", {"code": row.code}).status_code == 302
        assert Credit.objects.get().minutes == 90
        time.now += timedelta(minutes=50)
        assert office("吴主任").post("/training/sign-in/", {"code": row.code}).status_code == 302
        assert minutes_in([cast.people["吴主任"].id], year=2025) == {cast.people["吴主任"].id: 60}

    def test_a_day_has_so_many_hours(self, cast: world.World, office: SignedIn, time: Clock) -> None:
        time.now += timedelta(hours=9)
        desk = office("郑管理")
        body = {"posts": [str(cast.posts["周主任"].id)]}
        for _ in range(5):
            row = arrange(desk)
            assert desk.post(f"/training/sessions/{row.id}/attend/", body).status_code == 302
        assert minutes_in([cast.people["周主任"].id], year=2025) == {cast.people["周主任"].id: 360}

    def test_taken_back_it_counts_no_more_and_can_be_written_again(
        self, cast: world.World, office: SignedIn, time: Clock
    ) -> None:
        row, body = arrange(office("王督导")), {"posts": [str(cast.posts["周主任"].id)]}
        desk, url = office("王督导"), f"/training/sessions/{row.id}/"
        assert desk.post(f"{url}attend/", {"posts": ["x"]}).status_code == 422
        desk.post(f"{url}attend/", body)
        desk.post(f"{url}attend/", body)
        credit = Credit.objects.get()
        assert desk.post(f"{url}cancel/", {"reason": "weather"}).status_code == 422
        assert desk.post(f"{url}credits/{credit.id}/withdraw/", {"reason": ""}).status_code == 422
        for _ in range(2):
            assert desk.post(f"{url}credits/{credit.id}/withdraw/", {"reason": "absent"}).status_code == 302
        assert not minutes_in([cast.people["周主任"].id], year=2025)
        assert "已撤回" in text(office("周主任").get("/training/"))
        desk.post(f"{url}attend/", body)
        assert Credit.objects.count() == 2 and Credit.objects.filter(withdrawn_at__isnull=True).count() == 1
        other = office("陈督导")
        assert {other.get(url).status_code, other.post(f"{url}close/").status_code} == {404}
        assert office("周主任").get("/training/sessions/").status_code == 404

    def test_words_of_a_session_are_sealed_and_it_is_one_when_sent_twice(
        self, cast: world.World, office: SignedIn
    ) -> None:
        desk = office("王督导")
        row = arrange(desk, teacher="金丝雀")
        arrange(desk, session=str(row.id), teacher="金丝雀")
        assert Session.objects.count() == 1 and "金丝雀".encode() not in bytes(Session.objects.get().words.blob)
        wrong = desk.post("/training/sessions/new/", {"session": str(ids.new_id()), "held_at": "0001-01-01T00:00"})
        assert wrong.status_code == 422
        later = arrange(desk, held_at=MORNING + timedelta(days=3))
        assert desk.post(f"/training/sessions/{later.id}/close/").status_code == 422
        assert desk.post(f"/training/sessions/{later.id}/cancel/", {"reason": "weather"}).status_code == 302


class TestLists:
    def test_bad_rows_are_told_good_ones_wait_for_a_yes_and_count_once(
        self, cast: world.World, office: SignedIn
    ) -> None:
        desk = office("王督导")
        good = ("周主任", "儿童主任", "凤城街道", "东升社区居民委员会", "政策与职责", "2025-06-08", "8")
        nobody = ("孟小川", "儿童主任", "苗山镇", "陡峪村村民委员会", "政策与职责", "2025/6/8", "8")
        wrong = [
            ("", *good[1:]), ("甲", "村长", *good[2:]), ("乙", "儿童主任", "无名镇", "", *good[4:]),
            (*good[:4], "唱歌", *good[5:]), (*good[:5], "2026-06-08", "8"), (*good[:6], "²"), (*good[:6], "9"), good,
        ]
        url = bring(desk, workbook(good, nobody, *wrong))
        page = text(desk.get(url))
        assert "孟小川" in page and page.count("第 ") >= len(wrong)
        for why in ("没有姓名", "岗位要写", "没有这个乡镇", "培训内容要写", "日期不能晚于今天", "学时要写", "完全一样"):
            assert why in page
        assert not Credit.objects.exists()
        assert desk.post(f"{url}take/").status_code == 302 and desk.post(f"{url}take/").status_code == 422
        assert Credit.objects.count() == 2
        assert Credit.objects.get(person__isnull=False).person_id == cast.people["周主任"].id
        assert "孟小川".encode() not in b"".join(bytes(each.words.blob) for each in Credit.objects.filter(person=None))
        again = bring(desk, workbook(nobody))
        desk.post(f"{again}take/")
        assert Credit.objects.count() == 2
        assert office("陈督导").get(url).status_code == 404

    def test_what_is_no_list_is_refused_and_a_list_can_be_put_aside(
        self, cast: world.World, office: SignedIn
    ) -> None:
        desk = office("王督导")
        for file in (workbook(heads=("a", "b")), None):
            answer = desk.post("/training/lists/", {"file": file} if file else {})
            assert answer.status_code == 422, text(answer)
        row = ("周主任", "儿童主任", "", "", "政策与职责", "2025-06-08", "0.5")
        url = bring(desk, workbook(row))
        assert desk.post(f"{url}aside/").status_code == 302
        assert desk.post(f"{url}take/").status_code == 422 and Batch.objects.get().state == Batch.ASIDE

    def test_a_list_of_a_session_takes_its_day_and_hours_and_counts_with_the_sign_in(
        self, cast: world.World, office: SignedIn
    ) -> None:
        desk = office("王督导")
        row = arrange(desk)
        desk.post(f"/training/sessions/{row.id}/attend/", {"posts": [str(cast.posts["周主任"].id)]})
        heads = ("姓名", "岗位", "乡镇", "村居")
        here = ("周主任", "儿童主任", "凤城街道", "东升社区居民委员会")
        url = bring(desk, workbook(here, ("孟小川", "志愿者", "", ""), heads=heads), session=str(row.id))
        desk.post(f"{url}take/")
        assert desk.get(f"/training/sessions/{row.id}/").context["many"] == 2
        assert "孟小川" in text(desk.get(f"/training/sessions/{row.id}/"))

    def test_a_day_counts_up_to_its_most_and_a_class_once(self, cast: world.World, office: SignedIn) -> None:
        desk = office("王督导")
        held = arrange(desk)
        desk.post(f"/training/sessions/{held.id}/attend/", {"posts": [str(cast.posts["周主任"].id)]})
        found = training_in(region="370116", at=MORNING)
        day, most = MORNING.date().isoformat(), found.minutes_a_day
        post = ("儿童主任", "凤城街道", "东升社区居民委员会")
        subjects = [found.subjects["talking"], *(zh for id, zh in found.subjects.items() if id != "talking")][:4]
        rows = [("周主任", *post, zh, day, "8") for zh in subjects]
        rows += [("孟小川", *post, zh, day, "8") for zh in subjects]
        desk.post(f"{bring(desk, workbook(*rows))}take/")
        mine = Credit.objects.filter(person=cast.people["周主任"])
        assert sum(each.minutes for each in mine) == most and mine.filter(subject="talking").count() == 1
        assert sum(each.minutes for each in Credit.objects.filter(person=None)) == most


class TestCoverage:
    def test_held_posts_only_vacant_ones_apart_and_blank_is_not_zero(
        self, cast: world.World, office: SignedIn, time: Clock
    ) -> None:
        desk = office("郑管理")
        rows = [
            ("周主任", "儿童主任", "凤城街道", "东升社区居民委员会", "政策与职责", "2025-06-08", "8"),
            ("孟小川", "儿童主任", "苗山镇", "陡峪村村民委员会", "政策与职责", "2025-06-08", "8"),
        ]
        desk.post(f"{bring(desk, workbook(*rows))}take/")
        page = desk.get("/training/coverage/")
        found = {row["zh"]: row for row in page.context["rows"]}
        town, other = found["凤城街道"]["town"], found["苗山镇"]["town"]
        assert (town.held, town.trained, found["凤城街道"]["percent"]) == (1, 1, 100) and town.vacant > 0
        assert (other.held, other.trained, other.outside) == (1, 0, 1)
        assert [each.post.id for each in page.context["all"]["town"].lacking] == [cast.posts["吴主任"].id]
        assert "吴主任" in text(page) and page.context["all"]["percent"] == 50
        before = desk.get("/training/coverage/?year=2024&target=child_supervisor")
        assert before.context["all"]["percent"] == 0 and not before.context["is_now"]
        for odd in ("year=²", "year=99999999999999", "target=nothing"):
            assert desk.get(f"/training/coverage/?{odd}").status_code in {200, 404}
        sheet = desk.get("/training/coverage/sheet/")
        assert sheet.content.startswith(b"PK")
        supervisor = office("王督导").get("/training/coverage/")
        assert {row["zh"] for row in supervisor.context["rows"]} == {"凤城街道"}

    def test_those_who_lack_it_are_told_once_a_week(self, cast: world.World, office: SignedIn, time: Clock) -> None:
        desk, body = office("郑管理"), {"target": "child_director"}
        assert desk.post("/training/coverage/remind/", body).status_code == 302
        told = Notice.objects.filter(kind="training.reminded")
        assert {each.post_id for each in told} == {cast.posts[name].id for name in ("周主任", "吴主任")}
        assert desk.post("/training/coverage/remind/", body).status_code == 422 and told.all().count() == 2
        assert "学时还没有达到目标" in text(office("周主任").get("/"))
        time.now += timedelta(days=8)
        assert office("郑管理").post("/training/coverage/remind/", body).status_code == 302 and told.all().count() == 4

    def test_ones_own_hours_stand_on_the_home_of_training(self, cast: world.World, office: SignedIn) -> None:
        client = office("周主任")
        page = text(client.get("/training/"))
        assert "先学微课“发现与上报”" in page and "还差 8" in page
        learn(client)
        progress = client.get("/training/").context["progress"]
        assert (progress["hours"], progress["left"]) == ("0.1", "7.9")
        for name in ("苏咨询", "何老师", "秦医生", "方经办", "许督导", "郑管理"):
            assert office(name).get("/training/").status_code == 200
