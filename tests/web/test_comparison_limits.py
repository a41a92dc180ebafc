"""What keeps a comparison from answering anybody about any child: whose list, how few, how many, and who is told."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.pairings.test_pairings import social
from tests.web.conftest import MORNING
from tests.web.test_comparisons import CONTRARY, FILL, NEAR, NOBODY, SAME, compare, on_file
from tests.web.test_comparisons import assessed as assessed
from tests.web.test_comparisons import officer as officer
from tests.web.test_rosters import roster
from tests.world import World
from tongxin.access import relations
from tongxin.accounts.models import Organisation
from tongxin.comparisons.models import Answer, Comparison
from tongxin.comparisons.rules import rules_at
from tongxin.flows import comparing
from tongxin.intake.reading import read_workbook

pytestmark = pytest.mark.django_db


def text(answer: Any) -> str:
    return str(answer.content.decode())


def bring(browser: Any, *rows: list[str], kind: str = "school_roll") -> Any:
    return browser.post("/comparisons/", {"file": roster(*rows), "kind": kind})


def test_a_body_brings_its_own_kind_of_list_only(office: Any, officer: Any, cast: World) -> None:
    on_file(cast)
    social(cast)
    page = text(officer.get("/comparisons/"))
    assert "学籍名单" in page and "医院名单" not in page
    refused = bring(officer, SAME, *FILL, kind="hospital")
    assert refused.status_code == 422 and "不由您的单位送" in text(refused)
    assert bring(office("联络员"), SAME, *FILL).status_code == 422
    assert not Comparison.objects.exists()


def test_a_few_children_are_compared_on_a_case_managers_word_only(office: Any, officer: Any, cast: World) -> None:
    on_file(cast)
    url = bring(officer, SAME).url
    assert "少于 20 个" in text(officer.get(url)) and "为什么要比这几个孩子" in text(officer.get(url))
    assert officer.post(url, {"go": "yes"}).status_code == 422
    assert officer.post(url, {"go": "yes", "reason": " "}).status_code == 422
    for _ in range(2):
        officer.post(url, {"go": "yes", "reason": "核对这名学生的助学金"})
    found = Comparison.objects.get()
    assert found.state == Comparison.ASKED and not found.answers.exists()
    assert "等区县同意" in text(officer.get(url))
    officer.post(url, {"answer": "agree"})
    found.refresh_from_db()
    assert found.state == Comparison.ASKED
    desk = office("郑管理")
    assert "有一份人数少的名单等您同意" in text(desk.get("/"))
    assert "核对这名学生的助学金" in text(desk.get(url))
    assert desk.post(url, {"answer": "nonsense"}).status_code == 422
    for _ in range(2):
        desk.post(url, {"answer": "agree"})
    assert "在册" in text(officer.get(url)) and found.answers.filter(row__gt=0).count() == 1


def test_what_a_case_manager_refuses_is_never_compared(office: Any, officer: Any, cast: World) -> None:
    on_file(cast)
    url = bring(officer, SAME, SAME, SAME).url
    officer.post(url, {"go": "yes", "reason": "看看"})
    office("郑管理").post(url, {"answer": "refuse"})
    page = text(officer.get(url))
    assert "没有同意比对" in page
    officer.post(url, {"go": "yes"})
    assert not Answer.objects.exists()


def test_one_body_brings_so_many_lists_a_day(officer: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    rules = rules_at(MORNING)
    monkeypatch.setattr(comparing, "rules_at", lambda at, region="": replace(rules, most_a_day=2))
    assert [bring(officer, SAME, *FILL[number:]).status_code for number in range(3)] == [302, 302, 422]


def test_another_heading_tells_no_more_of_rows_of_which_nothing_is_told(officer: Any, cast: World) -> None:
    on_file(cast)
    Organisation.objects.filter(kind="education").update(kind="protection_center")
    compare(officer, SAME, *FILL, kind="hospital")
    found = compare(officer, SAME, NEAR, *FILL)
    (sheet,) = read_workbook(officer.get(f"/comparisons/{found.id}/answer/").content, "answers.xlsx")
    assert [str(row[4]) for row in sheet.rows][1:3] == ["已处理", "待核"]


def test_a_child_is_shown_to_have_been_told_of(office: Any, officer: Any, cast: World) -> None:
    files = on_file(cast)
    compare(officer, SAME, *FILL)
    given = text(office("郑管理").get(f"/children/{files['same'].id}/given/"))
    assert "莱芜区教育局" in given and "学籍名单" in given
    assert "莱芜区教育局" not in text(office("郑管理").get(f"/children/{files['missing'].id}/given/"))


def test_who_is_kept_from_a_child_reads_nothing_of_it_in_a_list(office: Any, cast: World) -> None:
    files = on_file(cast)
    desk = office("郑管理")
    found = compare(desk, SAME, NEAR, CONTRARY, NOBODY)
    answer = found.answers.get(verdict=Answer.PROBABLE)
    desk.post(f"/comparisons/review/{answer.id}/", {"decision": "different"})
    for each in ("same", "near", "missing"):
        person = cast.people["郑管理"].id
        relations.recuse(child_id=files[each].id, person_id=person, at=MORNING - timedelta(hours=1))
    page = text(desk.get(f"/comparisons/{found.id}/"))
    assert "孙小河" in page and "王小雨" not in page and "李小雪" not in page and "同音" not in page
    assert files["same"].file_no not in page and "您不能看的档案" in page
    (sheet,) = read_workbook(desk.get(f"/comparisons/{found.id}/answer/").content, "answers.xlsx")
    assert not {"王小雨", "李小雪"} & {str(cell) for row in sheet.rows for cell in row}


def test_the_same_file_under_its_own_heading_again_is_the_same_list(officer: Any, cast: World) -> None:
    content = roster(SAME, *FILL).read()
    urls = {
        officer.post("/comparisons/", {"file": SimpleUploadedFile("a.xlsx", content), "kind": "school_roll"}).url
        for _ in range(2)
    }
    assert len(urls) == 1
