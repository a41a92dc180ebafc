"""Looking at the psychological part has a purpose: seen by the system, stated by a person, or granted by who is in
charge."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from tongxin import ledger, vault
from tongxin.access import relations
from tongxin.access import selectors as access
from tongxin.access.models import Relation
from tongxin.accounts.models import Post
from tongxin.accounts.viewers import Viewer, held
from tongxin.cases.models import Case, Task
from tongxin.cases.tasks import LIVE
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.ledger.models import Entry
from tongxin.lib import steady
from tongxin.looking.models import Glass, Statement
from tongxin.looking.rules import GLASS, PREFIX, rules_at
from tongxin.notices import services as notices
from tongxin.people.models import Child
from tongxin.rulebook import rules

PART = "psychological"
OWN_TASK, CRISIS = f"{PREFIX}own_task", f"{PREFIX}crisis"
# Who was let in for a child's sake is there to do something for it.
SENT_TO = (Relation.REFERRED, Relation.DEPARTMENT_TASK, Relation.TEACHES, Relation.SCREENED, "transferred")
NO_PURPOSE = "没有记下：请先选一个用途。"
NO_WORDS = "没有记下：这个用途要写清楚为什么要看。"


def purpose_of(
    *, viewer: Viewer, child: Child, at: datetime, tasks: Iterable[Task] | None = None, in_crisis: bool | None = None
) -> str:
    """For what a viewer looks at a child's psychological part; empty when they have to say it first."""
    if viewer.is_worker:
        return OWN_TASK
    if glass_of(viewer=viewer, child_id=child.id, at=at):
        return GLASS
    found = rules_at(at, region=rules.region_of(child.county_id))
    if said := _stated(viewer, child.id, at):
        return f"{PREFIX}{said}"
    if viewer.roles & found.approved_roles:
        return ""
    if _has_task(viewer, child.id, tasks):
        return OWN_TASK
    if Case.objects.filter(id=child.id, in_crisis=True).exists() if in_crisis is None else in_crisis:
        return CRISIS
    if _is_related(viewer, child.id, at):
        return OWN_TASK
    since = at - found.recent
    mine = Entry.objects.filter(subject_id=child.id, person_id=viewer.person_id, recorded_at__gt=since)
    return OWN_TASK if mine.exists() else ""


def _stated(viewer: Viewer, child_id: UUID, at: datetime) -> str:
    if viewer.person_id is None:
        return ""
    rows = Statement.objects.filter(
        person_id=viewer.person_id, child_id=child_id, until_at__gt=at, said_at__lte=at, waits=False
    )
    return rows.order_by("-until_at").values_list("purpose", flat=True).first() or ""


def _has_task(viewer: Viewer, child_id: UUID, tasks: Iterable[Task] | None) -> bool:
    live = Task.objects.filter(case_id=child_id, state__in=LIVE) if tasks is None else tasks
    mine = set(viewer.post_ids)
    return any(each.post_id in mine or each.owner_post_id in mine for each in live)


def _is_related(viewer: Viewer, child_id: UUID, at: datetime) -> bool:
    """Whether the child came to them by a referral, a transfer or a screening round: that is their task."""
    if not _kinds(viewer, at) & set(SENT_TO):
        return False
    mine = (
        Q(post_id__in=viewer.post_ids) | Q(organisation_id__in=viewer.organisation_ids) | Q(person_id=viewer.person_id)
    )
    return Relation.objects.filter(held(at), mine, child_id=child_id, relation__in=SENT_TO).exists()


def _kinds(viewer: Viewer, at: datetime) -> frozenset[str]:
    """The relations in which a viewer stands to anybody, as access has asked them for this page already."""
    return steady.lasting(("relations", viewer, at), lambda: relations.kinds_of(viewer=viewer, at=at))


def glass_of(*, viewer: Viewer, child_id: UUID, at: datetime) -> Glass | None:
    """The emergency under which a viewer sees a child now."""
    if viewer.person_id is None or Relation.BROKE_GLASS not in _kinds(viewer, at):
        return None
    return Glass.objects.filter(
        person_id=viewer.person_id, child_id=child_id, broken_at__lte=at, until_at__gt=at, ended_at__isnull=True
    ).first()


