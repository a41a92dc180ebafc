"""Pages of screening rounds: a planner's way from nothing to the report, and who finds no such page."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests import world
from tests.assessed import assess
from tests.screening.school import School
from tests.web.conftest import MORNING, Clock, Office
from tongxin.cases.models import Case
from tongxin.flows import screening
from tongxin.screening.models import Participant, Round

pytestmark = pytest.mark.django_db
SignedIn = Callable[[str], Office]
LIST = (
    "姓名,班级,出生日期,性别\n张小雨,初一1班,2012-03-05,女\n李小海,初一1班,2012-07-19,男\n"
    ",初一2班,2012-01-01,男\n王小川,初一2班,2018-01-01,男\n"
)


def _day(days: int) -> str:
    return (MORNING + timedelta(days=days)).date().isoformat()


def _planned(client: Office) -> Round:
    page = client.get("/rounds/new/")
    where = page.context["places"][0]["code"]
    answer = client.post(
        "/rounds/new/", {"where": where, "instrument": "phq_a", "opens": _day(0), "closes": _day(4)}
    )
    assert answer.status_code == 302, answer.context["problem"]
    return Round.objects.get()


def _said(answer: Any) -> str:
    return " ".join(str(each) for each in answer.context["messages"])


def test_a_planner_comes_from_nothing_to_a_running_round(cast: world.World, office: SignedIn) -> None:
    assess(cast, "screening")
    client = office("何老师")
    round = _planned(client)
    home = f"/rounds/{round.id}/"
    file = SimpleUploadedFile("初一名单.csv", LIST.encode())
    said = _said(client.post(f"{home}list/", {"file": file}, follow=True))
    assert "3 名儿童" in said and "1 行没有姓名" in said
    assert "1 人年龄不适用" in client.get(home).content.decode()
    client.post(f"{home}children/change/", {"what": "consent.given", "everybody": "yes"})
    page = client.get(home)
    assert "还没有指定值班的人" in page.content.decode()
    assert "还不能开始" in _said(client.post(f"{home}start/", follow=True))
    client.post(f"{home}people/", {
        "post": str(cast.posts["苏咨询"].id), "from": _day(0), "to": _day(4), "hours": "2",
    })
    assert "批次已经开始" in _said(client.post(f"{home}start/", follow=True))
    assert Round.objects.get().state == Round.RUNNING
    assert sorted(each.state for each in round.participants.all()) == ["excluded", "listed", "listed"]


def test_a_file_that_is_no_list_says_why_and_changes_nothing(office: SignedIn) -> None:
    client = office("何老师")
    round = _planned(client)
    for file in (SimpleUploadedFile("a.csv", b"\x00\x01"), SimpleUploadedFile("a.xlsx", b"PK\x03\x04broken")):
        said = _said(client.post(f"/rounds/{round.id}/list/", {"file": file}, follow=True))
        assert "没有导入" in said
    assert "请先选择" in _said(client.post(f"/rounds/{round.id}/list/", follow=True))
    assert round.participants.count() == 0


@pytest.mark.parametrize("sent", [
    {"where": "body-999", "instrument": "phq_a", "opens": _day(0), "closes": _day(2)},
    {"where": "", "instrument": "", "opens": "", "closes": ""},
    {"instrument": "phq_a", "opens": _day(3), "closes": _day(1)},
    {"instrument": "phq_a", "opens": "2025-13-45", "closes": _day(1)},
])
def test_a_plan_that_can_not_be_is_refused_in_words(office: SignedIn, sent: dict[str, str]) -> None:
    client = office("何老师")
    own = client.get("/rounds/new/").context["places"][0]["code"]
    answer = client.post("/rounds/new/", {"where": own, **sent})
    assert answer.status_code == 422
    assert "没有保存" in answer.content.decode()
    assert Round.objects.count() == 0


@pytest.fixture
def running(cast: world.World, time: Clock) -> School:
    """A round with one danger, one above the cut-off, one well and the others still away."""
    school = School(cast, at=MORNING)
    school.start()
    school.tap(school.sit(1), "q9", 2)
    for number, each in ((2, 2), (3, 0)):
        sitting = school.sit(number)
        for item in range(1, 10):
            school.tap(sitting, f"q{item}", 0 if item == 9 else each)
        screening.finish(sitting_id=sitting.id, at=MORNING)
    return school


def test_results_lead_to_the_file_of_the_child_in_danger(running: School, office: SignedIn) -> None:
    client, home = office("苏咨询"), f"/rounds/{running.round.id}/results/"
    text = client.get(home).content.decode()
    assert text.index("钱小1") < text.index("孙小2")
    assert "李小3" not in text
    sheet = client.get(f"{home}{running.pupil(1).id}/").content.decode()
    assert f"/children/{running.pupil(1).child_id}/" in sheet
    assert client.get(f"/children/{running.pupil(1).child_id}/").status_code == 200
    client.post(f"{home}{running.pupil(2).id}/decide/", {"decision": "open_file"})
    assert Case.objects.filter(id=running.pupil(2).child_id).exists()


def test_news_of_a_danger_stands_on_the_first_page_of_the_named(running: School, office: SignedIn) -> None:
    assert "筛查中有危险信号" in office("苏咨询").get("/").content.decode()
    assert "筛查中有危险信号" not in office("林社工").get("/").content.decode()


def test_who_follows_the_progress_sees_counts_and_no_score_nor_name(running: School, office: SignedIn) -> None:
    Round.objects.filter(id=running.round.id).update(town_id=running.world.place("370116001").id)
    client, home = office("王督导"), f"/rounds/{running.round.id}/"
    text = client.get(home).content.decode()
    assert "初一1班" in text and "已答完" in text
    for word in ("钱小1", "孙小2", "达到界值", "危险信号", "/results/"):
        assert word not in text
    for page in ("results/", "report/", "children/", f"results/{running.pupil(1).id}/", "report/table/"):
        assert client.get(home + page).status_code == 404, page


@pytest.mark.parametrize("name", ["周主任", "方经办", "秦医生", "陈老师", "陈管理", "王督导"])
def test_others_find_no_such_round(running: School, office: SignedIn, name: str) -> None:
    client, home = office(name), f"/rounds/{running.round.id}/"
    pages = ("", "children/", "results/", "report/", f"results/{running.pupil(1).id}/")
    assert {client.get(home + page).status_code for page in pages} == {404}
    posts = ("start/", "close/", "list/", "known/", "clear/", "people/", "exception/", "drop/", "make-up/",
             "children/change/", "results/draw/", f"results/{running.pupil(1).id}/decide/")
    assert {client.post(home + page).status_code for page in posts} == {404}
    assert Round.objects.get().state == Round.RUNNING


def test_no_page_of_a_round_holds_a_name_in_its_title_or_address(running: School, office: SignedIn) -> None:
    client, home = office("何老师"), f"/rounds/{running.round.id}/"
    for page in ("", "children/", "results/", "report/", f"results/{running.pupil(1).id}/"):
        answer = client.get(home + page)
        text = answer.content.decode()
        assert answer.headers["Cache-Control"] == "no-store, private"
        title = re.findall(r"<title>(.*?)</title>", text, re.S)[0]
        addresses = re.findall(r'(?:href|action|src)="([^"]*)"', text)
        assert not any("小1" in each for each in (title, *addresses))


def test_the_report_names_nobody_and_hides_small_numbers(running: School, office: SignedIn) -> None:
    client, home = office("何老师"), f"/rounds/{running.round.id}/report/"
    text = client.get(home).content.decode()
    assert "少于 5 人" in text and "不显示" in text
    assert "钱小1" not in text
    table = client.get(f"{home}table/").content.decode()
    assert "需要进一步评估" in table and "钱小1" not in table
    assert not re.search(r",[1-4],", table)


def test_a_second_chance_is_one_step(running: School, office: SignedIn) -> None:
    client, home = office("何老师"), f"/rounds/{running.round.id}/"
    client.post(f"{home}close/")
    assert "补测已经建好" in _said(client.post(
        f"{home}make-up/", {"opens": _day(8), "closes": _day(9)}, follow=True
    ))
    again = Round.objects.get(makes_up=running.round)
    assert again.participants.count() == 4
    assert set(again.participants.values_list("consent", flat=True)) == {Participant.GIVEN}
