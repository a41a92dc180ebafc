"""At which site an activity is held, and what was held at a site: the county's times and attendances as numbers, the
activities themselves only of those within reach."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from tongxin.access import selectors as access
from tongxin.accounts.viewers import Viewer
from tongxin.activities.counting import Figures, count
from tongxin.activities.models import Activity, Occasion
from tongxin.core.forms import Problem
from tongxin.core.pathway import CHINA
from tongxin.flows.activities.figures import held_of
from tongxin.flows.activities.reach import APPROVE, PLAN, activities_for, county_of
from tongxin.lib.ids import id_in
from tongxin.places.models import Site
from tongxin.registers.answers import Given

FIELD = "site"
GONE = "没有保存：这个阵地不在本区县，或者已经停用。请重新选。"


@dataclass(frozen=True, slots=True)
class AtSite:
    """What was held at a site in a year."""

    year: int
    figures: Figures
    rows: list[Activity]


def sites_of(viewer: Viewer) -> list[Site]:
    """Where an activity of the viewer's county may be held."""
    return list(Site.objects.filter(county_id=county_of(viewer), is_used=True).order_by("name", "id"))


def chosen(given: Given, *, county_id: int) -> tuple[UUID | None, list[Problem]]:
    """The site that a plan names, if it names one."""
    said = "".join(given.get(FIELD, ())).strip()
    if not said:
        return None, []
    site_id = id_in(said)
    site = Site.objects.filter(id=site_id, county_id=county_id, is_used=True).first() if site_id else None
    return (site.id, []) if site else (None, [Problem(FIELD, GONE, True)])


def site_of(row: Activity) -> Site | None:
    """Where it is held, when that is a site."""
    return Site.objects.filter(id=row.site_id).first() if row.site_id else None


def at_site(site: Site, *, viewer: Viewer, at: datetime) -> AtSite:
    """This year's times at a site with their people, and of the activities those that the viewer may open."""
    today = at.astimezone(CHINA).date()
    here = Activity.objects.filter(site_id=site.id)
    times = list(Occasion.objects.filter(
        activity__in=here, held_on__gte=date(today.year, 1, 1), held_on__lte=today, withdrawn_at__isnull=True
    ))
    may_open = any(access.may_do(viewer=viewer, action=each, at=at) for each in (PLAN, APPROVE))
    rows = activities_for(viewer, at=at).filter(site_id=site.id) if may_open else Activity.objects.none()
    rows = rows.filter(last_day__gte=date(today.year, 1, 1)).order_by("-first_day", "-at")
    return AtSite(today.year, count(held_of(times).values()), list(rows))
