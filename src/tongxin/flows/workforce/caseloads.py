"""How much lies on a post: open cases in which it has something to do, weighted by grade, against its ceiling."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from tongxin.accounts.models import Post
from tongxin.cases.models import Case, Task
from tongxin.cases.tasks import LIVE
from tongxin.flows.workforce import reach
from tongxin.workforce.rules import Ceiling, Workforce

FULL = "没有保存：{title}手上有 {children} 名儿童，加权 {points}，加上这名到 {then}，超过上限 {most}。请换一个岗位。"
WHY = (
    "没有保存：{title}手上有 {children} 名儿童，加权 {points}，加上这名到 {then}，超过上限 {most}。"
    "请换一个岗位；一定要交的，在“交接时要说的话”里写明理由（至少 {least} 个字）。"
)


@dataclass(frozen=True, slots=True)
class Load:
    """What lies on one post: children by grade, points, and its ceiling where its role has one."""

    children: Mapping[str, int] = field(default_factory=dict)
    points: int = 0
    ceiling: Ceiling | None = None

    @property
    def number(self) -> int:
        return sum(self.children.values())

    @property
    def is_over(self) -> bool:
        return self.ceiling is not None and self.points > self.ceiling.points


def loads(posts: Iterable[Post], *, found: Workforce) -> dict[UUID, Load]:
    """The load of each post; a child counts once for each post that has something to do for it."""
    rows = list(posts)
    tasks = Task.objects.filter(post_id__in=[each.id for each in rows], state__in=LIVE, case__is_open=True)
    pairs = tasks.order_by().values_list("post_id", "case_id", "case__level").distinct()
    counted: dict[UUID, dict[str, int]] = {}
    for post_id, _, level in pairs:
        if post_id is not None:
            by_level = counted.setdefault(post_id, {})
            by_level[level] = by_level.get(level, 0) + 1
    return {each.id: _load(counted.get(each.id, {}), each.role, found) for each in rows}


def _load(children: Mapping[str, int], role: str, found: Workforce) -> Load:
    points = sum(found.weight(level) * number for level, number in children.items())
    return Load(children, points, found.ceilings.get(role))


def refusal(post: Post, *, child_id: UUID, note: str, at: datetime) -> str:
    """Why one more child is not given to a post so; empty where it is below its ceiling, or a reason is written."""
    found = reach.rules_in(post.division.county_id, at=at)
    ceiling = found.ceilings.get(post.role)
    if ceiling is None or Task.objects.filter(post_id=post.id, case_id=child_id, state__in=LIVE).exists():
        return ""
    load = loads([post], found=found)[post.id]
    level = Case.objects.filter(id=child_id).values_list("level", flat=True).first() or ""
    then = load.points + found.weight(level)
    if then <= ceiling.points:
        return ""
    said = {"title": post.title, "children": load.number, "points": load.points, "then": then, "most": ceiling.points}
    if ceiling.refuses:
        return FULL.format(**said)
    return "" if len(note.strip()) >= found.reason_at_least else WHY.format(**said, least=found.reason_at_least)
