"""The children of a table, row by row."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from tongxin.intake.reading.carrying import Carrier, Merges, carrier, merged_down
from tongxin.intake.reading.dates import Birth, read_birth
from tongxin.intake.reading.divisions import NOWHERE, Divisions, Place
from tongxin.intake.reading.duplicates import Seen
from tongxin.intake.reading.identity import IdNo, read_id
from tongxin.intake.reading.layout import Layout
from tongxin.intake.reading.row import Row
from tongxin.intake.reading.text import Cell, clean, compact, is_blank, shown
from tongxin.intake.reading.values import (
    Legend,
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

_READ = {"serial", "name", "id_no", "birth", "sex", "categories", "carer", "relation", "phone"}
_ID_PROBLEMS = {"missing": "no_id", "broken": "id_check_digit", "lost": "id_lost_digits"}
_BIRTH_NOTES = {
    "month": "birth_month_only",
    "year": "birth_year_only",
    "lunar": "birth_lunar",
    "missing": "birth_missing",
}


_KEPT = frozenset(
    "name id_no birth sex town village address hukou_address categories carer relation phone".split()
)
_CellOf = Callable[[str], Cell]


@dataclass
class _Reading:
    """What reading one table needs at hand."""

    sheet: Sheet
    layout: Layout
    divisions: Divisions
    today: date
    merges: Merges
    carrier: Carrier
    context: str
    sex_legend: Legend = ()
    category_legend: Legend = ()
    ticks: Mapping[str, int] = field(default_factory=dict)
    category_label: tuple[str, ...] = ()


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
        elif at not in skipped and any(not is_blank(cell) for cell in sheet.rows[at]):
            yield seen.judge(_row(reading, at, sheet.rows[at]))


def _prepare(sheet: Sheet, layout: Layout, divisions: Divisions, today: date) -> _Reading:
    merges = merged_down(sheet, layout)
    follows = carrier(sheet, layout, merges)
    context = divisions.town(sheet.name) or ""
    made = _Reading(sheet, layout, divisions, today, merges, follows, context)
    if "sex" in layout.columns:
        made.sex_legend = legend(layout.heads[layout.columns["sex"]])
    if "categories" in layout.columns:
        made.category_legend = legend(layout.heads[layout.columns["categories"]])
    made.ticks = {name[9:]: at for name, at in layout.columns.items() if name.startswith("category:")}
    return made


def _enter(reading: _Reading, label: str) -> None:
    if label in words().categories:
        reading.category_label = (words().categories[label],)
    else:
        reading.carrier.enter(label)


def _row(reading: _Reading, at: int, cells: list[Cell]) -> Row:
    def cell(name: str) -> Cell:
        column = reading.layout.columns.get(name)
        if column is None:
            return ""
        if reading.merges and (at, column) in reading.merges:
            return reading.merges[at, column]
        return cells[column] if column < len(cells) else ""

    problems: list[str] = []
    notes: list[str] = []
    name, id_no = read_name(shown(cell("name"))), read_id(cell("id_no"), today=reading.today)
    born, sex = read_birth(cell("birth"), today=reading.today), read_sex(cell("sex"), reading.sex_legend)
    problems += [] if name else ["no_name"]
    problems += [_ID_PROBLEMS[id_no.state]] if id_no.state in _ID_PROBLEMS else []
    birth = _birth(born, id_no, problems, notes)
    _judge_sex(sex, id_no, problems, notes, asked="sex" in reading.layout.columns)
    place = _place(reading, cell, problems, notes)
    categories = _categories(reading, cell, cells, notes)
    relation, relation_code = read_relation(shown(cell("relation")))
    notes += ["relation_unknown"] if relation and not relation_code else []
    notes += ["too_long"] if _is_too_long(cells) else []
    return Row(
        sheet=reading.sheet.name,
        row=at + 1,
        name=name,
        id_no=id_no.text,
        id_state=id_no.state,
        birth=birth,
        birth_month=f"{birth:%Y-%m}" if birth else born.month(),
        sex=sex[0],
        division_code=place.code,
        town_code=place.town,
        categories=categories,
        carer=read_name(shown(cell("carer"))),
        relation=relation,
        relation_code=relation_code,
        phone=read_phone(shown(cell("phone"))),
        problems=tuple(problems),
        notes=tuple(notes),
        written=_written(reading, cell),
        others=_others(reading, cells, at),
        id_birth=id_no.birth,
        id_sex=id_no.sex,
    )


def _birth(born: Birth, id_no: IdNo, problems: list[str], notes: list[str]) -> date | None:
    """The birth as written; a month is completed from a sound number, a wrong day never mended."""
    if born.state == "impossible":
        problems.append("birth_impossible")
        return None
    if id_no.birth and born.state in ("day", "month", "year") and not born.admits(id_no.birth):
        problems.append("birth_contradicts_id")
    elif id_no.birth and born.state in ("month", "year"):
        notes.append("birth_completed")
        return id_no.birth
    notes += [_BIRTH_NOTES[born.state]] if born.state in _BIRTH_NOTES else []
    return born.day


def _judge_sex(
    sex: tuple[str | None, bool], id_no: IdNo, problems: list[str], notes: list[str], *, asked: bool
) -> None:
    if sex[0] and id_no.sex and sex[0] != id_no.sex:
        problems.append("sex_contradicts_id")
    if not sex[1]:
        notes.append("sex_unreadable")
    elif sex[0] is None and asked:
        notes.append("sex_missing")


def _place(reading: _Reading, cell: _CellOf, problems: list[str], notes: list[str]) -> Place:
    columns = reading.layout.columns
    town, village = compact(shown(cell("town"))), ""
    if "village" in columns:
        village = compact(shown(cell("village")))
        town, village, carried = reading.carrier.step(town, village)
    else:
        address = compact(shown(cell("address")) or shown(cell("hukou_address")))
        town, village, carried = reading.carrier.step(town, address)
    found = _found(reading, town, village)
    if not found.exact and "village" in columns:
        for name in ("address", "hukou_address"):
            other = _found(reading, town, compact(shown(cell(name)))) if not is_blank(cell(name)) else NOWHERE
            found = other if other.exact else found
    only_town = found.code is not None and not {"village", "address", "hukou_address"} & columns.keys()
    problems += [] if found.exact or only_town else ["unknown_division"]
    notes += ["place_carried"] if carried else []
    return found


def _found(reading: _Reading, town: str, village: str) -> Place:
    """The place the row's own words name; a heading or the sheet's name only says in which town to look."""
    divisions, context = reading.divisions, reading.context
    if label := reading.carrier.label:
        place = divisions.place(village=label, context=context)
        context = place.town or context
        if place.exact and not village and not town:
            return place
    if not town and not village:
        return Place(context or None, False, context or None)
    return divisions.place(town=town, village=village, context=context)


def _categories(reading: _Reading, cell: _CellOf, cells: list[Cell], notes: list[str]) -> tuple[str, ...]:
    codes, unknown = read_categories(shown(cell("categories")), reading.category_legend)
    for code, at in reading.ticks.items():
        ticked = is_tick(cells[at]) if at < len(cells) else False
        if ticked is None:
            named, _ = read_categories(shown(cells[at]))
            codes += tuple(each for each in named or (code,) if each not in codes)
        elif ticked and code not in codes:
            codes = (*codes, code)
    notes += ["category_unknown"] if unknown else []
    return codes or reading.category_label


def _written(reading: _Reading, cell: _CellOf) -> dict[str, str]:
    """Every cell as it stands, where reading changed anything about it."""
    return {name: text for name in reading.layout.columns if name in _KEPT and (text := shown(cell(name)))}


def _others(reading: _Reading, cells: list[Cell], at: int) -> dict[str, str]:
    found = {}
    for name, column in reading.layout.columns.items():
        if name not in _READ and not name.startswith("category:"):
            cell = reading.merges.get((at, column), cells[column] if column < len(cells) else "")
            if text := clean(shown(cell)):
                found[name] = text
    return found


def _is_too_long(cells: list[Cell]) -> bool:
    most = limits()["text_characters"]
    return any(isinstance(cell, str) and len(cell) > most for cell in cells)
