"""A page of a PDF as a form: what stands on it and what was stamped on it, without anything that acts."""

import io
from collections.abc import Iterator, Mapping
from typing import Any

from pypdf import PageObject, PdfWriter
from pypdf.generic import (
    ArrayObject,
    BooleanObject,
    DictionaryObject,
    FloatObject,
    NameObject,
    RectangleObject,
    StreamObject,
)

Box = tuple[float, float, float, float]
# An annotation's flags (PDF 32000, 12.5.3): hidden, not to be seen.
UNSEEN = 0b100010
UPRIGHT = (1, 0, 0, 1, 0, 0)


def empty_form(box: Box) -> StreamObject:
    """A form with nothing on it; what is drawn on it is put together before it meets the page (11.6.6)."""
    form = StreamObject()
    form.update({
        NameObject("/Type"): NameObject("/XObject"), NameObject("/Subtype"): NameObject("/Form"),
        NameObject("/BBox"): RectangleObject(box),
        NameObject("/Group"): DictionaryObject({
            NameObject("/S"): NameObject("/Transparency"), NameObject("/I"): BooleanObject(True),
        }),
    })
    return form


def found(held: Mapping[Any, Any], name: str) -> Any:
    """What stands under a name, wherever in the file it lies; None where nothing does."""
    return held[name] if name in held else None  # noqa: SIM401 - pypdf's get gives the reference, not what it means


def form_of(page: PageObject, to: PdfWriter) -> tuple[StreamObject, float, float, float, float]:
    """The form with its corner, width and height, turned as the page is shown."""
    left, low, right, high = _sorted(page.cropbox)
    form = empty_form((left, low, right, high))
    own = found(page, "/Resources")
    held = own.clone(to) if own else DictionaryObject()
    stamps = list(_stamps(page, to))
    if stamps:
        held = DictionaryObject(held)
        named = DictionaryObject(found(held, "/XObject") or {})
        named.update({NameObject(f"/TxStamp{at}"): reference for at, (reference, _) in enumerate(stamps)})
        held[NameObject("/XObject")] = named
    form[NameObject("/Resources")] = held
    drawn = io.BytesIO()
    drawn.write(b"q\n" + _content(page) + b"\nQ\n")
    for at, (_, matrix) in enumerate(stamps):
        drawn.write(f"q {' '.join(f'{each:.5f}' for each in matrix)} cm /TxStamp{at} Do Q\n".encode())
    form.set_data(drawn.getvalue())
    packed = form.flate_encode()
    return _turned(packed, page.rotation % 360, left, low, right - left, high - low)


def _turned(
    form: StreamObject, degrees: int, left: float, low: float, width: float, height: float
) -> tuple[StreamObject, float, float, float, float]:
    turns = {90: (0, -1, 1, 0, 0, width), 180: (-1, 0, 0, -1, width, height), 270: (0, 1, -1, 0, height, 0)}
    if degrees not in turns:
        return form, left, low, width, height
    a, b, c, d, e, f = turns[degrees]
    # First the page's own corner to nought, then turned.
    moved = (a, b, c, d, e - a * left - c * low, f - b * left - d * low)
    form[NameObject("/Matrix")] = ArrayObject([FloatObject(each) for each in moved])
    return form, 0, 0, *((height, width) if degrees in {90, 270} else (width, height))


def _sorted(box: Any) -> Box:
    left, low, right, high = (float(each) for each in box)
    return min(left, right), min(low, high), max(left, right), max(low, high)


def _content(page: PageObject) -> bytes:
    held = found(page, "/Contents")
    streams = [each.get_object() for each in held] if isinstance(held, ArrayObject) else [held]
    return b"\n".join(each.get_data() for each in streams if isinstance(each, StreamObject))


def _stamps(page: PageObject, to: PdfWriter) -> Iterator[tuple[Any, tuple[float, ...]]]:
    """What stands on a page as annotations, with its place: seals and signatures are often put there so."""
    for each in found(page, "/Annots") or ():
        note = each.get_object()
        if not isinstance(note, DictionaryObject) or "/Rect" not in note or int(found(note, "/F") or 0) & UNSEEN:
            continue
        look = _look(note)
        if look is None or "/BBox" not in look:
            continue
        own = look.clone(to)
        yield own.indirect_reference or to._add_object(own), _placed(look, _sorted(note["/Rect"]))


def _look(note: DictionaryObject) -> StreamObject | None:
    look = found(found(note, "/AP") or {}, "/N")
    if isinstance(look, DictionaryObject) and not isinstance(look, StreamObject):
        look = found(look, found(note, "/AS") or "/Off")
    return look if isinstance(look, StreamObject) else None


def _placed(look: StreamObject, rect: Box) -> tuple[float, ...]:
    """The matrix that brings an appearance to its rectangle (PDF 32000, 12.5.5, algorithm 8.1)."""
    left, low, right, high = _sorted(look["/BBox"])
    a, b, c, d, e, f = (float(each) for each in found(look, "/Matrix") or UPRIGHT)
    corners = [(a * x + c * y + e, b * x + d * y + f) for x in (left, right) for y in (low, high)]
    xs, ys = [x for x, _ in corners], [y for _, y in corners]
    wide = (rect[2] - rect[0]) / ((max(xs) - min(xs)) or 1)
    tall = (rect[3] - rect[1]) / ((max(ys) - min(ys)) or 1)
    return wide, 0, 0, tall, rect[0] - wide * min(xs), rect[1] - tall * min(ys)
