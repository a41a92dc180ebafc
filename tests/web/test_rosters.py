"""The roster pages: upload, what was understood, import, held rows, differences; and who may."""

import io
from dataclasses import replace
from typing import Any

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django_tasks_db.models import DBTaskResult

from tests.web.conftest import MORNING
from tests.world import START
from tongxin import vault
from tongxin.accounts.viewers import WORKER
from tongxin.cases.models import Task
from tongxin.commands import worker
from tongxin.intake import settling
from tongxin.intake.models import HeldRow, Mapping, Upload
from tongxin.intake.reading import read_workbook
from tongxin.intake.reading.identity import check_digit
from tongxin.ledger.models import Entry
from tongxin.notices.models import Notice
from tongxin.people.models import Carer, Child
from tongxin.web import jobs
from tongxin.web.console import rosters

pytestmark = pytest.mark.django_db

HEADS = ["镇街", "村居", "儿童姓名", "性别", "出生日期", "身份证号码", "困境类别", "照料人", "与儿童关系", "联系电话"]
TOWN, VILLAGE = "凤城街道", "东升社区"
RAIN = [TOWN, VILLAGE, "王小雨", "女", "2012-03-05", "370116201203052025", "孤儿", "王桂兰", "祖母", "13800000001"]
SNOW = [TOWN, VILLAGE, "李小雪", "女", "2013-04-06", "", "留守儿童", "李秀英", "祖母", "13800000002"]
NOBODY = [TOWN, VILLAGE, "", "男", "2014-05-07", "370116201405073018", "孤儿", "张建国", "祖父", "13800000003"]


def roster(*rows: list[str], heads: list[str] = HEADS) -> SimpleUploadedFile:
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True, "strings_to_formulas": False}) as book:
        sheet = book.add_worksheet("花名册")
        for at, cells in enumerate([heads, *rows]):
            sheet.write_row(at, 0, cells)
    return SimpleUploadedFile("莱芜区花名册.xlsx", content.getvalue())


def bring_in(browser: Any, file: SimpleUploadedFile) -> Upload:
    """Upload, look, and import as understood."""
    answer = browser.post("/rosters/", {"file": file})
    assert answer.status_code == 302, answer.content.decode()
    page = browser.get(answer.url)
    chosen = {c["name"]: c["field"] for part in page.context["parts"] for c in part["columns"]}
    browser.post(answer.url, {**chosen, "go": "yes"})
    return Upload.objects.get(id=page.context["upload"].id)


def number(seventeen: str) -> str:
    return seventeen + check_digit(seventeen)


RAIN[5] = number("37011620120305202")
NOBODY[5] = number("37011620140507301")


