"""A plan compared with the tasks that stand: open, keep, close; each with an owner who is there."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import UUIDField

from tongxin.accounts.models import LEVELS, Post, places_of
from tongxin.accounts.posts import Responsible, Roster
from tongxin.cases.models import Case, Task
from tongxin.core.pathway import Fact, Pathway, Step, is_answered
from tongxin.duty.selectors import OnCall
from tongxin.lib import bulk, together
from tongxin.lib.prepared import Prepared
from tongxin.rulebook import rules

NOBODY: Mapping[str, Post] = {}
LIVE = (Task.OPEN, Task.WAITING)
UPDATED = (
    "due_at", "state", "climbed", "post_id", "owner_post_id", "owner_person_id", "zh", "form", "closed_at",
    *(f"{level}_id" for level in LEVELS),
)
Changes = list[tuple[str, dict[str, Any]]]
TASKS = Prepared(lambda case: Task.objects.filter(case_id=case), case=UUIDField())


def follow_plan(
    *, case: Case, steps: tuple[Step, ...], pathway: Pathway, roster: Roster, at: datetime,
    recused: frozenset[UUID] = frozenset(), assigned: Mapping[str, Post] = NOBODY, called: Sequence[OnCall] = (),
    facts: Sequence[Fact] = (),
) -> Changes:
    """Make the stored tasks equal to the plan; what changed comes back as events to tell of.

    A task that is in the plan no more was done by one of the `facts` that came in at this moment, or fell away.
    """
    stored = {task.key: task for task in TASKS.rows(case=case.id)}
    changes: Changes = []
    fresh: list[Task] = []
    planned = {step.key: step for step in steps}
    heard = [fact for fact in facts if fact.recorded_at == at]
    for step in steps:
        wanted = task_row(
            case=case, step=step, pathway=pathway, roster=roster, at=at, recused=recused, assigned=assigned,
            called=called,
        )
        found = stored.get(step.key)
        if found is None:
            fresh.append(wanted)
            changes.append(("task.opened", _told(wanted)))
            changes += _without_owner(wanted)
        elif _differs(found, wanted):
            changes += _update(found, wanted)
    for task in stored.values():
        if task.key not in planned and task.state in LIVE:
            task.state, task.closed_at = _ended(task, heard, steps, pathway, at), at
            bulk.change(task, "state", "closed_at")
            changes.append(("task.closed", {"task": task.key}))
    bulk.store(fresh)
    if fresh and (work := together.now()):
        # Their numbers are the database's.
        work.stale.setdefault(read_ahead, set()).add(case.id)
    return changes


def _ended(task: Task, heard: Sequence[Fact], steps: Sequence[Step], pathway: Pathway, at: datetime) -> str:
    """Whether somebody did it, or nobody need any more."""
    region, again = rules.region_of(task.county_id), any(step.rule == task.step for step in steps)
    kind = rules.while_in_force(("kind of form", task.form, region), lambda: _kind_of(task.form, region, at), at=at)
    done = kind is None or is_answered(task.step, heard, kind=kind, pathway=pathway, again=again)
    return Task.DONE if done else Task.DROPPED


def _kind_of(form: str, region: str, at: datetime) -> str | None:
    """The kind of record that a form makes; None for a form that is in force no more."""
    try:
        return str(rules.resolve("forms", form, region=region, at=at).content["kind"])
    except rules.NotAdopted:
        return None


def read_ahead(cases: Sequence[UUID]) -> None:
    """The tasks of all cases that pieces done together are about."""
    found: dict[UUID, list[Task]] = {each: [] for each in cases}
    for task in Task.objects.filter(case_id__in=list(found)):
        found[task.case_id].append(task)
    for case_id, tasks in found.items():
        together.learn(TASKS.question(case=case_id), tasks)


def task_row(
    *, case: Case, step: Step, pathway: Pathway, roster: Roster, at: datetime, recused: frozenset[UUID] = frozenset(),
    assigned: Mapping[str, Post] = NOBODY, called: Sequence[OnCall] = (),
) -> Task:
    """The task that a step of a case is, with the post that serves the place and who answers for it now.

    Whoever is recused gets no task: the next level answers (spine A10).
    """
    post = _post_for(case, step, pathway, roster, assigned, recused)
    climbed = step.climbed(at)
    owner = roster.responsible(post_id=post.id, climbs=climbed, without=recused) if post else None
    if not _may_own(owner, post, case, roster) and (
        own := _post_here(case, step.role, pathway, roster, assigned, recused)
    ):
        owner = roster.responsible(post_id=own.id, climbs=climbed, without=recused)
    if step.is_on_duty and called:
        owner = _rung(called, post, case, roster, climbed, recused)
    return Task(
        case_id=case.id, key=step.key, step=step.rule, zh=step.zh, form=step.form, role=step.role,
        post_id=post.id if post else None, owner_post_id=owner.post_id if owner else None,
        owner_person_id=owner.person_id if owner else None,
        state=Task.WAITING if step.waits_until else Task.OPEN, is_urgent=step.is_urgent, opened_at=at,
        due_at=step.due_at, climbed=climbed,
        **places_of(case),
    )


def assigned_posts(ids: Sequence[str], *, case: Case, pathway: Pathway, roster: Roster) -> dict[str, Post]:
    """The post of each role to which a child was given by name, the newest; only of roles that may be, and near."""
    places = set(places_of(case).values())
    found: dict[str, Post] = {}
    for post in Post.objects.filter(id__in=ids).select_related("division") if ids else ():
        if post.id not in roster.posts:
            roster.add(post)
    for post_id in map(UUID, ids):
        named = roster.posts.get(post_id)
        if named and named.role in pathway.content["assignable"] and named.division_id in places:
            found[named.role] = named
    return found


def roles_without_owner(
    *, case: Case, pathway: Pathway, roster: Roster, recused: frozenset[UUID] = frozenset()
) -> frozenset[str]:
    """The roles for whose work at a child's place nobody would answer."""
    posts = {role: _post_here(case, role, pathway, roster, NOBODY, recused) for role in pathway.content["routing"]}
    return frozenset(
        role for role, post in posts.items()
        if post is None or roster.responsible(post_id=post.id, without=recused) is None
    )


