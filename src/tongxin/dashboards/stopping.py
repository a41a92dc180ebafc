"""The children behind a step of the funnel, as a filter of a list that decides itself who may see whom."""

from collections.abc import Mapping
from datetime import date, datetime

from django.db import connection
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

from tongxin.cases.models import Case
from tongxin.core.pathway import CHINA
from tongxin.dashboards.funnel import lost, statement
from tongxin.dashboards.loop import loop
from tongxin.dashboards.rules import dashboards_in
from tongxin.indicators.dialect import Words


def steps(*, region: str = "", at: datetime) -> Mapping[str, str]:
    """The steps that somebody with a file can have stopped at, in words."""
    found = dashboards_in(region=region, at=at).funnel.steps[1:-1]
    return {each.id: f"停在“{each.zh}”：{each.lost_zh}" for each in found}


def stopped(
    cases: QuerySet[Case], *, step: str, year: int | None, region: str = "", at: datetime
) -> QuerySet[Case]:
    """Of these cases those found in a year (the running one when it can't be) that stopped at a step."""
    today = at.astimezone(CHINA).date()
    year = year if year and 2000 <= year <= today.year else today.year
    words = Words("postgresql" if connection.vendor == "postgresql" else "sqlite")
    sql, params = statement(
        dashboards_in(region=region, at=at).funnel, source=loop(words), first=date(year, 1, 1),
        last=min(date(year, 12, 31), today), engine=words.vendor, placeholder="%s",
    )
    child = "s.child" if words.is_lite else "CAST(NULLIF(s.child, '') AS uuid)"
    whole = f"SELECT {child} FROM ({sql}) AS s WHERE s.part = %s"  # noqa: S608 -- words of our own
    return cases.filter(id__in=RawSQL(whole, [*map(str, params), lost(step)]))  # noqa: S611 -- values are parameters
