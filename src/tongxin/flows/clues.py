"""Clues: taken in from any channel, seen by whom they concern, and worked off step by step until they are closed."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Max, Q, QuerySet

from tongxin import vault
from tongxin.access import selectors as access
from tongxin.accounts.models import Division, Post
from tongxin.accounts.viewers import Viewer
from tongxin.clues.models import (
    ASSIGNED,
    CALLED_BACK,
    CLOSED,
    HANDLED,
    RECEIVED,
    RESPONDED,
    Clue,
    Picture,
    Step,
)
from tongxin.clues.rules import Channel, ClueRules, Danger, clues_in
from tongxin.core.forms import Problem
from tongxin.core.pathway import CHINA, due_at
from tongxin.documents.content import Content
from tongxin.flows import clue_endings, clue_flags
from tongxin.flows.barred import children_for
from tongxin.flows.clue_owners import above_of, first_post, is_above, rules_for, settle, tell
from tongxin.flows.hearing import kinds_said
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.registers import answers
from tongxin.registers.answers import Answers, Given
from tongxin.rulebook import rules

TAKE, HANDLE, REPORTERS = "take_clues", "handle_clues", "see_reporters"
ROUTE, PART = "clues", "clues"
HEARD, HEARD_KINDS = "heard", "heard_kinds"
CHANGED = "没有保存：这条线索别人刚办过，请看过新的内容再办。"
NO_CHANNEL = "没有保存：请先选从哪里来的。"
NO_POST = "没有保存：请选交给哪个岗位。"
EARLY = "办理的时间要在收到线索之后、现在之前。"
# Which step may follow which state.
NEXT: Mapping[str, tuple[str, ...]] = {
    RECEIVED: (RESPONDED, ASSIGNED), ASSIGNED: (RESPONDED, ASSIGNED), RESPONDED: (HANDLED, ASSIGNED),
    HANDLED: (CALLED_BACK,), CALLED_BACK: (CLOSED,), CLOSED: (),
}


@dataclass(frozen=True, slots=True)
class Taken:
    """What a clue says, ready to be kept."""

    channel: Channel
    read: Answers
    received_at: datetime
    town_id: int | None = None
    code_digest: str = ""
    files: tuple[Content, ...] = ()


def county_of(viewer: Viewer) -> Division:
    """The county somebody takes clues in for; nobody's who works above counties."""
    posts = Post.objects.filter(id__in=viewer.post_ids[:1])
    found = posts.values_list("division__county_id", flat=True).first()
    if found is None:
        raise NotAllowed
    return Division.objects.get(id=found)


def take_in(
    *, channel: str, given: Given, town_id: int | None, actor: Viewer, at: datetime, asked: Iterable[str] = ()
) -> Clue:
    """A clue that somebody who works here was told; `asked` names the places where they were asked once already."""
    if not access.may_do(viewer=actor, action=TAKE, at=at):
        raise NotAllowed
    county = county_of(actor)
    found = clues_in(region=rules.region_of(county.id), at=at)
    way = found.channels.get(channel)
    if way is None or not way.is_entered:
        raise Refused.because(NO_CHANNEL)
    read = answers.read(found.asked(way), given, at=at)
    town = Division.objects.filter(id=town_id, level="town", county_id=county.id).first() if town_id else None
    doubts = [each for each in found.doubts_about(read.clear) if each.field not in set(asked)]
    if read.problems or doubts:
        raise Refused([*read.problems, *(Problem(each.field, each.zh, True) for each in doubts)])
    received = datetime.fromisoformat(read.clear["received_at"])
    taken = Taken(way, read, received, town.id if town else None)
    return keep(taken, found=found, county=county, actor=actor, at=at)


@transaction.atomic
def keep(taken: Taken, *, found: ClueRules, county: Division, actor: Viewer, at: datetime) -> Clue:
    """The clue with its number, its key, its owner and its due moments."""
    read = taken.read
    if taken.channel.hears:
        kinds = kinds_said(read.words.get("what", ""), region=rules.region_of(county.id), at=at)
        read.clear.update({HEARD: "yes", HEARD_KINDS: kinds} if kinds else {})
    danger, why = found.danger_of(read.clear)
    year, calendar = at.astimezone(CHINA).year, rules.calendar_at(at)
    # Whoever takes another one in for this county waits here.
    Post.objects.select_for_update().filter(division_id=county.id).order_by("id").first()
    before = Clue.objects.filter(county_id=county.id, year=year).aggregate(last=Max("number"))
    clue = Clue(
        year=year, number=(before["last"] or 0) + 1, county_id=county.id, town_id=taken.town_id,
        channel=taken.channel.id, matter=str(read.clear.get("matter", "other")), danger=danger.id,
        above_level=above_of(read.clear), received_at=taken.received_at, taken_at=at, person_id=actor.person_id,
        post_id=actor.post_id, clear={**read.clear, "why": why}, code_digest=taken.code_digest,
        respond_by=due_at(danger.spans["respond"], since=taken.received_at, calendar=calendar),
        handle_by=due_at(danger.spans["handle"], since=taken.received_at, calendar=calendar),
    )
    vault.create_keys([clue.key_owner], at=at)
    reporter = {name: text for name, text in read.words.items() if name in found.reporter and text}
    said = {name: text for name, text in read.words.items() if name not in found.reporter and text}
    vault.put(clue, {"words": _text(said), "reporter": _text(reporter) if reporter else None})
    clue.answers_post_id = first_post(clue, found, at=at)
    settle(clue, found, at=at)
    clue.save(force_insert=True)
    _keep_files(clue, taken.files)
    tell("clue.received", clue, actor=actor, at=at, posts=told_of(clue, danger))
    return clue


