"""Whether a PDF can be kept: whole, open, quiet, and no larger inside than it may be."""

import re
import zlib
from collections.abc import Iterator

from tongxin.documents.faults import NotTaken

BROKEN = "PDF 不完整或已损坏，没有保存。请重新扫描或重新导出后再传。"
LOCKED = "PDF 设了密码，将来可能打不开，没有保存。请去掉密码后再传。"
ACTIVE = "PDF 里带有程序、表单脚本或别的文件，没有保存。请打印成新的 PDF，或拍照后再传。"
UNREAD = "PDF 的写法特别，检查不到里面有没有程序，没有保存。请打印成新的 PDF，或拍照后再传。"
TOO_LARGE = "PDF 展开后过大，没有保存。请降低扫描清晰度，或分成几份再传。"
STREAM = re.compile(rb"(?<!end)stream\r?\n")
QUOTED = re.compile(rb"#([0-9A-Fa-f]{2})")
ACTS = re.compile(rb"/(?:JavaScript|JS|Launch|EmbeddedFiles?|RichMedia|XFA|SubmitForm|ImportData)(?![A-Za-z0-9])")
LOCKS = re.compile(rb"/Encrypt(?![A-Za-z0-9])")
# A file with one of these may keep its objects in packed streams, where nothing is seen from outside.
PACKS = re.compile(rb"/(?:ObjStm|XRef|XRefStm)(?![A-Za-z0-9])")
OBJECTS = re.compile(rb"/ObjStm(?![A-Za-z0-9])")
FILTER = re.compile(rb"/Filter(?![A-Za-z0-9])\s*(\[[^\]]*\]|/[A-Za-z0-9]+)?")
NUMBERED = re.compile(rb"\s*\d+\s+\d+\s")
FLATE = (b"FlateDecode",)
PICTURES = frozenset({b"DCTDecode", b"JPXDecode", b"CCITTFaxDecode", b"JBIG2Decode"})
TAIL, STEP = 4096, 1_000_000


def check(content: bytes, *, most: int) -> None:
    """Nothing, if the PDF can be kept; `NotTaken` says why not."""
    tail = content[-TAIL:]
    if b"%%EOF" not in tail or b"startxref" not in tail:
        raise NotTaken(BROKEN)
    plain, left, is_read = [], most, True
    for outside, stream in _pieces(content):
        plain.append(outside)
        if stream is None:
            continue
        size, opened, is_seen = _seen(_named(outside), stream, most=left)
        left, is_read = left - size, is_read and is_seen
        plain.append(opened)
    words = _named(b"\n".join(plain))
    if LOCKS.search(words):
        raise NotTaken(LOCKED)
    if ACTS.search(words):
        raise NotTaken(ACTIVE)
    if not is_read and PACKS.search(words):
        raise NotTaken(UNREAD)


def _seen(outside: bytes, stream: bytes, *, most: int) -> tuple[int, bytes, bool]:
    """A stream's size inside, the objects in it, and whether no object can have stayed unseen."""
    is_objects = OBJECTS.search(outside) is not None
    filters = _filters(outside if is_objects else outside.rpartition(b"endobj")[2])
    if filters == ():
        return len(stream), stream if is_objects or NUMBERED.match(stream) else b"", True
    size, opened, is_whole = _inflated(stream, most=most, keep=is_objects)
    if is_objects:
        return size, opened, is_whole and filters == FLATE and b"/Predictor" not in outside
    return size, opened, filters == FLATE or not PICTURES.isdisjoint(filters or ())


def _filters(outside: bytes) -> tuple[bytes, ...] | None:
    """How a stream is packed; None when that is not said where it stands."""
    found = [each[1] for each in FILTER.finditer(outside)]
    if not found:
        return ()
    if None in found:
        return None
    return tuple(name for each in found for name in re.findall(rb"/([A-Za-z0-9]+)", each))


def _pieces(content: bytes) -> Iterator[tuple[bytes, bytes | None]]:
    """What stands outside of streams, each with the stream that follows it."""
    at = 0
    while (found := STREAM.search(content, at)) is not None:
        end = content.find(b"endstream", found.end())
        if end == -1:
            break
        yield content[at : found.start()], content[found.end() : end]
        at = end
    yield content[at:], None


def _named(words: bytes) -> bytes:
    """Names as they read: a PDF may write any letter of a name as a number."""
    return QUOTED.sub(lambda found: bytes([int(found[1], 16)]), words)


def _inflated(stream: bytes, *, most: int, keep: bool) -> tuple[int, bytes, bool]:
    """A packed stream's size inside, its content if wanted or like objects, and whether it opened to its end."""
    work, size, rest = zlib.decompressobj(), 0, stream
    opened: list[bytes] = []
    try:
        while rest and not work.eof:
            piece = work.decompress(rest, STEP)
            size, rest = size + len(piece), work.unconsumed_tail
            if size > most:
                raise NotTaken(TOO_LARGE)
            if keep or opened or NUMBERED.match(piece):
                opened.append(piece)
    except zlib.error:
        return size, b"".join(opened), False
    return size, b"".join(opened), work.eof
