"""Pages obey the strict content policy and stand even when everything else fell."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.template.loader import render_to_string

WEB = Path(__file__).parents[2] / "src/tongxin/web"
TEMPLATES = sorted((WEB / "templates").rglob("*.html"))
FORBIDDEN = [
    (r"<script(?![^>]*\bsrc=)", "a script inside the page"),
    (r"<style", "a style inside the page"),
    (r"\sstyle=", "a style on an element"),
    (r"\son[a-z]+=", "a script on an element"),
    (r"hx-on|hx-vals=.js:|hx-trigger=\"[^\"]*\[", "something htmx would have to evaluate"),
]


@pytest.mark.parametrize("path", TEMPLATES, ids=[path.relative_to(WEB).as_posix() for path in TEMPLATES])
def test_template_needs_nothing_that_the_policy_forbids(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert [why for pattern, why in FORBIDDEN if re.search(pattern, text)] == []


@pytest.mark.parametrize("name", ["400.html", "403.html", "403_csrf.html", "404.html", "500.html"])
def test_error_page_stands_alone_and_says_what_to_do(name: str) -> None:
    page = render_to_string(name)
    assert "回到首页" in page
    assert "没有" in page
    assert 'lang="zh-Hans"' in page


LEVELS = [("green", "●"), ("yellow", "▲"), ("orange", "◆"), ("red", "■"), ("blue", "◎"), ("grey", "○")]


@pytest.mark.parametrize(("level", "shape"), LEVELS)
def test_a_grade_is_colour_and_word_and_shape(level: str, shape: str) -> None:
    chip = render_to_string("parts/_grade.html", {"level": level, "zh": "等级", "state": "待确认"})
    assert f"tx-grade-{level}" in chip
    assert shape in chip
    assert "等级" in chip and "待确认" in chip


def test_reasons_say_that_grey_is_not_safety() -> None:
    assert "不等于没有风险" in render_to_string("parts/_reasons.html", {"level": "grey", "level_zh": "灰"})


def test_what_a_person_wrote_is_shown_as_text() -> None:
    page = render_to_string("parts/_timeline.html", {"entries": [{"zh": "<b>话</b>", "note": "<script>"}]})
    assert "<b>" not in page and "<script>" not in page
