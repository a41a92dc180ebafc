"""Clues about somebody who works here: lifted past that line, and who told them stays out of its reach (spine A10)."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from tongxin.access import selectors as access
from tongxin.accounts.models import Post
from tongxin.accounts.viewers import Viewer
from tongxin.clues.models import CLOSED, Clue, Step
from tongxin.core.pathway import due_at
from tongxin.flows.clue_owners import ABOUT, LEVEL, UNTOLD, first_post, is_above, rules_for, settle, tell
from tongxin.flows.clues import REPORTERS, add_step, clue_for, may_work
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.rulebook import rules

PLACES = {"village": "村（社区）", "town": "乡镇（街道）", "county": "区县"}
NO_LIFT = "没有保存：请选涉及哪一级的工作人员（只能往上），还要写明为什么。"


def higher(clue: Clue) -> dict[str, str]:
    """The levels to whose staff it may turn out to belong, beyond what is known of it."""
    return {id: zh for id, zh in PLACES.items() if not clue.above_level or is_above(id, clue.above_level)}


@transaction.atomic
def lift(*, clue_id: UUID, level: str, words: str, actor: Viewer, at: datetime) -> Clue:
    """It turned out to be about somebody who works here: out of the sight of that level, and never back into it."""
    clue = clue_for(clue_id=clue_id, viewer=actor, at=at, for_update=True)
    if not may_work(clue, viewer=actor, at=at):
        raise NotAllowed
    if level not in higher(clue) or not words.strip() or clue.state == CLOSED:
        raise Refused.because(NO_LIFT)
    found = rules_for(clue, at=at)
    clue.above_level, clue.clear = level, {**clue.clear, ABOUT: "yes", LEVEL: level}
    danger, why = found.danger_of(clue.clear)
    if danger.rank < found.dangers[clue.danger].rank:
        calendar = rules.calendar_at(at)
        clue.danger, clue.clear = danger.id, {**clue.clear, "why": why}
        clue.respond_by = min(clue.respond_by, due_at(danger.spans["respond"], since=at, calendar=calendar))
        clue.handle_by = min(clue.handle_by, due_at(danger.spans["handle"], since=at, calendar=calendar))
    clue.answers_post_id = first_post(clue, found, at=at)
    add_step(clue, Step.LIFTED, clear={LEVEL: level}, words={"note": words.strip()}, actor=actor, at=at)
    settle(clue, found, at=at)
    clue.save()
    tell("clue.assigned", clue, actor=actor, at=at, posts=[clue.owner_post_id])
    return clue


def may_see_reporter(clue: Clue, *, viewer: Viewer, at: datetime) -> bool:
    """Whether a viewer may open who told it."""
    return access.may_do(viewer=viewer, action=REPORTERS, at=at) and not waits_above(clue, viewer=viewer)


def waits_above(clue: Clue, *, viewer: Viewer) -> bool:
    """Nobody was asked whether it is about staff, and nobody above the town has worked on it: the town isn't told."""
    if ABOUT in clue.clear or any(is_above(seat.division_level, UNTOLD) for seat in viewer.seats):
        return False
    worked = clue.steps.exclude(kind=Step.CLIMBED).values("post_id")
    levels = Post.objects.filter(id__in=worked).values_list("division__level", flat=True)
    return not any(is_above(level, UNTOLD) for level in levels)
