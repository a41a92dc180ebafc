"""Which children an agreement is about now, and whose consent lets them be given."""

from datetime import date, datetime

from django.db.models import Exists, OuterRef, QuerySet

from tongxin.cases.models import Case
from tongxin.core.pathway import CHINA, Fact
from tongxin.flows.consenting import standings_of
from tongxin.flows.export_rows import STANDING
from tongxin.flows.facts import facts_of
from tongxin.people.models import CategorySpan, Child
from tongxin.sharing.models import Agreement, Version
from tongxin.sharing.rules import Purpose


def children_in(agreement: Agreement, version: Version, purpose: Purpose, *, at: datetime) -> QuerySet[Child]:
    """The children of the giving county whose cases are open and who fit what was agreed on."""
    scope, on = version.scope, at.astimezone(CHINA).date()
    low, high = scope.get("ages") or purpose.ages
    opened = Case.objects.filter(id=OuterRef("id"), is_open=True)
    rows = Child.objects.filter(
        Exists(opened), county_id=agreement.county_id, birth_month__lte=_years_before(on, low),
        birth_month__gt=_years_before(on, high + 1),
    )
    if towns := scope.get("towns"):
        rows = rows.filter(town_id__in=towns)
    if categories := scope.get("categories"):
        spans = CategorySpan.objects.filter(child_id=OuterRef("id"), end_on__isnull=True, category__in=categories)
        rows = rows.filter(Exists(spans))
    return rows


def _years_before(on: date, years: int) -> date:
    """The first of the month so many years ago: the day of birth is sealed, the month is enough."""
    return date(on.year - years, on.month, 1)


def is_in(child: Child, agreement: Agreement, version: Version, purpose: Purpose, *, at: datetime) -> bool:
    """Whether an agreement is about a child now."""
    return children_in(agreement, version, purpose, at=at).filter(id=child.id).exists()


def is_shared(child: Child, purpose: Purpose, *, at: datetime, facts: tuple[Fact, ...] | None = None) -> bool:
    """Whether a consent or the law lets a child be given for a purpose."""
    known = facts_of(child.id)[0] if facts is None else facts
    standings = standings_of(child, facts=known, at=at)
    return any(each.purpose.id == purpose.consent and each.state in STANDING for each in standings)
