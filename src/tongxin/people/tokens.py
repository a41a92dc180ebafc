"""Pieces of names that a search can meet, and the keyed marks that stand for them.

A name gives its characters and the syllables of its pinyin, alone and in pairs, and their first letters
in pairs and threes; a query gives the pieces that a name must have. Pieces narrow, `matches` decides.
"""

import hashlib
import hmac
import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import pairwise, product

from tongxin.lib.sounds import readings, syllables

LONGEST = 64
DEPTH = 3
KEPT_MARKS = 30_000
SIZE = 8
LONGEST_SYLLABLE = 6
PLAIN = re.compile("[\u4e00-\u9fff]{1,64}")
RUNS = re.compile(r"[a-z]+|[^a-z]")
NUMBER = re.compile(r"(?=.*[0-9])[0-9a-z]{6,40}")
NEVER_FIRST = frozenset("iuv")


def normalise(text: str) -> str:
    """A name or a query as it is compared: one width, one case, no tones, spaces, dots or hyphens."""
    if PLAIN.fullmatch(text):
        return text
    if text.isascii() and text.isalnum():
        return text.lower()[:LONGEST]
    folded = unicodedata.normalize("NFKD", text.replace("ü", "v").replace("Ü", "v")).casefold()
    parts = unicodedata.normalize("NFKD", folded[: LONGEST * 4])
    return "".join(each for each in parts if unicodedata.category(each)[0] not in "ZCPM")[:LONGEST]


def number(text: str) -> str:
    """An identity number as it is compared; empty when the text can't be one."""
    plain = normalise(text)
    return plain if NUMBER.fullmatch(plain) else ""


@lru_cache(maxsize=10_000)
def _initials(character: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(reading[0] for reading in readings(character)))


def _syllables_of(character: str) -> list[str]:
    """The readings that a query can't be taken for first letters by."""
    return [reading for reading in readings(character) if len(reading) > 1]


def _is_letter(character: str) -> bool:
    return "a" <= character <= "z"


@lru_cache(maxsize=10_000)
def _alone(character: str) -> tuple[str, ...]:
    spoken = tuple(f"s{reading}" for reading in readings(character))
    return spoken if _is_letter(character) else (f"c{character}", *spoken)


@lru_cache(maxsize=30_000)
def _pair(left: str, right: str) -> tuple[str, ...]:
    initials = tuple(f"i{a}{b}" for a in _initials(left) for b in _initials(right))
    spoken = tuple(f"p{a} {b}" for a in _syllables_of(left) for b in _syllables_of(right))
    if _is_letter(left) or _is_letter(right):
        return initials + spoken
    return (f"b{left}{right}", *initials, *spoken)


def _triple(*three: str) -> Iterator[str]:
    return (f"t{''.join(letters)}" for letters in product(*map(_initials, three)))


def name_pieces(name: str) -> set[str]:
    """Everything by which a name can be found."""
    text = normalise(name)
    pieces: set[str] = set()
    for character in text:
        pieces.update(_alone(character))
    for left, right in pairwise(text):
        pieces.update(_pair(left, right))
    for three in zip(text, text[1:], text[2:], strict=False):
        pieces.update(_triple(*three))
    return pieces


def place_piece(division_id: int) -> str:
    """The piece of a place that contains the child's home."""
    return f"d{division_id}"


def number_piece(id_no: str) -> str:
    """The piece of a whole identity number; empty when the text can't be one."""
    plain = number(id_no)
    return f"n{plain}" if plain else ""


def query_pieces(text: str) -> list[frozenset[str]]:
    """The ways to read a query, each as the pieces that a name must have; empty without words."""
    ways: list[tuple[str, ...]] = [()]
    for run in RUNS.findall(normalise(text)):
        options = list(_spellings(run)) if _is_letter(run[0]) else [(run,)]
        ways = [way if len(way) >= DEPTH else (*way, *option)[:DEPTH] for way in ways for option in options]
        ways = list(dict.fromkeys(ways))
        if all(len(way) >= DEPTH for way in ways):
            break
    return list(dict.fromkeys(_wanted(way) for way in ways if way))


# Pairs of characters, and of whole syllables.
EXACT = "bp"


