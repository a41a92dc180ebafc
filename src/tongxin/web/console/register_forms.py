"""A register's form as a page draws it, with what was written before and what is wrong with it."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from tongxin.core.forms import Problem
from tongxin.core.pathway import CHINA
from tongxin.lib.numbers import day_in
from tongxin.registers.answers import LONGEST, Given
from tongxin.registers.rules import Field
from tongxin.web.doors import Request
from tongxin.web.words import day_zh, moment_zh

INPUTS = {"date": "date", "moment": "datetime-local", "number": "number", "text": "text"}


def given_in(request: Request) -> dict[str, list[str]]:
    """What the browser sent, by the fields' names."""
    return {name: [str(each) for each in request.POST.getlist(name)] for name in request.POST}


def given_of(fields: Iterable[Field], clear: Mapping[str, Any], words: Mapping[str, str]) -> dict[str, list[str]]:
    """What a version says, as the browser would send it."""
    found: dict[str, list[str]] = {}
    for field in fields:
        value = words.get(field.id) if field.is_sealed else clear.get(field.id)
        if value is not None:
            found[field.id] = [str(each) for each in value] if isinstance(value, list) else [local(field, str(value))]
    return found


def local(field: Field, value: str) -> str:
    """A moment without its zone, as the browser's field reads it."""
    return value[:16] if field.type == "moment" else value


def now_local(at: datetime) -> str:
    """This moment, as the browser's field reads it."""
    return f"{at.astimezone(CHINA):%Y-%m-%dT%H:%M}"


def drawn(fields: Iterable[Field], given: Given, problems: Iterable[Problem] = (), *, before: str = "") -> list[Any]:
    """The fields in order, each with its answer; `before` keeps ids of several forms on a page apart."""
    wrong = {each.path: each.zh for each in problems if each.path}
    rows: list[dict[str, Any]] = []
    group = ""
    for field in fields:
        rows.append({
            "id": f"{before}{field.id}", "name": field.id, "zh": field.zh, "type": field.type, "hint": field.hint,
            "input": INPUTS.get(field.type, ""), "options": [
                {"id": id, "zh": zh, "on": id in given.get(field.id, ())} for id, zh in field.options.items()
            ],
            "value": next(iter(given.get(field.id, ())), ""), "problem": wrong.get(field.id, ""),
            "is_required": field.is_required, "most": LONGEST.get(field.type, 20),
            "group": field.group if field.group != group else "",
        })
        group = field.group
    _draw_grids(rows)
    return rows


def _draw_grids(rows: list[dict[str, Any]]) -> None:
    """Questions of one group that are answered alike stand in one table: where it begins and ends."""
    def alike(one: dict[str, Any], two: dict[str, Any]) -> bool:
        said = [[each["id"] for each in row["options"]] for row in (one, two)]
        return one["type"] == two["type"] == "choice" and said[0] == said[1] and not two["group"]

    for index, row in enumerate(rows):
        follows = index > 0 and alike(rows[index - 1], row)
        leads = index + 1 < len(rows) and alike(row, rows[index + 1])
        row |= {"in_grid": follows or leads, "opens_grid": leads and not follows, "closes_grid": follows and not leads}


def shown(fields: Iterable[Field], clear: Mapping[str, Any], words: Mapping[str, str]) -> list[dict[str, str]]:
    """What was answered, as lines of label and words."""
    lines = []
    for field in fields:
        value = words.get(field.id) if field.is_sealed else clear.get(field.id)
        if value not in (None, [], ""):
            lines.append({"zh": field.zh, "said": said_zh(field, value)})
    return lines


def said_zh(field: Field, value: Any) -> str:
    """One answer in words."""
    if field.type == "moment":
        return moment_zh(datetime.fromisoformat(str(value)))
    if field.type == "date":
        return day_zh(day_in(str(value)))
    return str(value) if field.is_sealed else field.shown(value)


def words_in(opened: str | None) -> dict[str, str]:
    """The words of a row once its seal is open."""
    return dict(json.loads(opened)) if opened else {}


def told_problems(problems: Iterable[Problem], *, before: str = "") -> list[dict[str, Any]]:
    """What is wrong, each leading to its place."""
    return [
        {"zh": each.zh, "kept": each.kept, "href": f"#{before}{each.path}" if each.path else ""} for each in problems
    ]
