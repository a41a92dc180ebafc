"""Photos of an activity: sealed, and only while each listed child on them agreed to photos."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from tongxin import vault
from tongxin.accounts.viewers import Viewer
from tongxin.activities.models import Activity, Photo, Shown
from tongxin.activities.rules import rules_in
from tongxin.core.consent.standing import GIVEN
from tongxin.core.forms import Problem
from tongxin.documents import content
from tongxin.documents.faults import NotTaken
from tongxin.documents.kinds import attachments_in
from tongxin.flows import consenting
from tongxin.flows.activities.listing import listed_for
from tongxin.flows.activities.reach import activity_for, tell
from tongxin.flows.facts import facts_of
from tongxin.flows.made_once import made_before, made_once
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.people.models import Child
from tongxin.rulebook import rules

PHOTO = "photo"
NOT_SAID = "没有保存：先选照片上有没有名单上的孩子。有，就勾出是哪几个；没有，选“没有”。"
NOT_AGREED = (
    "没有保存：名单第 {numbers} 号没有同意拍照（或要重新征求）。"
    "请换一张没有他们的照片，或先在孩子的档案里填“知情同意”。"
)
NO_PICTURE = "没有保存：这里只收照片（JPEG、PNG）。"
TOO_MANY = "没有保存：一个活动最多存 {most} 张照片。"
NOBODY, SOME = "nobody", "some"


@dataclass(frozen=True, slots=True)
class Sent:
    """A photo as it was sent, who is on it (`nobody`, `some`), and which lines of the list."""

    id: UUID
    name: str
    content: bytes
    who: str
    listed: Sequence[UUID] = ()


@made_once
def add(*, activity_id: UUID, sent: Sent, actor: Viewer, at: datetime) -> Photo:
    """The photo, kept without where and with what it was taken; refused while a child on it hasn't agreed."""
    row = activity_for(activity_id=activity_id, viewer=actor, at=at, writes=True, for_update=True)
    if actor.person_id is None:
        raise NotAllowed
    known = made_before(Photo, sent.id, activity_id=row.id)
    if known is not None:
        return known
    most = rules_in(row.county_id, at=at).most_photos
    if row.photos.filter(withdrawn_at__isnull=True).count() >= most:
        raise Refused([Problem("file", TOO_MANY.format(most=most), False)])
    lines = dict((each.id, (each, child)) for each, child in listed_for(row, actor, at=at)[0])
    on_it = [lines[each] for each in dict.fromkeys(sent.listed) if each in lines]
    if sent.who not in (NOBODY, SOME) or (sent.who == SOME) != bool(on_it):
        raise Refused([Problem("who", NOT_SAID, True)])
    if shut := [str(each.number) for each, child in on_it if not agrees(child, at=at)]:
        raise Refused([Problem("who", NOT_AGREED.format(numbers="、".join(shut)), False)])
    kept = _examined(row, sent, at=at)
    photo = Photo(
        id=sent.id, activity=row, media_type=kept.media_type, size=len(kept.kept), at=at, person_id=actor.person_id
    )
    photo.content = vault.seal(
        kept.kept, owner=photo.key_owner, place=(Photo._meta.label_lower, "content", photo.id)
    )
    photo.save(force_insert=True)
    Shown.objects.bulk_create([Shown(photo=photo, listed=each) for each, _ in on_it])
    tell("activity.pictured", actor, at, activity=row.id, photo=photo.id, children=len(on_it))
    return photo


def agrees(child: Child, *, at: datetime) -> bool:
    """Whether somebody who may said yes to photos of this child, and it still holds."""
    facts, _ = facts_of(child.id)
    standings = consenting.standings_of(child, facts=facts, at=at)
    return any(each.purpose.id == PHOTO and each.state == GIVEN and not each.child_refuses for each in standings)


def _examined(row: Activity, sent: Sent, *, at: datetime) -> content.Content:
    limits = attachments_in(region=rules.region_of(row.county_id), at=at).limits
    try:
        kept = content.examine(sent.content, name=sent.name, limits=limits)
    except NotTaken as refused:
        raise Refused([Problem("file", str(refused), False)]) from None
    if kept.media_type not in (content.JPEG, content.PNG):
        raise Refused([Problem("file", NO_PICTURE, False)])
    return kept


def shown_for(row: Activity, viewer: Viewer, *, at: datetime) -> QuerySet[Photo]:
    """Those on which is no listed child whom the viewer may not see, and none who has since said no."""
    pairs = listed_for(row, viewer, at=at)[0]
    there = {id for id in Shown.objects.filter(photo__activity=row).values_list("listed_id", flat=True)}
    fine = [each.id for each, child in pairs if each.id in there and agrees(child, at=at)]
    hidden = Shown.objects.filter(photo__activity=row).exclude(listed_id__in=fine).values("photo_id")
    rows = row.photos.filter(withdrawn_at__isnull=True, content__isnull=False).exclude(id__in=hidden)
    return rows.order_by("at", "id")


def opened(*, photo_id: UUID, viewer: Viewer, at: datetime) -> tuple[str, bytes]:
    """The photo's format and bytes; the look is on record."""
    photo = Photo.objects.filter(id=photo_id).first()
    if photo is None:
        raise NotAllowed
    row = activity_for(activity_id=photo.activity_id, viewer=viewer, at=at)
    if not shown_for(row, viewer, at=at).filter(id=photo.id).exists():
        raise NotAllowed
    (found,) = vault.open_bytes(
        [photo.content], viewer=viewer, purpose="activity", at=at, part="activities", route="activities"
    )
    if found is None:
        raise NotAllowed
    return photo.media_type, found


@transaction.atomic
def withdraw(*, photo_id: UUID, actor: Viewer, at: datetime) -> Photo:
    """Nobody sees it any more; its content is gone."""
    photo = Photo.objects.filter(id=photo_id, withdrawn_at__isnull=True).first()
    if photo is None:
        raise NotAllowed
    row = activity_for(activity_id=photo.activity_id, viewer=actor, at=at, writes=True, for_update=True)
    photo.withdrawn_at, photo.content = at, None
    photo.save(update_fields=["withdrawn_at", "content"])
    tell("activity.concealed", actor, at, activity=row.id, photo=photo.id)
    return photo


