"""Scans as they stand in a book: how many pages each has, and each page as a form that is drawn where it belongs.

Pictures stay packed as they were kept: no pixel is unpacked, so that a large photo takes no more than its file.
"""

import io
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from pypdf import PdfReader, PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, FloatObject, NameObject, NumberObject, StreamObject

from tongxin.documents import images, portable_pages
from tongxin.documents.content import JPEG, PDF
from tongxin.documents.faults import NotTaken

UNREAD = "文件打不开"
# How a picture lies in its square for each way in which the camera was held (Exif 2.32, tag 274).
TURNS = {
    2: (-1, 0, 0, 1, 1, 0), 3: (-1, 0, 0, -1, 1, 1), 4: (1, 0, 0, -1, 0, 1), 5: (0, -1, -1, 0, 1, 1),
    6: (0, -1, 1, 0, 0, 1), 7: (0, 1, 1, 0, 0, 0), 8: (0, 1, -1, 0, 1, 0),
}
GREY, RGB, CMYK = "/DeviceGray", "/DeviceRGB", "/DeviceCMYK"
SPACES = {1: GREY, 3: RGB, 4: CMYK}
# Where a picture may be seen through, white paper is behind it: 1 - a * (1 - c) for each colour (PDF 32000, 7.10.5).
ON_WHITE = "1 exch sub {at} index mul 1 exch sub"
SEEN_THROUGH = {
    4: (2, GREY, b"{ exch 1 exch sub mul 1 exch sub }"),
    6: (4, RGB, ("{ 4 1 roll " + f"{ON_WHITE} 3 1 roll ".format(at=3) * 3 + "4 -1 roll pop }").encode()),
}


@dataclass(frozen=True, slots=True)
class Scan:
    """A file to be bound into a book; `key` is where it belongs in it."""

    key: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Leaf:
    """A page ready to be drawn: a form of so many units wide and high, from its own corner."""

    form: StreamObject
    left: float
    low: float
    width: float
    height: float


def pages_in(content: bytes, media_type: str) -> int:
    """How many pages a file takes in a book; `NotTaken` says why it can't be bound."""
    try:
        if media_type == PDF:
            return len(PdfReader(io.BytesIO(content)).pages)
        (_jpeg_shape if media_type == JPEG else _png_shape)(content)
    except NotTaken:
        raise
    except Exception:
        raise NotTaken(UNREAD) from None
    return 1


def leaves(scan: Scan, to: PdfWriter) -> Iterator[Leaf]:
    """The pages of a scan as forms of a book."""
    if scan.media_type == PDF:
        for page in PdfReader(io.BytesIO(scan.content)).pages:
            yield Leaf(*portable_pages.form_of(page, to))
        return
    yield _picture(scan, to)


def _picture(scan: Scan, to: PdfWriter) -> Leaf:
    made: Callable[[bytes, PdfWriter], tuple[StreamObject, int, int, int]] = (
        _jpeg if scan.media_type == JPEG else _png
    )
    image, width, height, turned = made(scan.content, to)
    if turned > 4:
        width, height = height, width
    turn = " ".join(map(str, TURNS.get(turned, portable_pages.UPRIGHT)))
    form = portable_pages.empty_form((0, 0, width, height))
    form[NameObject("/Resources")] = DictionaryObject({
        NameObject("/XObject"): DictionaryObject({NameObject("/Im"): to._add_object(image)}),
    })
    form.set_data(f"q {width} 0 0 {height} 0 0 cm {turn} cm /Im Do Q".encode())
    return Leaf(form, 0, 0, width, height)


def _jpeg_shape(content: bytes) -> images.Shape:
    shape = images.shape_of_jpeg(content)
    if shape.parts not in SPACES or not shape.is_plain:
        raise NotTaken(UNREAD)
    return shape


def _jpeg(content: bytes, to: PdfWriter) -> tuple[StreamObject, int, int, int]:
    shape = _jpeg_shape(content)
    image = _image(shape.width, shape.height, bits=8, data=content, packed="/DCTDecode")
    image[NameObject("/ColorSpace")] = NameObject(SPACES[shape.parts])
    if shape.parts == 4 and shape.is_inverted:
        image[NameObject("/Decode")] = ArrayObject([NumberObject(each) for each in (1, 0) * 4])
    return image, shape.width, shape.height, shape.turned


def _png_shape(content: bytes) -> tuple[int, int, int, int]:
    width, height, bits, kind, _, _, woven = struct.unpack_from(">IIBBBBB", content, 16)
    if kind not in {0, 2, 3, *SEEN_THROUGH} or woven:
        raise NotTaken("交错存储的 PNG 不能装订")
    return width, height, bits, kind


def _png(content: bytes, to: PdfWriter) -> tuple[StreamObject, int, int, int]:
    width, height, bits, kind = _png_shape(content)
    chunks = list(images.chunks_of_png(content))
    data = b"".join(body for name, body in chunks if name == b"IDAT")
    image = _image(width, height, bits=bits, data=data, packed="/FlateDecode")
    parts = SEEN_THROUGH[kind][0] if kind in SEEN_THROUGH else 3 if kind == 2 else 1
    image[NameObject("/DecodeParms")] = DictionaryObject({
        NameObject(f"/{name}"): NumberObject(value)
        for name, value in (("Predictor", 15), ("Colors", parts), ("BitsPerComponent", bits), ("Columns", width))
    })
    palette = next((body for name, body in chunks if name == b"PLTE"), b"")
    image[NameObject("/ColorSpace")] = _space(kind, palette, to)
    return image, width, height, 1


def _space(kind: int, palette: bytes, to: PdfWriter) -> NameObject | ArrayObject:
    if kind == 3:
        colours = StreamObject()
        colours.set_data(palette)
        return ArrayObject([
            NameObject("/Indexed"), NameObject(RGB), NumberObject(len(palette) // 3 - 1), to._add_object(colours),
        ])
    if kind not in SEEN_THROUGH:
        return NameObject(RGB if kind == 2 else GREY)
    parts, space, program = SEEN_THROUGH[kind]
    mixed = StreamObject()
    mixed.set_data(program)
    mixed.update({
        NameObject("/FunctionType"): NumberObject(4), NameObject("/Domain"): _span(parts),
        NameObject("/Range"): _span(parts - 1),
    })
    names = ArrayObject([NameObject(f"/Part{at}") for at in range(parts)])
    return ArrayObject([NameObject("/DeviceN"), names, NameObject(space), to._add_object(mixed)])


def _span(parts: int) -> ArrayObject:
    return ArrayObject([FloatObject(each) for each in (0, 1) * parts])


def _image(width: int, height: int, *, bits: int, data: bytes, packed: str) -> StreamObject:
    image = StreamObject()
    image.set_data(data)
    image.update({
        NameObject("/Type"): NameObject("/XObject"), NameObject("/Subtype"): NameObject("/Image"),
        NameObject("/Width"): NumberObject(width), NameObject("/Height"): NumberObject(height),
        NameObject("/BitsPerComponent"): NumberObject(bits), NameObject("/Filter"): NameObject(packed),
    })
    return image
