"""Small files of every kind, made by hand so that a test knows each of their bytes."""

import struct
import zlib

PLACE = b"36.2134N 117.6767E"


def png(*, width: int = 2, height: int = 2, text: bytes = b"") -> bytes:
    """A picture; `text` is what a camera might have written into it."""
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    rows = (b"\x00" + b"\x7f" * width) * height if width * height < 1000 else b"\x00"
    parts = [chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))]
    if text:
        parts.append(chunk(b"tEXt", b"Comment\x00" + text))
    return b"\x89PNG\r\n\x1a\n" + b"".join([*parts, chunk(b"IDAT", zlib.compress(rows)), chunk(b"IEND", b"")])


def exif(*, orientation: int = 6, place: bytes = PLACE) -> bytes:
    """What a camera writes: how it was held, and where it was."""
    entries = struct.pack(">HHIHH", 0x0112, 3, 1, orientation, 0) + struct.pack(">HHII", 0x010E, 2, len(place), 38)
    return b"Exif\x00\x00MM\x00*\x00\x00\x00\x08\x00\x02" + entries + b"\x00\x00\x00\x00" + place


def jpeg(*, width: int = 4, height: int = 3, camera: bytes = b"", behind: bytes = b"") -> bytes:
    """A picture with the segments that a camera writes; `behind` follows its end."""
    def segment(marker: int, body: bytes) -> bytes:
        return bytes([0xFF, marker]) + struct.pack(">H", len(body) + 2) + body

    parts = [b"\xff\xd8", segment(0xE0, b"JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00")]
    if camera:
        parts.append(segment(0xE1, camera))
    parts += [
        segment(0xFE, b"taken by somebody"), segment(0xDB, bytes(65)),
        segment(0xC0, struct.pack(">BHHB", 8, height, width, 1) + b"\x01\x11\x00"),
        segment(0xDA, b"\x01\x01\x00\x00\x3f\x00") + b"\x12\xff\x00\x34\xff\xd0\x56", b"\xff\xd9",
    ]
    return b"".join(parts) + behind


def pdf(*, objects: bytes = b"1 0 obj<</Type/Catalog>>endobj\n", tail: bytes = b"startxref\n9\n%%EOF\n") -> bytes:
    """A PDF as far as its outside goes."""
    return b"%PDF-1.7\n" + objects + b"trailer<</Root 1 0 R>>\n" + tail


def stream(content: bytes, kind: bytes = b"/Length 1") -> bytes:
    """One packed stream of a PDF."""
    return b"2 0 obj<<" + kind + b"/Filter/FlateDecode>>stream\n" + zlib.compress(content, 9) + b"\nendstream endobj\n"
