"""Where a viewer's search may look: the keys of counties with a place in them, and related children."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from tongxin.access.branches import branches
from tongxin.access.selectors import READ
from tongxin.accounts.models import Division
from tongxin.accounts.viewers import Viewer
from tongxin.core.access import AccessRules
from tongxin.people.models import Child
from tongxin.people.token_table import Condition
from tongxin.rulebook import rules

PART = "roster"
IN_AREA = "in_area"
MOST_COUNTIES = 250


@dataclass(frozen=True, slots=True)
class Scope:
    """The counties whose keys to ask with, each with a place to stay in, or a condition on the child."""

    counties: tuple[tuple[str, int | None], ...]
    among: Condition | None = None


def scopes(*, viewer: Viewer, at: datetime) -> list[Scope]:
    """The viewer's areas first, then one scope for each relation that opens single children."""
    found = rules.access_rules(at=at)
    areas = dict.fromkeys(_areas(viewer, found))
    return [*([Scope(tuple(areas))] if areas else []), *_related(viewer, found, at)]


def _areas(viewer: Viewer, found: AccessRules) -> Iterator[tuple[str, int | None]]:
    for seat in viewer.seats:
        if IN_AREA not in found.relations(role=seat.role, part=PART, action=READ):
            continue
        county_id = Division.objects.values_list("county_id", flat=True).get(id=seat.division_id)
        if county_id is not None:
            yield rules.region_of(county_id), seat.division_id
            continue
        inside = Division.objects.filter(level="county", **{f"{seat.division_level}_id": seat.division_id})
        codes = sorted({rules.region_of(each) for each in inside.values_list("id", flat=True)})
        for code in ("", *codes[:MOST_COUNTIES]):
            yield code, seat.division_id


def _related(viewer: Viewer, found: AccessRules, at: datetime) -> Iterator[Scope]:
    """Referred children and the like, whose home may lie in any county."""
    single = replace(found, grants=tuple(grant for grant in found.grants if grant.relation != IN_AREA))
    for condition in branches(Child, viewer=viewer, part=PART, action=READ, at=at, rule_set=single):
        children = Child.objects.filter(condition).order_by()
        homes = children.values_list("county_id", flat=True).distinct()
        codes = sorted({rules.region_of(county) for county in homes})
        if codes:
            sql, params = children.values("id").query.sql_with_params()
            yield Scope(tuple((code, None) for code in codes), Condition(sql, tuple(params)))
