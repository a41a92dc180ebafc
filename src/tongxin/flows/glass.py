"""Break-glass: somebody outside a child's line opens the file in an emergency, for a short time and in the open."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from tongxin import ledger, vault
from tongxin.access import relations
from tongxin.access import selectors as access
from tongxin.access.models import Relation
from tongxin.accounts.models import Post
from tongxin.accounts.viewers import Viewer
from tongxin.cases.models import Case, Task
from tongxin.cases.tasks import LIVE
from tongxin.flows import shelved
from tongxin.flows.looking import person_of, posts_with
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.looking.models import Glass
from tongxin.looking.rules import rules_at
from tongxin.notices import services as notices
from tongxin.people.models import Child
from tongxin.rights.models import Tombstone
from tongxin.rulebook import rules

ACTION = "break_glass"
# Who says afterwards whether there was reason enough.
REVIEW = "review_looks"
NO_FILE = "没有打开：没有这个档案编号，或者不能用紧急调阅打开。请核对编号，或打电话给当地未成年人保护中心。"
NO_REASON = "没有打开：请选原因，并写清楚发生了什么。"
NO_WORDS = "没有保存：请选结果，并写上您的意见。"
HERE = "这份档案在您的职责范围内，直接打开就可以。"


@transaction.atomic
def break_glass(*, file_no: str, kind: str, words: str, actor: Viewer, at: datetime) -> Glass:
    """The file is open to this person alone, for some hours; its owner and whoever watches over access are told now."""
    if actor.person_id is None or actor.post_id is None or not access.may_do(viewer=actor, action=ACTION, at=at):
        raise NotAllowed
    child = Child.objects.filter(file_no=file_no.strip().upper()).first()
    if child is None or is_out_of_use(child) or is_kept_away(child, viewer=actor, at=at):
        raise Refused.because(NO_FILE)
    found = rules_at(at, region=rules.region_of(child.county_id))
    if kind not in found.kinds or not words.strip():
        raise Refused.because(NO_REASON)
    if access.may(viewer=actor, child_id=child.id, part="roster", at=at):
        raise Refused.because(HERE)
    row = Glass(
        child_id=child.id, county_id=child.county_id, person_id=actor.person_id, post_id=actor.post_id, kind=kind,
        broken_at=at, until_at=at + found.lasts, review_due_at=at + found.review_within,
    )
    vault.put(row, {"words": words.strip()}, keyring=vault.keyring([row.key_owner]))
    row.save(force_insert=True)
    Relation.objects.create(
        child_id=child.id, relation=Relation.BROKE_GLASS, person_id=actor.person_id, from_at=at, to_at=row.until_at,
        source_id=row.id,
    )
    _tell("glass.opened", row, actor, at, owners=owners_of(child, but=actor),
          watching=watching_of(child, told=found.told, but=actor))
    return row


def is_out_of_use(child: Child) -> bool:
    """Whether a file is only stored, which opens by its own way (`flows.shelving`), or erased."""
    return shelved.of(child.id) is not None or Tombstone.objects.filter(child_id=child.id).exists()


def is_kept_away(child: Child, *, viewer: Viewer, at: datetime) -> bool:
    """Whether no emergency opens a file to somebody: set aside from the child, or staff may be the danger (A10)."""
    if viewer.person_id in relations.recused_from(child_id=child.id, at=at):
        return True
    case = Case.objects.filter(id=child.id).only("state").first()
    return bool(case and case.state.get("staff_concern")) and _is_near(child, viewer)


def _is_near(child: Child, viewer: Viewer) -> bool:
    """Whether somebody works in the child's own county, where a colleague may be meant."""
    posts = Post.objects.filter(id__in=viewer.post_ids).values_list("division__county_id", flat=True)
    return child.county_id in set(posts)


def owners_of(child: Child, *, but: Viewer) -> list[UUID]:
    """The posts that answer for the child now."""
    live = Task.objects.filter(case_id=child.id, state__in=LIVE, owner_post_id__isnull=False)
    found = live.order_by().values_list("owner_post_id", flat=True).distinct()
    return [each for each in found if each is not None and each not in but.post_ids]