class TestUpload:
    def test_shows_what_it_understood_before_anything_is_taken_in(self, office: Any) -> None:
        browser = office("郑管理")
        answer = browser.post("/rosters/", {"file": roster(RAIN, SNOW)})
        page = browser.get(answer.url).content.decode()
        assert "这是我看懂的" in page
        assert "王小雨" in page
        assert not Child.objects.exists()

    def test_opens_a_file_for_every_row_that_points_to_a_person(self, office: Any) -> None:
        browser = office("郑管理")
        upload = bring_in(browser, roster(RAIN, SNOW, NOBODY))
        page = browser.get(f"/rosters/{upload.id}/").content.decode()
        assert Child.objects.count() == 2
        assert "1 行还没有处理" in page
        assert set(Task.objects.filter(case_id__in=Child.objects.values("id")).values_list("step", flat=True)) == {
            "identify", "complete_details",
        }

    def test_shows_a_name_of_ten_thousand_characters_as_to_be_corrected(self, office: Any) -> None:
        browser = office("郑管理")
        upload = bring_in(browser, roster([*RAIN[:2], "雨" * 10_000, *RAIN[3:]]))
        page = browser.get(f"/rosters/{upload.id}/").content.decode()
        assert "姓名过长" in page
        listed = browser.get("/children/").content.decode()
        assert "雨" * 59 + "…" in listed and "雨" * 60 not in listed
        child = Child.objects.get()
        assert "姓名过长" in browser.get(f"/children/{child.id}/").content.decode()
        sheet = read_workbook(browser.get(f"/rosters/{upload.id}/rows/").content, "r.xlsx").sheets[1]
        assert "姓名过长，只取了开头" in [str(cell) for cell in sheet.rows[1]]

    def test_says_when_the_same_file_comes_again(self, office: Any) -> None:
        browser = office("郑管理")
        upload = bring_in(browser, roster(RAIN))
        kept = bytes(read(upload))
        answer = browser.post("/rosters/", {"file": SimpleUploadedFile("别名.xlsx", kept)}, follow=True)
        assert "以前导入过" in answer.content.decode()
        assert Child.objects.count() == 1

    def test_takes_corrected_columns_and_remembers_them(self, office: Any) -> None:
        browser = office("郑管理")
        heads = [*HEADS[:2], "称呼甲", *HEADS[3:]]
        answer = browser.post("/rosters/", {"file": roster(RAIN, heads=heads)})
        page = browser.get(answer.url)
        chosen = {c["name"]: c["field"] for c in page.context["parts"][0]["columns"]}
        name = next(c["name"] for c in page.context["parts"][0]["columns"] if c["head"] == "称呼甲")
        browser.post(answer.url, {**chosen, name: "name", "go": "yes"})
        assert Child.objects.count() == 1
        assert Mapping.objects.get().columns["name"] == 2

    def test_refuses_two_columns_with_one_meaning(self, office: Any) -> None:
        browser = office("郑管理")
        answer = browser.post("/rosters/", {"file": roster(RAIN)})
        page = browser.get(answer.url)
        chosen = {c["name"]: "name" for c in page.context["parts"][0]["columns"]}
        told = browser.post(answer.url, {**chosen, "go": "yes"})
        assert told.status_code == 422
        assert "只留一列" in told.content.decode()
        assert not Child.objects.exists()

    @pytest.mark.parametrize("content", [b"", b"%PDF-1.7 no table", b"\x00\x01\x02\x00name", "标题\n没有表头".encode()])
    def test_refuses_what_is_no_roster_and_keeps_nothing(self, office: Any, content: bytes) -> None:
        answer = office("郑管理").post("/rosters/", {"file": SimpleUploadedFile("花名册.xlsx", content)})
        assert answer.status_code in {422, 200}
        assert not Upload.objects.exists()
        assert "没有接收" in answer.content.decode() or "请先选择" in answer.content.decode()

    def test_refuses_two_hundred_megabytes_before_reading(self, office: Any) -> None:
        answer = office("郑管理").generic("POST", "/rosters/", b"x", CONTENT_LENGTH=str(200 * 2**20))
        assert answer.status_code == 413
        assert "64 MB" in answer.content.decode()


