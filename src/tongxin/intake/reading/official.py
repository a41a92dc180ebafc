"""Another system's sheet as a roster: its headings and codes in our words, every row where it stood."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from tongxin.intake.reading.refusal import RosterError
from tongxin.intake.reading.text import Cell, is_blank, shown
from tongxin.intake.reading.words import columns
from tongxin.intake.reading.workbook import Sheet, Workbook
from tongxin.lib.numbers import day_in
from tongxin.rulebook.foreign import UNSURE, Place
from tongxin.rulebook.foreign import Sheet as Official

# What a roster calls our fields (`definitions/roster/columns.yaml`).
FIELDS = {
    "name": "name", "id_no": "id_no", "sex": "sex", "birth": "birth", "place": "town", "village": "village",
    "address": "address", "phone": "phone", "categories": "categories", "file_no": "remark",
    "guardian_name": "carer", "guardian_id_no": "carer_id_no", "guardian_relation": "relation",
    "guardian_phone": "phone",
}
GUARDIANS = "guardian_phone"
NO_HEAD = "没有找到“{zh}”的表头：要有{needs}。"
WRONG_SHEET = "请核对选的是不是这张表；单位自己的表请选“单位自己的花名册”。"


def translated(book: Workbook, official: Official) -> tuple[Workbook, tuple[str, ...]]:
    """The book with its sheets as a roster, and each cell that couldn't be taken over, by name.

    Columns that the mapping doesn't read are left out. `RosterError` where no sheet has the headings.
    """
    made, aside, faults = list[Sheet](), list(book.left_aside), list[str]()
    needs = [each for each in official.columns if each.field in official.needs]
    told = NO_HEAD.format(zh=official.zh, needs="、".join(f"“{each.zh}”" for each in needs))
    for sheet in book:
        at = _head(sheet, {each.zh for each in needs})
        if at is None:
            aside.append((sheet.name, told))
            continue
        places = _places(sheet.rows[at], official)
        faults += _faults(sheet, at, places, official)
        made.append(replace(sheet, rows=_rows(sheet, at, places, official), merged=()))
    if not made:
        raise RosterError(told, place=book.name, cure=WRONG_SHEET)
    return replace(book, sheets=tuple(made), left_aside=tuple(aside)), tuple(faults)


def heard(book: Workbook, official: Official) -> list[dict[str, str]]:
    """What the rows of a book say by our fields, in our words; empty rows are left out."""
    found = []
    for sheet in book:
        at = _head(sheet, {each.zh for each in official.columns if each.field in official.needs})
        places = _places(sheet.rows[at], official) if at is not None else {}
        for row in sheet.rows[at + 1 :] if at is not None else ():
            cells = {index: _text(row[index]) if index < len(row) else "" for index in places}
            if any(cells.values()):
                found.append({places[index].field: places[index].heard(said) for index, said in cells.items()})
    return found


def called(field: str, official: Official) -> str:
    """What a roster calls a field of such a sheet."""
    name = FIELDS[field]
    if field == "phone" and any(each.field == GUARDIANS for each in official.columns):
        name = "child_phone"
    return columns().names[name]


def _text(cell: Cell | None) -> str:
    return "" if is_blank(cell) else shown(cell).strip()


def _heading(cell: Cell | None) -> str:
    """A heading without the stars of what must be filled in."""
    return _text(cell).strip("*\uff0a \n").removesuffix(UNSURE)


def _head(sheet: Sheet, wanted: set[str]) -> int | None:
    """The first row that holds the headings that a row can't do without."""
    rows = ({_heading(cell) for cell in row} for row in sheet.rows)
    return next((at for at, heads in enumerate(rows) if wanted <= heads), None)


def _places(heads: Sequence[Cell], official: Official) -> dict[int, Place]:
    """By column of the sheet what it holds; a heading that comes again is read once."""
    known = {each.zh: each for each in official.columns if each.field in FIELDS}
    found: dict[int, Place] = {}
    for at, cell in enumerate(heads):
        place = known.pop(_heading(cell), None)
        if place is not None:
            found[at] = place
    return found


def _rows(sheet: Sheet, head: int, places: dict[int, Place], official: Official) -> list[list[Cell]]:
    rows: list[list[Cell]] = [list(row) for row in sheet.rows[:head]]
    for index, row in enumerate(sheet.rows[head:]):
        made: list[Cell] = [""] * (max(places) + 1)
        for at, place in places.items():
            written = _text(row[at]) if at < len(row) else ""
            made[at] = called(place.field, official) if index == 0 else place.heard(written)
        rows.append(made)
    return rows


def _faults(sheet: Sheet, head: int, places: dict[int, Place], official: Official) -> Iterator[str]:
    for index, row in enumerate(sheet.rows[head + 1 :], start=head + 2):
        cells = {at: _text(row[at]) if at < len(row) else "" for at in places}
        if not any(cells.values()):
            continue
        for at, written in cells.items():
            if said := _wrong(places[at], written, official):
                yield f"{_named(sheet, index, at)}（{places[at].zh}）{said}"


def _wrong(place: Place, written: str, official: Official) -> str:
    if not written:
        return "没有写。" if place.field in official.needs else ""
    heard = place.heard(written)
    if not heard and written != place.otherwise:
        return "写的代码这张表里没有，按没有写处理。"
    if heard and place.date and not day_in(heard):
        return "不像日期，照花名册的办法读，读不懂的照原样保留。"
    if place.most and len(written) > place.most:
        return f"超过 {place.most} 个字，请核对是不是写错了列。"
    return ""


def _named(sheet: Sheet, row: int, column: int) -> str:
    """A cell as spreadsheets call it, with its sheet: 工作表“名单”C5."""
    letters, rest = "", column + 1
    while rest:
        rest, last = divmod(rest - 1, 26)
        letters = chr(ord("A") + last) + letters
    return f"工作表“{sheet.name}”{letters}{row}"
