"""Words in what people write that may speak of a danger: they ask somebody a question, and do nothing else."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tongxin.assessments.forms import Asked
from tongxin.core import danger_words
from tongxin.core.danger_words import Found, Lexicon
from tongxin.core.forms import Field
from tongxin.people.models import Child
from tongxin.rulebook import rules

KIND = ID = "danger_words"
NAMED = f"{KIND}/{ID}"
WORDS, ROWS = frozenset({"text", "long_text"}), "list"


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of what was written with the words that ask, in pieces: (text, whether it asks)."""

    field_zh: str
    pieces: tuple[tuple[str, bool], ...]


def lexicon_in(*, region: str, at: datetime) -> tuple[Lexicon, str] | None:
    """The list in force in a county with its hash; None before one is adopted, or while it is switched off."""
    try:
        version = rules.resolve(KIND, ID, region=region, at=at)
    except rules.NotAdopted:
        return None
    found = rules.read(danger_words.read, version)
    return (found, version.hash) if found.is_on else None


def content_in(*, region: str, at: datetime) -> Mapping[str, Any] | None:
    """The list in force in a county as it is written, for its twin on the phone; None while it is switched off."""
    try:
        content: Mapping[str, Any] = rules.resolve(KIND, ID, region=region, at=at).content
    except rules.NotAdopted:
        return None
    return content if content.get("switched_on") else None


def heard_in(
    asked: Asked, answers: Mapping[str, Any], *, child: Child, at: datetime
) -> tuple[list[str], str] | None:
    """The kinds of danger of which a filled form may speak, in the list's order, and the list's hash."""
    known = lexicon_in(region=rules.region_of(child.county_id), at=at)
    if known is None or asked.form.id not in known[0].forms:
        return None
    texts = written_in(asked.form.fields, answers)
    kinds = {each.kind for _, text in texts for each in danger_words.find(text, known[0])}
    return ([kind for kind in known[0].kinds if kind in kinds], known[1]) if kinds else None


def kinds_said(text: str, *, region: str, at: datetime) -> list[str]:
    """The kinds of danger of which a text from outside may speak, in the list's order; none before a list is adopted.

    Not switched by `switched_on`, which is about what workers write: from outside nobody asked the signs.
    """
    try:
        lexicon = rules.read(danger_words.read, rules.resolve(KIND, ID, region=region, at=at))
    except rules.NotAdopted:
        return []
    found = {each.kind for each in danger_words.find(text, lexicon)}
    return [kind for kind in lexicon.kinds if kind in found]


def kinds_zh(kinds: Iterable[str], *, region: str, at: datetime) -> list[str]:
    """Kinds of danger as the list calls them."""
    try:
        lexicon = rules.read(danger_words.read, rules.resolve(KIND, ID, region=region, at=at))
    except rules.NotAdopted:
        return []
    return [lexicon.kinds[each] for each in kinds if each in lexicon.kinds]


def passages(asked: Asked, answers: Mapping[str, Any], *, region: str, at: datetime) -> list[Passage]:
    """The words of a record that ask, by the list of its time; for whoever may read the record."""
    known = lexicon_in(region=region, at=at)
    if known is None or asked.form.id not in known[0].forms:
        return []
    lexicon, found = known[0], []
    for zh, text in written_in(asked.form.fields, answers):
        if spans := danger_words.find(text, lexicon):
            found.append(Passage(zh, tuple(_pieces(text, spans))))
    return found


def _pieces(text: str, spans: Iterable[Found]) -> Iterator[tuple[str, bool]]:
    told = 0
    for each in spans:
        start = max(told, each.start)
        parts = (text[told:start], False), (text[start : each.end], True)
        yield from (part for part in parts if part[0])
        told = max(told, each.end)
    if told < len(text):
        yield text[told:], False


def written_in(fields: Iterable[Field], answers: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, str]]:
    """Whatever somebody wrote in words, also in the rows of a list, each with the name of its place."""
    for field in fields:
        value, zh = answers.get(field.id), f"{before}{field.zh}"
        if field.type in WORDS and isinstance(value, str):
            yield zh, value
        elif field.type == ROWS and isinstance(value, list):
            for row in value:
                yield from written_in(field.fields, row if isinstance(row, Mapping) else {}, f"{zh}：")
