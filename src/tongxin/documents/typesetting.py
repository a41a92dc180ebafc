"""Paper: data in, an A4 PDF out. Words travel as data only, so nothing in an answer is read as markup."""

import json
import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import typst

from tongxin.documents import glyphs, stamping

FOLDER = Path(__file__).with_name("paper")
SHEET, BOOK = FOLDER / "sheet.typ", FOLDER / "book.typ"
# Everything below the space but the line's end, and what Unicode reserves for nobody.
UNPRINTABLE = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ufeff\ufffe\uffff\ud800-\udfff]")
# What is written in letters without a place to break: Latin and its neighbours, Tibetan between its points.
LETTERS = r"[!-~\u00a1-\u0f0a\u0f0d-\u1fff\ua000-\ua4cf]"
UNBROKEN = re.compile(f"{LETTERS}{{24}}(?={LETTERS})")
MAY_BREAK = "\u200b"
LACKING = "有 {count} 个字字库里没有，纸上印成“〓”，请手写补上：{numbers}。"


def pdf(paper: Mapping[str, Any]) -> bytes:
    """The paper as one PDF with its fonts inside; `paper` is what `sheet.typ` reads."""
    return set_type(SHEET, root=FOLDER, data=warned(paper))


def bound(book: Mapping[str, Any]) -> bytes:
    """A whole file as one PDF; `book` is what `book.typ` reads, and under `scans` what goes into its free places."""
    made = set_type(BOOK, root=FOLDER, data=warned({key: each for key, each in book.items() if key != "scans"}))
    return stamping.stamped(made, book["scans"]) if book.get("scans") else made


def set_type(template: Path | bytes, *, root: Path, data: Mapping[str, Any]) -> bytes:
    """A PDF of data drawn by a template, which may read pictures below `root` and nothing else."""
    source: Any = template
    made = typst.compile(source, root=root, font_paths=_fonts(), ignore_system_fonts=True, sys_inputs=_inputs(data))
    return bytes(made)


def pictures(paper: Mapping[str, Any], *, dots_per_inch: float = 70, template: Path = SHEET) -> list[bytes]:
    """The paper as one PNG a page."""
    made: Any = typst.compile(
        template, root=FOLDER, font_paths=_fonts(), ignore_system_fonts=True, sys_inputs=_inputs(warned(paper)),
        format="png", ppi=dots_per_inch,
    )
    return [made] if isinstance(made, bytes) else list(made)


def warned(paper: Mapping[str, Any]) -> Mapping[str, Any]:
    """The paper with a word at its head about characters that no font here can draw."""
    found = glyphs.lacking_in(paper)
    if not found:
        return paper
    told = LACKING.format(count=len(found), numbers=glyphs.named(found))
    return {**paper, "warning": "\n".join(each for each in (paper.get("warning", ""), told) if each)}


def printable(words: Any) -> Any:
    """The same data with nothing that paper can't show, and with places where a very long word may break."""
    if isinstance(words, str):
        return glyphs.drawable(UNBROKEN.sub(lambda found: found[0] + MAY_BREAK, UNPRINTABLE.sub("", words)))
    if isinstance(words, Mapping):
        return {key: printable(each) for key, each in words.items()}
    if isinstance(words, list | tuple):
        return [printable(each) for each in words]
    return words


@lru_cache(maxsize=1)
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=glyphs.folders())


def _inputs(paper: Mapping[str, Any]) -> dict[str, str]:
    return {"data": json.dumps(printable(paper), ensure_ascii=False)}