class TestHeldRows:
    def test_opens_the_file_when_the_name_is_put_in(self, office: Any) -> None:
        browser = office("王督导")
        upload = bring_in(office("郑管理"), roster(RAIN, NOBODY))
        held = HeldRow.objects.get()
        assert held.upload_id == upload.id
        assert "没有姓名" in browser.get("/rosters/held/").content.decode()
        browser.post(f"/rosters/held/{held.id}/", {"decision": "name", "name": "张小海"})
        held.refresh_from_db()
        assert (held.state, Child.objects.filter(id=held.child_id).count()) == ("opened", 1)
        upload.refresh_from_db()
        assert upload.settled_at is not None

    def test_asks_again_when_the_name_is_missing(self, office: Any) -> None:
        browser = office("郑管理")
        bring_in(browser, roster(RAIN, NOBODY))
        told = browser.post(f"/rosters/held/{HeldRow.objects.get().id}/", {"decision": "name", "name": " \x00"})
        assert told.status_code == 422
        assert Child.objects.count() == 1

    def test_lets_a_person_decide_about_a_child_listed_twice(self, office: Any) -> None:
        browser = office("郑管理")
        bring_in(browser, roster(RAIN, RAIN))
        held = HeldRow.objects.get()
        assert held.reason == "duplicate"
        page = browser.get(f"/rosters/held/{held.id}/").content.decode()
        assert "疑似的档案" in page
        browser.post(f"/rosters/held/{held.id}/", {"decision": "same"})
        held.refresh_from_db()
        assert (held.state, Child.objects.count()) == ("same", 1)

    def test_opens_a_second_file_for_another_child_without_the_number_of_the_first(self, office: Any) -> None:
        browser = office("郑管理")
        bring_in(browser, roster(RAIN, RAIN))
        browser.post(f"/rosters/held/{HeldRow.objects.get().id}/", {"decision": "other"})
        assert Child.objects.count() == 2
        assert Child.objects.filter(id_token__isnull=False).count() == 1

    def test_takes_the_mended_workbook_back(self, office: Any) -> None:
        browser = office("郑管理")
        formula = [*NOBODY[:7], "=1+1", *NOBODY[8:]]
        upload = bring_in(browser, roster(RAIN, RAIN, formula))
        file = browser.get(f"/rosters/{upload.id}/rows/").content
        sheet = read_workbook(file, "rows.xlsx").sheets[0]
        heads = [str(cell) for cell in sheet.rows[0]]
        rows = [[str(cell) for cell in row] + [""] * (len(heads) - len(row)) for row in sheet.rows[1:]]
        assert any("=1+1" in row for row in rows)
        for row in rows:
            if row[heads.index("姓名")]:
                row[heads.index("处理")] = "同一名儿童"
            else:
                row[heads.index("姓名")] = "张小海"
        browser.post(f"/rosters/{upload.id}/rows/mended/", {"file": roster(*rows, heads=heads)})
        assert set(HeldRow.objects.values_list("state", flat=True)) == {"opened", "same"}


class TestHome:
    def test_tells_the_owner_how_many_rows_wait_until_when_and_leads_there(self, office: Any) -> None:
        bring_in(office("郑管理"), roster(RAIN, RAIN, NOBODY))
        page = office("王督导").get("/").content.decode()
        figure = page[page.index('href="/rosters/held/"') :][:200]
        assert "<strong>2</strong>花名册待核行，" in figure
        assert "前" in figure
        assert "花名册待核行" not in office("周主任").get("/").content.decode()

    def test_leads_from_the_news_of_a_roster_to_the_tasks_and_names_nobody(self, office: Any) -> None:
        bring_in(office("郑管理"), roster(RAIN, SNOW))
        while worker.turn("w", now=MORNING):
            pass
        assert set(Notice.objects.values_list("kind", "child_id")) == {("roster.imported", None)}
        page = office("周主任").get("/").content.decode()
        news = page[page.index("新花名册") - 100 :][:300]
        assert "带来了要您办理的任务" in news and 'href="/tasks/"' in news
        assert "王小雨" not in news


