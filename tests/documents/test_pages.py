"""Pages as somebody holds them: nothing outside the margins, no line torn, no signature alone on its page."""

import io
from itertools import pairwise
from typing import Any

import pytest
from pypdf import PdfReader

from tests.documents.rendering import Seen, pages_of
from tests.documents.test_sheet import paper, tight
from tongxin.documents import typesetting

# Where something may stand on a page, in millimetres, and where its foot begins.
LEFT, RIGHT, FOOT, LOW = 17.5, 192.5, 277.5, 285
SIGNATURES = [{"zh": "走访人"}, {"zh": "同行人"}, {"zh": "村（居）民委员会", "seal": True}]
WIDE_WORDS = "从来没有一次这样过的情况也要选这一项"


def matrix(columns: int, rows: int = 4) -> dict[str, Any]:
    return {"matrix": {
        "stem": "最近一个月", "columns": [f"{at} {WIDE_WORDS}" for at in range(columns)],
        "rows": [{"zh": WIDE_WORDS * 3, "on": [at % columns]} for at in range(rows)],
    }}


def options(*lengths: int) -> dict[str, Any]:
    given = [{"zh": "选" * each, "on": True} for each in lengths]
    return {"lines": [{"cells": [{"zh": "情形" * 20, "options": given, "is_wide": True}]}]}


def told(*parts: dict[str, Any]) -> dict[str, Any]:
    return paper(sections=[{"zh": "一、情况", "help": WIDE_WORDS * 6, "parts": list(parts)}], signatures=SIGNATURES)


def lines(many: int, value: str = "好") -> dict[str, Any]:
    return {"lines": [{"cells": [{"zh": f"问题{at}", "value": value, "is_wide": True}]} for at in range(many)]}


WIDE = {
    "a number as long as a page": told({"lines": [{"cells": [{"zh": "编号" * 30, "value": "9" * 400}]}]}),
    "a word of another script": told({"lines": [{"cells": [{"zh": "名字", "value": "ཀ" * 300}]}]}),
    "five columns": told(matrix(5)), "eleven columns": told(matrix(11)), "options": told(options(3, 60, 200, 5)),
    "two beside each other": told({"lines": [
        {"cells": [{"zh": "甲" * 14, "value": "x" * 60}, {"zh": "乙", "value": "y"}]},
    ]}),
    "the frame": paper(
        "好", title="很长的名称" * 12, lead=WIDE_WORDS * 9, warning=WIDE_WORDS * 9, file_no="X" * 60,
        printed=WIDE_WORDS * 4, notes=[WIDE_WORDS * 9], signatures=[{"zh": WIDE_WORDS * 3}],
    ),
}


def outside(page: Seen) -> int:
    """Dark dots where nothing should stand."""
    return page.ink(across=(0, LEFT)) + page.ink(across=(RIGHT, 210)) + page.ink(down=(LOW + 5, 297)) + page.ink(
        down=(0, 8)
    )


@pytest.mark.parametrize("named", WIDE)
def test_nothing_runs_off_the_page(named: str) -> None:
    pages = pages_of(WIDE[named])
    assert [outside(page) for page in pages] == [0] * len(pages)
    assert all(page.ink(down=(24, 270)) for page in pages)


def test_the_eye_of_these_tests_sees_what_runs_off() -> None:
    page = pages_of(paper("好", watermark=""))[0]
    rows = list(page.rows)
    middle = len(rows) // 2
    rows[middle] = rows[middle][:-3] + b"\x00\x00\x00"
    assert outside(page) == 0 and outside(Seen(tuple(rows))) == 3


@pytest.mark.parametrize("value", ["好", "这一次看到的情况。" * 9, "很长的情况。" * 60])
def test_nobody_signs_a_page_on_which_nothing_stands(value: str) -> None:
    for many in range(12, 34, 3):
        made = typesetting.pdf(told(lines(many, value)) | {"notes": ["本系统不作诊断。"]})
        pages = [tight(page.extract_text()) for page in PdfReader(io.BytesIO(made)).pages]
        signed = [page for page in pages if "签字：" in page]
        assert len(signed) == 1 and "盖章处" in signed[0] and "不作诊断" in signed[0]
        # A long answer may end at the end of its page; what is short stands with the signatures.
        assert len(value) > 300 or f"问题{many - 1}" in signed[0], many


def test_a_line_to_write_on_is_not_torn_between_pages() -> None:
    blank = {"lines": [{"cells": [{"zh": f"问题{at}", "blank": 3, "is_wide": True}]} for at in range(30)]}
    made = typesetting.pdf(told(blank))
    pages = [tight(page.extract_text()) for page in PdfReader(io.BytesIO(made)).pages]
    starts = [page.partition("问题")[0] for page in pages[1:]]
    assert len(pages) > 3 and starts == [starts[0]] * len(starts), "a page that goes on with a box has no question"
    pictures = pages_of(told(blank))
    heights = [page.ink(across=(20, 45), down=(24, 40)) > 0 for page in pictures[1:-1]]
    assert all(heights), "the first row of a page has its question beside it"


def test_the_card_that_goes_on_over_the_page_says_which_it_is() -> None:
    cards = [
        line for at in range(1, 6)
        for line in ({"sub": f"决定{at}", "is_card": True}, *lines(9, "办好了")["lines"])
    ]
    made = typesetting.pdf(told({"lines": cards}))
    pages = [tight(page.extract_text()) for page in PdfReader(io.BytesIO(made)).pages]
    for before, after in pairwise(pages):
        last = max(at for at in range(1, 6) if f"决定{at}" in before)
        assert f"决定{last}" in after or f"决定{last + 1}" in after.partition("问题")[0]
        assert not before.partition("打印：")[0].endswith(f"决定{last}")


def test_the_name_of_a_questionnaire_stays_with_its_questions() -> None:
    for many in range(20, 33):
        parts = (lines(many), {"lines": [{"sub": "抑郁筛查"}]}, matrix(4, rows=8))
        made = typesetting.pdf(told(*parts))
        pages = [tight(page.extract_text()) for page in PdfReader(io.BytesIO(made)).pages]
        named = next(page for page in pages if "抑郁筛查" in page)
        assert "最近一个月" in named.partition("抑郁筛查")[2], many
