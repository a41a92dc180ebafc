"""What was held, in numbers: by kind over a span, of one activity, and what children of the lists got out of it."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

from django.db.models import QuerySet

from tongxin.accounts.viewers import Viewer
from tongxin.activities.counting import Figures, Held, attended, count
from tongxin.activities.models import Activity, Came, Doubt, Feedback, Occasion, SignIn
from tongxin.activities.rules import Activities
from tongxin.flows.activities.reach import activities_for
from tongxin.flows.funds.twice import files_of


def held_of(rows: Iterable[Occasion]) -> dict[UUID, Held]:
    """By occasion what its numbers are; a few queries however many there are."""
    known = list(rows)
    ids = [each.id for each in known]
    signed: dict[UUID, list[int]] = defaultdict(lambda: [0, 0])
    for occasion_id, many, is_first in SignIn.objects.filter(occasion_id__in=ids).values_list(
        "occasion_id", "many", "first_time"
    ):
        signed[occasion_id][0] += many
        signed[occasion_id][1] += many if is_first else 0
    children: dict[UUID, list[object]] = defaultdict(list)
    there = Came.objects.filter(occasion_id__in=ids, cancelled_at__isnull=True)
    came = list(there.values_list("occasion_id", "listed__child_id", "listed_id"))
    # Files that were joined are one child.
    files = files_of(child_id for _, child_id, _ in came if child_id)
    for occasion_id, child_id, listed_id in came:
        children[occasion_id].append(files[child_id] if child_id else listed_id)
    return {
        each.id: Held(
            each.came, each.first_time, signed[each.id][0], signed[each.id][1], tuple(children[each.id])
        ) for each in known
    }


def by_kind(rows: QuerySet[Occasion]) -> dict[str, Figures]:
    """The figures of each kind; what was taken back counts nowhere."""
    known = list(rows.filter(withdrawn_at__isnull=True).select_related("activity"))
    held = held_of(known)
    found: dict[str, list[Held]] = defaultdict(list)
    for each in known:
        found[each.activity.kind].append(held[each.id])
    return {kind: count(times) for kind, times in found.items()}


def occasions_in(viewer: Viewer, *, at: datetime, first: date, last: date) -> QuerySet[Occasion]:
    """What was held of the activities within reach, in a span."""
    mine = activities_for(viewer, at=at).values("id")
    return Occasion.objects.filter(activity_id__in=mine, held_on__gte=first, held_on__lte=last)


def of_activity(row: Activity) -> tuple[Figures, dict[UUID, int]]:
    """An activity's figures, and attendances by occasion."""
    known = list(row.occasions.filter(withdrawn_at__isnull=True))
    held = held_of(known)
    return count(held.values()), {id: attended(each) for id, each in held.items()}


def doubted(rows: QuerySet[Occasion]) -> int:
    """How many occasions have a number that nobody else has looked at."""
    ids = rows.filter(withdrawn_at__isnull=True).values("id")
    return Doubt.objects.filter(about_id__in=ids, settled_at__isnull=True).values("about_id").distinct().count()


def feedback_of(row: Activity, found: Activities) -> tuple[int, dict[str, dict[str, int]]]:
    """How many said something, and by question and choice how many; nothing while they are too few."""
    given = list(Feedback.objects.filter(activity=row).values_list("clear", flat=True))
    told: dict[str, dict[str, int]] = {}
    if len(given) < found.feedback_least:
        return len(given), told
    for field in found.asked["feedback"]:
        told[field.id] = {option: sum(each.get(field.id) == option for each in given) for option in field.options}
    return len(given), told
