"""A form as paper shows it: every question with its answer, its boxes to tick, or room to write."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any

from tongxin.core.forms import Field, Form, Option, Section, on_paper

Say = Callable[[Field, Any], str]
Cell = dict[str, Any]
Line = dict[str, Any]
NUMERALS = "一二三四五六七八九十"
# In characters: what fits beside another question, and how many boxes are still read at a glance.
NARROW, NARROW_LABEL, BOXES = 13, 14, 240
ROOM = {
    "date": "　　　　年　　月　　日", "month": "　　　　年　　月", "datetime": "　　　　年　　月　　日　　时　　分",
}
SHORT = frozenset({"date", "month", "int", "decimal", "name", "phone", "signature_name", "id_no"})
# Rows of a list, and lines for a long answer, to be written by hand.
EMPTY_CARDS, WRITING = 2, 3


def sections_of(
    form: Form, answers: Mapping[str, Any] | None, *, say: Say, shown: Collection[str] | None = None
) -> list[dict[str, Any]]:
    """The sections of a form for paper; without `answers` it is to be filled in by hand.

    `shown` names the questions that these answers leave standing; without it all are printed.
    """
    asked = form if answers is not None else on_paper(form)
    wanted = [
        (section, [field for field in section.fields if shown is None or field.id in shown])
        for section in asked.sections
    ]
    return [
        {"zh": f"{numeral(at)}、{section.zh}", "help": section.help, "parts": _parts(section, fields, answers, say)}
        for at, (section, fields) in enumerate((pair for pair in wanted if pair[1]), start=1)
    ]


def numeral(number: int) -> str:
    """一, 二, … 十九, as headings are numbered."""
    tens, ones = divmod(number, 10)
    head = "" if not tens else ("十" if tens == 1 else NUMERALS[tens - 1] + "十")
    return head + (NUMERALS[ones - 1] if ones else "")


def _parts(
    section: Section, fields: Sequence[Field], answers: Mapping[str, Any] | None, say: Say
) -> list[dict[str, Any]]:
    if section.matrix:
        rows = [
            (field.zh, offered((*field.options, *field.escape), given), given)
            for field in fields for given in [_of(answers, field.id)]
        ]
        return list(_grids("项目", rows))
    parts: list[dict[str, Any]] = []
    cells: list[Cell] = []
    for field in fields:
        if field.sheet is not None:
            parts += _flushed(cells)
            given = _of(answers, field.id) or {}
            rows = [(_numbered(item.number, item.zh), item.options, given.get(item.id)) for item in field.sheet.items]
            parts += [{"lines": [{"sub": field.zh}]}, *_grids(field.sheet.stem, rows)]
        elif field.type == "list":
            # A table of its own: the card's name goes along over the page, and ends with its last line.
            parts += [*_flushed(cells), *_flushed(_cells(field, _of(answers, field.id), say, is_blank=answers is None))]
        else:
            cells += _cells(field, _of(answers, field.id), say, is_blank=answers is None)
    return [*parts, *_flushed(cells)]


def _of(answers: Mapping[str, Any] | None, name: str) -> Any:
    return answers.get(name) if answers else None


def _numbered(number: str, words: str) -> str:
    return f"{number}. {words}" if number else words


def _flushed(cells: list[Cell]) -> list[dict[str, Any]]:
    lines = paired(cells)
    cells.clear()
    return [{"lines": lines}] if lines else []


def _grids(stem: str, rows: Sequence[tuple[str, tuple[Option, ...], Any]]) -> Iterator[dict[str, Any]]:
    """Rows under common columns; where the options change, another grid begins."""
    start = 0
    for at in range(1, len(rows) + 1):
        if at < len(rows) and rows[at][1] == rows[start][1]:
            continue
        options = rows[start][1]
        yield {"matrix": {
            "stem": stem, "columns": [option.zh for option in options],
            "rows": [{"zh": zh, "on": _ticked(options, value)} for zh, _, value in rows[start:at]],
        }}
        start = at


def offered(options: Sequence[Option], value: Any) -> tuple[Option, ...]:
    """What stands on paper: what is retired only where it was chosen."""
    chosen = value if isinstance(value, list) else [value]
    return tuple(each for each in options if not each.retired or each.code in chosen)


def _ticked(options: Sequence[Option], value: Any) -> list[int]:
    chosen = value if isinstance(value, list) else [value]
    return [at for at, option in enumerate(options) if option.code in chosen]


def _cells(field: Field, value: Any, say: Say, *, is_blank: bool) -> list[Cell]:
    if field.type == "note":
        return [{"sub": field.zh, "is_note": True}]
    if field.type == "list":
        return _cards(field, value, say, is_blank=is_blank)
    zh = field.zh + (f"（{field.min_age}岁以上）" if is_blank and field.min_age else "")
    options = offered((*field.options, *field.escape), value)
    length = sum(len(option.zh) + 2 for option in options)
    if options and length <= BOXES and field.type != "division":
        ticked = _ticked(options, value)
        boxes = [{"zh": option.zh, "on": at in ticked} for at, option in enumerate(options)]
        return [{"zh": zh, "options": boxes, "is_wide": length > NARROW}]
    if value in (None, "", [], {}):
        return [_room(field, zh, lines=WRITING if is_blank and field.type == "long_text" else 1)]
    words = say(field, value)
    return [{"zh": zh, "value": words, "is_wide": len(words) > NARROW or "\n" in words}]


def _room(field: Field, zh: str, *, lines: int) -> Cell:
    if field.type in ROOM:
        return {"zh": zh, "hint": ROOM[field.type], "is_wide": field.type == "datetime"}
    return {"zh": zh, "blank": lines, "is_wide": field.type not in SHORT}


def _cards(field: Field, value: Any, say: Say, *, is_blank: bool) -> list[Cell]:
    rows = value if isinstance(value, list) and value else [None] * (EMPTY_CARDS if is_blank else 1)
    cells: list[Cell] = []
    for at, answers in enumerate(rows, start=1):
        cells.append({"sub": f"{field.zh} {at}" if len(rows) > 1 else field.zh, "is_card": True})
        for inner in field.fields:
            if is_blank or answers is None or answers.get(inner.id) not in (None, "", [], {}):
                cells += _cells(inner, _of(answers, inner.id), say, is_blank=is_blank or answers is None)
    return cells


def paired(cells: Sequence[Cell]) -> list[Line]:
    """Cells as lines: two short ones beside each other, a wide one alone."""
    lines: list[Line] = []
    waiting: Cell | None = None
    for cell in cells:
        is_wide = "sub" in cell or cell.get("is_wide", False) or len(cell["zh"]) > NARROW_LABEL
        if waiting is not None and not is_wide:
            lines.append({"cells": [waiting, cell]})
            waiting = None
            continue
        if waiting is not None:
            lines.append({"cells": [waiting]})
            waiting = None
        if is_wide:
            lines.append(cell if "sub" in cell else {"cells": [cell]})
        else:
            waiting = cell
    return [*lines, {"cells": [waiting]}] if waiting is not None else lines
