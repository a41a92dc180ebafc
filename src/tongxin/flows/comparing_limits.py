"""Who may bring which list to be compared, and how many a day: so that no body asks about children of anybody else's.

Who settles for the county reads its files anyway; the limits are for everybody else.
"""

from datetime import datetime, time

from tongxin.accounts.models import Organisation, Post
from tongxin.accounts.viewers import Viewer
from tongxin.comparisons.models import Comparison
from tongxin.comparisons.rules import ListKind, Rules
from tongxin.core.pathway import CHINA
from tongxin.flows.refusals import Refused
from tongxin.rulebook import rules

SETTLE = "settle_comparisons"
NOT_YOURS = "{kind}不由您的单位送。请选您单位送的那一种；没有的，请和区县个案管理员联系。没有接收文件。"
TOO_MANY = "您的单位今天已经送了 {most} 份名单，请明天再送；急的请和区县个案管理员联系。没有接收文件。"


def settles_for(county_id: int, *, viewer: Viewer, at: datetime) -> bool:
    """Whether the viewer settles for a whole county."""
    found = rules.access_rules(at=at)
    return any(
        seat.division_id == county_id and found.may_do(role=seat.role, action=SETTLE) for seat in viewer.seats
    )


def may_bring(kind: ListKind, *, viewer: Viewer) -> bool:
    """Whether the body of the post from which the viewer acts brings such lists."""
    seat = viewer.seat
    body = Organisation.objects.filter(id=seat.organisation_id).first() if seat else None
    return body is not None and kind.may_bring(body.kind)


def refuse_sender(kind: ListKind, found: Rules, *, county_id: int, actor: Viewer, at: datetime) -> None:
    """Nothing, where the actor's body may bring such a list and hasn't brought too many today."""
    if settles_for(county_id, viewer=actor, at=at):
        return
    if not may_bring(kind, viewer=actor):
        raise Refused.because(NOT_YOURS.format(kind=kind.zh))
    since = datetime.combine(at.astimezone(CHINA).date(), time(), tzinfo=CHINA)
    posts = Post.objects.filter(organisation_id__in=actor.organisation_ids)
    today = Comparison.objects.filter(county_id=county_id, received_at__gte=since, post_id__in=posts.values("id"))
    if today.count() >= found.most_a_day:
        raise Refused.because(TOO_MANY.format(most=found.most_a_day))