class TestDifferences:
    def test_shows_both_values_and_changes_nothing_by_itself(self, office: Any) -> None:
        browser = office("郑管理")
        bring_in(browser, roster(RAIN, SNOW))
        later = [*RAIN[:3], "男", *RAIN[4:]]
        upload = bring_in(browser, roster(later))
        assert upload.summary["changed"] == 1
        page = browser.get(f"/rosters/{upload.id}/changes/").content.decode()
        assert "王小雨" in page
        assert "这次没有列出" in page
        assert "李小雪" in page
        assert Child.objects.get(id_token__isnull=False).sex == "female"

    def test_takes_over_what_a_person_chose_as_a_correction(self, office: Any) -> None:
        browser = office("郑管理")
        bring_in(browser, roster(RAIN))
        upload = bring_in(browser, roster([*RAIN[:3], "男", *RAIN[4:]]))
        listing = upload.listings.get()
        browser.post(f"/rosters/{upload.id}/changes/{listing.id}/", {"decision": "take", "field": ["sex"]})
        assert Child.objects.get().sex == "male"
        listing.refresh_from_db()
        assert listing.settled_at is not None

    def test_takes_over_categories_and_the_carer_when_chosen(self, office: Any) -> None:
        browser = office("郑管理")
        bring_in(browser, roster(RAIN))
        later = [*RAIN[:6], "留守儿童、流动儿童", "李秀英", "外祖母", "13800000009"]
        upload = bring_in(browser, roster(later))
        listing = upload.listings.get()
        page = browser.get(f"/rosters/{upload.id}/changes/").content.decode()
        assert "李秀英（13800000009）" in page and "王桂兰（13800000001）" in page
        taken = {"decision": "take", "field": ["categories", "carer"]}
        browser.post(f"/rosters/{upload.id}/changes/{listing.id}/", taken)
        child = Child.objects.get()
        standing = child.categories.filter(end_on__isnull=True).values_list("category", flat=True)
        assert set(standing) == {"left_behind", "migrant"}
        carers = Carer.objects.filter(child=child, to_on__isnull=True).order_by("id")
        assert [carer.relation for carer in carers] == ["paternal_grandmother", "maternal_grandmother"]
        (name,) = vault.open([carers[1].adult.name], viewer=WORKER, purpose="test", at=START)
        assert name == "李秀英"
        kinds = Entry.objects.order_by("subject_seq").values_list("kind", flat=True)
        assert list(kinds) == ["registration", "detail_correction", "carer_change"]

    def test_another_number_of_the_same_carer_leaves_one_carer(self, office: Any) -> None:
        browser = office("郑管理")
        bring_in(browser, roster(RAIN))
        upload = bring_in(browser, roster([*RAIN[:9], "13800000009"]))
        listing = upload.listings.get()
        browser.post(f"/rosters/{upload.id}/changes/{listing.id}/", {"decision": "take", "field": ["carer"]})
        (carer,) = Carer.objects.filter(to_on__isnull=True)
        assert vault.open([carer.adult.phone], viewer=WORKER, purpose="test", at=START) == ["13800000009"]

    def test_leaves_the_file_as_it_is(self, office: Any) -> None:
        browser = office("郑管理")
        bring_in(browser, roster(RAIN))
        upload = bring_in(browser, roster([*RAIN[:3], "男", *RAIN[4:]]))
        browser.post(f"/rosters/{upload.id}/changes/{upload.listings.get().id}/", {"decision": "leave"})
        assert Child.objects.get().sex == "female"
        assert "没有等待判断的不同" in browser.get(f"/rosters/{upload.id}/changes/").content.decode()


class TestWhoMay:
    @pytest.mark.parametrize("name", ["陈老师", "周主任", "方经办", "秦医生"])
    def test_hides_the_pages_from_whoever_does_not_import(self, office: Any, name: str) -> None:
        upload = bring_in(office("郑管理"), roster(RAIN, NOBODY))
        browser = office(name)
        for url in ("/rosters/", "/rosters/held/", f"/rosters/{upload.id}/", f"/rosters/{upload.id}/rows/"):
            assert browser.get(url).status_code == 404

    def test_hides_a_county_s_rosters_from_the_managers_of_another(self, office: Any) -> None:
        upload = bring_in(office("郑管理"), roster(RAIN, NOBODY))
        held = HeldRow.objects.get()
        for browser in (office("陈管理"), office("陈督导")):
            for url in (
                f"/rosters/{upload.id}/", f"/rosters/{upload.id}/rows/", f"/rosters/{upload.id}/changes/",
                f"/rosters/held/{held.id}/",
            ):
                assert browser.get(url).status_code == 404
            assert browser.post(f"/rosters/held/{held.id}/", {"decision": "other", "name": "某"}).status_code == 404


class TestLongImport:
    def test_runs_in_the_background_and_shows_how_far_it_is(self, office: Any, monkeypatch: Any) -> None:
        few = replace(settling.settling(), at_once=0)
        monkeypatch.setattr(rosters, "settling", lambda: few)
        browser = office("郑管理")
        upload = bring_in(browser, roster(RAIN, SNOW))
        assert upload.state == Upload.IMPORTING
        assert "0%" in browser.get(f"/rosters/{upload.id}/progress/").content.decode()
        (waiting,) = DBTaskResult.objects.all()
        jobs.import_roster.call(*waiting.args_kwargs["args"])
        assert browser.get(f"/rosters/{upload.id}/progress/").headers["HX-Redirect"] == f"/rosters/{upload.id}/"
        assert Child.objects.count() == 2


def read(upload: Upload) -> bytes:
    (content,) = vault.open_bytes([upload.original], viewer=WORKER, purpose="test", at=START)
    assert content is not None
    return content
