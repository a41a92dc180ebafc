"""Paper prints what it is given and obeys nothing in it."""

import io

import pytest
from pypdf import PdfReader

from tongxin.documents import typesetting
from tongxin.documents.questions import numeral, paired

HOSTILE = [
    '#panic("gone")', '#sys.inputs.data', '#read("/etc/passwd")', "$ integral $", "@nobody <label>",
    "\\ \\u{41} ] [ } {", "= heading\n- list\n+ more", "/* hidden */ // hidden",
    "`raw` *bold* _thin_", '"quoted" \\"', "～😀 👨‍👩‍👧 ‮backwards",
]


def paper(*values: str, **more: object) -> dict[str, object]:
    lines = [{"cells": [{"zh": "情况", "value": value}]} for value in values]
    return {
        "title": "走访记录", "brand": "同心", "file_no": "X-1", "watermark": "第1份", "printed": "打印：郑管理",
        "lead": "", "warning": "", "head": [], "before": [], "after": [], "notes": [], "signatures": [], "slip": None,
        "sections": [{"zh": "一、情况", "help": "", "parts": [{"lines": lines}]}], **more,
    }


def text_of(made: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(made)).pages)


def tight(text: str) -> str:
    return "".join(text.replace(typesetting.MAY_BREAK, "").split())


@pytest.mark.parametrize("value", HOSTILE)
def test_words_that_look_like_markup_stay_words(value: str) -> None:
    found = tight(text_of(typesetting.pdf(paper(value))))
    wanted = "".join(letter for letter in tight(typesetting.printable(value)) if ord(letter) < 0x1F000)
    assert all(each in found for each in wanted.replace("\u200d", " ").split())


def test_words_no_paper_can_show_are_left_out() -> None:
    assert typesetting.printable("a\x00b\x08c\ud800d\u202ee\nf") == "abcde\nf"
    assert "没有问题" in text_of(typesetting.pdf(paper("没有\x00问题\ud83d")))


def test_a_very_long_answer_goes_on_over_pages_inside_the_margins() -> None:
    made = typesetting.pdf(paper("字" * 10_000, "x" * 10_000))
    pages = PdfReader(io.BytesIO(made)).pages
    assert len(pages) > 4 and tight(text_of(made)).count("字") == 10_000
    assert tight(text_of(made)).count("x") == 10_000
    assert f"第{len(pages)}页共{len(pages)}页" in tight(pages[-1].extract_text())


def test_every_page_carries_its_own_fonts() -> None:
    fonts = [
        font.get_object()["/DescendantFonts"][0].get_object()["/FontDescriptor"]
        for page in PdfReader(io.BytesIO(typesetting.pdf(paper("内容")))).pages
        for font in page["/Resources"]["/Font"].values()
    ]
    assert fonts and all({"/FontFile3", "/FontFile2"} & set(each.keys()) for each in fonts)
    names = {str(each["/FontName"]).partition("+")[2].partition("-")[0] for each in fonts}
    assert names <= {"NotoSansSC", "NotoSerifSC"}


def test_short_questions_share_a_line_and_wide_ones_do_not() -> None:
    short, wide = {"zh": "性别", "value": "女"}, {"zh": "情况", "value": "…", "is_wide": True}
    assert paired([short, short, short, wide, short]) == [
        {"cells": [short, short]}, {"cells": [short]}, {"cells": [wide]}, {"cells": [short]},
    ]
    assert [numeral(number) for number in (1, 10, 11, 20, 21)] == ["一", "十", "十一", "二十", "二十一"]
