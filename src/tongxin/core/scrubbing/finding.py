"""What is found in one text, and the text with it hidden."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

from tongxin.core.scrubbing import names
from tongxin.core.scrubbing.names import Readings
from tongxin.core.scrubbing.rules import BIRTH, MARKED, NAME, NUMBER, PLACE, SCHOOL, Rules
from tongxin.core.scrubbing.views import digits, plain

LEAST = 2
# A shorter number of the file would be found in many others.
LEAST_NUMBER = 5


@dataclass(frozen=True, slots=True)
class Known:
    """What a file knows that its texts may say."""

    names: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    schools: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    births: tuple[date, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Found:
    """Signs of a text that could tell who somebody is."""

    start: int
    end: int
    kind: str


def find(text: str, *, known: Known, rules: Rules, readings: Readings, more: Iterable[str] = ()) -> tuple[Found, ...]:
    """Everything found, in the order of the text and without overlaps; `more` are words that a person marked."""
    seen = plain(text)
    spans = [*_marked(text, more), *_by_pattern(text, seen, rules), *_by_names(seen, known, rules, readings),
             *_by_places(seen, known, rules), *_by_facts(text, known)]
    never = [match.span() for word in rules.never for match in re.finditer(re.escape(word), seen)]
    return _merged(text, [each for each in spans if not _is_never(each, never)])


def masked(text: str, found: Iterable[Found], *, rules: Rules) -> str:
    """The text with a mark in place of each thing found."""
    parts, at = [], 0
    for each in found:
        parts += [text[at : each.start], rules.kinds[each.kind].mark]
        at = each.end
    return "".join((*parts, text[at:]))


def _marked(text: str, more: Iterable[str]) -> Iterator[Found]:
    for word in more:
        if word.strip():
            yield from (Found(*match.span(), MARKED) for match in re.finditer(re.escape(word.strip()), text))


def _by_pattern(text: str, seen: str, rules: Rules) -> Iterator[Found]:
    counted = digits(text)
    for pattern in rules.patterns:
        for match in pattern.find.finditer(counted if pattern.on_digits else seen):
            yield Found(*match.span(1 if pattern.find.groups else 0), pattern.kind)


def _by_names(seen: str, known: Known, rules: Rules, readings: Readings) -> Iterator[Found]:
    for pattern in _patterns(known.names, rules, readings):
        for match in pattern.finditer(seen):
            yield Found(*match.span(1 if pattern.groups else 0), NAME)
    whole = [names.DOTS.sub("", plain(name)) for name in known.names]
    yield from (Found(*span, NAME) for span in names.misheard(seen, whole, readings))


def _patterns(known: tuple[str, ...], rules: Rules, readings: Readings) -> list[re.Pattern[str]]:
    found = [pattern for name in known for pattern in _of_name(plain(name), _Key(rules), readings)]
    return [*found, *_of_strangers(_Key(rules))]


class _Key:
    """Rules as a key to what was made of them: the same object, the same patterns."""

    def __init__(self, rules: Rules) -> None:
        self.rules = rules

    def __hash__(self) -> int:
        return id(self.rules)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and other.rules is self.rules


@lru_cache(maxsize=4096)
def _of_name(name: str, key: _Key, readings: Readings) -> tuple[re.Pattern[str], ...]:
    said = dict.fromkeys((*names.forms_of(name, key.rules), *names.in_letters(name, readings)))
    return tuple(re.compile(each) for each in said if each)


@lru_cache(maxsize=8)
def _of_strangers(key: _Key) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(each) for each in names.strangers(key.rules))


def _by_places(seen: str, known: Known, rules: Rules) -> Iterator[Found]:
    for kind, said in ((PLACE, known.places), (SCHOOL, known.schools)):
        for word in dict.fromkeys(short for each in said for short in _shorter(plain(each), rules)):
            yield from (Found(*match.span(), kind) for match in re.finditer(re.escape(word), seen))


def _shorter(word: str, rules: Rules) -> Iterator[str]:
    """A place's name whole and without its common ends, as long as two signs remain."""
    while len(word) >= LEAST:
        yield word
        end = next((each for each in sorted(rules.place_ends, key=len, reverse=True)
                    if word.endswith(each) and len(word) - len(each) >= LEAST), "")
        if not end:
            return
        if "委员会" in end:
            yield word.removesuffix("村民委员会").removesuffix("居民委员会")
        word = word.removesuffix(end)


def _by_facts(text: str, known: Known) -> Iterator[Found]:
    counted = digits(text)
    for number in known.numbers:
        signs = [re.escape(sign) for sign in plain(number) if sign.isalnum()]
        if len(signs) >= LEAST_NUMBER:
            pattern = r"[\s.\-]?".join(signs)
            yield from (Found(*match.span(), NUMBER) for match in re.finditer(pattern, counted))
    for born in known.births:
        years = f"(?:{born.year}|{born.year % 100:02d})"
        pattern = rf"(?<!\d){years}\s?[年./-]\s?0?{born.month}\s?[月./-]\s?0?{born.day}(?!\d)\s?[日号]?"
        yield from (Found(*match.span(), BIRTH) for match in re.finditer(pattern, counted))


def _is_never(found: Found, never: list[tuple[int, int]]) -> bool:
    return found.kind in {NAME, PLACE} and any(start <= found.start and found.end <= end for start, end in never)


def _merged(text: str, spans: list[Found]) -> tuple[Found, ...]:
    """Overlapping finds as one, of the kind of the longest; what a person marked stays so."""
    merged: list[tuple[int, int, Found]] = []
    for each in sorted(spans, key=lambda one: (one.start, -one.end)):
        if each.start >= each.end:
            continue
        if merged and each.start < merged[-1][1]:
            start, end, kind = merged[-1]
            longest = max(kind, each, key=lambda one: (one.kind == MARKED, one.end - one.start))
            merged[-1] = (start, max(end, each.end), longest)
        else:
            merged.append((each.start, each.end, each))
    return tuple(Found(start, end, one.kind) for start, end, one in merged)
