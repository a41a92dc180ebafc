"""The desk of the nation: posts above all provinces that see figures and no child."""

from datetime import date, datetime

from tongxin.accounts.models import NATION, Division, Organisation, Post
from tongxin.accounts.viewers import Viewer
from tongxin.lib import ids

CODE, NAME = "000000", "全国"
ROLE, TITLE = "national_officer", "儿童福利司"
BODY = ("civil_affairs", "民政部")
SINCE = date(2025, 1, 1)


def nation() -> Division:
    """The place of the nation's posts, above all provinces and ancestor of none."""
    found, _ = Division.objects.get_or_create(
        code=CODE, level=NATION, defaults={"name": NAME, "valid_from": SINCE, "parent": None}
    )
    return found


def open_desk(*, actor: Viewer, at: datetime) -> Post:
    """Another post of the nation, still vacant: who writes a report and who issues it are two people."""
    del actor, at
    place = nation()
    kind, name = BODY
    body, _ = Organisation.objects.get_or_create(kind=kind, division=place, defaults={"name": name})
    number = Post.objects.filter(division=place, role=ROLE).count() + 1
    return Post.objects.create(
        id=ids.new_id(), role=ROLE, title=f"{name}{TITLE}{number if number > 1 else ''}", organisation=body,
        division=place,
    )
