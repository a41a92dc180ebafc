"""Which courses of a child's counselling a viewer reads: one's own, those one was let in to, all for supervision."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from tongxin import ledger
from tongxin.access import selectors as access
from tongxin.access.models import Relation
from tongxin.accounts.viewers import Viewer
from tongxin.core.pathway import CaseState
from tongxin.core.pathway.courses import END, REVIEW, SESSION, START, Course, readers
from tongxin.flows.derive import state_of
from tongxin.flows.facts import as_facts, results_of
from tongxin.ledger.models import Entry
from tongxin.people.models import Child

PART = "sessions"
KINDS = frozenset({START, SESSION, REVIEW, END})


def reads_all(*, viewer: Viewer, child_id: UUID, at: datetime) -> bool:
    """Whether somebody reads what was said in every course: not only as one of those who counsel."""
    return viewer.is_worker or access.may_without(
        viewer=viewer, child_id=child_id, part=PART, relation=Relation.COUNSELS, at=at
    )


def readable(state: CaseState, *, viewer: Viewer, child_id: UUID, at: datetime) -> frozenset[str]:
    """The ids of the courses whose content the viewer reads, once the part itself is open to them."""
    if reads_all(viewer=viewer, child_id=child_id, at=at):
        return frozenset(course.id for course in state.courses.all())
    posts = {str(post) for post in viewer.post_ids}
    return frozenset(course for course, admitted in readers(state).items() if admitted & posts)


def closed(
    entries: Iterable[Entry], state: CaseState, *, viewer: Viewer, child_id: UUID, at: datetime
) -> frozenset[UUID]:
    """The records of counselling, oldest first, that belong to courses the viewer doesn't read, in all versions.

    What somebody wrote themselves they read.
    """
    told = [entry for entry in entries if entry.kind in KINDS]
    if not told or reads_all(viewer=viewer, child_id=child_id, at=at):
        return frozenset()
    courses = readable(state, viewer=viewer, child_id=child_id, at=at)
    mine = {name for course in state.courses.all() if course.id in courses for name in _entries_of(course)}
    for entry in reversed(told):
        # What a record of the course came in place of.
        if str(entry.id) in mine and entry.supersedes_id is not None:
            mine.add(str(entry.supersedes_id))
    for entry in told:
        about = str(entry.clear.get("about") or "").partition(":")[0]
        if about in mine or str(entry.supersedes_id) in mine or entry.post_id in viewer.post_ids:
            mine.add(str(entry.id))
    return frozenset(entry.id for entry in told if str(entry.id) not in mine)


def is_closed(entry: Entry, *, child: Child, viewer: Viewer, at: datetime) -> bool:
    """Whether one record of counselling belongs to a course that the viewer doesn't read."""
    if entry.kind not in KINDS or reads_all(viewer=viewer, child_id=child.id, at=at):
        return False
    entries = ledger.facts(child.key_owner)
    state = state_of(child, facts=as_facts(entries, results_of(child.id)), at=at)
    return entry.id in closed(entries, state, viewer=viewer, child_id=child.id, at=at)


def _entries_of(course: Course) -> list[str]:
    facts = [course.start, *course.sessions, *course.reviews, *course.shares, *course.asks]
    return [fact.id for fact in [*facts, *([course.end] if course.end else [])]]