def state_purpose(*, child: Child, purpose: str, words: str, actor: Viewer, at: datetime) -> Statement:
    """A stated purpose: in force at once, or waiting for somebody in charge who is told."""
    if actor.person_id is None or actor.post_id is None or not access.may(
        viewer=actor, child_id=child.id, part=PART, at=at
    ):
        raise NotAllowed
    found = rules_at(at, region=rules.region_of(child.county_id))
    if purpose not in found.purposes:
        raise Refused.because(NO_PURPOSE)
    waits = found.needs_approval(purpose, roles=actor.roles) or _was_refused(child.id, actor, since=at - found.recent)
    if (waits or found.purposes[purpose].needs_words) and not words.strip():
        raise Refused.because(NO_WORDS)
    row = Statement(
        child_id=child.id, county_id=child.county_id, person_id=actor.person_id, post_id=actor.post_id,
        purpose=purpose, said_at=at, waits=waits, until_at=None if waits else at + found.holds,
    )
    with transaction.atomic():
        vault.put(row, {"words": words.strip() or None}, keyring=vault.keyring([row.key_owner]))
        row.save(force_insert=True)
        if waits:
            _tell("look.asked", row, posts_with(child, found.approvers, but=actor), actor, at)
    return row


def _was_refused(child_id: UUID, actor: Viewer, *, since: datetime) -> bool:
    """Whether somebody in charge said no to this person lately: another purpose then needs their word too."""
    said = Statement.objects.filter(
        child_id=child_id, person_id=person_of(actor), waits=False, answered_at__gt=since, until_at__isnull=True
    )
    return said.exists()


def answer_asked(*, statement_id: UUID, agrees: bool, actor: Viewer, at: datetime) -> Statement:
    """Somebody in charge agrees that a colleague looks, or doesn't; never about their own question."""
    with transaction.atomic():
        row = Statement.objects.select_for_update().filter(id=statement_id, waits=True).first()
        if row is None or not may_answer(row, viewer=actor, at=at):
            raise NotAllowed
        child = Child.objects.get(id=row.child_id)
        found = rules_at(at, region=rules.region_of(child.county_id))
        row.waits, row.answered_at, row.answered_by = False, at, actor.person_id
        row.until_at = at + found.approval_holds if agrees else None
        row.save(update_fields=["waits", "answered_at", "answered_by", "until_at"])
        _tell("look.answered", row, [row.post_id], actor, at)
    return row


def may_answer(row: Statement, *, viewer: Viewer, at: datetime) -> bool:
    """Whether somebody is in charge of a question: of a role that approves, reads the part, and didn't ask it."""
    return asked_of(viewer=viewer, at=at).filter(id=row.id).exists()


def asked_of(*, viewer: Viewer, at: datetime) -> QuerySet[Statement]:
    """The questions that wait for this viewer's word, the oldest first."""
    if not viewer.roles & set(rules_at(at).approvers):
        return Statement.objects.none()
    seen = access.visible(Child.objects.all(), viewer=viewer, part=PART, at=at)
    others = Statement.objects.filter(waits=True, child_id__in=seen.values("id"))
    return (others.exclude(person_id=viewer.person_id) if viewer.person_id else others).order_by("said_at")


def person_of(viewer: Viewer) -> UUID:
    """Who acts; what nobody in person does is not allowed here."""
    if viewer.person_id is None:
        raise NotAllowed
    return viewer.person_id


def posts_with(child: Child, roles: Iterable[str], *, but: Viewer) -> list[UUID]:
    """The posts of these roles around a child's home, without those of whoever asks."""
    places = [place for place in (child.village_id, child.town_id, child.county_id) if place]
    posts = Post.objects.filter(role__in=list(roles), division_id__in=places).exclude(id__in=but.post_ids)
    return list(posts.values_list("id", flat=True))


def _tell(kind: str, row: Statement, posts: list[UUID], actor: Viewer, at: datetime) -> None:
    event = ledger.record(
        kind=kind, subject=row.key_owner, actor=actor, at=at, clear={"statement": str(row.id)}, is_fact=True
    )
    notices.tell_posts(posts=posts, event=event, at=at)
