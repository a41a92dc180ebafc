"""The children behind the steps of the funnel, of those that a list decided a viewer may see."""

from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

from tongxin.accounts.models import Division
from tongxin.cases.models import Case
from tongxin.core.pathway import CHINA
from tongxin.dashboards.funnel import lost, statement
from tongxin.dashboards.rules import dashboards_in
from tongxin.indicators.dialect import Words
from tongxin.indicators.loop import children


def steps(*, region: str = "", at: datetime) -> Mapping[str, str]:
    """The steps that somebody with a file can have stopped at, in words."""
    found = dashboards_in(region=region, at=at).funnel.steps[1:-1]
    return {each.id: f"停在“{each.zh}”：{each.lost_zh}" for each in found}


def stopped(
    cases: QuerySet[Case], *, step: str, year: int | None, division: Division | None, region: str = "", at: datetime
) -> QuerySet[Case]:
    """Of these cases those found in a year (the running one when it can't be) that stopped at a step.

    With a division only those of it, at the price of reading its records alone.
    """
    words = _words()
    sql, params = _found(_files(words, division), words, year, region, at)
    child = "s.child" if words.is_lite else "CAST(NULLIF(s.child, '') AS uuid)"
    whole = f"SELECT {child} FROM ({sql}) AS s WHERE s.part = %s"  # noqa: S608 -- words of our own
    return cases.filter(id__in=RawSQL(whole, [*params, lost(step)]))  # noqa: S611 -- values are parameters


def standing(
    cases: QuerySet[Case], *, division: Division, year: int | None, region: str = "", at: datetime
) -> Counter[str]:
    """How many of these cases of one division stand in each part of the funnel: what their list would show."""
    words = _words()
    sql, params = _found(_files(words, division), words, year, region, at)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT s.child, s.part FROM ({sql}) AS s", params)  # noqa: S608 -- words of our own
        parts = {UUID(str(child)): part for child, part in cursor.fetchall()}
    mine = cases.filter(**{f"{division.level}_id": division.id}).values_list("id", flat=True)
    return Counter(parts[each] for each in mine if each in parts)


def _words() -> Words:
    return Words("postgresql" if connection.vendor == "postgresql" else "sqlite")


def _files(words: Words, division: Division | None) -> str:
    return children(words, level=division.level, division=division.id) if division else children(words)


def _found(source: str, words: Words, year: int | None, region: str, at: datetime) -> tuple[str, list[str]]:
    today = at.astimezone(CHINA).date()
    year = year if year and 2000 <= year <= today.year else today.year
    sql, params = statement(
        dashboards_in(region=region, at=at).funnel, source=source, first=date(year, 1, 1),
        last=min(date(year, 12, 31), today), engine=words.vendor, placeholder="%s",
    )
    return sql, list(map(str, params))
