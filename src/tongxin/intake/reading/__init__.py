"""Offices' rosters read as they are: which sheets, which columns, which children, what is doubtful."""

from tongxin.intake.reading.divisions import Divisions
from tongxin.intake.reading.layout import Layout, Skipped, remapped, tables, understand
from tongxin.intake.reading.refusal import RosterError
from tongxin.intake.reading.roster import Part, Roster, open_roster
from tongxin.intake.reading.row import Row
from tongxin.intake.reading.rows import read_rows
from tongxin.intake.reading.workbook import Cell, Sheet, Workbook, read_workbook

__all__ = [
    "Cell",
    "Divisions",
    "Layout",
    "Part",
    "Roster",
    "RosterError",
    "Row",
    "Sheet",
    "Skipped",
    "Workbook",
    "open_roster",
    "read_rows",
    "read_workbook",
    "remapped",
    "tables",
    "understand",
]
