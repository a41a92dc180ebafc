"""Keyed marks of a note: how alike two notes are can be told from them, what they say can't. Pure.

MinHash by one permutation (Li, Owen, Zhang 2012): every run of four signs is hashed under a key of the county, and
the smallest hash of each of 64 bins is kept, 16 bits of it. Two notes share about as many bins as runs of signs.
Digits, punctuation and blanks don't count, so that another date doesn't make a copy a new note.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations

BINS, WIDTH, RUN = 64, 2, 4
SIZE = BINS * WIDTH
# Signs of dates and hours.
DATES = frozenset("年月日号时点分")
# 0 stands for an empty bin; bins are compared in groups to find notes that may be alike at all.
GROUP = 4 * WIDTH


def plain(text: str) -> str:
    """The signs that count."""
    return "".join(sign for sign in text if sign.isalpha() and sign not in DATES)


def mark(text: str, *, key: bytes) -> bytes:
    """The marks of a note, 128 bytes; empty where it has no run of signs."""
    signs = plain(text)
    least = [0] * BINS
    for start in range(len(signs) - RUN + 1):
        piece = signs[start : start + RUN].encode()
        said = int.from_bytes(hashlib.blake2b(piece, key=key[:64], digest_size=8).digest(), "big")
        at, value = said % BINS, 1 + (said // BINS) % 65535
        order = said // (BINS * 65535)
        if not least[at] or (order, value) < divmod(least[at], 65536):
            least[at] = order * 65536 + value
    if not any(least):
        return b""
    return b"".join((each % 65536).to_bytes(WIDTH, "big") for each in least)


def alike(one: bytes, other: bytes) -> int:
    """How alike two notes are, in percent of the bins that either of them fills."""
    pairs = [(one[at : at + WIDTH], other[at : at + WIDTH]) for at in range(0, SIZE, WIDTH)]
    filled = [(a, b) for a, b in pairs if any(a) or any(b)]
    return 100 * sum(a == b for a, b in filled) // len(filled) if filled else 0


def near(notes: Mapping[int, bytes], *, least: int) -> Iterator[tuple[int, int]]:
    """The pairs of notes that are alike in at least so many percent."""
    groups: dict[tuple[int, bytes], list[int]] = defaultdict(list)
    for number, marks in notes.items():
        for at in range(0, SIZE, GROUP):
            part = marks[at : at + GROUP]
            if any(part):
                groups[at, part].append(number)
    seen: set[tuple[int, int]] = set()
    for same in groups.values():
        for pair in combinations(same, 2):
            if pair not in seen:
                seen.add(pair)
                if alike(notes[pair[0]], notes[pair[1]]) >= least:
                    yield pair


def copies(pairs: Iterable[tuple[int, int]]) -> list[list[int]]:
    """The notes that hang together as copies of one another, the largest set first."""
    leads: dict[int, int] = {}

    def lead(each: int) -> int:
        while leads.setdefault(each, each) != each:
            each = leads[each]
        return each

    for one, other in pairs:
        first, second = sorted((lead(one), lead(other)))
        leads[second] = first
    sets: dict[int, list[int]] = defaultdict(list)
    for each in leads:
        sets[lead(each)].append(each)
    return sorted((sorted(each) for each in sets.values()), key=lambda each: (-len(each), each))
