"""How the people of a file are called: whole, in part, doubled, with a title, in letters, or misheard."""

import re
from collections.abc import Callable, Iterable, Iterator

from tongxin.core.scrubbing.rules import Rules

Readings = Callable[[str], tuple[str, ...]]
Span = tuple[int, int]
GAP = r"[\s·.\-_*\u200b]{0,2}"
HAN = "[一-龥]"
DOTS = re.compile(r"[\s·.\-]+")
# A foreign name's part of one sign says nothing.
LEAST = 2
INITIALS = 3
# After a surname that the file doesn't know these say too little.
ALSO_WORDS = frozenset({"头", "家", "队"})
ENDS = r"(?=[^一-龥]|$|[的和与在是说也常把被来带借比约有给])"


def forms_of(name: str, rules: Rules) -> Iterator[str]:
    """Patterns of what a person of this name is called."""
    parts = [each for each in DOTS.split(name) if each]
    whole = "".join(parts)
    yield _spaced(whole)
    if len(parts) > 1 or (len(whole) > INITIALS and not surname_of(whole, rules)):
        yield from (f"[{''.join(rules.before)}]?{_spaced(each)}" for each in parts if len(each) >= LEAST)
        yield from (f"[{''.join(rules.before)}]?{each}" for each in _halves(parts))
        return
    surname = surname_of(whole, rules)
    given = whole.removeprefix(surname) if surname else whole
    if len(given) >= LEAST:
        yield _spaced(given)
    if surname:
        yield f"{re.escape(surname)}{_spaced(given[:1])}[某×x*]|{re.escape(surname)}[某×x*]{re.escape(given[-1:])}"
        yield f"{re.escape(surname[:1])}[某×*]{{1,2}}"
        titles = "|".join(map(re.escape, sorted((*rules.titles, *rules.relatives), key=len, reverse=True)))
        yield f"{re.escape(surname)}(?:{titles})"
        yield f"[小老]{re.escape(surname)}(?:头)?"
    yield from _pet_names(given, rules)


def _halves(parts: list[str]) -> Iterator[str]:
    """The last or first signs of a long name that isn't made of surname and given name."""
    for each in parts:
        if len(each) >= 2 * LEAST:
            yield re.escape(each[:LEAST])
            yield re.escape(each[-LEAST:])


def _pet_names(given: str, rules: Rules) -> Iterator[str]:
    before, after = "".join(rules.before), "".join(rules.after)
    for sign in dict.fromkeys((given[-1:], given[:1])):
        if sign and re.fullmatch(HAN, sign):
            yield f"{sign}{sign}|[{before}]{sign}(?:[{after}])?"
    if given:
        yield f"{re.escape(given[-1])}[{after}]"


def surname_of(whole: str, rules: Rules) -> str:
    """The surname a name begins with; empty where it doesn't look like a Chinese one."""
    double = next((each for each in rules.double_surnames if whole.startswith(each)), "")
    if double:
        return double
    return whole[0] if LEAST <= len(whole) <= INITIALS and whole[0] in rules.surnames | {"方", "钱", "于"} else ""


def in_letters(name: str, readings: Readings) -> Iterator[str]:
    """Patterns of a name in pinyin, surname first or last, and its first letters."""
    whole = DOTS.sub("", name)
    spelt = [readings(sign)[0] for sign in whole if re.fullmatch(HAN, sign)]
    if len(spelt) < LEAST:
        return
    apart, first = r"[\s\-_.]?", "".join(each[0] for each in spelt)
    orders = [spelt, [*spelt[1:], spelt[0]], spelt[1:]] if len(spelt) > LEAST else [spelt, spelt[::-1]]
    for order in orders:
        yield rf"(?<![a-z]){apart.join(map(re.escape, order))}(?![a-z])"
    if len(first) >= INITIALS:
        yield rf"(?<![a-z]){first}(?![a-z0-9_])"


def misheard(text: str, names: Iterable[str], readings: Readings) -> Iterator[Span]:
    """Where a whole name stands in other characters of the same sound; of two signs one has to be the same."""
    sounds = [set(readings(sign)) if re.fullmatch(HAN, sign) else set() for sign in text]
    for name in names:
        if not re.fullmatch(f"{HAN}{{2,4}}", name):
            continue
        wanted = [set(readings(sign)) for sign in name]
        for start in range(len(text) - len(name) + 1):
            signs = text[start : start + len(name)]
            alike = all(a & b for a, b in zip(sounds[start : start + len(name)], wanted, strict=True))
            same = sum(a == b for a, b in zip(signs, name, strict=True))
            if alike and same and signs != name:
                yield start, start + len(name)


def strangers(rules: Rules) -> Iterator[str]:
    """Patterns of people whom the file doesn't know: by a title after the name or a word before it."""
    doubles = "|".join(rules.double_surnames)
    surname = f"(?:{doubles}|[{''.join(sorted(rules.surnames))}])"
    titles = "|".join(map(re.escape, rules.titles))
    called = [each for each in rules.relatives if each not in ALSO_WORDS]
    relatives = "|".join(sorted(called, key=len, reverse=True))
    cues = "|".join(map(re.escape, sorted(rules.cues, key=len, reverse=True)))
    yield f"{surname}{HAN}{{0,2}}?(?=(?:{titles}))(?:{titles})"
    yield f"{surname}(?:{relatives})"
    yield f"[小老]{surname}(?![一-龥])"
    yield f"(?:{cues})[“\"]?({surname}{HAN}{{1,2}}?){ENDS}"
    foreign = f"[{rules.foreign_signs}]"
    yield f"{foreign}{{3,}}(?:[·\\s]{foreign}{{2,}})?"
    yield f"(?:{cues})[“\"]?({foreign}{{2,}})"


def _spaced(word: str) -> str:
    return GAP.join(map(re.escape, word))
