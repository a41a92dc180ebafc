"""Paper: data in, an A4 PDF out. Words travel as data only, so nothing in an answer is read as markup."""

import json
import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import pylopdf_fonts_zh_cn
import typst

FOLDER = Path(__file__).with_name("paper")
SHEET = FOLDER / "sheet.typ"
# Everything below the space but the line's end, and what Unicode reserves for nobody.
UNPRINTABLE = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ufeff\ufffe\uffff\ud800-\udfff]")
UNBROKEN = re.compile(r"[!-~]{24}(?=[!-~])")
MAY_BREAK = "\u200b"


def pdf(paper: Mapping[str, Any]) -> bytes:
    """The paper as one PDF with its fonts inside; `paper` is what `sheet.typ` reads."""
    return set_type(SHEET, root=FOLDER, data=paper)


def set_type(template: Path | bytes, *, root: Path, data: Mapping[str, Any]) -> bytes:
    """A PDF of data drawn by a template, which may read pictures below `root` and nothing else."""
    source: Any = template
    made = typst.compile(source, root=root, font_paths=_fonts(), ignore_system_fonts=True, sys_inputs=_inputs(data))
    return bytes(made)


def pictures(paper: Mapping[str, Any], *, dots_per_inch: float = 70) -> list[bytes]:
    """The paper as one PNG a page."""
    made: Any = typst.compile(
        SHEET, root=FOLDER, font_paths=_fonts(), ignore_system_fonts=True, sys_inputs=_inputs(paper), format="png",
        ppi=dots_per_inch,
    )
    return [made] if isinstance(made, bytes) else list(made)


def printable(words: Any) -> Any:
    """The same data with nothing that paper can't show, and with places where a very long word may break."""
    if isinstance(words, str):
        return UNBROKEN.sub(lambda found: found[0] + MAY_BREAK, UNPRINTABLE.sub("", words))
    if isinstance(words, Mapping):
        return {key: printable(each) for key, each in words.items()}
    if isinstance(words, list | tuple):
        return [printable(each) for each in words]
    return words


@lru_cache(maxsize=1)
def _fonts() -> typst.Fonts:
    folder = pylopdf_fonts_zh_cn.sans_path().parent
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[folder])


def _inputs(paper: Mapping[str, Any]) -> dict[str, str]:
    return {"data": json.dumps(printable(paper), ensure_ascii=False)}
