"""Requests that were refused and wrong tries to sign in, counted by the hour: who, where, why, never what was typed."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q

from tongxin.accounts.entrance import Refusal
from tongxin.accounts.models import Holding, Post
from tongxin.accounts.viewers import Viewer

NOBODY = UUID(int=0)
REASONS = {
    "not_allowed": "不在权限内，或没有这一页", "forbidden": "页面已过期，或不是从本系统发出",
    "too_often": "次数太多，已暂停", "wrong_password": "密码不对", "wrong_code": "验证码不对",
    "used_code": "用过的验证码又被用了一次", "unlock": "解锁的密码不对",
}
LISTED = 200


def note(*, person_id: UUID | None, route: str, reason: str, at: datetime) -> None:
    """One more refusal of this hour."""
    hour = at.replace(minute=0, second=0, microsecond=0)
    with transaction.atomic():
        row, is_new = Refusal.objects.get_or_create(
            hour=hour, person_id=person_id or NOBODY, route=route[:120], reason=reason, defaults={"last_at": at}
        )
        if not is_new:
            Refusal.objects.filter(id=row.id).update(times=F("times") + 1, last_at=at)


def newest(*, viewer: Viewer) -> list[Refusal]:
    """The newest of those who work in a viewer's counties, and of whoever wasn't known."""
    counties = Post.objects.filter(id__in=viewer.post_ids).values("division__county_id")
    people = Holding.objects.filter(post__division__county_id__in=counties).values("person_id")
    return list(Refusal.objects.filter(Q(person_id=NOBODY) | Q(person_id__in=people)).order_by("-last_at")[:LISTED])


def forget(*, kept: timedelta, at: datetime) -> int:
    """How many rows are gone because they were kept long enough."""
    return Refusal.objects.filter(last_at__lt=at - kept).delete()[0]
