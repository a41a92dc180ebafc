"""What of the list stands in a text, each with its place, so that a person sees the very words."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from tongxin.core.danger_words.lexicon import Lexicon

# A new line ends a clause; other spaces only stand between signs.
LINES = "\n\r\u2028\u2029"
_WIDE: dict[int, int | str] = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_WIDE[0x3000] = " "


@dataclass(frozen=True, slots=True)
class Found:
    """Signs `start` to `end` of a text, and the kind of danger they may speak of."""

    start: int
    end: int
    kind: str


def find(text: str, lexicon: Lexicon) -> tuple[Found, ...]:
    """Everything of the list that nothing around it takes back, in the order of the text; spaces don't hide a word."""
    plain, places = _plain(text)
    spans = _apart(
        (match.start(), match.end(), term.kind)
        for term, pattern in lexicon.terms for match in pattern.finditer(plain)
    )
    idle = [match.span() for word in lexicon.never for match in re.finditer(re.escape(word), plain)]
    return tuple(
        Found(places[start], places[end - 1] + 1, kind) for start, end, kind in spans
        if not any(low <= start and end <= high for low, high in idle)
        and not _is_taken_back(plain, start, end, lexicon)
    )


def _plain(text: str) -> tuple[str, list[int]]:
    """The text in half-width, lower case, without spaces but with its lines, and where each of its signs stood."""
    kept = [(low, at) for at, sign in enumerate(text.translate(_WIDE)) if not sign.isspace() or sign in LINES
            for low in (sign.lower() if len(sign.lower()) == 1 else sign)]
    return "".join(sign for sign, _ in kept), [at for _, at in kept]


def _is_taken_back(plain: str, start: int, end: int, lexicon: Lexicon) -> bool:
    before = lexicon.clause_end.split(plain[:start])[-1]
    if before.endswith(lexicon.bans) or _denials(before, lexicon) % 2:
        return True
    after = plain[end:]
    if after.startswith(lexicon.after):
        return True
    if plain[start:end] in lexicon.taught and _is_lesson(lexicon.clause_end.split(after)[0], lexicon):
        return True
    is_asked = any(word in before for word in lexicon.questions)
    return is_asked and _is_answered_no(after, lexicon)


def _is_lesson(after: str, lexicon: Lexicon) -> bool:
    return any(word in after[: lexicon.topic_within + len(word)] for word in lexicon.topics)


def _is_answered_no(after: str, lexicon: Lexicon) -> bool:
    """Whether a clause soon after a question is a whole no; silence and what is not denied are none."""
    told = 0
    for clause in lexicon.clause_end.split(after):
        if told > lexicon.answer_within:
            return False
        if clause.endswith(lexicon.answers_no) and not clause.endswith(lexicon.no_answers):
            return True
        told += len(clause) + 1
    return False


def _denials(before: str, lexicon: Lexicon) -> int:
    """How many denials stand before a word with nothing between that would end their reach; two make a yes."""
    count, rest = 0, before
    while not rest.endswith(lexicon.questions):
        denial = next((word for word in lexicon.denials if rest.endswith(word)), "")
        passed = denial or next((word for word in lexicon.between if rest.endswith(word)), "")
        if not passed:
            break
        count += bool(denial)
        rest = rest[: -len(passed)]
    return count


def _apart(spans: Iterable[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    """Without those that stand within another of their kind, in the order of the text."""
    kept: list[tuple[int, int, str]] = []
    for start, end, kind in sorted(set(spans), key=lambda each: (each[0], -each[1], each[2])):
        if not any(low <= start and end <= high and kind == other for low, high, other in kept):
            kept.append((start, end, kind))
    return kept