def is_danger(clue: Clue, found: ClueRules) -> bool:
    """Whether the clue itself still stands for a danger: not once it is handled, nor once a child's file holds it."""
    is_waiting = clue.state in (RECEIVED, ASSIGNED, RESPONDED) and clue.child_id is None
    return is_waiting and found.dangers[clue.danger].is_crisis


def told_of(clue: Clue, danger: Danger) -> list[UUID | None]:
    """Whoever answers; of a danger the county's own desk too, unless it is about somebody there."""
    posts: list[UUID | None] = [clue.owner_post_id]
    if danger.is_crisis and clue.above_level != "county":
        rows = Post.objects.filter(division_id=clue.county_id, role="case_manager")
        posts += list(rows.values_list("id", flat=True))
    return posts


def _keep_files(clue: Clue, files: Iterable[Content]) -> None:
    for each in files:
        row = Picture(
            clue=clue, media_type=each.media_type, size=len(each.kept), sha256=hashlib.sha256(each.kept).hexdigest()
        )
        row.content = vault.seal(each.kept, owner=clue.key_owner, place=(Picture._meta.label_lower, "content", row.id))
        row.save(force_insert=True)


def _text(words: Mapping[str, str]) -> str:
    return json.dumps(dict(words), ensure_ascii=False)


def reach(*, viewer: Viewer, at: datetime) -> QuerySet[Clue]:
    """The clues somebody has to do with: their posts', those of their area by role, and those they took in.

    What is about somebody who works here is seen from above that level only; nobody sees those of a child from
    whom they are kept.
    """
    found = rules.access_rules(at=at)
    mine = Q(owner_post_id__in=viewer.post_ids) | Q(person_id=viewer.person_id, person_id__isnull=False)
    mine |= Q(answers_post_id__in=viewer.post_ids, above_level="")
    mine |= Q(id__in=Step.objects.filter(kind=Step.LEFT, to_post_id__in=viewer.post_ids).values("clue_id"))
    for seat in viewer.seats:
        if found.may_do(role=seat.role, action=HANDLE) and seat.division_level in ("county", "town"):
            here = Q(**{f"{seat.division_level}_id": seat.division_id})
            below = [level for level in ("village", "town", "county") if is_above(seat.division_level, level)]
            mine |= here & Q(above_level__in=["", *below])
    return Clue.objects.filter(mine).exclude(child_id__in=children_for(viewer, at=at))


def clue_for(*, clue_id: UUID, viewer: Viewer, at: datetime, for_update: bool = False) -> Clue:
    """The clue, for somebody who has to do with it."""
    clue = reach(viewer=viewer, at=at).filter(id=clue_id).first()
    if clue is None:
        raise NotAllowed
    return Clue.objects.select_for_update().get(id=clue_id) if for_update else clue


def may_work(clue: Clue, *, viewer: Viewer, at: datetime) -> bool:
    """Whether somebody may do the next step: whose it is, and who handles clues of the area."""
    if clue.owner_post_id in viewer.post_ids:
        return True
    if clue.answers_post_id in viewer.post_ids and not clue.above_level:
        return True
    return any(
        getattr(clue, f"{seat.division_level}_id", None) == seat.division_id
        and (not clue.above_level or is_above(seat.division_level, clue.above_level))
        for seat in viewer.seats if rules.access_rules(at=at).may_do(role=seat.role, action=HANDLE)
    )


@transaction.atomic
def assign(*, clue_id: UUID, post_id: UUID | None, note: str, state: str, actor: Viewer, at: datetime) -> Clue:
    """Given to another post of the county; it answers from now on, and is told."""
    clue, found = _open(clue_id, ASSIGNED, state, actor, at)
    post = next((each for each in posts_for(clue, found) if each.id == post_id), None)
    if post is None:
        raise Refused.because(NO_POST)
    clue.answers_post_id = post.id
    if clue.state == RECEIVED:
        clue.state = ASSIGNED
    add_step(clue, ASSIGNED, words={"note": note}, to_post_id=post.id, actor=actor, at=at)
    _save(clue, found, at=at)
    tell("clue.assigned", clue, actor=actor, at=at, posts=[clue.owner_post_id])
    return clue


