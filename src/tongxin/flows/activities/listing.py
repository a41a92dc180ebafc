"""The list of children of an activity: put on by who sees the child, with the guardian's answer, ticked when they came.

The list is read like the files: whom a viewer may not see is only a number there.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Max

from tongxin.access import selectors as access
from tongxin.accounts.viewers import Viewer
from tongxin.activities.models import Activity, Came, Listed, Occasion, Photo
from tongxin.activities.rules import Activities, rules_in
from tongxin.core.forms import Problem
from tongxin.flows.activities.occasions import open_at
from tongxin.flows.activities.outings import has_agreed
from tongxin.flows.activities.planning import CHANGED
from tongxin.flows.activities.reach import activity_for, tell
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.flows.workforce import gates
from tongxin.people.models import Carer, Child
from tongxin.registers import answers
from tongxin.registers.answers import Given

PART = "roster"
NO_LIST = "这种活动不列孩子的名单，只数人数。"
NO_CHILD = "没有加入：没有找到这个档案编号的孩子，或者您看不到他的档案。"
FULL = "没有加入：名单上的孩子已经比计划的人数多。"
CONCERN = "没有保存：这位照料人需要回避，不能代表孩子作决定，也不能接孩子。请找另一位监护人。"
NOT_A_CARER = "没有保存：档案里没有这位照料人。请核对与孩子的关系。"
NOT_AGREED = "没有保存：名单第 {numbers} 号还没有监护人的同意（或孩子不愿意），不能参加。请先记下答复；没有来的不要勾。"


@transaction.atomic
def put(*, activity_id: UUID, file_no: str, group: int, actor: Viewer, at: datetime) -> Listed:
    """A child on the list, once; the one whom the actor may see."""
    row = activity_for(activity_id=activity_id, viewer=actor, at=at, writes=True, for_update=True)
    found = rules_in(row.county_id, at=at)
    if not found.kinds[row.kind].lists_children:
        raise Refused.because(NO_LIST)
    if row.state in (Activity.CLOSED, Activity.CANCELLED):
        raise Refused.because(CHANGED.format(state=row.get_state_display()))
    rows = Child.objects.filter(file_no=file_no.strip(), county_id=row.county_id)
    child = access.visible(rows, viewer=actor, part=PART, at=at).first()
    if child is None or actor.person_id is None:
        raise Refused([Problem("file_no", NO_CHILD, True)])
    # Who lists children takes them there, as does the post that leads: both are asked about, typed word or not.
    gates.refuse_seat(actor, place="file_no", at=at)
    gates.refuse_post(row.post_id, place="file_no", at=at)
    known = Listed.objects.filter(activity=row, child_id=child.id, left_at__isnull=True).first()
    if known is not None:
        return known
    here = Listed.objects.filter(activity=row)
    if here.filter(left_at__isnull=True).count() >= int(row.clear.get("expected", 0)):
        raise Refused([Problem("file_no", FULL, True)])
    made = Listed.objects.create(
        activity=row, child_id=child.id, number=(here.aggregate(last=Max("number"))["last"] or 0) + 1,
        group=min(max(group, 1), found.most_groups), at=at, person_id=actor.person_id,
    )
    tell("activity.joined", actor, at, activity=row.id, number=made.number)
    return made


def listed_for(row: Activity, viewer: Viewer, *, at: datetime) -> tuple[list[tuple[Listed, Child]], int]:
    """Those on the list whom the viewer may see, in their order, and how many others there are."""
    rows = list(row.listed.filter(left_at__isnull=True).order_by("group", "number"))
    ids = [each.child_id for each in rows if each.child_id]
    seen = {each.id: each for each in access.visible(Child.objects.filter(id__in=ids), viewer=viewer, part=PART, at=at)}
    pairs = [(each, seen[each.child_id]) for each in rows if each.child_id in seen]
    return pairs, len(rows) - len(pairs)


def one_of(row: Activity, listed_id: UUID, viewer: Viewer, *, at: datetime) -> Listed:
    """A child's line, where the viewer may see the child."""
    for each, _ in listed_for(row, viewer, at=at)[0]:
        if each.id == listed_id:
            return each
    raise NotAllowed


