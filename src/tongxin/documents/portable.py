"""Whether a PDF can be kept: whole, open, quiet, and no larger inside than it may be."""

import re
import zlib
from collections.abc import Iterator

from tongxin.documents.faults import NotTaken

BROKEN = "PDF 不完整或已损坏，没有保存。请重新扫描或重新导出后再传。"
LOCKED = "PDF 设了密码，将来可能打不开，没有保存。请去掉密码后再传。"
ACTIVE = "PDF 里带有程序、表单脚本或别的文件，没有保存。请打印成新的 PDF，或拍照后再传。"
TOO_LARGE = "PDF 展开后过大，没有保存。请降低扫描清晰度，或分成几份再传。"
STREAM = re.compile(rb"(?<!end)stream\r?\n")
QUOTED = re.compile(rb"#([0-9A-Fa-f]{2})")
ACTS = re.compile(rb"/(?:JavaScript|JS|Launch|EmbeddedFiles?|RichMedia|XFA|SubmitForm|ImportData)(?![A-Za-z0-9])")
LOCKS = re.compile(rb"/Encrypt(?![A-Za-z0-9])")
TAIL, STEP = 4096, 1_000_000


def check(content: bytes, *, most: int) -> None:
    """Nothing, if the PDF can be kept; `NotTaken` says why not."""
    tail = content[-TAIL:]
    if b"%%EOF" not in tail or b"startxref" not in tail:
        raise NotTaken(BROKEN)
    plain, left = [], most
    for outside, stream in _pieces(content):
        plain.append(outside)
        if stream is None:
            continue
        holds_objects = b"/ObjStm" in _named(outside[-400:])
        size, opened = _inflated(stream, most=left, keep=holds_objects)
        left -= size
        if holds_objects:
            plain.append(opened)
    words = _named(b"\n".join(plain))
    if LOCKS.search(words):
        raise NotTaken(LOCKED)
    if ACTS.search(words):
        raise NotTaken(ACTIVE)


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


def _inflated(stream: bytes, *, most: int, keep: bool) -> tuple[int, bytes]:
    """How large a packed stream is inside, and its content if that is wanted; others count nothing."""
    work, size, rest = zlib.decompressobj(), 0, stream
    opened: list[bytes] = []
    try:
        while rest and not work.eof:
            piece = work.decompress(rest, STEP)
            size, rest = size + len(piece), work.unconsumed_tail
            if size > most:
                raise NotTaken(TOO_LARGE)
            if keep:
                opened.append(piece)
    except zlib.error:
        return size, b"".join(opened)
    return size, b"".join(opened)
