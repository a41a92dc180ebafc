"""A report from its figures to the file an office sends on."""

import io
import re
import zipfile
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from docx import Document
from python_calamine import CalamineWorkbook

from tests import world
from tests.flows.forms import fill
from tests.web.conftest import MORNING, Office
from tests.web.conftest import office as office
from tests.web.conftest import time as time
from tongxin.flows.reporting import word
from tongxin.flows.reporting.making import kinds_for
from tongxin.indicators.rules import groups_in
from tongxin.lib import ids
from tongxin.reports import periods
from tongxin.reports.models import Report, Template, Words

pytestmark = pytest.mark.django_db
SignedIn = Callable[[str], Office]
WORDS = "本月新增的孩子都走访过了。"


def body(answer: Any) -> str:
    return str(answer.content.decode())


def made(office: SignedIn, who: str = "郑管理", **more: str) -> Report:
    """A yearly report of the time at which the tests play."""
    page = office(who).get("/reports/?kind=annual")
    given = {"id": str(ids.new_id()), "kind": "annual", "first": page.context["periods"][0].code,
             "division": page.context["places"][0]["code"], **more}
    answer = office(who).post("/reports/make/", given)
    assert answer.status_code == 302, body(answer)
    return Report.objects.get(id=given["id"])


@pytest.fixture
def later(time: Any) -> Any:
    """The year after the one in which things happened."""
    time.now = MORNING.replace(year=MORNING.year + 1, month=2)
    return time


def children(cast: world.World, many: int = 7) -> None:
    for number in range(many):
        child = cast.child(f"童{number}")
        cast.record(child, "visit_record", fill(child, "visit_record", MORNING), by="周主任", at=MORNING)


def test_periods_are_those_that_are_over() -> None:
    on = date(2026, 2, 1)
    assert [each.zh for each in periods.over("month", on=on, most=2)] == ["2026年1月", "2025年12月"]
    quarter = periods.over("quarter", on=on, most=1)[0]
    assert (quarter.zh, quarter.first, quarter.last) == ("2025年第四季度", date(2025, 10, 1), date(2025, 12, 31))
    assert periods.over("year", on=on, most=1)[0].last == date(2025, 12, 31)


def test_a_report_is_made_written_read_by_another_and_issued(
    cast: world.World, office: SignedIn, later: Any
) -> None:
    children(cast)
    row = made(office)
    told = {each["id"]: each["said"] for section in row.figures for each in section["rows"]}
    assert (told["visits"], told["visited_children"]) == ("7 人次", "7 人")
    url = f"/reports/{row.id}/"
    office("郑管理").post(f"{url}write/", {"text_children": WORDS, "deed": "hand_in"})
    assert Report.objects.get().state == Report.WAITING
    assert WORDS.encode() not in bytes(Words.objects.values_list("said", flat=True)[0])
    # Who wrote it doesn't issue it, however they send it.
    assert "没有问题，发出" not in body(office("郑管理").get(url))
    office("郑管理").post(f"{url}settle/", {"agrees": "yes"})
    assert Report.objects.get().state == Report.WAITING
    office("许督导").post(f"{url}settle/", {"agrees": "no", "reason": "少了新增的原因"})
    assert "少了新增的原因" in body(office("郑管理").get(url))
    office("郑管理").post(f"{url}write/", {"text_children": WORDS, "deed": "hand_in"})
    office("许督导").post(f"{url}settle/", {"agrees": "yes"})
    assert Report.objects.get().state == Report.ISSUED
    answer = office("郑管理").post(f"{url}write/", {"text_children": "改一改", "deed": "keep"})
    assert answer.status_code == 422 and WORDS in body(office("许督导").get(url))


def test_what_was_counted_stays_when_more_is_recorded(cast: world.World, office: SignedIn, later: Any) -> None:
    children(cast)
    row = made(office)
    before = row.figures
    child = cast.child("童又来")
    cast.record(child, "visit_record", fill(child, "visit_record", MORNING), by="周主任", at=MORNING)
    row.refresh_from_db()
    assert row.figures == before
    told = {each["id"]: each["said"] for section in made(office).figures for each in section["rows"]}
    assert told["visits"] == "8 人次"


def test_few_children_are_not_told_and_nothing_is_not_zero(cast: world.World, office: SignedIn, later: Any) -> None:
    children(cast, 2)
    told = {each["id"]: each["said"] for section in made(office).figures for each in section["rows"]}
    assert told["visited_children"] == "不显示"
    assert told["promises_kept"] == "没有记录"


def test_the_same_form_twice_is_one_report_and_bad_ones_are_none(
    cast: world.World, office: SignedIn, later: Any
) -> None:
    children(cast)
    given = {"id": str(ids.new_id()), "kind": "annual", "first": f"{MORNING.year}-01-01", "division": ""}
    for _again in range(2):
        assert office("郑管理").post("/reports/make/", given).status_code == 302
    assert Report.objects.count() == 1
    for wrong in ({"first": "2999-01-01"}, {"kind": "weekly"}, {"division": "110101"}, {"first": "x" * 9999}):
        answer = office("郑管理").post("/reports/make/", given | {"id": str(ids.new_id())} | wrong)
        assert answer.status_code == 422 and "没有生成" in body(answer)
    assert Report.objects.count() == 1


