"""What activities mean for children: which ones a child was at, and how confirmed grades stand since, from five on."""

from datetime import datetime, time
from uuid import UUID

from tongxin.access import selectors as access
from tongxin.accounts.viewers import Viewer
from tongxin.activities.models import Activity, Came, Listed
from tongxin.activities.rules import Activities
from tongxin.cases.models import Case, Decision
from tongxin.core.pathway import CHINA
from tongxin.flows.activities.reach import activities_for
from tongxin.people.models import Child
from tongxin.rulebook import rules

PART, COLOURS = "roster", "psychological"
LOWER, SAME, HIGHER = "lower", "same", "higher"
CHANGES = {LOWER: "降低", SAME: "没有变", HIGHER: "升高"}


def of_child(child: Child, *, viewer: Viewer, at: datetime) -> list[tuple[Listed, int]]:
    """The activities within reach on whose list a child is or was, the newest first, with how often it came."""
    mine = activities_for(viewer, at=at).values("id")
    rows = Listed.objects.filter(child_id=child.id, activity_id__in=mine).select_related(
        "activity", "activity__organisation"
    )
    return [
        (each, each.times.filter(occasion__withdrawn_at__isnull=True, cancelled_at__isnull=True).count())
        for each in rows.order_by("-activity__first_day", "id")
    ]


def since(row: Activity, found: Activities, *, viewer: Viewer, at: datetime) -> dict[str, int]:
    """Of the listed children who came: whose confirmed grade is lower, the same, higher than on the day before; nothing
    where the viewer may read too few of them."""
    came = Came.objects.filter(
        occasion__activity=row, occasion__withdrawn_at__isnull=True, cancelled_at__isnull=True
    )
    ids = {each for each in came.values_list("listed__child_id", flat=True) if each}
    cases = access.visible(Case.objects.filter(id__in=ids), viewer=viewer, part=COLOURS, at=at)
    now = dict(cases.values_list("id", "standing"))
    before = _standing(list(now), datetime.combine(row.first_day, time(), tzinfo=CHINA))
    levels = list(rules.pathway_in(region=rules.region_of(row.county_id), at=at)[1].levels)
    told = dict.fromkeys(CHANGES, 0)
    for id, level in now.items():
        if id in before and level in levels and before[id] in levels:
            step = levels.index(level) - levels.index(before[id])
            told[LOWER if step < 0 else HIGHER if step else SAME] += 1
    return told if sum(told.values()) >= found.feedback_least else {}


def _standing(cases: list[UUID], moment: datetime) -> dict[UUID, str]:
    """The grade that stood for each at a moment."""
    rows = Decision.objects.filter(case_id__in=cases, stands=True, at__lt=moment).order_by("at", "id")
    return dict(rows.values_list("case_id", "level"))
