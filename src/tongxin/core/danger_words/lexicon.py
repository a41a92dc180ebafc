"""The list as a definition writes it: words by kind of danger, and what around them takes them back."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from tongxin.core.forms import content as take
from tongxin.core.language.errors import DefinitionError

LISTS = ("denials", "bans", "between", "questions", "answers_no", "no_answers", "after", "taught", "topics", "never")
HEAD = ("id", "zh", "version", "source", "means", "switched_on", "forms", "kinds", "breaks", "reach", *LISTS)
# Stands for a few signs between two parts of an expression.
GAP = "…"


@dataclass(frozen=True, slots=True)
class Term:
    """One expression, of one kind of danger."""

    zh: str
    kind: str


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The list: terms as they are looked for, and the words around them, the longest first.

    A term is passed over when a denial stands before it (`between` lists what may stand in between), when it answers
    a worker's question with no, when it names the topic of a lesson, or inside an expression that means nothing.
    """

    is_on: bool
    forms: frozenset[str]
    kinds: Mapping[str, str]
    terms: tuple[tuple[Term, re.Pattern[str]], ...]
    clause_end: re.Pattern[str]
    answer_within: int
    topic_within: int
    denials: tuple[str, ...]
    bans: tuple[str, ...]
    between: tuple[str, ...]
    questions: tuple[str, ...]
    answers_no: tuple[str, ...]
    no_answers: tuple[str, ...]
    after: tuple[str, ...]
    taught: tuple[str, ...]
    topics: tuple[str, ...]
    never: tuple[str, ...]


def read(content: Mapping[str, Any]) -> Lexicon:
    """The definition as an object; a word written twice or with an empty part is refused."""
    take.mapping(content, "", required=HEAD, optional=("valid_from",))
    kinds: dict[str, str] = {}
    terms: list[Term] = []
    for at, raw in enumerate(take.sequence(content["kinds"], "kinds")):
        path = f"kinds[{at}]"
        each = take.mapping(raw, path, required=("id", "zh", "terms"))
        kinds[take.identifier(each, path)] = str(each["zh"])
        words = take.sequence(each["terms"], f"{path}.terms")
        terms += [Term(_word(word, f"{path}.terms"), each["id"]) for word in words]
    take.unrepeated([each.zh for each in terms], "kinds", "词")
    lists = {key: _longest_first(take.sequence(content[key], key)) for key in LISTS}
    lists["between"] = _longest_first([*lists["between"], *(term.zh for term in terms)])
    reach = take.mapping(content["reach"], "reach", required=("gap", "answer", "topic"))
    gap, answer, topic = (take.number(reach, key, "reach", 0, low=1, high=30) for key in ("gap", "answer", "topic"))
    breaks = f"[{re.escape(str(content['breaks']))}]"
    return Lexicon(
        is_on=take.flag(content, "switched_on", ""), forms=frozenset(take.sequence(content["forms"], "forms")),
        kinds=kinds, terms=tuple((term, _pattern(term, breaks, gap)) for term in terms), clause_end=re.compile(breaks),
        answer_within=answer, topic_within=topic, **lists,
    )


# The list is read anew for each case that tries it; `re` keeps only 512 expressions.
@lru_cache(maxsize=4096)
def _pattern(term: Term, breaks: str, gap: int) -> re.Pattern[str]:
    """A term to be looked for; a gap stays within its clause."""
    between = f"{breaks.replace('[', '[^', 1)}{{0,{gap}}}"
    return re.compile(between.join(re.escape(part) for part in term.zh.split(GAP)))


def _word(word: object, path: str) -> str:
    text = str(word)
    if any(len(part) < 1 for part in text.split(GAP)) or len(text) < 2:
        raise DefinitionError(path, f"“{text}”太短，或“{GAP}”的一边是空的", "写两个字以上，两边都要有字")
    return text


def _longest_first(words: Iterable[object]) -> tuple[str, ...]:
    return tuple(sorted(map(str, words), key=lambda each: (-len(each), each)))