def test_leaves_as_word_pdf_and_workbook(cast: world.World, office: SignedIn, later: Any) -> None:
    children(cast)
    row = made(office)
    url = f"/reports/{row.id}/"
    office("郑管理").post(f"{url}write/", {"text_care": WORDS, "deed": "keep"})
    document = Document(io.BytesIO(office("郑管理").get(f"{url}file/docx/").content))
    said = "\n".join(
        [each.text for each in document.paragraphs]
        + [cell.text for table in document.tables for line in table.rows for cell in line.cells]
    )
    assert row.title in said and WORDS in said and "7 人次" in said and "{" not in said
    assert office("郑管理").get(f"{url}file/pdf/").content.startswith(b"%PDF-")
    book = CalamineWorkbook.from_filelike(io.BytesIO(office("郑管理").get(f"{url}file/xlsx/").content))
    rows = book.get_sheet_by_name("报告").to_python()
    assert ["", "走访", 7.0, "人次", ""] in rows and ["", "说明", "", "", WORDS] in rows
    parts = [line for line in rows if str(line[1]).startswith("　其中：")]
    assert parts and all(isinstance(line[2], float) or line[2] == "不显示" for line in parts)
    assert ["走访", "凤城街道", 7.0, "人次"] in book.get_sheet_by_name("各地").to_python()
    assert office("郑管理").get(f"{url}file/exe/").status_code == 404


def test_a_place_s_reports_are_there_for_whoever_oversees_it(cast: world.World, office: SignedIn, later: Any) -> None:
    children(cast)
    row = made(office)
    assert office("周主任").get(f"/reports/{row.id}/").status_code == 404
    assert office("王督导").get(f"/reports/{row.id}/").status_code == 404, "the county's, not the township's"
    own = made(office, "王督导")
    assert office("郑管理").get(f"/reports/{own.id}/").status_code == 200


def layout(*lines: str) -> bytes:
    """A Word file of these lines."""
    document = Document()
    for line in lines:
        document.add_paragraph(line)
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def outward() -> bytes:
    """The standard layout with a picture from elsewhere."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(word.standard())) as old, zipfile.ZipFile(file, "w") as new:
        for part in old.infolist():
            content = old.read(part)
            if part.filename == "word/_rels/document.xml.rels":
                link = b'<Relationship Id="r9" Type="image" Target="http://x.example/" TargetMode="External"/>'
                content = content.replace(b"</Relationships>", link + b"</Relationships>")
            new.writestr(part, content)
    return file.getvalue()


BAD = {
    "no word file": (b"PK\x03\x04 not really", "不是 Word 文件"), "empty": (b"", "不是 Word 文件"),
    "unknown": (layout("{{ children_names }}"), "不认识的占位符“children_names”"),
    "a typing error": (layout("走访 {{ n.visit }}"), "不认识的占位符“visit”"),
    "no heading": (layout("{{ t.nothing }}"), "不认识的占位符“nothing”"),
    "for ever": (layout("{% for a in range(99999) %}{% for b in range(99999) %}{{ a }}{% endfor %}{% endfor %}"),
                 "不认识的占位符“range”"),
    "too large": (layout("{{ 'x' * 1000000000 }}"), "没有成功"),
    "as long": (layout("{{ title.center(999999999) }}"), "没有成功"),
    "too deep": (layout("".join(f"{{% for {each} in sections %}}" for each in "abcd") + "{% endfor %}" * 4), "太深"),
    "not closed": (layout("{% for each in sections %}"), "占位符写得不完整"),
    "reaching out": (layout("{{ title.__class__.__mro__[1].__subclasses__() }}"), "占位符写得不完整"),
    "outward": (outward(), "宏或外部链接"), "too big": (b"x" * (word.MOST_BYTES + 1), "文件太大"),
}


def upload(office: SignedIn, file: bytes, kind: str = "annual") -> Any:
    return office("郑管理").post("/reports/layouts/", {
        "id": str(ids.new_id()), "kind": kind, "file": SimpleUploadedFile("样子.docx", file),
    })


@pytest.mark.parametrize("named", BAD)
def test_what_is_no_layout_is_refused_in_words(named: str, cast: world.World, office: SignedIn) -> None:
    file, said = BAD[named]
    answer = upload(office, file)
    assert answer.status_code == 422 and said in body(answer)
    assert not Template.objects.exists()


def test_an_office_s_own_layout_is_used_below_it_until_taken_out_of_use(
    cast: world.World, office: SignedIn, later: Any
) -> None:
    children(cast)
    row = made(office)
    loop = ("{%p for section in sections %}", "{{ section.zh }}", "{%p endfor %}")
    own = layout("{{ title }}", "走访 {{ n.visits }}", *loop)
    assert upload(office, own).status_code == 302
    url = f"/reports/{row.id}/file/docx/"
    lines = [each.text for each in Document(io.BytesIO(office("郑管理").get(url).content)).paragraphs]
    assert lines[:3] == [row.title, "走访 7 人次", "一、底数"]
    office("郑管理").post("/reports/layouts/", {"kind": "annual", "deed": "own"})
    lines = [each.text for each in Document(io.BytesIO(office("郑管理").get(url).content)).paragraphs]
    assert "走访 7 人次" not in lines and Template.objects.count() == 2


def test_every_indicator_of_every_report_is_there(cast: world.World, office: SignedIn) -> None:
    known = {each.id for group in groups_in(at=MORNING) for each in group.indicators}
    for kind in kinds_for(cast.viewer("郑管理", MORNING), at=MORNING).values():
        assert not set(kind.indicators) - known, kind.id
        assert all(re.match(r"[一二三四五六七八]、", section.zh) for section in kind.sections)
