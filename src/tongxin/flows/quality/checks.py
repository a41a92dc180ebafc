"""Gaps in the files that somebody sees: each check is a condition on children, or on villages. Nothing is opened."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet

from tongxin.access import selectors as access
from tongxin.access.offices import posts_for
from tongxin.accounts.models import Division, Holding, Post
from tongxin.accounts.viewers import Viewer, held
from tongxin.assessments.selectors import standing
from tongxin.cases import slices
from tongxin.cases.models import Task
from tongxin.cases.tasks import LIVE
from tongxin.comparisons.models import Alike
from tongxin.core.pathway import CHINA
from tongxin.flows.refusals import NotAllowed
from tongxin.intake.models import HeldRow
from tongxin.people.models import Carer, CategorySpan, Child
from tongxin.supervision.quality import Check

SEE, DIRECTOR, VILLAGES = "see_quality", "child_director", "no_director"
NEED, ASSESSMENT, CONSENT, NO_PAPERS = "need", "assessment", "consent", "none"
Gap = Callable[[Check, datetime], Q]
# The part of the file that a gap tells of, and an office action that mending needs beside.
PARTS = {
    "no_carer": "family", "no_phone": "family", "no_consent": "psychological", "need_waits": "benefits",
}
NEEDS = {"rows_wait": "import_roster", "doubles_wait": "settle_comparisons", VILLAGES: "hand_over"}


def asked_of(check: Check, *, viewer: Viewer, at: datetime) -> bool:
    """Whether the viewer may mend such gaps at all; else they aren't shown."""
    action = NEEDS.get(check.id)
    if action is not None and not access.may_do(viewer=viewer, action=action, at=at):
        return False
    return check.id == VILLAGES or access.reads(viewer=viewer, part=PARTS.get(check.id, "identity"), at=at)


def children_with(check: Check, *, viewer: Viewer, at: datetime) -> QuerySet[Child]:
    """The children of open files with a gap, whom the viewer may see, by their file numbers."""
    if check.id not in GAPS or not asked_of(check, viewer=viewer, at=at):
        raise NotAllowed
    open_ones = slices.leading().filter(id=OuterRef("id"), is_open=True)
    found = Child.objects.filter(Exists(open_ones), GAPS[check.id](check, at))
    part = PARTS.get(check.id, "identity")
    return access.visible(found, viewer=viewer, part=part, at=at).order_by("file_no")


def villages_without_director(*, viewer: Viewer, at: datetime) -> QuerySet[Division]:
    """Villages of the viewer's own posts' areas with open files and no director who holds the post."""
    area = posts_for(viewer=viewer, action=SEE, at=at)
    if viewer.seat is None:
        raise NotAllowed
    here = {f"{viewer.seat.division_level}_id": viewer.seat.division_id}
    served = Holding.objects.filter(held(at), post__role=DIRECTOR, post__division_id=OuterRef("id"))
    cases = slices.leading().filter(village_id=OuterRef("id"), is_open=True)
    found = Division.objects.filter(Exists(cases), level="village", **here).filter(~Exists(served))
    return found.order_by("code") if area.exists() else Division.objects.none()


def posts_in(villages: QuerySet[Division] | list[Division]) -> dict[int, Post]:
    """The director's post of each village, where there is one."""
    rows = Post.objects.filter(role=DIRECTOR, division_id__in=[each.id for each in villages])
    return {post.division_id: post for post in rows}


def many(check: Check, *, viewer: Viewer, at: datetime) -> int:
    """How many have the gap, of those whom the viewer may see."""
    if check.id == VILLAGES:
        return villages_without_director(viewer=viewer, at=at).count()
    return children_with(check, viewer=viewer, at=at).values("id").distinct().count()


def _years_before(day: date, years: int) -> date:
    return day.replace(year=day.year - years, day=1)


def _wrong_age(check: Check, at: datetime) -> Q:
    today = at.astimezone(CHINA).date()
    return Q(birth_month__gt=today) | Q(birth_month__lt=_years_before(today, check.numbers["most"]))


def _carers() -> QuerySet[Carer]:
    return Carer.objects.filter(child_id=OuterRef("id"), to_on__isnull=True)


def _spans() -> QuerySet[CategorySpan]:
    return CategorySpan.objects.filter(child_id=OuterRef("id"), end_on__isnull=True)


def _of_kind(kind: str) -> Exists:
    return Exists(standing().filter(child_id=OuterRef("id"), kind=kind))


def _need_waits(check: Check, at: datetime) -> Q:
    late = at - timedelta(days=check.numbers["days"])
    return Q(Exists(Task.objects.filter(case_id=OuterRef("id"), step=NEED, state__in=LIVE, due_at__lt=late)))


def _alike(check: Check, at: datetime) -> Q:
    pairs = Alike.objects.filter(is_contrary=False)
    return Q(Exists(pairs.filter(one_id=OuterRef("id")))) | Q(Exists(pairs.filter(other_id=OuterRef("id"))))


GAPS: dict[str, Gap] = {
    "no_birth": lambda check, at: Q(birth_month__isnull=True),
    "age": _wrong_age,
    "no_number": lambda check, at: Q(id_no__isnull=True) & ~Q(id_kind=NO_PAPERS),
    "no_sex": lambda check, at: Q(sex="unknown"),
    "no_village": lambda check, at: Q(village_id__isnull=True),
    "no_carer": lambda check, at: ~Q(Exists(_carers())),
    "no_phone": lambda check, at: Q(Exists(_carers())) & ~Q(Exists(_carers().filter(adult__phone__isnull=False))),
    "no_category": lambda check, at: ~Q(Exists(_spans())),
    "category_undated": lambda check, at: Q(Exists(_spans().filter(start_on__isnull=True))),
    "no_consent": lambda check, at: Q(_of_kind(ASSESSMENT)) & ~Q(_of_kind(CONSENT)),
    "need_waits": _need_waits,
    "rows_wait": lambda check, at: Q(Exists(HeldRow.objects.filter(child_id=OuterRef("id"), state=HeldRow.OPEN))),
    "doubles_wait": _alike,
}

