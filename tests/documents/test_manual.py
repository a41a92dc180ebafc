"""The manual: every role has a page, nothing in it leads nowhere, and nothing in it is read as markup."""

import io
import re
from pathlib import Path

import pytest
from django.template.loader import render_to_string
from pypdf import PdfReader

from tongxin.__main__ import main
from tongxin.documents import manual, manual_paper
from tongxin.lib import definitions, places
from tongxin.lib.places import REPOSITORY

QUOTED = re.compile(r"「([^」]+)」")
SOURCES = (("src/tongxin/web", "*.py"), ("src/tongxin/web", "*.html"), ("pwa", "*.js"), ("definitions", "*.yaml"))
LARGEST, MOST = 60_000, 25
# For whoever keeps the forms or carries a phone, whatever their role.
BESIDE = {
    "wording", "phone", "exporting", "rights", "clues", "referrals", "care", "conferences", "sessions", "groups",
    "bookings", "places", "comparisons", "coordination", "pairings", "activities", "capacity", "supervision",
    "workforce", "training", "funds", "exchange", "indicators", "dashboards", "reports",
}
HEAD = "---\nwidth: 360\nsections: [one]\npages: []\n---\n# 题目\n\n{lead}\n\n## 一节\n\n{body}\n"


def page_of(folder: Path, body: str, lead: str = "开头") -> manual.Page:
    file = folder / "start.md"
    file.write_text(HEAD.format(lead=lead, body=body), encoding="utf-8")
    return manual.read(file)


@pytest.fixture(scope="module")
def source() -> str:
    files = [file for folder, ending in SOURCES for file in (REPOSITORY / folder).rglob(ending)]
    return "\n".join(file.read_text(encoding="utf-8") for file in files if "vendor" not in file.parts)


def test_every_role_that_works_with_children_has_a_page() -> None:
    roles = definitions.load_all(places.definitions_folder()).of("access", "access")[-1].content["roles"]
    assert set(manual.pages()) == {*roles, manual.START} | BESIDE
    assert tuple(manual.pages()) == manual.ORDER


@pytest.mark.parametrize("id", manual.ORDER)
class TestPage:
    def test_quotes_only_words_that_are_looked_for(self, id: str) -> None:
        page = manual.pages()[id]
        known = {word for place in page.places for word in place.words} | set(page.said)
        assert set(QUOTED.findall(page.text)) - known == set()

    def test_what_the_product_only_says_at_times_stands_in_it(self, id: str, source: str) -> None:
        assert [word for word in manual.pages()[id].said if word not in source] == []

    def test_tells_what_to_do_when_something_goes_wrong_and_whom_to_call(self, id: str) -> None:
        names = {section.id for section in manual.pages()[id].sections}
        assert {"danger" if "crisis" not in names else "crisis", "call"} <= names

    def test_leads_only_to_what_is_there(self, id: str) -> None:
        page, names = manual.pages()[id], [section.id for section in manual.pages()[id].sections]
        assert len(names) == len(set(names))
        assert {place.section for place in page.places} <= set(names)
        blocks = [block for section in page.sections for block in section.blocks]
        links = {span.page for block in blocks for line in block.lines for span in line if span.kind == "link"}
        assert links <= set(manual.pages())

    def test_shows_the_pictures_that_are_taken_and_no_others(self, id: str) -> None:
        page = manual.pages()[id]
        blocks = [block for section in page.sections for block in section.blocks if block.kind == "picture"]
        assert sorted(block.picture for block in blocks) == sorted(f"{p.picture}.png" for p in page.places if p.picture)
        assert [block.picture for block in blocks if not block.width] == []
        assert {block.width for block in blocks} <= {page.width}


def test_pictures_are_small_and_none_is_left_over() -> None:
    files = sorted((places.manual_folder() / "images").iterdir())
    taken = {f"{place.picture}.png" for page in manual.pages().values() for place in page.places if place.picture}
    assert {file.name for file in files} == taken
    assert len(files) <= MOST
    assert [file.name for file in files if file.stat().st_size >= LARGEST] == []


def test_a_line_is_words_of_the_screen_strong_words_and_links() -> None:
    found = manual.spans("点「保存」，**不要关**，看[开始使用](start.md)。")
    assert [(span.zh, span.kind, span.page) for span in found] == [
        ("点", "", ""), ("保存", "word", ""), ("，", "", ""), ("不要关", "strong", ""), ("，看", "", ""),
        ("开始使用", "link", "start"), ("。", "", ""),
    ]


def test_steps_points_and_words_are_told_apart(tmp_path: Path) -> None:
    blocks = page_of(tmp_path, "1. 一\n2. 二\n\n- 甲\n- 乙\n\n平常的话\n接着说").sections[0].blocks
    assert [(block.kind, len(block.lines)) for block in blocks] == [("steps", 2), ("points", 2), ("words", 1)]
    assert blocks[2].lines[0][0].zh == "平常的话接着说"


def test_markup_in_a_page_stays_words(tmp_path: Path) -> None:
    page = page_of(tmp_path, "<script>alert(1)</script> #panic(1)")
    shown = render_to_string("console/_help_blocks.html", {"blocks": page.sections[0].blocks})
    assert "<script>" not in shown and "&lt;script&gt;" in shown
    assert "#panic(1)" in "".join(PdfReader(io.BytesIO(manual_paper.pdf([page], brand="同心"))).pages[0].extract_text())


def test_a_head_that_does_not_fit_its_sections_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(manual.ManualFault, match="no title"):
        page_of(tmp_path, "正文\n\n## 没有登记的一节\n\n正文")


def test_a_broken_page_is_left_out_and_takes_no_other_down(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    page_of(tmp_path, "正文")
    (tmp_path / "care.md").write_text("---\nsections: [one\n---\n", encoding="utf-8")
    (tmp_path / "clues.md").write_text("没有头", encoding="utf-8")
    (tmp_path / "rights.md").write_text(HEAD.format(lead="开头", body="正文") + "\n## 多出来的一节\n", encoding="utf-8")
    (tmp_path / "groups.md").write_bytes(b"\xff\xfe")
    monkeypatch.setattr(places, "manual_folder", lambda: tmp_path)
    manual.pages.cache_clear()
    try:
        assert list(manual.pages()) == [manual.START]
    finally:
        manual.pages.cache_clear()
    assert all(f"{name}.md" in caplog.text for name in ("care", "clues", "rights", "groups"))


def test_an_address_fits_whatever_stands_in_its_holes() -> None:
    assert manual.Place("/children/{calm}/#identity", "find", (), "").fits("/children/0190/")
    place = manual.Place("/children/{calm}/forms/visit_record/", "visit", (), "")
    assert place.fits("/children/0190/forms/visit_record/")
    assert not place.fits("/children/0190/forms/visit_record/draft/")
    assert not place.fits("/children/0190/1/forms/visit_record/")


def test_the_book_is_made_by_a_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    book = tmp_path / "手册.pdf"
    assert main(["manual", "社工", "benefit_clerk", "-o", str(book)]) == 0
    text = "".join("".join(page.extract_text() for page in PdfReader(book).pages).split())
    assert "同心使用手册" in text and "专业评估" in text and "核对一个孩子" in text
    assert "2章" in "".join(capsys.readouterr().out.split())


def test_a_role_that_nobody_has_is_refused_and_nothing_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    book = tmp_path / "手册.pdf"
    assert main(["manual", "村长", "-o", str(book)]) != 0
    assert "儿童主任" in capsys.readouterr().err
    assert not book.exists()
