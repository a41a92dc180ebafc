"""What a report looks like that leaves: as offices write them, and whole when its own layout comes back from Word."""

import io
from typing import Any

import pytest
from docx import Document
from pypdf import PdfReader

from tests.documents.test_sheet import tight
from tongxin.documents import typesetting
from tongxin.flows.reporting import content, word

ROWS = [
    {"zh": "各等级儿童", "said": "18 人", "note": "在册的。"}, {"zh": "　其中：红", "said": "2", "note": ""},
    {"zh": "　其中：绿", "said": "16", "note": ""}, {"zh": "走访", "said": "12 人次", "note": "一次算一次。"},
    {"zh": "危机", "said": "没有记录", "note": ""},
]
PLACES = [{"zh": "走访", "rows": [{"zh": "凤城街道", "said": "7 人次"}, {"zh": "苗山镇", "said": "5 人次"}]}]
SAID: dict[str, Any] = {
    "title": "莱芜区2025年困境儿童关爱服务年报", "place": "莱芜区", "period": "2025年", "state": "已发出",
    "note": content.NOTE, "maker": "郑管理", "checker": "许督导", "day": "2026年2月2日", "n": {}, "t": {},
    "sections": [
        {"id": "care", "zh": "一、走访", "rows": ROWS, "places": PLACES, "text": "写的话。", "lines": ["写的话。"]},
    ],
}


def made(template: bytes | None = None) -> Any:
    return Document(io.BytesIO(word.filled(template, SAID)))


def test_a_word_report_is_an_a4_page_with_numbers_and_heads_that_go_on() -> None:
    document = made()
    page = document.sections[0]
    assert (round(page.page_width.mm), round(page.page_height.mm)) == (210, 297)
    assert "PAGE" in page.footer._element.xml
    room = page.page_width - page.left_margin - page.right_margin
    for table in document.tables:
        assert sum(cell.width for cell in table.rows[0].cells) <= room
        assert "w:tblHeader" in table.rows[0]._tr.xml and all("w:cantSplit" in row._tr.xml for row in table.rows)
    assert [cell.text for cell in document.tables[0].rows[4].cells] == ["走访", "12 人次", "一次算一次。"]


@pytest.mark.parametrize("saved", [1, 2])
def test_the_program_s_layout_comes_back_from_word_as_it_went(saved: int) -> None:
    template = word.standard()
    for _ in range(saved):
        document = Document(io.BytesIO(template))
        document.paragraphs[0].runs[0].font.italic = True
        file = io.BytesIO()
        document.save(file)
        template = file.getvalue()
    word.check(template, sample=SAID)
    again, own = made(template), made()
    assert [each.text for each in again.paragraphs] == [each.text for each in own.paragraphs]
    assert len(again.tables) == len(own.tables) == 2 and again.paragraphs[0].runs[0].font.italic


def test_on_paper_a_figure_has_its_parts_beside_it_and_each_place_its_own_cell() -> None:
    sheet = content.sheet(SAID, brand="同心", printed="打印：郑管理")
    figures, places, words = (part["lines"] for part in sheet["sections"][0]["parts"])
    assert figures[0]["cells"][0]["value"] == "18 人，其中：红 2，绿 16"
    assert [cell["zh"] for cell in figures[1]["cells"]] == ["走访", "危机"]
    assert places[0]["sub"] == "走访（各地）" and [cell["zh"] for cell in places[1]["cells"]] == ["凤城街道", "苗山镇"]
    assert words[0]["cells"][0]["value"] == "写的话。"
    text = tight("".join(page.extract_text() for page in PdfReader(io.BytesIO(typesetting.pdf(sheet))).pages))
    assert "（盖章处）" in text and "苗山镇" in text
