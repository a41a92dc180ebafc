"""The rows of an export in another system's sheet (`rulebook.foreign`)."""

from collections.abc import Collection, Iterator

from tongxin.exports.table import TRACE, Column, Table
from tongxin.rulebook.foreign import UNSURE, Sheet


def fitting(sheets: Iterator[Sheet], *, purpose: str, fields: Collection[str]) -> list[Sheet]:
    """Those that may go along with what is taken out for a purpose, and whose needs are in it."""
    return [each for each in sheets if purpose in each.purposes and each.needs <= set(fields)]


def laid_out(table: Table, sheet: Sheet) -> Table:
    """The rows under the other system's headings; the copy's number stays on every row."""
    at = {column.id: index for index, column in enumerate(table.columns)}
    heads = [Column(str(index), each.zh if each.is_certain else f"{each.zh}{UNSURE}")
             for index, each in enumerate(sheet.columns)]
    rows = [
        [each.told(row[at[each.field]].strip() if each.field in at else "") for each in sheet.columns]
        for row in table.rows
    ]
    if TRACE in at:
        heads.append(Column(TRACE, table.columns[at[TRACE]].zh))
        rows = [[*made, row[at[TRACE]]] for made, row in zip(rows, table.rows, strict=True)]
    return Table(tuple(heads), tuple(tuple(each) for each in rows))
