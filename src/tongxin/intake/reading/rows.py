"""The children of a table, row by row."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from tongxin.intake.reading.carrying import Merges, carrier, merged_down
from tongxin.intake.reading.dates import Birth, read_birth
from tongxin.intake.reading.divisions import Divisions
from tongxin.intake.reading.duplicates import Seen
from tongxin.intake.reading.identity import IdNo, read_id
from tongxin.intake.reading.layout import Layout
from tongxin.intake.reading.placing import Placing
from tongxin.intake.reading.row import NAME_TOO_LONG, Row
from tongxin.intake.reading.text import Cell, clean, is_blank, shown
from tongxin.intake.reading.values import (
    Legend,
    beginning_of_name,
    is_tick,
    legend,
    read_categories,
    read_name,
    read_phone,
    read_relation,
    read_sex,
)
from tongxin.intake.reading.words import limits, words
from tongxin.intake.reading.workbook import Sheet

_FIRST = frozenset({"name", "id_no", "birth", "sex", "categories", "carer", "relation", "phone"})
_PLACES = frozenset({"county", "town", "village", "address", "hukou_address"})
_OF_A_PERSON = ("id_no", "birth", "sex", "carer")
_TICK = "category:"
_ID_PROBLEMS = {"missing": "no_id", "broken": "id_check_digit", "lost": "id_lost_digits"}
_BIRTH_NOTES = {
    "month": "birth_month_only",
    "year": "birth_year_only",
    "lunar": "birth_lunar",
    "missing": "birth_missing",
}


@dataclass
class _Reading:
    """What reading one table needs at hand."""

    sheet: str
    today: date
    columns: Sequence[tuple[str, int]]
    merges: Merges
    placing: Placing
    sex_legend: Legend
    category_legend: Legend
    group: tuple[str, ...] = ()

    def cells(self, row: Sequence[Cell], at: int) -> dict[str, Cell]:
        """The row's cells by field; one that a cell above is merged over says the same."""
        width = len(row)
        found = {name: row[column] for name, column in self.columns if column < width}
        if self.merges:
            found |= {name: self.merges[at, col] for name, col in self.columns if (at, col) in self.merges}
        return found


def read_rows(
    sheet: Sheet, layout: Layout, divisions: Divisions, *, today: date, seen: Seen | None = None
) -> Iterator[Row]:
    """Each child of the table; `seen` is handed on from table to table to find one listed twice."""
    reading = _prepare(sheet, layout, divisions, today)
    skipped = {each.row - 1 for each in layout.skipped_rows}
    seen = seen if seen is not None else Seen()
    for at in range(layout.first_row, layout.last_row + 1):
        if at in layout.labels:
            _enter(reading, layout.labels[at])
        elif at not in skipped and not all(map(is_blank, sheet.rows[at])):
            yield seen.judge(_row(reading, at, reading.cells(sheet.rows[at], at)))


def _prepare(sheet: Sheet, layout: Layout, divisions: Divisions, today: date) -> _Reading:
    merges = merged_down(sheet, layout)
    town = divisions.town(sheet.name) or ""
    columns, heads = layout.columns, layout.heads
    return _Reading(
        sheet=sheet.name,
        today=today,
        columns=tuple(columns.items()),
        merges=merges,
        placing=Placing(divisions, carrier(sheet, layout, divisions), town, frozenset(columns)),
        sex_legend=legend(heads[columns["sex"]]) if "sex" in columns else (),
        category_legend=legend(heads[columns["categories"]]) if "categories" in columns else (),
    )


def _enter(reading: _Reading, label: str) -> None:
    if label in words().categories:
        reading.group = (words().categories[label],)
    else:
        reading.placing.carrier.enter(label)


