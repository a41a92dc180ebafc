"""The pages of list comparison: upload, answers by who asks, review, a file opened from a row, two files joined."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django_tasks_db.models import DBTaskResult

from tests.assessed import assess
from tests.web.conftest import MORNING
from tests.web.test_rosters import TOWN, VILLAGE, number, roster
from tests.world import World
from tongxin import vault
from tongxin.accounts import county as counties
from tongxin.accounts.models import Organisation, Post
from tongxin.cases.models import Task
from tongxin.clues.models import Clue
from tongxin.commands import worker
from tongxin.comparisons.models import Answer, Apart, Comparison, Joining
from tongxin.comparisons.rules import rules_at
from tongxin.flows import comparing
from tongxin.intake.reading import read_workbook
from tongxin.lib import ids
from tongxin.people.models import Child
from tongxin.web import jobs

pytestmark = pytest.mark.django_db
NUMBER = number("37011620120305202")
SAME = [TOWN, VILLAGE, "王小雨", "女", "2012-03-05", NUMBER, "", "王桂兰", "祖母", "13800000001"]
NEAR = [TOWN, VILLAGE, "李小雪", "女", "2013-04-06", "", "", "李秀英", "祖母", "13800000002"]
CONTRARY = [TOWN, VILLAGE, "赵建军", "男", "2014-05-07", number("37011620140507301"), "", "", "", ""]
NOBODY = [TOWN, VILLAGE, "孙小河", "男", "2015-06-08", number("37011620150608303"), "", "孙大河", "祖父", "13800000009"]
SURNAMES = "冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华"
# Enough other children that a list may be compared without anybody's word.
FILL = [
    [TOWN, VILLAGE, f"{each}远航", "男", f"2015-07-{day:02}", "", "", "", "", ""]
    for day, each in enumerate(SURNAMES, start=1)
]


@pytest.fixture(autouse=True)
def assessed(request: pytest.FixtureRequest) -> None:
    """Lists are compared after their impact was assessed."""
    if "cast" in request.fixturenames:
        assess(request.getfixturevalue("cast"), "comparison", at=MORNING - timedelta(days=1))


def on_file(cast: World) -> dict[str, Child]:
    """Four children: as the list says, written otherwise, with a number the list gives to another, and one more."""
    carers = [{"carer_name": "王桂兰", "relation": "paternal_grandmother", "carer_phone": "13800000001"}]
    snow = [{"carer_name": "李秀英", "relation": "paternal_grandmother", "carer_phone": "13800000002"}]
    return {
        "same": cast.child("王小雨", id_kind="resident_id", id_no=NUMBER, carers=carers),
        "near": cast.child("黎小雪", birth="2013-04-06", carers=snow),
        "contrary": cast.child("钱晓燕", birth="2014-05-07", id_kind="resident_id", id_no=CONTRARY[5]),
        "missing": cast.child("周小山", birth="2014-10-10"),
    }


@pytest.fixture
def officer(cast: World, office: Any) -> Any:
    """Somebody of the education bureau, who reads no file."""
    place = cast.place("370116")
    body = Organisation.objects.create(kind="education", name="莱芜区教育局", division=place)
    post = Post.objects.create(
        id=ids.new_id(), role="department_officer", title="教育局联络员", organisation=body, division=place
    )
    cast.posts["钱联络"] = post
    (cast.people["钱联络"],) = counties.fill(holders=[(post, "officer", "钱联络")], at=MORNING - timedelta(days=1))
    return office("钱联络")


def compare(browser: Any, *rows: list[str], kind: str = "school_roll") -> Comparison:
    """Upload, look, and compare as understood."""
    answer = browser.post("/comparisons/", {"file": roster(*rows), "kind": kind})
    assert answer.status_code == 302, answer.content.decode()
    page = browser.get(answer.url)
    chosen = {c["name"]: c["field"] for part in page.context["parts"] for c in part["columns"]}
    browser.post(answer.url, {**chosen, "go": "yes"})
    return Comparison.objects.get(id=page.context["comparison"].id)


def verdicts(comparison: Comparison) -> dict[int, str]:
    return dict(comparison.answers.filter(row__gt=0).order_by("row").values_list("row", "verdict"))


def test_every_row_has_an_answer_and_who_is_missing_is_named(office: Any, cast: World) -> None:
    files = on_file(cast)
    found = compare(office("郑管理"), SAME, NEAR, CONTRARY, NOBODY)
    assert list(verdicts(found).values()) == ["same", "probable", "contradictory", "new"]
    missing = found.answers.filter(verdict=Answer.MISSING)
    assert [each.child_id for each in missing] == [files["missing"].id]
    assert all(each.owner_post_id and each.due_at for each in found.answers.exclude(state=Answer.SETTLED))
    page = office("郑管理").get(f"/comparisons/{found.id}/").content.decode()
    assert "同音" in page or "李→黎" in page
    assert files["same"].file_no in page


def test_who_only_sent_the_list_learns_no_more_than_whether_their_own_rows_are_on_file(
    officer: Any, cast: World
) -> None:
    files = on_file(cast)
    found = compare(officer, SAME, NEAR, CONTRARY, NOBODY, *FILL)
    page = officer.get(f"/comparisons/{found.id}/").content.decode()
    assert page.count("在册") and "不在册" in page and "待核" in page
    for file in files.values():
        assert file.file_no not in page
    for hidden in ("黎小雪", "钱晓燕", "周小山", "同音", "名单里没有"):
        assert hidden not in page
    assert officer.get("/comparisons/review/").status_code == 404
    (sheet,) = read_workbook(officer.get(f"/comparisons/{found.id}/answer/").content, "answers.xlsx")
    cells = [[str(cell) for cell in row] for row in sheet.rows]
    assert cells[0] == ["工作表", "行号", "姓名", "身份证号码", "答复"]
    assert [row[4] for row in cells[1:]] [:4] == ["在册", "待核", "待核", "不在册"]


def test_a_kind_that_tells_nothing_tells_nothing(officer: Any, cast: World) -> None:
    on_file(cast)
    Organisation.objects.filter(kind="education").update(kind="health")
    found = compare(officer, SAME, NOBODY, *FILL, kind="hospital")
    page = officer.get(f"/comparisons/{found.id}/").content.decode()
    assert "不在册" not in page and page.count("已处理") >= 2


def test_somebody_elses_list_is_no_page(officer: Any, office: Any, cast: World) -> None:
    found = compare(office("方经办"), SAME, *FILL)
    for browser in (officer, office("陈管理"), office("周主任"), office("林社工")):
        assert browser.get(f"/comparisons/{found.id}/").status_code == 404
        assert browser.get(f"/comparisons/{found.id}/answer/").status_code == 404
    assert office("郑管理").get(f"/comparisons/{found.id}/").status_code == 200


def test_the_same_file_again_changes_nothing(office: Any, cast: World) -> None:
    on_file(cast)
    browser = office("郑管理")
    file = roster(SAME, NOBODY)
    content = file.read()
    urls = {
        browser.post("/comparisons/", {"file": SimpleUploadedFile("a.xlsx", content), "kind": "school_roll"}).url
        for _ in range(2)
    }
    assert len(urls) == 1 and Comparison.objects.count() == 1
    found = Comparison.objects.get()
    for _ in range(2):
        browser.post(f"/comparisons/{found.id}/", {"go": "yes"})
    assert found.answers.filter(row__gt=0).count() == 2


@pytest.mark.parametrize("given", [{}, {"kind": "nonsense"}, {"kind": "school_roll", "file": b"\x00\x01"}])
def test_what_can_not_be_read_is_refused_in_words(office: Any, given: dict[str, Any]) -> None:
    file = SimpleUploadedFile("x.xlsx", given.pop("file", roster(SAME).read()))
    answer = office("郑管理").post("/comparisons/", {"file": file, **given})
    assert answer.status_code == 422 and "没有接收" in answer.content.decode()
    assert not Comparison.objects.exists()


def test_different_is_remembered_and_never_asked_again(office: Any, cast: World) -> None:
    on_file(cast)
    browser = office("郑管理")
    found = compare(browser, NEAR, SAME)
    near = found.answers.get(verdict=Answer.PROBABLE)
    page = browser.get(f"/comparisons/review/{near.id}/").content.decode()
    assert "黎小雪" in page and "李小雪" in page and "不同" in page
    browser.post(f"/comparisons/review/{near.id}/", {"decision": "different"})
    near.refresh_from_db()
    assert near.verdict == Answer.NEW and Apart.objects.count() == 1
    again = compare(browser, SAME, NEAR, NOBODY)
    assert sorted(verdicts(again).values()) == ["new", "new", "same"]


def test_a_row_without_a_file_becomes_a_clue_of_its_town_once(office: Any, cast: World) -> None:
    on_file(cast)
    browser = office("王督导")
    found = compare(office("郑管理"), NOBODY)
    row = found.answers.get(verdict=Answer.NEW)
    for _ in range(2):
        browser.post(f"/comparisons/review/{row.id}/", {"decision": "clue"})
    clue = Clue.objects.get()
    assert clue.channel == "data_match" and clue.town_id == cast.place("370116001").id
    row.refresh_from_db()
    assert (row.state, row.decision) == (Answer.SETTLED, "clue")


def test_a_file_is_opened_with_what_the_row_says(office: Any, cast: World) -> None:
    browser = office("王督导")
    found = compare(office("郑管理"), NOBODY)
    row = found.answers.get(verdict=Answer.NEW)
    url = f"/children/new/file/?row={row.id}"
    sections = browser.get(url).context["definition"]["sections"]
    values = {each["id"]: each["prefill"] for part in sections for each in part["fields"] if each.get("prefill")}
    assert values["name"] == "孙小河" and values["id_no"] == NOBODY[5] and values["source"] == "matching"
    answer = browser.send(url, {**values, "opened_on": MORNING.date().isoformat()})
    assert answer.status_code in {200, 302}, answer.content.decode()
    row.refresh_from_db()
    child = Child.objects.get()
    assert (row.state, row.decision, row.child_id) == (Answer.SETTLED, "opened", child.id)
    assert browser.get(url).status_code == 404


def test_why_a_child_is_missing_from_the_list_is_found_out(office: Any, cast: World) -> None:
    files = on_file(cast)
    browser = office("王督导")
    found = compare(office("郑管理"), SAME, NEAR, CONTRARY)
    row = found.answers.get(child_id=files["missing"].id)
    assert "周小山" in browser.get("/comparisons/review/").content.decode()
    assert browser.post(f"/comparisons/review/{row.id}/", {"decision": "nonsense"}).status_code == 422
    browser.post(f"/comparisons/review/{row.id}/", {"decision": "moved"})
    row.refresh_from_db()
    assert (row.state, row.decision) == (Answer.SETTLED, "moved")


def test_asking_the_village_is_a_task_in_the_file_and_asked_once(office: Any, cast: World) -> None:
    files = on_file(cast)
    browser = office("王督导")
    found = compare(office("郑管理"), SAME, NEAR, CONTRARY)
    for which, verdict in (("missing", Answer.MISSING), ("near", Answer.PROBABLE)):
        row = found.answers.get(verdict=verdict)
        for _ in range(2):
            browser.post(f"/comparisons/review/{row.id}/", {"decision": "ask"})
        task = Task.objects.get(case_id=files[which].id, form="flag_answer")
        assert task.owner_post_id == cast.posts["周主任"].id
        assert "已请村里核实" in browser.get("/comparisons/review/").content.decode()


def test_a_long_list_is_compared_in_the_background(
    office: Any, cast: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    on_file(cast)
    rules = rules_at(MORNING)
    monkeypatch.setattr(comparing, "rules_at", lambda at, region="": replace(rules, at_once=1))
    browser = office("郑管理")
    found = compare(browser, SAME, NOBODY)
    assert found.state == Comparison.RUNNING and DBTaskResult.objects.count() == 1
    assert "正在比对" in browser.get(f"/comparisons/{found.id}/").content.decode()
    jobs.compare_list.call(str(found.id), str(cast.people["郑管理"].id), str(cast.posts["郑管理"].id))
    assert browser.get(f"/comparisons/{found.id}/progress/")["HX-Redirect"] == f"/comparisons/{found.id}/"
    while worker.turn("test", now=MORNING):
        continue
    assert "名单比对" in office("王督导").get("/").content.decode()


def test_a_list_is_given_up_at_the_end_of_its_term(
    office: Any, cast: World, django_capture_on_commit_callbacks: Any
) -> None:
    on_file(cast)
    found = compare(office("郑管理"), SAME, NEAR)
    assert comparing.dispose_due(at=found.keep_until - timedelta(minutes=1)) == 0
    with django_capture_on_commit_callbacks(execute=True):
        assert comparing.dispose_due(at=found.keep_until) == 1
    found.refresh_from_db()
    assert found.state == Comparison.DISPOSED and vault.destroyed([found.key_owner])
    page = office("郑管理").get(f"/comparisons/{found.id}/").content.decode()
    assert "已到期销毁" in page and "王小雨" not in page


def test_two_files_are_joined_shown_on_one_page_and_parted(office: Any, cast: World) -> None:
    one, other = cast.child("小雨"), cast.child("小玉", by="王督导", village="370116001020")
    browser = office("王督导")
    answer = browser.post(f"/children/{one.id}/same/", {"file_no": other.file_no.lower()})
    assert answer.url == f"/children/{one.id}/same/{other.id}/"
    page = browser.get(answer.url).content.decode()
    assert "小雨" in page and "小玉" in page
    browser.post(answer.url, {"deed": "join", "name": "other"})
    assert Joining.objects.get().state == Joining.STANDING
    kept = browser.get(f"/children/{one.id}/").content.decode()
    assert other.file_no in kept and "同一名儿童的另一份档案" in kept and "小玉" in kept
    assert browser.get(f"/children/{other.id}/").url == f"/children/{one.id}/"
    assert one.file_no in browser.get(f"/children/{other.id}/?own=1").content.decode()
    browser.post(answer.url, {"deed": "undo"})
    assert browser.get(f"/children/{other.id}/").status_code == 200
    assert "同一名儿童的另一份档案" not in browser.get(f"/children/{one.id}/").content.decode().split("tx-timeline")[0]


def test_who_sees_one_file_only_learns_nothing_of_the_other(office: Any, cast: World) -> None:
    one = cast.child("小雨")
    other = cast.child("小玉", by="吴主任", village="370116104230")
    office("郑管理").post(f"/children/{one.id}/same/{other.id}/", {"deed": "join"})
    assert Joining.objects.get().state == Joining.STANDING
    for who, own, hidden in (("周主任", one, other), ("吴主任", other, one)):
        page = office(who).get(f"/children/{own.id}/")
        assert page.status_code == 200
        assert hidden.file_no not in page.content.decode()
        assert office(who).get(f"/children/{one.id}/same/{other.id}/").status_code == 404