def posts_for(clue: Clue, found: ClueRules) -> list[Post]:
    """The posts that a clue may be given to: of the county, in its town those of the town and its villages."""
    rows = Post.objects.filter(division__county_id=clue.county_id, role__in=found.handlers).select_related("division")
    if clue.town_id:
        rows = rows.filter(Q(division__town_id=clue.town_id) | Q(division_id=clue.county_id))
    else:
        rows = rows.filter(Q(division_id=clue.county_id) | Q(division__level="town"))
    if clue.above_level:
        rows = rows.filter(division_id=clue.county_id) if clue.above_level != "county" else rows.none()
    return list(rows.order_by("division__code", "title"))


@transaction.atomic
def step(*, clue_id: UUID, kind: str, given: Given, state: str, actor: Viewer, at: datetime) -> Clue:
    """Answered, handled, called back or closed; `state` is what whoever acts had before them."""
    clue, found = _open(clue_id, kind, state, actor, at)
    read = answers.read(found.steps[kind], given, at=at)
    moment = answers.moment_in("".join(given.get("happened_at", ()))) or at
    problems = list(read.problems)
    # A page says its moments by the minute.
    if "happened_at" in read.clear and not clue.received_at.replace(second=0, microsecond=0) <= moment <= at:
        problems.append(Problem("happened_at", EARLY, True))
    result = str(read.clear.get("result", "")) if kind == HANDLED else ""
    problems += clue_endings.hindrances(clue, found, result=result) if result else []
    if problems:
        raise Refused(problems)
    moment = max(moment, clue.received_at)
    add_step(clue, kind, clear=read.clear, words=read.words, happened_at=min(moment, at), actor=actor, at=at)
    clue.state = kind
    if kind == RESPONDED:
        clue.responded_at = clue.responded_at or moment
    elif kind == HANDLED:
        clue.handled_at = moment
        # A danger stays with the child until somebody answers it in the file.
        if not found.dangers[clue.danger].is_crisis:
            clue_flags.answer(clue, result=result, words=read.words.get("said", ""), actor=actor, at=at)
    elif kind == CALLED_BACK:
        clue.satisfied = str(read.clear.get("satisfied", ""))
        if clue.satisfied == "no":
            clue.state = _again(clue, found, actor, at)
    elif kind == CLOSED:
        clue.closed_at = at
    _save(clue, found, at=at)
    tell("clue.stepped", clue, actor=actor, at=at, step=kind, posts=_others(clue, actor))
    if kind == HANDLED and clue.child_id is None and found.dangers[clue.danger].is_crisis:
        clue_endings.tell_above(clue, actor=actor, at=at)
    return clue


def _again(clue: Clue, found: ClueRules, actor: Viewer, at: datetime) -> str:
    """Not content: it is worked on once more, with a new due moment; that it was handled in time doesn't count."""
    add_step(clue, Step.RETURNED, actor=actor, at=at)
    span = found.dangers[clue.danger].spans["handle"]
    clue.handle_by = due_at(span, since=at, calendar=rules.calendar_at(at))
    clue.handled_at = None
    return RESPONDED


def add_step(
    clue: Clue, kind: str, *, actor: Viewer, at: datetime, clear: Mapping[str, Any] | None = None,
    words: Mapping[str, str] | None = None, happened_at: datetime | None = None, to_post_id: UUID | None = None,
) -> Step:
    """One more row about a clue."""
    row = Step(
        clue=clue, kind=kind, at=at, happened_at=happened_at or at, person_id=actor.person_id, post_id=actor.post_id,
        to_post_id=to_post_id, clear=dict(clear or {}),
    )
    said = {name: text for name, text in (words or {}).items() if text}
    vault.put(row, {"words": _text(said) if said else None})
    row.save()
    return row


def _open(clue_id: UUID, kind: str, state: str, actor: Viewer, at: datetime) -> tuple[Clue, ClueRules]:
    """The clue, while nobody else does anything about it, for one who may do this step now."""
    clue = clue_for(clue_id=clue_id, viewer=actor, at=at, for_update=True)
    if not may_work(clue, viewer=actor, at=at):
        raise NotAllowed
    if clue.state != state or kind not in NEXT[clue.state]:
        raise Refused.because(CHANGED)
    return clue, rules_for(clue, at=at)


def _save(clue: Clue, found: ClueRules, *, at: datetime) -> None:
    settle(clue, found, at=at)
    clue.save()


def _others(clue: Clue, actor: Viewer) -> list[UUID | None]:
    """Who took it in, and who answers, but whoever acts."""
    return [post for post in (clue.owner_post_id, clue.post_id) if post not in actor.post_ids]