def _row(reading: _Reading, at: int, cells: Mapping[str, Cell]) -> Row:
    problems: list[str] = []
    notes: list[str] = []
    name = _name(cells, notes)
    id_no = _id_no(cells, reading.today)
    born = read_birth(cells.get("birth"), today=reading.today)
    problems += [] if name else ["no_name"]
    problems += [_ID_PROBLEMS[id_no.state]] if id_no.state in _ID_PROBLEMS else []
    birth = _birth(born, id_no, problems, notes)
    sex = _sex(reading, cells, id_no, problems, notes)
    place, is_placed, is_carried = reading.placing.find(cells)
    problems += [] if is_placed else ["unknown_division"]
    notes += ["place_carried"] if is_carried else []
    categories = _categories(reading, cells, notes)
    relation, relation_code = read_relation(shown(cells.get("relation")))
    notes += ["relation_unknown"] if relation and not relation_code else []
    notes += ["too_long"] if _is_too_long(cells) else []
    return Row(
        sheet=reading.sheet,
        row=at + 1,
        name=name,
        id_no=id_no.text,
        id_state=id_no.state,
        birth=birth,
        birth_month=f"{birth.year}-{birth.month:02}" if birth else born.month(),
        sex=sex,
        division_code=place.code,
        town_code=place.town,
        categories=categories,
        carer=read_name(shown(cells.get("carer"))),
        relation=relation,
        relation_code=relation_code,
        phone=read_phone(shown(cells.get("phone"))),
        problems=tuple(problems),
        notes=tuple(notes),
        written=_texts(cells, _FIRST | _PLACES),
        others=_others(cells),
        id_birth=id_no.birth,
        id_sex=id_no.sex,
    )


def _name(cells: Mapping[str, Cell], notes: list[str]) -> str | None:
    """The child's name; of one too long the beginning, where the row says more of a person than this text."""
    text = shown(cells.get("name"))
    name = read_name(text)
    if name is None and any(not is_blank(cells.get(field)) for field in _OF_A_PERSON):
        name = beginning_of_name(text)
        notes += [NAME_TOO_LONG] if name else []
    return name


def _id_no(cells: Mapping[str, Cell], today: date) -> IdNo:
    """The child's own number; where none is written, the one inside a pupil's number."""
    found = read_id(cells.get("id_no"), today=today)
    if found.state == "missing" and "pupil_no" in cells:
        inside = read_id(cells["pupil_no"], today=today)
        return inside if inside.state == "valid" else found
    return found


def _birth(born: Birth, id_no: IdNo, problems: list[str], notes: list[str]) -> date | None:
    """The birth as written; a month is completed from a sound number, a wrong day never mended."""
    if born.state == "impossible":
        problems.append("birth_impossible")
        return None
    if id_no.birth and born.state in ("day", "month", "year"):
        if not born.admits(id_no.birth):
            problems.append("birth_contradicts_id")
        elif born.state != "day":
            notes.append("birth_completed")
            return id_no.birth
    notes += [_BIRTH_NOTES[born.state]] if born.state in _BIRTH_NOTES else []
    return born.day


def _sex(
    reading: _Reading, cells: Mapping[str, Cell], id_no: IdNo, problems: list[str], notes: list[str]
) -> str | None:
    sex, is_understood = read_sex(cells.get("sex"), reading.sex_legend)
    if sex and id_no.sex and sex != id_no.sex:
        problems.append("sex_contradicts_id")
    if sex is None:
        notes.append("sex_missing" if is_understood else "sex_unreadable")
    return sex


def _categories(reading: _Reading, cells: Mapping[str, Cell], notes: list[str]) -> tuple[str, ...]:
    """The codes in the category column and of the ticked ones, else those of the group's heading."""
    codes, unknown = read_categories(shown(cells.get("categories")), reading.category_legend)
    found = dict.fromkeys(codes)
    for name, _ in reading.columns:
        if name.startswith(_TICK):
            ticked = is_tick(cells.get(name))
            if ticked is None:
                named, _unknown = read_categories(shown(cells.get(name)))
                found |= dict.fromkeys(named or (name.removeprefix(_TICK),))
            elif ticked:
                found[name.removeprefix(_TICK)] = None
    notes += ["category_unknown"] if unknown else []
    return tuple(found) or reading.group


def _texts(cells: Mapping[str, Cell], names: frozenset[str]) -> dict[str, str]:
    return {name: shown(cell) for name, cell in cells.items() if cell != "" and name in names}


def _others(cells: Mapping[str, Cell]) -> dict[str, str]:
    return {
        name: text
        for name, cell in cells.items()
        if cell != "" and name not in _FIRST and name != "serial" and (text := clean(shown(cell)))
    }


def _is_too_long(cells: Mapping[str, Cell]) -> bool:
    most = limits()["text_characters"]
    is_long = any(isinstance(cell, str) and len(cell) > most for cell in cells.values())
    return is_long or beginning_of_name(shown(cells.get("carer"))) is not None