@transaction.atomic
def answer(*, activity_id: UUID, listed_id: UUID, given: Given, actor: Viewer, at: datetime) -> Listed:
    """What the guardian and the child said of taking part; whoever may be the danger doesn't decide (spine A4)."""
    row = activity_for(activity_id=activity_id, viewer=actor, at=at, writes=True, for_update=True)
    found, line = rules_in(row.county_id, at=at), one_of(row, listed_id, actor, at=at)
    read = answers.read(found.asked["consent"], given, at=at)
    problems, relation = list(read.problems), str(read.clear.get("relation", ""))
    problem = refuse_carer(line, relation, found) if read.clear.get("answer") == "yes" else None
    if problem is not None:
        problems.append(problem)
    if problems:
        raise Refused(problems)
    line.consent = {**read.clear, "by": str(actor.person_id), "at": at.isoformat(), "before": kept_before(line.consent)}
    line.save(update_fields=["consent"])
    tell("activity.agreed", actor, at, activity=row.id, number=line.number, answer=read.clear["answer"])
    return line


def refuse_carer(line: Listed, relation: str, found: Activities) -> Problem | None:
    """Why somebody who stands so to a child neither decides nor takes it home: a concern, or nobody on file."""
    if not relation or relation in found.stand_ins:
        return None
    known = Carer.objects.filter(child_id__in=[line.child_id], to_on__isnull=True)
    same = list(known.filter(relation=relation))
    if same and all(each.is_concern for each in same):
        return Problem("relation", CONCERN, True)
    return Problem("relation", NOT_A_CARER, True) if not same and known.exists() else None


def kept_before(said: Mapping[str, Any]) -> list[dict[str, object]]:
    """What was said before of the same thing, kept."""
    last = {name: value for name, value in said.items() if name != "before"}
    return [*said.get("before", ()), *([last] if last else [])]


@transaction.atomic
def leave(*, activity_id: UUID, listed_id: UUID, actor: Viewer, at: datetime) -> Listed:
    """Off the list; where the child was before stays counted."""
    row = activity_for(activity_id=activity_id, viewer=actor, at=at, writes=True, for_update=True)
    line = one_of(row, listed_id, actor, at=at)
    line.left_at = at
    line.save(update_fields=["left_at"])
    tell("activity.departed", actor, at, activity=row.id, number=line.number)
    return line


@transaction.atomic
def tick(*, occasion_id: UUID, listed: Sequence[UUID], actor: Viewer, at: datetime) -> int:
    """The listed children who were there, whom the actor may see; nobody whose guardian hasn't agreed, all or none."""
    held = Occasion.objects.filter(id=occasion_id, withdrawn_at__isnull=True).first()
    if held is None or actor.person_id is None:
        raise NotAllowed
    row = activity_for(activity_id=held.activity_id, viewer=actor, at=at, writes=True, for_update=True)
    open_at(row)
    wanted = set(listed)
    lines = [each for each, _ in listed_for(row, actor, at=at)[0]]
    there = [each for each in lines if each.id in wanted]
    needs = rules_in(row.county_id, at=at).kinds[row.kind].needs_approval
    shut = [str(each.number) for each in there if needs and not has_agreed(each)]
    if shut:
        raise Refused.because(NOT_AGREED.format(numbers="、".join(shut)))
    ticked = Came.objects.filter(occasion=held, listed__in=lines, cancelled_at__isnull=True)
    ticked.exclude(listed__in=there).update(cancelled_at=at, cancelled_by=actor.person_id)
    before = set(ticked.values_list("listed_id", flat=True))
    Came.objects.bulk_create([
        Came(occasion=held, listed=each, at=at, person_id=actor.person_id) for each in there if each.id not in before
    ])
    tell("occasion.signed", actor, at, occasion=held.id, number=len(there))
    return len(there)


def erase(child: Child) -> int:
    """How many lists forgot an erased child; the figures stay, the photos with it go."""
    mine = Listed.objects.filter(child_id=child.id)
    gone = Photo.objects.filter(shown__listed__in=mine, content__isnull=False)
    Photo.objects.filter(id__in=list(gone.values_list("id", flat=True))).update(content=None, size=0)
    return mine.update(child_id=None, consent={}, returned={})
