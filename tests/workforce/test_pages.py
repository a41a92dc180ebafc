"""The pages about people who help: what is lacking first, certificates with a second person, leave, teams, numbers."""

import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import openpyxl
import pytest

from tests import world
from tests.documents.files import png
from tests.web.conftest import MORNING, Clock, Office
from tests.web.conftest import office as office
from tests.web.conftest import time as time
from tests.workforce.staff import checked, companion, start_on
from tests.workforce.test_gates import asked_about
from tongxin.accounts.models import Holding
from tongxin.flows.workforce.watch import follow_workforce
from tongxin.lib import ids
from tongxin.notices.models import Notice
from tongxin.workforce.models import Clearance, Evidence, Qualification, Team, TeamChild

pytestmark = pytest.mark.django_db
SignedIn = Callable[[str], Office]
PNG = png()
PAPER = {"kind": "social_worker", "issuer": "暗号发证处", "number": "SW-1", "issued_on": "2024-06-01"}


def text(answer: Any) -> str:
    return str(answer.content.decode())


class TestOverview:
    def test_says_what_is_lacking_and_where_to_go(self, cast: world.World, office: SignedIn) -> None:
        desk = office("郑管理")
        page = text(desk.get("/workforce/"))
        assert "人没有有效的违法犯罪记录查询" in page and "/workforce/people/?only=barred" in page
        assert "还没有定从哪天起执行" in page and "社工师" in page and "2 人</strong>" in page
        for stranger in ("周主任", "方经办", "林社工"):
            assert office(stranger).get("/workforce/").status_code == 404
        for each in ("/workforce/people/", "/workforce/caseload/", "/workforce/leave/", "/workforce/teams/",
                     "/workforce/mine/", "/workforce/people/?only=²&place=99999999999999999999"):
            assert desk.get(each).status_code == 200, each

    def test_counts_stand_in_a_workbook_without_a_name(self, cast: world.World, office: SignedIn) -> None:
        answer = office("郑管理").get("/workforce/table/")
        sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
        rows = list(sheet.iter_rows(values_only=True))
        assert ("凤城街道", "儿童主任", 2, 1, 1, 1, 0, 0, 0) in rows
        assert not any("周主任" in str(cell) for row in rows for cell in row)

    def test_a_day_once_come_is_not_put_off(self, cast: world.World, office: SignedIn, time: Clock) -> None:
        desk = office("郑管理")
        for wrong in ("", "²", "0001-01-01", "9999-12-31", "2025-09-01", "2027-01-01"):
            assert desk.post("/workforce/start/", {"from_on": wrong}).status_code == 422
        assert start_on(desk, "2025-10-01").status_code == 302
        assert start_on(desk, "2025-11-01").status_code == 302
        assert "2025年11月1日" in text(desk.get("/workforce/"))
        time.now = MORNING + timedelta(days=70)
        again = start_on(office("郑管理"), "2026-01-01")
        assert again.status_code == 422 and "不能再推迟" in text(again)
        assert office("王督导").post("/workforce/start/", {"from_on": "2025-12-12"}).status_code == 404


