"""What somebody wrote into a form: codes, days and numbers in clear, words to be sealed, problems at their places."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tongxin.core.forms import Problem
from tongxin.core.pathway import CHINA
from tongxin.lib.numbers import day_in, number_in
from tongxin.registers.rules import Field, fits

LONGEST = {"text": 120, "long": 2000}
MOST = 100_000_000
Given = Mapping[str, list[str]]


@dataclass(frozen=True, slots=True)
class Answers:
    """A filled form."""

    clear: dict[str, Any]
    words: dict[str, str]
    problems: list[Problem]


def read(fields: Iterable[Field], given: Given, *, at: datetime) -> Answers:
    """The answers as the register keeps them, with everything that is lacking or can't be."""
    found = Answers({}, {}, [])
    asked = list(fields)
    for field in asked:
        _take(field, [each.strip() for each in given.get(field.id, ()) if each.strip()], found, at)
    for field in asked:
        if field.only_if and not fits(field.only_if, found.clear):
            _forget(field, found)
    for field in asked:
        has = field.id in found.clear or field.id in found.words
        if not has and field.asks(found.clear) and not any(each.path == field.id for each in found.problems):
            found.problems.append(Problem(field.id, f"“{field.zh}”还没有填。", True))
        if field.after and str(found.clear.get(field.id, "9")) <= str(found.clear.get(field.after, "")):
            found.problems.append(Problem(field.id, f"“{field.zh}”要晚于起始的日期。", True))
    return found


def _forget(field: Field, found: Answers) -> None:
    found.clear.pop(field.id, None)
    found.words.pop(field.id, None)
    found.problems[:] = [each for each in found.problems if each.path != field.id]


def refusals(rows: Iterable[tuple[Mapping[str, tuple[str, ...]], str]], clear: Mapping[str, Any]) -> list[Problem]:
    """What may not stand together."""
    return [Problem("", zh, True) for when, zh in rows if fits(when, clear)]


def moment_in(text: str) -> datetime | None:
    """A moment of the place, as a page sends it."""
    try:
        found = datetime.fromisoformat(text[:16])
    except ValueError:
        return None
    return found.replace(tzinfo=CHINA) if day_in(found.date().isoformat()) else None


def _take(field: Field, given: list[str], found: Answers, at: datetime) -> None:
    if not given:
        return
    text = given[0].replace("\x00", "")
    if field.is_sealed:
        if len(text) > LONGEST[field.type]:
            found.problems.append(Problem(field.id, f"“{field.zh}”超过 {LONGEST[field.type]} 个字，请写短些。", True))
        found.words[field.id] = text
        return
    value = _value(field, given, text, at)
    if isinstance(value, Problem):
        found.problems.append(value)
    else:
        found.clear[field.id] = value


def _value(field: Field, given: list[str], text: str, at: datetime) -> Any:
    if field.type == "choices":
        known = [each for each in field.options if each in given]
        return known or Problem(field.id, f"“{field.zh}”没有这个选项，请重新选。", False)
    if field.type == "choice":
        return text if text in field.options else Problem(field.id, f"“{field.zh}”没有这个选项，请重新选。", False)
    if field.type == "number":
        number = number_in(text, most=MOST)
        return Problem(field.id, f"“{field.zh}”要写整数。", False) if number is None else number
    return _when(field, text, at)


def _when(field: Field, text: str, at: datetime) -> Any:
    """A day or a moment; kept as the place says it."""
    if field.type == "date":
        day = day_in(text)
        if day is None:
            return Problem(field.id, f"“{field.zh}”不是日期，请重新选。", False)
        if field.is_past and day > at.astimezone(CHINA).date():
            return Problem(field.id, f"“{field.zh}”不能晚于今天。", True)
        return day.isoformat()
    moment = moment_in(text)
    if moment is None:
        return Problem(field.id, f"“{field.zh}”不是时间，请重新选。", False)
    if field.is_past and moment > at:
        return Problem(field.id, f"“{field.zh}”不能晚于现在。", True)
    return moment.isoformat(timespec="minutes")
