"""Makes screenshots small enough to keep, at most 256 colours: python -m tests.browser.pictures FOLDER."""

from __future__ import annotations

import struct
import sys
import zlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

SIGNATURE = b"\x89PNG\r\n\x1a\n"
MOST = 256
# Bytes of one pixel by the kind of colour that byte 25 of a PNG names.
DEPTHS = {2: 3, 6: 4}
Colour = tuple[int, ...]


def main(folder: str) -> None:
    """Every picture of the folder that still has all its colours gets its palette."""
    for file in sorted(Path(folder).glob("*.png")):
        png = file.read_bytes()
        if png[25] in DEPTHS:
            file.write_bytes(smaller(png))


def smaller(png: bytes) -> bytes:
    """The same picture with a palette; a colour that is rare gives way to the nearest common one."""
    parts = list(_chunks(png))
    width, height, _, kind = struct.unpack(">IIBB", parts[0][1][:10])
    depth = DEPTHS[kind]
    packed = b"".join(data for name, data in parts if name == b"IDAT")
    rows = _rows(zlib.decompress(packed), width * depth, height, depth)
    pixels = [list(zip(*(row[channel::depth] for channel in range(3)), strict=True)) for row in rows]
    palette, place = _palette(Counter(colour for row in pixels for colour in row))
    lines = b"".join(b"\0" + bytes(place[colour] for colour in row) for row in pixels)
    return SIGNATURE + b"".join((
        _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)),
        _chunk(b"PLTE", bytes(channel for colour in palette for channel in colour)),
        _chunk(b"IDAT", zlib.compress(lines, 9)), _chunk(b"IEND", b""),
    ))


def _palette(counted: Counter[Colour]) -> tuple[list[Colour], dict[Colour, int]]:
    common = [colour for colour, _ in counted.most_common(MOST)]
    place = {colour: number for number, colour in enumerate(common)}
    for rare in counted.keys() - place.keys():
        place[rare] = min(range(len(common)), key=lambda number: _distance(rare, common[number]))
    return common, place


def _distance(one: Colour, other: Colour) -> int:
    return sum((here - there) ** 2 for here, there in zip(one, other, strict=True))


def _rows(raw: bytes, stride: int, height: int, depth: int) -> Iterator[bytearray]:
    """The rows of pixels, each freed from the filter it was written with."""
    above = bytearray(stride)
    for number in range(height):
        start = number * (stride + 1)
        row = bytearray(raw[start + 1 : start + 1 + stride])
        _unfilter(raw[start], row, above, depth)
        yield row
        above = row


def _unfilter(kind: int, row: bytearray, above: bytearray, depth: int) -> None:
    if kind == 2:
        row[:] = bytes((here + up) & 255 for here, up in zip(row, above, strict=True))
    if kind not in {1, 3, 4}:
        return
    for at in range(len(row)):
        left, up, corner = (row[at - depth], above[at], above[at - depth]) if at >= depth else (0, above[at], 0)
        guess = left if kind == 1 else (left + up) >> 1 if kind == 3 else _nearest(left, up, corner)
        row[at] = (row[at] + guess) & 255


def _nearest(left: int, up: int, corner: int) -> int:
    if left == corner:
        return up
    if up == corner:
        return left
    by_left, by_up, by_corner = abs(up - corner), abs(left - corner), abs(left + up - corner - corner)
    if by_left <= by_up and by_left <= by_corner:
        return left
    return up if by_up <= by_corner else corner


def _chunks(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = len(SIGNATURE)
    while at < len(png):
        (length,) = struct.unpack(">I", png[at : at + 4])
        yield png[at + 4 : at + 8], png[at + 8 : at + 8 + length]
        at += 12 + length


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


if __name__ == "__main__":
    main(sys.argv[1])
