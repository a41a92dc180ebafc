"""Numbers that look implausible: which questions a number raises. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Question:
    """Asked when a number is over a line, or over so many times another number of the same thing."""

    id: str
    of: str
    zh: str
    over: int
    than: str
    times: int


@dataclass(frozen=True, slots=True)
class Raised:
    """A question with the number and the line it is over, in words."""

    rule: str
    of: str
    number: int
    limit: int
    zh: str


def raised(questions: Iterable[Question], numbers: Mapping[str, int | None]) -> list[Raised]:
    """The questions that these numbers raise; what isn't known raises none."""
    found = []
    for each in questions:
        number, limit = numbers.get(each.of), numbers.get(each.than) if each.than else each.over
        if number is None or not limit or number <= limit * (each.times if each.than else 1):
            continue
        zh = each.zh.format(n=_grouped(number), limit=_grouped(limit))
        found.append(Raised(each.id, each.of, number, limit, zh))
    return found


def _grouped(number: int) -> str:
    return f"{number:,}"
