"""Who opened a form, at which moment and from which post: signed into its address, asked again when it comes back.

Somebody else may have signed in at the same browser since; nothing is ever recorded under their name.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.core import signing
from django.http import JsonResponse

from tongxin.accounts.models import Post
from tongxin.accounts.viewers import Seat
from tongxin.web.console.form_page import said
from tongxin.web.doors import Request

SALT = "form opened by"
UNSIGNED = "没有保存：系统认不出这一页是什么时候打开的。请从孩子的档案里重新打开这张表。"
OTHER = (
    "没有保存：这张表是{who}打开的，现在登录的是您。内容仍在本页。请打开表的人另开窗口登录后回到本页再保存；"
    "要由您来填，请从孩子的档案里另开一张。"
)
POST_GONE = "没有保存：打开这张表的岗位已交接给别人，您不能再以它填表。请接手的人从孩子的档案里另开一张。"


@dataclass(frozen=True, slots=True)
class Opened:
    """The signed facts of a form page."""

    at: datetime
    person_id: UUID
    post_id: UUID


def opened_token(request: Request) -> str:
    """What the address of a form carries, so that a form sent twice says the same both times."""
    opened = (request.at.isoformat(), str(request.viewer.person_id), str(request.viewer.post_id))
    return signing.dumps(opened, salt=SALT)


def opened_by(request: Request) -> Opened | None:
    """By whom and when the form was opened, by this server's clock."""
    try:
        at, person, post = signing.loads(request.GET.get("shown", ""), salt=SALT)
        return Opened(min(datetime.fromisoformat(at), request.at), UUID(person), UUID(post))
    except (signing.BadSignature, ValueError, TypeError):
        return None


def refuse_others(request: Request) -> JsonResponse | None:
    """A polite no when somebody else is signed in by now, asked before anything is said of the child."""
    opened = opened_by(request)
    if opened is None or opened.person_id == request.viewer.person_id:
        return None
    return said(OTHER.format(who=_who(opened, request.viewer.seat)), status=409)


def act_from_opened(request: Request, opened: Opened | None) -> JsonResponse | None:
    """The viewer acts from the post that opened the form; a no when it isn't theirs any more."""
    if opened is None:
        return said(UNSIGNED, status=400)
    seats = sorted(request.viewer.seats, key=lambda seat: seat.post_id != opened.post_id)
    if not seats or seats[0].post_id != opened.post_id:
        return said(POST_GONE, status=409)
    request.viewer = replace(request.viewer, seats=tuple(seats))
    return None


def _who(opened: Opened, seat: Seat | None) -> str:
    """The post for a colleague of the same county; an outsider learns nothing. Never a name."""
    post = Post.objects.filter(id=opened.post_id).select_related("division").first()
    here = Post.objects.filter(id=seat.post_id).select_related("division").first() if seat else None
    county = here.division.county_id if here else None
    if post is not None and county is not None and post.division.county_id == county:
        return f"“{post.title}”"
    return "另一个账号"