def _post_for(
    case: Case, step: Step, pathway: Pathway, roster: Roster, assigned: Mapping[str, Post], recused: frozenset[UUID]
) -> Post | None:
    if step.organisation:
        for post in roster.posts_of(int(step.organisation)):
            return post
    if step.place and (there := _post_at(step.place, pathway, roster)):
        return there
    return _post_here(case, step.role, pathway, roster, assigned, recused)


def _post_here(
    case: Case, asked: str, pathway: Pathway, roster: Roster, assigned: Mapping[str, Post], recused: frozenset[UUID]
) -> Post | None:
    """The post that does what a role is asked to do where the child lives; the first that somebody answers for."""
    routes: Mapping[str, list[str]] = pathway.content["routing"]
    first: Post | None = None
    for role in routes.get(asked, [asked]):
        found = assigned.get(role) or roster.serving(role=role, ancestors=places_of(case), without=recused)
        if found and roster.responsible(post_id=found.id, without=recused):
            return found
        first = first or found
    return first


def _rung(
    called: Sequence[OnCall], post: Post | None, case: Case, roster: Roster, climbed: int, recused: frozenset[UUID]
) -> Responsible | None:
    """Who is rung now: whoever is on duty, then the stand-in, then those who answer for the post that does it."""
    line = [Responsible(each.post_id, each.person_id, 0) for each in called]
    known = {each.person_id for each in line}
    line += [
        each for each in (roster.line(post_id=post.id, without=recused) if post else ())
        if each.person_id not in known and _may_own(each, post, case, roster)
    ]
    return line[min(climbed, len(line) - 1)]


def _may_own(owner: Responsible | None, post: Post | None, case: Case, roster: Roster) -> bool:
    """Whether somebody answers who sees the child: above a body elsewhere nobody does, so the child's line acts."""
    if owner is None or post is None:
        return False
    return owner.post_id == post.id or roster.posts[owner.post_id].division_id in places_of(case).values()


def _post_at(code: str, pathway: Pathway, roster: Roster) -> Post | None:
    """The post that takes a child over in another place, when that place works with this system."""
    rows = Post.objects.filter(division__code=code, division__valid_to__isnull=True)
    post = next((
        post for post in rows.select_related("division").order_by("id")
        if post.role == pathway.content["transfer_receivers"].get(post.division.level)
    ), None)
    if post is not None and post.id not in roster.posts:
        roster.add(post)
    return post


def _differs(found: Task, wanted: Task) -> bool:
    names = ("due_at", "state", "climbed", "post_id", "owner_post_id", "owner_person_id", "zh", "form")
    return places_of(found) != places_of(wanted) or any(
        getattr(found, name) != getattr(wanted, name) for name in names
    )


def _update(found: Task, wanted: Task) -> Changes:
    changes = _changes(found, wanted)
    for name in UPDATED:
        setattr(found, name, getattr(wanted, name))
    bulk.change(found, *UPDATED)
    return changes


def _changes(found: Task, wanted: Task) -> Changes:
    if found.state not in LIVE:
        return [("task.opened", _told(wanted)), *_without_owner(wanted)]
    if wanted.owner_post_id is None and found.owner_post_id is not None:
        return _without_owner(wanted)
    if wanted.climbed > found.climbed:
        return [("task.climbed", _told(wanted))]
    if wanted.owner_post_id != found.owner_post_id:
        return [("task.passed_on", _told(wanted))]
    return []


def _without_owner(task: Task) -> Changes:
    return [] if task.owner_post_id else [("task.unowned", _told(task))]


def _told(task: Task) -> dict[str, Any]:
    owner: UUID | None = task.owner_post_id
    return {"task": task.key, "step": task.step, "owner": str(owner) if owner else None, "urgent": task.is_urgent}


def owner_now(task: Task, *, roster: Roster) -> Responsible | None:
    """Who answers for a stored task at the roster's moment."""
    return roster.responsible(post_id=task.post_id, climbs=task.climbed) if task.post_id else None
