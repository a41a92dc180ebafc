"""Who looked at a child's file, as a family is told: the kind of post, the day and the purpose; no name, no content."""

from datetime import datetime
from typing import Any

from tongxin.accounts.models import Post
from tongxin.core.pathway import CHINA
from tongxin.ledger.models import SET_APART, Access
from tongxin.looking.rules import rules_at
from tongxin.people.models import Child
from tongxin.rulebook import rules
from tongxin.web.console.looks import LISTS, PURPOSES

SHOWN = 60


def looks_told(child: Child, *, since: datetime, at: datetime) -> list[dict[str, Any]]:
    """The newest looks into a file since a moment, one line for each day, post and purpose."""
    rows = Access.objects.filter(
        subjects__owner_id=child.id, subjects__owner_kind="child", at__gte=since, at__lte=at, person_id__isnull=False
    ).exclude(purpose__in=LISTS).exclude(part=SET_APART).order_by("-at")
    found = list(rows.values_list("at", "post_id", "purpose")[: SHOWN * 10])
    roles = rules.access_rules(at=at).roles
    posts = dict(Post.objects.filter(id__in={post for _, post, _ in found if post}).values_list("id", "role"))
    looking = rules_at(at, region=rules.region_of(child.county_id))

    def words(purpose: str) -> str:
        return looking.words(purpose) or PURPOSES.get(purpose, "办理业务")

    lines: dict[tuple[Any, str, str], None] = {}
    for moment, post, purpose in found:
        who = roles.get(posts.get(post, ""), "工作人员") if post else "工作人员"
        lines[(moment.astimezone(CHINA).date(), who, words(purpose))] = None
    return [{"on": on, "who": who, "purpose": purpose} for on, who, purpose in list(lines)[:SHOWN]]