def watching_of(child: Child, *, told: Sequence[str], but: Viewer) -> list[UUID]:
    """The posts of the watching roles where the child lives: who guards access, and who reviews."""
    return posts_with(child, told, but=but)


@transaction.atomic
def end(*, glass_id: UUID, actor: Viewer, at: datetime) -> None:
    """Whoever opened a file closes it before its time."""
    mine = Glass.objects.filter(person_id=person_of(actor), ended_at__isnull=True, until_at__gt=at)
    row = mine.filter(id=glass_id).first()
    if row is None:
        raise NotAllowed
    Glass.objects.filter(id=row.id).update(ended_at=at)
    relations.end(child_id=row.child_id, relation=Relation.BROKE_GLASS, at=at, source_id=row.id)


@transaction.atomic
def review(*, glass_id: UUID, outcome: str, words: str, actor: Viewer, at: datetime) -> Glass:
    """Another person says whether there was reason enough; where there wasn't, it is an incident."""
    row = Glass.objects.select_for_update().filter(id=glass_id, reviewed_at__isnull=True).first()
    if row is None or not may_review(row, viewer=actor, at=at):
        raise NotAllowed
    if outcome not in rules_at(at).glass_outcomes or not words.strip():
        raise Refused.because(NO_WORDS)
    vault.put(row, {"review": words.strip()}, keyring=vault.keyring([row.key_owner]))
    row.reviewed_at, row.reviewed_by, row.outcome = at, actor.person_id, outcome
    if outcome == Glass.UNJUSTIFIED and row.ended_at is None:
        row.ended_at = at
        relations.end(child_id=row.child_id, relation=Relation.BROKE_GLASS, at=at, source_id=row.id)
    row.save(update_fields=["review", "reviewed_at", "reviewed_by", "outcome", "ended_at"])
    _tell("glass.reviewed", row, actor, at, watching=[row.post_id], outcome=outcome)
    return row


def may_review(row: Glass, *, viewer: Viewer, at: datetime) -> bool:
    """Whether somebody reviews this one: whoever watches over looks where the child lives and may see the child, since
    the reason tells of the child; never their own."""
    return to_review(viewer=viewer, at=at).filter(id=row.id).exists()


def to_review(*, viewer: Viewer, at: datetime) -> QuerySet[Glass]:
    """The emergencies that wait for this viewer's word, the first due first."""
    counties = Post.objects.filter(id__in=viewer.post_ids).values("division__county_id")
    if viewer.person_id is None or not access.may_do(viewer=viewer, action=REVIEW, at=at):
        return Glass.objects.none()
    rows = Glass.objects.filter(reviewed_at__isnull=True, county_id__in=counties).exclude(person_id=viewer.person_id)
    seen = access.visible(Child.objects.all(), viewer=viewer, part="roster", at=at)
    return rows.filter(child_id__in=seen.values("id")).order_by("review_due_at")


def overdue(*, at: datetime) -> int:
    """How many emergencies nobody reviewed in time; of an erased file nobody can."""
    rows = Glass.objects.filter(reviewed_at__isnull=True, review_due_at__lt=at)
    return rows.exclude(child_id__in=Tombstone.objects.values("child_id")).count()


def mine(*, viewer: Viewer, at: datetime) -> list[Glass]:
    """The files that are open to a viewer by break-glass now."""
    rows = Glass.objects.filter(person_id=person_of(viewer), ended_at__isnull=True, broken_at__lte=at, until_at__gt=at)
    return list(rows.order_by("until_at"))


def _tell(
    kind: str, row: Glass, actor: Viewer, at: datetime, *, owners: Sequence[UUID] = (), watching: Sequence[UUID] = (),
    **more: str,
) -> None:
    """Owners are told about their child; who watches over looks is told without one."""
    event = ledger.record(
        kind=kind, subject=row.key_owner, actor=actor, at=at, clear={"glass": str(row.id), **more}, is_fact=True
    )
    notices.tell_posts(posts=owners, event=event, at=at, child_id=row.child_id)
    notices.tell_posts(posts=[each for each in watching if each not in owners], event=event, at=at)


