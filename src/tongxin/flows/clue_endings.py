"""How a clue may end: nothing says it is in a file that isn't, and a danger isn't put away without its child."""

from datetime import datetime
from uuid import UUID

from tongxin.accounts.models import Post
from tongxin.accounts.posts import Roster
from tongxin.accounts.viewers import Viewer
from tongxin.cases.models import Task
from tongxin.cases.tasks import LIVE
from tongxin.clues.models import Clue, Step
from tongxin.clues.rules import ClueRules
from tongxin.core.forms import Problem
from tongxin.flows.clue_owners import is_above, overseers, tell

RESULT = "result"
NO_FILE = "还没有对上孩子的档案，不能这样办好。请先在“是不是已有档案的孩子？”里找一找：有档案的点“就是”，没有的去建档。"
NO_CHILD = "这条线索有危险，还没有找到孩子，不能这样办好。请先对上档案或建档；确实没有这个孩子的，选：{results}。"
UNANSWERED = (
    "这条线索调高了危险，孩子的档案里还没有答复。"
    "请先打开孩子的档案写“危机上报”，再在档案上方的标记里写处理结果，然后回来办好。"
)


def hindrances(clue: Clue, found: ClueRules, *, result: str) -> list[Problem]:
    """Why a clue can't come to this result now, in words that say where to go; nothing where it can."""
    is_crisis = found.dangers[clue.danger].is_crisis
    if clue.child_id is not None:
        return [Problem(RESULT, UNANSWERED, True)] if is_crisis and waits_in_file(clue) else []
    if result in found.needs_child:
        return [Problem(RESULT, NO_FILE, True)]
    if is_crisis and result not in found.without_child:
        names = next(field.options for field in found.steps["handled"] if field.id == RESULT)
        left = "、".join(f"“{names[each]}”" for each in found.without_child if each in names)
        return [Problem(RESULT, NO_CHILD.format(results=left), True)]
    return []


def waits_in_file(clue: Clue) -> bool:
    """Whether a danger to which a clue was raised after it had been matched isn't answered in the file yet."""
    raised = clue.steps.filter(kind=Step.RAISED, clear__has_key="entry").values_list("clear", flat=True)
    keys = [f"resolve_flag:{clear['entry']}" for clear in raised]
    if clue.child_id is None or not keys:
        return False
    return Task.objects.filter(case_id=clue.child_id, key__in=keys, state__in=LIVE).exists()


def tell_above(clue: Clue, *, actor: Viewer, at: datetime) -> None:
    """A danger ended without a child: whoever stands above is told once, and goes on seeing it."""
    if clue.steps.filter(kind=Step.LEFT).exists():
        return
    posts: list[UUID | None] = [*_above(clue, at)]
    for post_id in posts or [None]:
        Step(
            clue=clue, kind=Step.LEFT, at=at, happened_at=at, person_id=actor.person_id, post_id=actor.post_id,
            to_post_id=post_id,
        ).save()
    tell("clue.untraced", clue, actor=actor, at=at, posts=posts)


def _above(clue: Clue, at: datetime) -> list[UUID]:
    """The next person up the line; where there is none, who oversees the county."""
    mine = clue.answers_post_id or clue.owner_post_id
    line = [] if mine is None else Roster(
        posts=Post.objects.filter(id=mine).select_related("division"), at=at
    ).line(post_id=mine)
    up = [each.post_id for each in line if each.post_id not in (clue.owner_post_id, clue.answers_post_id)]
    levels = dict(Post.objects.filter(id__in=up).values_list("id", "division__level"))
    seen = [each for each in up if not clue.above_level or is_above(levels[each], clue.above_level)]
    return seen[:1] or [each for each in overseers(clue, at=at) if each != clue.owner_post_id]
