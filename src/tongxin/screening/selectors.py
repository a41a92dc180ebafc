"""What can be read of rounds, each by who may: the list and the one are the same query (spine B7)."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from tongxin import vault
from tongxin.access import relations
from tongxin.access import selectors as access
from tongxin.accounts.viewers import WORKER, Viewer
from tongxin.rulebook import rules
from tongxin.screening import identities
from tongxin.screening.models import Participant, Round, SchoolClass

SEE, READ, PLAN, OVERSEE = "see_screening", "read_screening", "plan_screening", "except_screening"
ROSTER, CRISIS = "roster", "crisis"


def rounds_for(*, viewer: Viewer, action: str, at: datetime) -> QuerySet[Round]:
    """The rounds that a viewer may act on: those of the own body, those they are named in, those they oversee.

    Progress may also be followed by who is responsible for the place; results may not.
    """
    found = rules.access_rules(at=at)
    inside = Q()
    for seat in viewer.seats:
        if not found.may_do(role=seat.role, action=action):
            continue
        inside |= Q(organisation_id=seat.organisation_id) | Q(shifts__post_id=seat.post_id)
        is_near = action == SEE and "in_area" in found.relations(role=seat.role, part=ROSTER, action=access.READ)
        if is_near or found.may_do(role=seat.role, action=OVERSEE):
            inside |= Q(**{f"{seat.division_level}_id": seat.division_id})
    if not inside:
        return Round.objects.none()
    return Round.objects.filter(id__in=Round.objects.filter(inside).values("id")).select_related(
        "organisation", "division"
    )


def round_for(*, round_id: UUID, viewer: Viewer, action: str, at: datetime) -> Round | None:
    """The round, if the viewer may do this with it."""
    return rounds_for(viewer=viewer, action=action, at=at).filter(id=round_id).first()


def knows_names(round: Round, *, viewer: Viewer, at: datetime) -> bool:
    """Whether a viewer works with the children of a round, not only with its counts."""
    return any(
        rounds_for(viewer=viewer, action=action, at=at).filter(id=round.id).exists() for action in (PLAN, READ)
    )


def participants_of(round: Round, *, viewer: Viewer, at: datetime) -> QuerySet[Participant]:
    """The children of a round but those from whom the viewer is kept (spine A10)."""
    rows = round.participants.select_related("school_class", "round").order_by("number")
    barred = relations.barred_children(people=viewer.people, at=at)
    kept_from = set(rows.filter(child_id__in=barred).values_list("id", flat=True)) if barred else set()
    return rows.exclude(id__in=kept_from) if kept_from else rows


def names_of(rows: Iterable[Participant], *, viewer: Viewer, at: datetime, route: str = "") -> dict[UUID, str]:
    """The names on the class list, by one recorded look."""
    wanted = list(rows)
    found = identities.rows_of(wanted, viewer=viewer, at=at, route=route)
    return {each.id: (row.name if row and row.name else "") for each, row in zip(wanted, found, strict=True)}


def class_names(round: Round, *, at: datetime, viewer: Viewer = WORKER) -> list[tuple[SchoolClass, str]]:
    """The classes of a round with their names, in the order of the list."""
    rows = list(round.classes.select_related("round").order_by("number"))
    names = vault.open([row.label for row in rows], viewer=viewer, purpose="screening", at=at, part=ROSTER)
    return [(row, name or "") for row, name in zip(rows, names, strict=True)]


def completion(round: Round) -> dict[UUID | None, dict[str, int]]:
    """How many children of each class stand where; counts only."""
    rows = round.participants.order_by().values_list("school_class_id", "state").annotate(many=Count("id"))
    found: dict[UUID | None, dict[str, int]] = {}
    for school_class, state, many in rows:
        found.setdefault(school_class, {})[state] = many
    return found


def work_list(round: Round, *, viewer: Viewer, at: datetime) -> list[Participant]:
    """The children to be looked at, the most urgent group first; who was decided on stands behind."""
    order = {"alarm": 0, "above": 1, "invalid": 2, "near": 3, "incomplete": 4}
    rows = participants_of(round, viewer=viewer, at=at).filter(Q(outcome__in=order) | ~Q(alarm=""))
    found = list(rows.prefetch_related("verdicts"))
    return sorted(
        found, key=lambda each: (
            is_decided(each), each.alarm != CRISIS, not each.alarm, order.get(each.outcome, 0), each.number
        )
    )


def is_decided(participant: Participant) -> bool:
    """Whether somebody has decided on the sheet as it stands; one asked for anew waits for a decision again."""
    last = max(participant.verdicts.all(), key=lambda verdict: verdict.id, default=None)
    return last is not None and (last.decision != "again" or participant.state == Participant.INVITED)
