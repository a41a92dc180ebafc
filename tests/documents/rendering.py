"""Pages as they are seen: a PDF or a paper's data rendered, and its dots looked at one by one."""

import struct
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import typst

from tongxin.documents import typesetting

DARK, PAPER = 128, (210, 297)


@dataclass(frozen=True)
class Seen:
    """A page as rows of grey, 0 black to 255 white."""

    rows: tuple[bytes, ...]

    @property
    def width(self) -> int:
        return len(self.rows[0])

    @property
    def height(self) -> int:
        return len(self.rows)

    def grey(self, across: float, down: float) -> int:
        """The dot so many millimetres from the left and from the top of an A4 page."""
        return self.rows[round(down / PAPER[1] * self.height)][round(across / PAPER[0] * self.width)]

    def ink(self, *, across: tuple[float, float] = (0, 210), down: tuple[float, float] = (0, 297)) -> int:
        """How many dark dots stand in a part of the page, in millimetres."""
        left, right = (round(each / PAPER[0] * self.width) for each in across)
        top, bottom = (round(each / PAPER[1] * self.height) for each in down)
        return sum(dot < DARK for row in self.rows[top:bottom] for dot in row[left:right])


def pages_of(paper: Mapping[str, Any], *, dots_per_inch: float = 40, book: bool = False) -> list[Seen]:
    """The pages of a paper as drawn from its data."""
    template = typesetting.BOOK if book else typesetting.SHEET
    return [seen(each) for each in typesetting.pictures(paper, dots_per_inch=dots_per_inch, template=template)]


def page_of(pdf: bytes, number: int, *, folder: Path, dots_per_inch: float = 40) -> Seen:
    """One page of a finished PDF, from 1."""
    (folder / "seen.pdf").write_bytes(pdf)
    source = f'#set page(paper: "a4", margin: 0pt)\n#image("seen.pdf", page: {number}, width: 100%)'
    template: Any = source.encode()
    made: Any = typst.compile(template, root=folder, format="png", ppi=dots_per_inch)
    return seen(made if isinstance(made, bytes) else made[0])


def seen(png: bytes) -> Seen:
    """The dots of a PNG of eight bits with red, green, blue and how far each is seen through, on white."""
    width, height, bits, kind = struct.unpack_from(">IIBB", png, 16)
    assert (bits, kind) == (8, 6)
    packed = zlib.decompress(b"".join(body for name, body in _chunks(png) if name == b"IDAT"))
    step, rows, above = width * 4 + 1, [], bytes(width * 4)
    for start in range(0, step * height, step):
        above = _plain(packed[start], bytearray(packed[start + 1 : start + step]), above)
        by_part = (above[at::4] for at in range(4))
        is_plain = min(above[3::4]) == 255 and above[0::4] == above[1::4] == above[2::4]
        rows.append(above[0::4] if is_plain else bytes(
            255 - (255 - (red + green + blue) // 3) * seen // 255
            for red, green, blue, seen in zip(*by_part, strict=True)
        ))
    return Seen(tuple(rows))


def _chunks(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 8
    while at < len(png):
        (size,) = struct.unpack_from(">I", png, at)
        yield png[at + 4 : at + 8], png[at + 8 : at + 8 + size]
        at += size + 12


def _plain(kind: int, line: bytearray, above: bytes) -> bytes:
    """A line as it was before it was packed (PNG, 9.2); one like the line above it needs no counting."""
    if kind in {2, 4} and not any(line):
        return above
    for at in range(len(line) if kind else 0):
        left, up = line[at - 4] if at > 3 else 0, above[at]
        corner = above[at - 4] if at > 3 else 0
        line[at] = (line[at] + (left, up, (left + up) // 2, _paeth(left, up, corner))[kind - 1]) & 0xFF
    return bytes(line)


def _paeth(left: int, up: int, corner: int) -> int:
    near = (abs(up - corner), abs(left - corner), abs(left + up - 2 * corner))
    return (left, up, corner)[near.index(min(near))]
