"""Pages obey the strict content policy and stand even when everything else fell."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.template.loader import render_to_string

from tongxin.web.console.chips import Chip

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


@pytest.mark.parametrize(("colour", "shape"), [("green", "●"), ("yellow", "▲"), ("red", "■"), ("grey", "○")])
def test_a_grade_is_colour_and_word_and_shape(colour: str, shape: str) -> None:
    shown = render_to_string("parts/_chip.html", {"chip": Chip(colour, "等级", shape, "待确认")})
    assert f"tx-grade-{colour}" in shown
    assert shape in shown and "等级" in shown and "待确认" in shown


def test_what_a_person_wrote_is_shown_as_text() -> None:
    page = render_to_string("parts/_timeline.html", {"entries": [{"zh": "<b>话</b>", "note": "<script>"}]})
    assert "<b>" not in page and "<script>" not in page