class TestClearances:
    def test_are_written_by_somebody_else_with_a_real_day(self, cast: world.World, office: SignedIn) -> None:
        desk, person = office("郑管理"), cast.people["林社工"]
        for wrong in ("2025-09-03", "2023-01-01", "²", "9999-12-31", ""):
            assert checked(desk, person, on=wrong).status_code == 422
        assert checked(desk, person, on="2025-03-01").status_code == 302
        assert str(Clearance.objects.get().valid_until) == "2026-03-01"
        page = text(desk.get(f"/workforce/people/{person.id}/"))
        assert "派出所 8 号" in page and "2026年3月1日" in page
        assert checked(desk, person, on="2025-03-01").status_code == 302 and Clearance.objects.count() == 1
        own = desk.post(f"/workforce/people/{cast.people['郑管理'].id}/check/", {"result": "clear"})
        assert own.status_code == 404
        assert checked(office("陈管理"), person).status_code == 404
        assert "没有查过" in text(office("苏咨询").get("/workforce/mine/"))

    def test_what_was_found_counts_from_then_on(self, cast: world.World, office: SignedIn) -> None:
        desk, person = office("郑管理"), cast.people["林社工"]
        checked(desk, person, on="2025-03-01")
        checked(desk, person, on="2025-09-01", result="found")
        page = text(desk.get(f"/workforce/people/{person.id}/"))
        assert "查到记录的不得录用" in page and "查到记录，不得录用" in text(desk.get("/workforce/people/?only=barred"))

    def test_are_reminded_of_once_before_and_once_after(self, cast: world.World, office: SignedIn) -> None:
        checked(office("郑管理"), cast.people["林社工"], on="2025-09-01")
        told = [follow_workforce(MORNING + timedelta(days=days)) for days in (0, 335, 336, 365, 366, 500)]
        assert told == [0, 1, 0, 1, 0, 0]
        kinds = Notice.objects.filter(kind="clearance.reminded")
        assert kinds.filter(post_id=cast.posts["林社工"].id).count() == 2
        assert kinds.filter(post_id=cast.posts["郑管理"].id).count() == 2


class TestCertificates:
    def test_count_once_a_second_person_has_seen_them(self, cast: world.World, office: SignedIn) -> None:
        own, desk, person = office("林社工"), office("郑管理"), cast.people["林社工"]
        file = io.BytesIO(PNG)
        file.name = "证.png"
        assert own.post("/workforce/mine/declare/", {**PAPER, "file": file}).status_code == 302
        row = Qualification.objects.get()
        assert own.post("/workforce/mine/declare/", PAPER).status_code == 422
        assert "等人核对" in text(own.get("/workforce/mine/"))
        verify = f"/workforce/qualifications/{row.id}/verify/"
        assert own.post(verify, {"agrees": "yes"}).status_code == 404
        assert "暗号发证处" in text(desk.get(f"/workforce/people/{person.id}/"))
        assert desk.post(verify, {"agrees": "no"}).status_code == 302 and not hasattr(row, "verdict")
        assert desk.post(verify, {"agrees": "yes"}).status_code == 302
        assert "现在有" in text(desk.get("/workforce/")) and "1 人</td>" in text(desk.get("/workforce/"))
        page = f"/workforce/qualifications/{row.id}/evidence/"
        assert desk.get(page).content[:4] == PNG[:4] and own.get(page).status_code == 200
        assert own.get(f"/workforce/mine/{row.id}/evidence/").status_code == 200
        assert desk.get(f"/workforce/mine/{row.id}/evidence/").status_code == 404
        assert office("苏咨询").get(page).status_code == 404 and Evidence.objects.count() == 1

    def test_an_expired_one_and_nonsense_are_refused(self, cast: world.World, office: SignedIn) -> None:
        own = office("林社工")
        for wrong in ({"kind": "lawyer"}, {"expires_on": "2024-05-01"}, {"expires_on": "2025-01-01"}, {"kind": "x"},
                      {"issued_on": "2026-01-01"}, {"issued_on": "²"}, {"number": ""}):
            assert own.post("/workforce/mine/declare/", {**PAPER, **wrong}).status_code == 422, wrong
        assert not Qualification.objects.exists()

    def test_of_a_volunteer_counts_too(self, cast: world.World, office: SignedIn) -> None:
        town, desk = office("王督导"), office("郑管理")
        row = companion(town)
        url = f"/workforce/companions/{row.id}/declare/"
        assert town.post(url, {**PAPER, "kind": "counsellor"}).status_code == 302
        found = Qualification.objects.get()
        assert "等人核对" in text(town.get(f"/workforce/companions/{row.id}/"))
        assert desk.post(f"/workforce/qualifications/{found.id}/verify/", {"agrees": "yes"}).status_code == 302
        assert "不差" not in text(desk.get("/workforce/")) and "1 人</strong>" in text(desk.get("/workforce/"))