def _wanted(way: tuple[str, ...]) -> frozenset[str]:
    """The pieces of a few neighbours: of pairs what is known most exactly, of all of them the first letters."""
    if len(way) == 1:
        return frozenset([f"s{way[0]}" if _is_letter(way[0][0]) else f"c{way[0]}"])
    pairs = {pair: _neighbours(*pair) for pair in pairwise(way)}
    # Whoever has the pair has each of the two: what follows anyway is not asked, each piece costs the index a walk.
    exact = {segment for pair, piece in pairs.items() if piece[0] in EXACT for segment in pair}
    pieces = {*pairs.values(), *(_single(segment) for segment in way if segment not in exact)}
    if len(way) == DEPTH and not exact.issuperset(way):
        pieces.add("t" + "".join(_initials(segment[0])[0] for segment in way))
    return frozenset(pieces - {""})


def _single(segment: str) -> str:
    if not _is_letter(segment[0]):
        return f"c{segment}"
    return f"s{segment}" if len(segment) > 1 else ""


def _neighbours(left: str, right: str) -> str:
    spoken = [_is_letter(segment[0]) for segment in (left, right)]
    if not any(spoken):
        return f"b{left}{right}"
    if all(spoken) and len(left) > 1 and len(right) > 1:
        return f"p{left} {right}"
    return f"i{_initials(left[0])[0]}{_initials(right[0])[0]}"


def _spellings(run: str) -> Iterator[tuple[str, ...]]:
    """Letters as first letters, as syllables, or one after the other; the first segments suffice."""
    yield tuple(run[:DEPTH])
    size = len(run)
    tail = max((at + 1 for at, letter in enumerate(run) if letter in NEVER_FIRST), default=0)
    yield from _walk(run, 0, (), _reachable(run, frozenset(range(tail, size + 1))), tail)
    whole = _reachable(run, frozenset({size}))
    first = next((at for at, letter in enumerate(run) if letter in NEVER_FIRST), size)
    for at in range(1, min(first + 1, size)):
        if at in whole:
            yield from _walk(run, at, tuple(run[:at]), whole, size)


def _reachable(run: str, ends: frozenset[int]) -> frozenset[int]:
    """The places in a run from which syllables lead to one of `ends`."""
    found = set(ends)
    for at in range(len(run) - 1, -1, -1):
        if any(stop in found for stop in _stops(run, at)):
            found.add(at)
    return frozenset(found)


def _stops(run: str, at: int) -> list[int]:
    last = min(at + LONGEST_SYLLABLE, len(run))
    return [stop for stop in range(at + 1, last + 1) if run[at:stop] in syllables()]


def _walk(
    run: str, at: int, taken: tuple[str, ...], allowed: frozenset[int], tail: int
) -> Iterator[tuple[str, ...]]:
    """Syllables from `at` on, letters from `tail` on."""
    if at == len(run) or len(taken) >= DEPTH:
        yield taken[:DEPTH]
        return
    for stop in _stops(run, at):
        if stop in allowed:
            yield from _walk(run, stop, (*taken, run[at:stop]), allowed, tail)
    if taken and at >= tail:
        yield (*taken, *run[at:])[:DEPTH]


def matches(query: str, name: str) -> bool:
    """Whether a name has the query in it: characters as written, letters as pinyin or first letters."""
    wanted, text = normalise(query), normalise(name)
    if not wanted:
        return False
    ends = {(0, start) for start in range(len(text))}
    while ends:
        if any(used == len(wanted) for used, _ in ends):
            return True
        ends = {
            (used + step, at + 1)
            for used, at in ends if at < len(text)
            for step in _steps(wanted, used, text[at])
        }
    return False


def _steps(wanted: str, used: int, character: str) -> set[int]:
    """How many signs of the query one character of a name can stand for."""
    if wanted[used] == character:
        return {1}
    if not _is_letter(wanted[used]) or _is_letter(character):
        return set()
    spoken = readings(character)
    whole = {len(reading) for reading in spoken if wanted.startswith(reading, used)}
    return whole | ({1} if any(reading[0] == wanted[used] for reading in spoken) else set())


class Marks(dict[str, int]):
    """The numbers that stand for pieces under one county's key; without the key they say nothing.

    Eight of the digest's bytes are kept, as what the databases index; two pieces may share a mark.
    """

    def __init__(self, key: bytes) -> None:
        super().__init__()
        self._key = key

    def __missing__(self, piece: str) -> int:
        if len(self) >= KEPT_MARKS:
            self.clear()
        mark = self[piece] = self.once(piece)
        return mark

    def once(self, piece: str) -> int:
        """The mark of a piece that won't come again and is not to be kept in memory."""
        digest = hmac.digest(self._key, piece.encode(), hashlib.sha256)
        return int.from_bytes(digest[:SIZE], "big", signed=True)

    def of(self, pieces: Iterable[str]) -> list[int]:
        """The marks of some pieces, without repeats."""
        return sorted({self[piece] for piece in pieces})
