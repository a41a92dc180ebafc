"""Scans in a book: turned as they were held, every kind of picture and page, the mark of the copy seen on them."""

import base64
import io
import struct
import zlib
from pathlib import Path

import pytest
from pypdf import PdfReader, PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, RectangleObject, StreamObject

from tests.documents.files import exif
from tests.documents.rendering import Seen, page_of
from tests.documents.test_sheet import paper
from tongxin.documents import scans, stamping, typesetting
from tongxin.documents.content import JPEG, PDF, PNG
from tongxin.documents.faults import NotTaken
from tongxin.documents.scans import Scan

# Sixteen dots wide, eight high: black in the upper left quarter, white elsewhere.
QUARTER = base64.b64decode(
    "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDABsSFBcUERsXFhceHBsgKEIrKCUlKFE6PTBCYFVlZF9VXVtqeJmBanGQc1tdhbWGkJ6jq62rZ4C8ybqm"
    "x5moq6T/wAALCAAIABABAREA/8QAFQABAQAAAAAAAAAAAAAAAAAAAAb/xAAYEAACAwAAAAAAAAAAAAAAAAAAFmSj4v/aAAgBAQAAPwAozqtFMf/Z"
)
# The free place of a page: 174 mm wide, from 18 mm; its upper edge.
LEFT, WIDE, TOP = 18, 174, 31


def held(orientation: int) -> bytes:
    """The picture as a camera writes it that was held otherwise."""
    camera = exif(orientation=orientation)
    return QUARTER[:2] + b"\xff\xe1" + struct.pack(">H", len(camera) + 2) + camera + QUARTER[2:]


def see_through(*, kind: int, woven: int = 0) -> bytes:
    """Two dots side by side, black: the left one stands, the right one is seen through."""
    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    colour = b"\x00" * (kind - 3 if kind == 6 else 1)
    head = struct.pack(">IIBBBBB", 2, 1, 8, kind, 0, 0, woven)
    dots = zlib.compress(b"\x00" + colour + b"\xff" + colour + b"\x00")
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", dots) + chunk(b"IEND", b"")


def portable(*, turned: int = 0, stamp: bool = False) -> bytes:
    """A page twice as wide as high, black in its upper left quarter; or empty with a stamp there."""
    writer = PdfWriter()
    page = writer.add_blank_page(200, 100)
    drawn = StreamObject()
    drawn.set_data(b"0 g 0 0 100 50 re f")
    if stamp:
        drawn.update({
            NameObject("/Subtype"): NameObject("/Form"), NameObject("/BBox"): RectangleObject((0, 0, 100, 50)),
        })
        note = DictionaryObject({
            NameObject("/Subtype"): NameObject("/Stamp"), NameObject("/Rect"): RectangleObject((0, 50, 100, 100)),
            NameObject("/AP"): DictionaryObject({NameObject("/N"): writer._add_object(drawn)}),
        })
        page[NameObject("/Annots")] = ArrayObject([writer._add_object(note)])
    else:
        drawn.set_data(b"0 g 0 50 100 50 re f")
        page[NameObject("/Contents")] = writer._add_object(drawn)
    page.rotate(turned)
    file = io.BytesIO()
    writer.write(file)
    return file.getvalue()


def book(*given: Scan) -> bytes:
    """A book of one paper with scans behind it, drawn as offices' are."""
    behind = [
        {"key": each.key, "zh": f"附件　{each.key}", "pages": scans.pages_in(each.content, each.media_type)}
        for each in given
    ]
    return typesetting.bound({
        **paper("见附件", watermark="第1份　" * 6), "cover": [], "index": [], "left_out": [], "loose": [],
        "scans": list(given), "papers": [{"key": "p1", "starts": True, "sheet": paper("见附件"), "scans": behind}],
    })


def first_scan(content: bytes, media_type: str, folder: Path) -> Seen:
    """The page of a scan: the cover, the index and the paper come before it."""
    return page_of(book(Scan("a1", media_type, content)), 4, folder=folder)


# By how the camera was held: where the black quarter lies, and whether the picture is upright.
SEEN_AT = {
    1: ("left", "top", False), 2: ("right", "top", False), 3: ("right", "bottom", False), 4: ("left", "bottom", False),
    5: ("left", "top", True), 6: ("right", "top", True), 7: ("right", "bottom", True), 8: ("left", "bottom", True),
}


@pytest.mark.parametrize("orientation", SEEN_AT)
def test_a_photo_stands_as_the_camera_was_held(orientation: int, tmp_path: Path) -> None:
    page = first_scan(held(orientation), JPEG, tmp_path)
    side, edge, is_upright = SEEN_AT[orientation]
    wide, high = (118, 236) if is_upright else (WIDE, 87)
    start = LEFT + (WIDE - wide) / 2
    for across in ("left", "right"):
        for down in ("top", "bottom"):
            dot = page.grey(
                start + wide * (0.25 if across == "left" else 0.75), TOP + high * (0.25 if down == "top" else 0.75)
            )
            assert (dot < 90) == ((across, down) == (side, edge)), (across, down, dot)


@pytest.mark.parametrize(("content", "media_type"), [
    (see_through(kind=6), PNG), (see_through(kind=4), PNG), (portable(), PDF), (portable(stamp=True), PDF),
])
def test_every_kind_is_drawn_and_what_is_seen_through_is_paper(
    content: bytes, media_type: str, tmp_path: Path
) -> None:
    page = first_scan(content, media_type, tmp_path)
    assert page.grey(LEFT + 40, TOP + 20) < 30 and page.grey(LEFT + 140, TOP + 20) > 200


def test_a_page_that_is_shown_turned_is_turned(tmp_path: Path) -> None:
    page = first_scan(portable(turned=90), PDF, tmp_path)
    assert page.grey(130, TOP + 50) < 30 and page.grey(80, TOP + 50) > 200 and page.grey(130, TOP + 200) > 200


def test_the_copy_s_mark_is_seen_on_a_white_scan(tmp_path: Path) -> None:
    page = first_scan(see_through(kind=6), PNG, tmp_path)
    left, right, top, low = (round(mm * page.width / 210) for mm in (110, 188, TOP + 3, TOP + 80))
    assert min(dot for row in page.rows[top:low] for dot in row[left:right]) < 245


def test_a_book_of_several_says_where_each_lies_and_carries_nothing_that_acts() -> None:
    made = book(Scan("a1", JPEG, held(1)), Scan("a2", PDF, portable()), Scan("a3", PDF, portable(turned=180)))
    reader = PdfReader(io.BytesIO(made))
    assert len(reader.pages) == 6
    assert [stamping.FORM in str(each["/Resources"]) for each in reader.pages] == [False] * 3 + [True] * 3
    assert b"tongxin:" not in made


@pytest.mark.parametrize(("content", "media_type"), [
    (b"%PDF-1.7\nnothing\n%%EOF", PDF), (QUARTER[:40], JPEG), (see_through(kind=2, woven=1), PNG),
])
def test_what_cannot_be_bound_is_said(content: bytes, media_type: str) -> None:
    with pytest.raises(NotTaken):
        scans.pages_in(content, media_type)
