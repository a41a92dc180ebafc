"""Scans put into the places that a book keeps free for them; the page's own words and the copy's mark stay on them."""

import io
from collections.abc import Mapping, Sequence

from pypdf import PageObject, PdfReader, PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, StreamObject

from tongxin.documents.portable_pages import found as inside
from tongxin.documents.scans import Leaf, Scan, leaves

# How `book.typ` names a free place: a link to nowhere, whose rectangle is the place.
SCHEME = "tongxin:"
FORM, STATE = "/TxScan", "/TxMultiply"
Box = tuple[float, float, float, float]


def stamped(book: bytes, scans: Sequence[Scan]) -> bytes:
    """The book with each scan where it belongs."""
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(book)))
    places = _places(writer)
    for scan in scans:
        for at, leaf in enumerate(leaves(scan, writer)):
            if found := places.get(f"{scan.key}/{at}"):
                _draw(writer, *found, leaf)
    file = io.BytesIO()
    writer.write(file)
    return file.getvalue()


def _places(writer: PdfWriter) -> Mapping[str, tuple[PageObject, Box]]:
    """The page and the rectangle of every place; no link of theirs is left."""
    found: dict[str, tuple[PageObject, Box]] = {}
    for page in writer.pages:
        for each in inside(page, "/Annots") or ():
            note = each.get_object()
            to = str(inside(inside(note, "/A") or {}, "/URI") or "")
            if to.startswith(SCHEME):
                left, low, right, high = (float(side) for side in note["/Rect"])
                key = to.removeprefix(SCHEME)
                # A link that goes round a line's end has more than one rectangle.
                found.setdefault(key, (page, (left, low, right, high)))
                del note["/A"]
    return found


def _draw(writer: PdfWriter, page: PageObject, box: Box, leaf: Leaf) -> None:
    """As large as fits, in the middle; darker of the two wins, so that the mark across the page is read on it."""
    left, low, right, high = box
    scale = min((right - left) / leaf.width, (high - low) / leaf.height)
    across = left + (right - left - leaf.width * scale) / 2 - leaf.left * scale
    up = high - leaf.height * scale - leaf.low * scale
    # typst lets pages share what they are drawn with.
    resources = DictionaryObject(inside(page, "/Resources"))
    page[NameObject("/Resources")] = resources
    _named(resources, "/XObject")[NameObject(FORM)] = writer._add_object(leaf.form)
    _named(resources, "/ExtGState")[NameObject(STATE)] = DictionaryObject({
        NameObject("/BM"): NameObject("/Multiply"),
    })
    before, after = StreamObject(), StreamObject()
    before.set_data(b"q\n")
    after.set_data(f"\nQ\nq {STATE} gs {scale:.6f} 0 0 {scale:.6f} {across:.3f} {up:.3f} cm {FORM} Do Q\n".encode())
    own = page.raw_get("/Contents")
    page[NameObject("/Contents")] = ArrayObject([writer._add_object(before), own, writer._add_object(after)])


def _named(resources: DictionaryObject, kind: str) -> DictionaryObject:
    """The page's own table of one kind."""
    own = DictionaryObject(inside(resources, kind) or {})
    resources[NameObject(kind)] = own
    return own
