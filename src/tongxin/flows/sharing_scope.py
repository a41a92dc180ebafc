"""Which children an agreement is about now, and whose consent lets them be given."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db.models import BigIntegerField, DateField, Exists, Field, OuterRef, QuerySet, UUIDField

from tongxin.cases.models import Case
from tongxin.core.pathway import CHINA, Fact
from tongxin.flows.consenting import standings_of
from tongxin.flows.export_rows import STANDING
from tongxin.flows.facts import facts_of
from tongxin.lib.prepared import ask
from tongxin.people.models import CategorySpan, Child
from tongxin.sharing.models import Agreement, Version
from tongxin.sharing.rules import Purpose

FIELDS: Mapping[str, Field[Any, Any]] = {
    "child": UUIDField(), "county": BigIntegerField(), "since": DateField(), "until": DateField(),
}


def children_in(agreement: Agreement, version: Version, purpose: Purpose, *, at: datetime) -> QuerySet[Child]:
    """The children of the giving county whose cases are open and who fit what was agreed on."""
    born = _born(version, purpose, at)
    return _chosen(version, county=agreement.county_id, since=born[0], until=born[1])


def _chosen(version: Version, *, county: Any, since: Any, until: Any) -> QuerySet[Child]:
    """The children of a county, born after `since` and not after `until`; each a value or a slot."""
    opened = Case.objects.filter(id=OuterRef("id"), is_open=True)
    rows = Child.objects.filter(Exists(opened), county_id=county, birth_month__lte=until, birth_month__gt=since)
    if towns := version.scope.get("towns"):
        rows = rows.filter(town_id__in=towns)
    if categories := version.scope.get("categories"):
        spans = CategorySpan.objects.filter(child_id=OuterRef("id"), end_on__isnull=True, category__in=categories)
        rows = rows.filter(Exists(spans))
    return rows


def _born(version: Version, purpose: Purpose, at: datetime) -> tuple[date, date]:
    """After which month and until which the children were born."""
    on = at.astimezone(CHINA).date()
    low, high = version.scope.get("ages") or purpose.ages
    return _years_before(on, high + 1), _years_before(on, low)


def _years_before(on: date, years: int) -> date:
    """The first of the month so many years ago: the day of birth is sealed, the month is enough."""
    return date(on.year - years, on.month, 1)


def is_in(child: Child, agreement: Agreement, version: Version, purpose: Purpose, *, at: datetime) -> bool:
    """Whether an agreement is about a child now; asked at every record, so its SQL is made once a scope."""
    since, until = _born(version, purpose, at)
    scope = tuple(tuple(version.scope.get(name) or ()) for name in ("towns", "categories"))
    rows = ask(
        (is_in, scope), lambda child, **born: _chosen(version, **born).filter(id=child).values_list("id", flat=True),
        FIELDS, {"child": child.id, "county": agreement.county_id, "since": since, "until": until},
    )
    return bool(rows)


def is_shared(child: Child, purpose: Purpose, *, at: datetime, facts: tuple[Fact, ...] | None = None) -> bool:
    """Whether a consent or the law lets a child be given for a purpose."""
    known = facts_of(child.id)[0] if facts is None else facts
    standings = standings_of(child, facts=known, at=at)
    return any(each.purpose.id == purpose.consent and each.state in STANDING for each in standings)
