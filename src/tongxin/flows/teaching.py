"""Which teacher has which pupils: said by the desk that sees the child, for a school year."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from tongxin import ledger
from tongxin.access import selectors as access
from tongxin.access.models import Relation
from tongxin.accounts.models import Post
from tongxin.accounts.viewers import Viewer, held
from tongxin.core.forms import Problem
from tongxin.flows.pairing_companions import must, rules_in
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.flows.workforce import gates
from tongxin.lib import ids
from tongxin.people.models import Child
from tongxin.vault import Owner

ASSIGN, SEE, PART = "assign_teachers", "see_pupils", "pupil"
NO_TEACHER = "没有保存：请选本区县学校的一位教师岗位。"
ALREADY = "没有改动：这名孩子已经是这位教师的学生。"
NOT_THEIRS = "没有改动：这名孩子不是这位教师的学生。"


def child_for(child_id: UUID, viewer: Viewer, *, at: datetime) -> Child:
    """The child, for whoever says which teacher it has."""
    must(viewer, ASSIGN, at=at)
    child: Child | None = access.child_if_visible(viewer=viewer, child_id=child_id, part="identity", at=at)
    if child is None:
        raise NotAllowed
    return child


def teachers_near(child: Child, *, at: datetime) -> QuerySet[Post]:
    """The teachers' posts of the child's county."""
    teachers = rules_in(child.county_id, at=at).teachers
    rows = Post.objects.filter(role__in=teachers, division__county_id=child.county_id)
    return rows.select_related("organisation").order_by("organisation__name", "title")


def teachers_of(child: Child, *, at: datetime) -> list[Post]:
    """Whose pupil the child is now."""
    rows = Relation.objects.filter(held(at), child_id=child.id, relation=Relation.TEACHES, post_id__isnull=False)
    return list(Post.objects.filter(id__in=rows.values("post_id")).select_related("organisation").order_by("title"))


@transaction.atomic
def give(*, child_id: UUID, post_id: UUID | None, actor: Viewer, at: datetime) -> None:
    """The child is this teacher's pupil from now on, for a school year at most."""
    child = child_for(child_id, actor, at=at)
    Child.objects.select_for_update().get(id=child.id)
    post = teachers_near(child, at=at).filter(id=post_id).first() if post_id else None
    if post is None:
        raise Refused([Problem("teacher", NO_TEACHER, True)])
    if any(each.id == post.id for each in teachers_of(child, at=at)):
        raise Refused([Problem("teacher", ALREADY, True)])
    gates.refuse_post(post.id, place="teacher", child_id=child.id, at=at)
    until = at + rules_in(child.county_id, at=at).teaches_at_most
    Relation.objects.create(
        child_id=child.id, relation=Relation.TEACHES, post_id=post.id, from_at=at, to_at=until, source_id=ids.new_id()
    )
    _tell("pupil.assigned", child, post.id, actor, at)


@transaction.atomic
def take(*, child_id: UUID, post_id: UUID | None, actor: Viewer, at: datetime) -> None:
    """The child is this teacher's pupil no more."""
    child = child_for(child_id, actor, at=at)
    rows = Relation.objects.filter(held(at), child_id=child.id, relation=Relation.TEACHES, post_id=post_id)
    if post_id is None or not rows.update(to_at=at):
        raise Refused([Problem("teacher", NOT_THEIRS, True)])
    _tell("pupil.removed", child, post_id, actor, at)


def pupils_of(viewer: Viewer, *, at: datetime) -> QuerySet[Child]:
    """The viewer's own pupils."""
    must(viewer, SEE, at=at)
    rows = access.visible(Child.objects.all(), viewer=viewer, part=PART, at=at)
    return rows.order_by("file_no")


def contacts_of(children: Iterable[Child], *, role: str) -> dict[UUID, str]:
    """Whom at the office a teacher asks about each child: the post of the child's town that has the role."""
    rows = list(children)
    towns = {each.town_id for each in rows if each.town_id}
    posts = Post.objects.filter(role=role, division_id__in=towns).order_by("-id")
    titles = dict(posts.values_list("division_id", "title"))
    return {each.id: titles[each.town_id] for each in rows if each.town_id in titles}


def _tell(kind: str, child: Child, post_id: UUID, actor: Viewer, at: datetime) -> None:
    ledger.record(
        kind=kind, subject=Owner("child", child.id), actor=actor, at=at, is_fact=True, clear={"post": str(post_id)}
    )
