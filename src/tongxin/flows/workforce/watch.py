"""Who is told that a clearance or a certificate runs out soon, or has: the person's post and the county's desk."""

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from tongxin import ledger
from tongxin.accounts.models import Holding, Post
from tongxin.accounts.viewers import WORKER, held
from tongxin.flows.workforce import reach
from tongxin.flows.workforce.clearances import today_of
from tongxin.notices import services as notices
from tongxin.vault import Owner
from tongxin.workforce.models import Clearance, Qualification, Reminder, Verdict

BATCH = 100
# As what the last look found nobody to tell, in this process.
_quiet: list[tuple[object, ...]] = []


def follow_workforce(now: datetime, *, limit: int = BATCH) -> int:
    """How many people's desks were told: once before a day comes, once more when it has passed."""
    found, today, count = reach.rules_in(None, at=now), today_of(now), 0
    stands = (today, found.check.remind_before, found.remind_before, *_added())
    if _quiet == [stands]:
        return 0
    for clearance in _untold(_clearances(today + found.check.remind_before), "valid_until", today)[:limit]:
        if _tell_of("clearance.reminded", clearance.id, clearance.valid_until, clearance.about_id, today, now):
            count += 1
    for row in _untold(_qualifications(today + found.remind_before), "expires_on", today)[:limit]:
        person_id, until = row.about_id, row.expires_on
        if _tell_of("qualification.reminded", row.id, until, person_id, today, now, post_id=row.post_id):
            count += 1
    # A day on which nobody is left to be told stays so until something is added.
    _quiet[:] = [] if count else [stands]
    return count


def _added() -> list[object]:
    """How many rows there are of which somebody could be told, and the last of each; these are only added."""
    tables = (Clearance.objects, Qualification.objects, Verdict.objects)
    return [said for rows in tables for said in (rows.count(), rows.order_by("-id").values_list("id").first())]


def _clearances(until: date) -> QuerySet[Clearance]:
    """Those that run out by a day, of people who work here, with nothing newer."""
    newer = Clearance.objects.filter(about_id=OuterRef("about_id"), done_on__gt=OuterRef("done_on"))
    rows = Clearance.objects.filter(valid_until__lte=until, about__is_active=True)
    return rows.annotate(is_old=Exists(newer)).filter(is_old=False)


def _qualifications(until: date) -> QuerySet[Qualification]:
    newer = Qualification.objects.filter(
        about_id=OuterRef("about_id"), kind=OuterRef("kind"), expires_on__gt=OuterRef("expires_on")
    )
    rows = Qualification.objects.filter(expires_on__lte=until, verdict__agrees=True)
    return rows.annotate(is_old=Exists(newer)).filter(is_old=False)


def _untold(rows: QuerySet, field: str, today: date) -> list:  # type: ignore[type-arg]
    """Those about which nobody was told since it is so, the most urgent first."""
    told = Reminder.objects.filter(about_id=OuterRef("id"), until=OuterRef(field))
    over = rows.filter(**{f"{field}__lt": today}).annotate(is_told=Exists(told.filter(is_over=True)))
    soon = rows.filter(**{f"{field}__gte": today}).annotate(is_told=Exists(told))
    return [each for some in (over, soon) for each in some.filter(is_told=False).order_by(field, "id")]


def _tell_of(
    kind: str, about_id: UUID, until: date | None, person_id: UUID | None, today: date, now: datetime,
    post_id: UUID | None = None,
) -> bool:
    if until is None:
        return False
    is_over = until < today
    with transaction.atomic():
        _, is_new = Reminder.objects.get_or_create(
            about_id=about_id, until=until, is_over=is_over, defaults={"at": now}
        )
        if not is_new:
            return False
        owner = Owner("staff", person_id) if person_id else Owner("post", post_id or about_id)
        event = ledger.record(
            kind=kind, subject=owner, actor=WORKER, at=now, is_fact=False,
            clear={"about": str(about_id), "over": "yes" if is_over else "no"},
        )
        posts = {*_posts_told(person_id, now), *([post_id] if post_id and not person_id else [])}
        notices.tell_posts(posts=sorted(posts, key=str), event=event, at=now)
    return True


def _posts_told(person_id: UUID | None, now: datetime) -> Iterable[UUID]:
    """The posts that somebody holds, and the desks that see to it where those lie."""
    if person_id is None:
        return ()
    own = Holding.objects.filter(held(now), person_id=person_id, kind=Holding.HOLDER).values("post_id")
    posts = list(Post.objects.filter(id__in=own).select_related("division"))
    desks = {each.id for post in posts for each in reach.keepers_of(post.division.county_id, at=now)}
    return {*(post.id for post in posts), *desks}
