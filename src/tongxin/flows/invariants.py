"""Promise 1 as a list of breaches: no child without a next step, an owner who is there, a due moment (B2)."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import reduce
from operator import or_
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from tongxin.access.models import Relation
from tongxin.accounts.models import LEVELS, Holding, Post
from tongxin.accounts.viewers import held
from tongxin.cases.models import Case, Task
from tongxin.cases.tasks import LIVE
from tongxin.ledger.models import Entry
from tongxin.people.models import Child
from tongxin.rights.models import Tombstone
from tongxin.rulebook import rules

GRACE = timedelta(minutes=5)
SHOWN = 20
HOLIDAYS = timedelta(days=10)
DAYS_IN = {"minutes": 1 / 1440, "hours": 1 / 24, "days": 1.0, "working_days": 1.5, "months": 31.0}


@dataclass(frozen=True, slots=True)
class Breach:
    """One kind of breach: how often, and file numbers of the first ones."""

    kind: str
    zh: str
    count: int
    files: tuple[str, ...]


def breaches(*, at: datetime) -> list[Breach]:
    """All kinds with their counts; every count must be 0."""
    return [_breach(kind, zh, cases) for kind, zh, cases in _kinds(at)]


def _kinds(at: datetime) -> Iterator[tuple[str, str, Iterable[UUID]]]:
    live = Task.objects.filter(state__in=LIVE)
    open_cases = Case.objects.filter(is_open=True)
    yield "no_next_step", "在办个案没有任何任务", _ids(_without(live, open_cases))
    holder = Holding.objects.filter(held(at), post_id=OuterRef("owner_post_id"), person__is_active=True)
    unowned = Task.objects.filter(Q(owner_post_id__isnull=True) | ~Exists(holder), state__in=LIVE)
    yield "no_owner", "任务没有在岗的负责人", _case_ids(unowned)
    yield "owner_blind", "负责岗位看不到这个孩子", _case_ids(_unseen(at))
    late = Q(pk__in=[])
    for rule, longest in _longest(at).items():
        late |= Q(step=rule, due_at__gt=F("case__derived_at") + longest)
    yield "due_too_far", "任务期限超过规定的最长间隔", _case_ids(Task.objects.filter(late, state__in=LIVE))
    waiting = Task.objects.filter(state=Task.WAITING, due_at__lt=at - GRACE)
    yield "reason_over", "暂缓已到期而没有重新提醒", _case_ids(waiting)
    yield "not_looked_at", "到了检查时间而没有检查", _ids(Case.objects.filter(look_again_at__lt=at - GRACE))
    recorded = Entry.objects.filter(subject_id=OuterRef("pk"))
    derived = Case.objects.filter(id=OuterRef("pk"))
    erased = Tombstone.objects.filter(child_id=OuterRef("pk"))
    lost = Child.objects.filter(Exists(recorded), ~Exists(derived), ~Exists(erased))
    yield "no_case", "有记录而没有个案", lost.values_list("id", flat=True)
    crisis = Case.objects.filter(in_crisis=True)
    yield "crisis_without_step", "危机中没有紧急任务", _ids(_without(live.filter(is_urgent=True), crisis))


def _without(tasks: QuerySet[Task], cases: QuerySet[Case]) -> QuerySet[Case]:
    """The cases with none of the tasks; of a child with several files the one that leads, with none in any of them."""
    joined = Case.objects.filter(goes_on=OuterRef("pk"))
    elsewhere = Exists(joined.filter(Exists(tasks.filter(case_id=OuterRef("pk")))))
    return cases.filter(~Exists(tasks.filter(case_id=OuterRef("pk"))), ~elsewhere, goes_on__isnull=True)


def _unseen(at: datetime) -> QuerySet[Task]:
    """Live tasks whose owner neither serves the child's place nor was let in, or is kept away."""
    here = [OuterRef(f"{level}_id") for level in LEVELS]
    post = Post.objects.filter(id=OuterRef("owner_post_id"))
    its_body = Post.objects.filter(id=OuterRef(OuterRef("owner_post_id"))).values("organisation_id")
    standing = Relation.objects.filter(held(at), child_id=OuterRef("case_id"))
    let_in = standing.exclude(relation=Relation.RECUSED).filter(
        Q(post_id=OuterRef("owner_post_id")) | Q(person_id=OuterRef("owner_person_id"))
        | Q(organisation_id__in=its_body)
    )
    barred = standing.filter(relation=Relation.RECUSED, person_id=OuterRef("owner_person_id"))
    serves = post.filter(reduce(or_, (Q(division_id=place) for place in here)))
    live = Task.objects.filter(state__in=LIVE, owner_post_id__isnull=False)
    return live.filter(~Exists(serves) & ~Exists(let_in) | Exists(barred))


def _ids(cases: QuerySet[Case]) -> Iterable[UUID]:
    return cases.values_list("id", flat=True)


def _case_ids(tasks: QuerySet[Task]) -> Iterable[UUID]:
    return tasks.order_by().values_list("case_id", flat=True).distinct()


def _breach(kind: str, zh: str, ids: Iterable[UUID]) -> Breach:
    found = list(ids)
    files = Child.objects.filter(id__in=found[:SHOWN]).order_by("file_no").values_list("file_no", flat=True)
    return Breach(kind, zh, len(found), tuple(files))


def _longest(at: datetime) -> dict[str, timedelta]:
    """By step, the longest that it may lie ahead: its own interval, once more when put off, and holidays."""
    _, pathway = rules.pathway_in(region="", at=at)
    found = {f"crisis.{step.id}": _days(step.clock) * step.times for step in pathway.crisis_steps}
    for step in (*pathway.steps, pathway.fallback):
        table = pathway.content["referral_clocks"] if step.by_urgency else pathway.intervals
        spans = [step.due] if step.due else list(table[step.by_urgency or step.by_level].values())
        longest = 2 * max(_days(span) for span in spans)
        found[step.id] = max(longest, _days(step.at_most)) if step.at_most else longest
    return {rule: longest + HOLIDAYS for rule, longest in found.items()}


def _days(span: Mapping[str, int]) -> timedelta:
    ((unit, amount),) = span.items()
    return timedelta(days=amount * DAYS_IN[unit])