class TestLeave:
    def test_proposes_who_could_stand_in_and_hands_over_in_one_action(
        self, cast: world.World, office: SignedIn, time: Clock
    ) -> None:
        desk, post = office("郑管理"), cast.posts["周主任"]
        go = desk.get(f"/workforce/leave/?go=yes&post={post.id}&from=2025-09-03&to=2025-09-05")
        assert go.status_code == 302
        page = text(desk.get(go["Location"]))
        assert 'value="2025-09-03"' in page and "可以接手、代理的人" in page
        assert cast.people["吴主任"].login in page and "没有查过" in page
        sent = {"kind": "stand_in", "from": "2025-09-03", "to": "2025-09-05", f"login-{post.id}": "cast1"}
        assert desk.post(f"/posts/{post.id}/", sent).status_code == 302
        assert "将由 吴主任 代理" in text(desk.get("/workforce/leave/"))
        time.now = MORNING + timedelta(days=2)
        assert "现由 吴主任 代理" in text(office("郑管理").get("/workforce/leave/"))
        time.now = MORNING + timedelta(days=5)
        assert "已交还" in text(office("郑管理").get("/workforce/leave/"))
        assert Holding.objects.filter(post=post, kind=Holding.HOLDER, to_at__isnull=True).count() == 1


class TestTeams:
    def test_serves_a_child_once_all_kinds_of_people_are_there(self, cast: world.World, office: SignedIn) -> None:
        desk, child = office("郑管理"), cast.child("童小雨")
        town = cast.place("370116001").id
        assert desk.post("/workforce/teams/", {"kind": "service"}).status_code == 422
        assert desk.post("/workforce/teams/", {"kind": "service", "town": str(town)}).status_code == 302
        team = Team.objects.get()
        here, give = f"/workforce/teams/{team.id}/", f"/children/{child.id}/teams/give/"
        assert "还缺：社工、心理咨询师、志愿者" in text(desk.get(here))
        refused = desk.post(give, {"team": str(team.id)})
        assert refused.status_code == 422 and "还缺社工、心理咨询师、志愿者" in text(refused)
        volunteer = companion(office("王督导"), checks=True)
        for member in (cast.posts["林社工"].id, cast.posts["苏咨询"].id, f"companion:{volunteer.id}"):
            assert desk.post(f"{here}add/", {"member": str(member)}).status_code == 302
        assert desk.post(f"{here}add/", {"member": str(cast.posts["林社工"].id)}).status_code == 422
        assert desk.post(give, {"team": str(team.id)}).status_code == 302
        assert desk.post(give, {"team": str(team.id)}).status_code == 422
        assert "童小雨" in text(desk.get(here)) and TeamChild.objects.count() == 1
        assert "社工＋心理咨询师＋志愿者" in text(desk.get(f"/children/{child.id}/teams/"))
        assert office("陈管理").get(here).status_code == 404
        assert office("周主任").get(f"/children/{child.id}/teams/").status_code == 404
        assert desk.post(f"/children/{child.id}/teams/take/", {"team": str(team.id)}).status_code == 302
        assert desk.post(f"/children/{child.id}/teams/take/", {"team": "²"}).status_code == 422
        assert desk.post(f"{here}end/").status_code == 302
        assert desk.post(f"{here}add/", {"member": str(ids.new_id())}).status_code == 422


def test_a_task_that_lies_on_somebody_without_a_valid_question_is_told(
    cast: world.World, office: SignedIn, time: Clock
) -> None:
    child, desk, town = cast.child("童小雨", by="周主任"), office("郑管理"), office("王督导")
    file = f"/children/{child.id}/"
    said = "周主任" not in str(desk.get("/workforce/").content.decode())
    assert said and "孩子的任务在没有有效查询的人手上" in desk.get("/workforce/").content.decode()
    assert "要先补查询" not in town.get(file).content.decode()
    asked_about(cast, "周主任", on="2024-09-10")
    time.now += timedelta(days=12)
    old = office("王督导").get(file).content.decode()
    assert "要先补查询" in old and "的违法犯罪记录查询已过期" in old
    assert "已过期" in office("王督导").get("/workforce/").content.decode()
    assert "要先补查询" not in office("周主任").get(file).content.decode()
