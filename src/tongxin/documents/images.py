"""Pictures taken apart: where and with what they were taken is left out, and so is whatever hides behind them."""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from tongxin.documents.faults import NotTaken

BROKEN = "图片不完整或已损坏，没有保存。请重新拍照或重新导出后再传。"
START, END, SCAN, QUOTED = 0xD8, 0xD9, 0xDA, 0x00
RESTARTS = range(0xD0, 0xD8)
FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
EXIF, COMMENT, ADOBE, TURNED = 0xE1, 0xFE, 0xEE, 0x0112
# Baseline, extended and progressive by Huffman: what PDF's DCTDecode takes.
PLAIN = frozenset({0xC0, 0xC1, 0xC2})
# JFIF, colour profile, Adobe's colours: a picture looks wrong without them, and they tell of nobody.
LOOKS = {0xE0: b"JFIF", 0xE2: b"ICC_PROFILE\x00", 0xEE: b"Adobe"}
PNG_START = b"\x89PNG\r\n\x1a\n"
PNG_LOOKS = frozenset({
    b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"sBIT", b"bKGD", b"pHYs",
})


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture as it is kept, and how many pixels it has."""

    kept: bytes
    pixels: int


@dataclass(frozen=True, slots=True)
class Shape:
    """What a JPEG is by its frame: sides in pixels, parts of a colour, how the camera was held (1 to 8)."""

    width: int
    height: int
    parts: int
    turned: int
    # Packed in one of the ways every printer knows, eight bits a part.
    is_plain: bool
    # Adobe's programs write the four printing colours the other way round.
    is_inverted: bool


def shape_of_jpeg(content: bytes) -> Shape:
    """The shape of a picture that was kept."""
    frame, turned, is_inverted = b"", 0, False
    for marker, segment in _segments(content):
        if marker in FRAMES:
            frame = frame or segment
        elif marker == EXIF:
            turned = turned or _orientation(segment[4:])
        elif marker == ADOBE:
            is_inverted = is_inverted or segment[4:].startswith(LOOKS[ADOBE])
    if not _pixels(frame):
        raise NotTaken(BROKEN)
    height, width = struct.unpack(">HH", frame[5:9])
    return Shape(width, height, frame[9], turned or 1, frame[1] in PLAIN and frame[4] == 8, is_inverted)


def clean_jpeg(content: bytes) -> Picture:
    """The picture with its orientation, without other metadata and without anything after its end."""
    kept, pixels, turned = [b"\xff\xd8"], 0, 0
    for marker, segment in _segments(content):
        if marker in FRAMES:
            pixels = _pixels(segment)
        if marker == EXIF:
            turned = turned or _orientation(segment[4:])
        if _is_kept(marker, segment):
            kept.append(segment)
    if not pixels:
        raise NotTaken(BROKEN)
    # Behind JFIF's own segment, which comes first where there is one.
    place = 2 if len(kept) > 1 and kept[1][1] == 0xE0 else 1
    return Picture(b"".join([*kept[:place], _turned(turned), *kept[place:]]), pixels)


def _is_kept(marker: int, segment: bytes) -> bool:
    if marker in LOOKS:
        return segment[4:].startswith(LOOKS[marker])
    return marker != COMMENT and not 0xE0 <= marker <= 0xEF


def _segments(content: bytes) -> Iterator[tuple[int, bytes]]:
    """Each marker with its bytes up to the end of the picture; a scan carries its data."""
    at, size = 2, len(content)
    while at + 2 <= size:
        if content[at] != 0xFF:
            break
        marker = content[at + 1]
        if marker == 0xFF:
            at += 1
            continue
        if marker == END:
            yield marker, content[at : at + 2]
            return
        if at + 4 > size:
            break
        end = at + 2 + int.from_bytes(content[at + 2 : at + 4], "big")
        if end > size or end < at + 4:
            break
        if marker == SCAN:
            end = _end_of_scan(content, end)
        yield marker, content[at:end]
        at = end
    raise NotTaken(BROKEN)


def _end_of_scan(content: bytes, at: int) -> int:
    while (at := content.find(b"\xff", at)) != -1 and at + 1 < len(content):
        following = content[at + 1]
        if following != QUOTED and following not in RESTARTS and following != 0xFF:
            return at
        at += 1 if following == 0xFF else 2
    raise NotTaken(BROKEN)


def _pixels(segment: bytes) -> int:
    if len(segment) < 9:
        raise NotTaken(BROKEN)
    height, width = struct.unpack(">HH", segment[5:9])
    return int(height) * int(width)


def _orientation(exif: bytes) -> int:
    """How the camera was held, 1 to 8; 0 when the picture doesn't say."""
    order = {b"II": "<", b"MM": ">"}.get(exif[6:8])
    if not exif.startswith(b"Exif\x00\x00") or order is None:
        return 0
    tiff = exif[6:]
    try:
        (first,) = struct.unpack_from(f"{order}I", tiff, 4)
        (count,) = struct.unpack_from(f"{order}H", tiff, first)
        for at in range(first + 2, first + 2 + 12 * min(count, 200), 12):
            tag, _, _, value = struct.unpack_from(f"{order}HHIH", tiff, at)
            if tag == TURNED:
                return value if 1 <= value <= 8 else 0
    except struct.error:
        return 0
    return 0


def _turned(orientation: int) -> bytes:
    if orientation in {0, 1}:
        return b""
    tiff = b"MM\x00*\x00\x00\x00\x08\x00\x01" + struct.pack(">HHIHHI", TURNED, 3, 1, orientation, 0, 0)
    exif = b"Exif\x00\x00" + tiff
    return b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif


def chunks_of_png(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The name and the body of each part of a picture that was kept."""
    at = len(PNG_START)
    while at + 12 <= len(content):
        (size,) = struct.unpack_from(">I", content, at)
        yield content[at + 4 : at + 8], content[at + 8 : at + 8 + size]
        at += 12 + size


def clean_png(content: bytes) -> Picture:
    """The picture without texts, times and places, and without anything after its end."""
    kept, at, pixels = [PNG_START], len(PNG_START), 0
    while at + 12 <= len(content):
        (size,) = struct.unpack_from(">I", content, at)
        kind, end = content[at + 4 : at + 8], at + 12 + size
        if end > len(content) or zlib.crc32(content[at + 4 : end - 4]) != int.from_bytes(content[end - 4 : end], "big"):
            break
        if kind == b"IHDR" and size == 13:
            width, height = struct.unpack_from(">II", content, at + 8)
            pixels = width * height
        if kind in PNG_LOOKS:
            kept.append(content[at:end])
        if kind == b"IEND" and pixels:
            return Picture(b"".join(kept), pixels)
        at = end
    raise NotTaken(BROKEN)
