"""The scripts of those who live here are drawn with shapes of their own; what can't be drawn is said, never a box."""

import hashlib
import io
import json
import struct
from pathlib import Path

import pytest
from pypdf import PdfReader
from pypdf.generic import ContentStream

from tests.documents.test_sheet import paper, tight
from tongxin.documents import glyphs, typesetting

# Two words of one length: were both drawn as empty boxes, their pictures would be the same.
PAIRS = {
    "Chinese": ("孩子在家", "学校来人"), "rare": ("李㛃王", "赵䶮孙"), "rarer": ("𬱖", "䶮"),
    "Tibetan": ("བོད་ཡིག་", "ཁྱིམ་ཚང"), "Uyghur": ("ئۇيغۇر", "مەكتەپ"), "Mongolian": ("ᠮᠣᠩᠭᠣᠯ", "ᠬᠡᠦᠬᠡᠳ"),
    "Yi": ("ꆈꌠꁱ", "ꂷꆈꌠ"),
}
UNDRAWN = "孙𠮷"


def pages_of(*values: str) -> PdfReader:
    return PdfReader(io.BytesIO(typesetting.pdf(paper(*values))))


def glyph_numbers(reader: PdfReader) -> list[int]:
    """Every glyph that stands on the pages, as its font numbers it; 0 is the empty box."""
    found: list[int] = []
    for page in reader.pages:
        for operands, operator in ContentStream(page.get_contents(), reader).operations:
            texts = operands[0] if operator == b"TJ" else operands if operator == b"Tj" else []
            for each in texts:
                raw = getattr(each, "original_bytes", b"")
                found += [int.from_bytes(raw[at : at + 2]) for at in range(0, len(raw), 2)]
    return found


@pytest.mark.parametrize("script", PAIRS)
def test_words_are_drawn_and_not_as_boxes(script: str) -> None:
    first, second = PAIRS[script]
    assert glyphs.lacking(first + second) == []
    drawn = [typesetting.pictures(paper(each), dots_per_inch=40)[0] for each in (first, second, "　")]
    assert len(set(drawn)) == 3 and all(each.startswith(b"\x89PNG") for each in drawn)
    numbers = glyph_numbers(pages_of(first, second))
    assert numbers and 0 not in numbers


def test_an_answer_in_arabic_script_runs_from_the_right() -> None:
    def at(words: str, letter: str) -> float:
        found: list[float] = []
        pages_of(words).pages[0].extract_text(
            visitor_text=lambda text, cm, *_: found.append(cm[4]) if letter in text else None
        )
        return found[0]

    words = "ئۇيغۇرچە يېزىق"
    assert at(words, "ئ") > at(words, "ق") > 300 > at("汉字写在左边", "汉")


def test_what_no_font_has_is_a_sign_and_a_word_at_the_head() -> None:
    assert glyphs.lacking(UNDRAWN) == ["𠮷"] and glyphs.drawable(UNDRAWN) == "孙〓"
    reader = pages_of(UNDRAWN)
    text = tight("".join(page.extract_text() for page in reader.pages))
    assert "孙〓" in text and "有1个字字库里没有" in text and "U+20BB7" in text and 0 not in glyph_numbers(reader)


def with_character(character: str) -> bytes:
    """A font of the program's that draws nothing but one character, as one of its own signs."""
    font = bytearray((glyphs.FONTS / "NotoSansYi-Regular.ttf").read_bytes())
    point = ord(character)
    table = struct.pack(">HHHHI", 0, 1, 3, 10, 12) + struct.pack(">HHIIIIII", 12, 0, 28, 0, 1, point, point, 40)
    place = next(at for at in range(12, len(font), 16) if font[at : at + 4] == b"cmap")
    struct.pack_into(">II", font, place + 8, len(font), len(table))
    return bytes(font + table)


def test_an_office_s_own_font_draws_what_was_lacking(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "rare.TTF").write_bytes(with_character(UNDRAWN[1]))
    before = typesetting.pictures(paper(UNDRAWN), dots_per_inch=40)[0]
    monkeypatch.setenv("TONGXIN_FONTS", str(tmp_path))
    for each in (glyphs.known, typesetting._fonts):
        each.cache_clear()
    try:
        assert glyphs.lacking(UNDRAWN) == [] and typesetting.warned(paper(UNDRAWN))["warning"] == ""
        assert typesetting.pictures(paper(UNDRAWN), dots_per_inch=40)[0] != before
        assert 0 not in glyph_numbers(pages_of(UNDRAWN))
    finally:
        monkeypatch.undo()
        for each in (glyphs.known, typesetting._fonts):
            each.cache_clear()


def test_the_fonts_are_those_that_were_brought_in() -> None:
    files = json.loads((glyphs.FONTS / "manifest.json").read_text())["files"]
    for each in files:
        assert hashlib.sha256((glyphs.FONTS / each["file"]).read_bytes()).hexdigest() == each["sha256"]
        assert each["licence"] == "OFL-1.1"
    assert {each["file"] for each in files} == {each.name for each in glyphs.FONTS.glob("*.ttf")}
