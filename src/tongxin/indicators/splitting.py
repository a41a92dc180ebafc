# ruff: noqa: S608 -- words of our own only
"""A fact set with the dimensions of a question as further columns, in the words of an office's database."""

from collections.abc import Sequence
from datetime import date

from tongxin.core.indicators.definition import Indicator
from tongxin.core.indicators.dimensions import CHILD, MONTH, OTHER, SPAN, Dimension
from tongxin.core.language.dialects import DIALECTS
from tongxin.indicators.children import spans
from tongxin.indicators.dialect import Words


def column(at: int) -> str:
    """The name of the column of a dimension."""
    return f"d{at}"


def split(
    source: str, indicator: Indicator, dimensions: Sequence[tuple[int, Dimension]], *, last: date, words: Words
) -> str:
    """The rows of a set with a column for each dimension; a row of a child with two categories stands there twice."""
    day = DIALECTS[words.vendor].day(f"'{last.isoformat()}'")
    columns, joins = [], []
    for at, each in dimensions:
        columns.append(f"{code_of(each, at, indicator, last=last, words=words)} AS {column(at)}")
        if each.by == SPAN:
            # Of one child the same category may stand twice, from two lists.
            joins.append(
                f"LEFT JOIN (SELECT DISTINCT child AS whose, category FROM ({spans(words)}) AS s "
                f"WHERE (start_on IS NULL OR start_on <= {day}) AND (end_on IS NULL OR end_on > {day}) "
                f"AND category IN ({_listed(each)})) AS s{at} ON s{at}.whose = f.child"
            )
    if any(each.by == CHILD for _, each in dimensions):
        joins.append(
            f"LEFT JOIN (SELECT {words.id('p.id')} AS whose, p.sex AS sex, p.birth_month AS born, c.level AS level "
            "FROM people_child p JOIN cases_case c ON c.id = p.id) AS kid ON kid.whose = f.child"
        )
    return f"SELECT f.*, {', '.join(columns)} FROM ({source}) AS f {' '.join(joins)}" if columns else source


def code_of(dimension: Dimension, at: int, indicator: Indicator, *, last: date, words: Words) -> str:
    """The code of a row; what is known of the child itself stands in columns of `kid`."""
    if dimension.by == MONTH:
        return words.month(f"f.{indicator.during}")
    if dimension.bands:
        return _band(dimension, last=last, words=words)
    held = {CHILD: f"kid.{dimension.column}", SPAN: f"s{at}.{dimension.column}"}.get(
        dimension.by, f"f.{dimension.sets.get(indicator.over, '')}",
    )
    return f"CASE WHEN {held} IN ({_listed(dimension)}) THEN {held} ELSE '{OTHER}' END"


def _band(dimension: Dimension, *, last: date, words: Words) -> str:
    """The band of the age on the last day, by the month of birth."""
    cases = [f"WHEN kid.{dimension.column} IS NULL THEN '{OTHER}'"]
    for each in dimension.bands:
        if each.under is not None:
            edge = DIALECTS[words.vendor].day(f"'{_years_before(last, each.under).isoformat()}'")
            cases.append(f"WHEN kid.{dimension.column} > {edge} THEN '{each.code}'")
        else:
            cases.append(f"ELSE '{each.code}'")
    return f"CASE {' '.join(cases)} END"


def _years_before(day: date, years: int) -> date:
    return day.replace(year=day.year - years, day=28 if (day.month, day.day) == (2, 29) else day.day)


def _listed(dimension: Dimension) -> str:
    return ", ".join(f"'{code}'" for code in dimension.codes if code != OTHER)
