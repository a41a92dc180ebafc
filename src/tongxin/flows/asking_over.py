"""Asking for a child whose file is kept elsewhere: a person there says whether there is one, and hands it over.

Whoever asks learns nothing from the system: no search runs on their side, and the answer is a person's.
"""

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from tongxin import ledger, vault
from tongxin.access import selectors as access
from tongxin.accounts.models import Division, Post, places_of
from tongxin.accounts.posts import Roster, roster_for
from tongxin.accounts.viewers import WORKER, Viewer
from tongxin.clues.asking import Asks, asks_in
from tongxin.core.forms import Problem
from tongxin.core.pathway import due_at
from tongxin.flows.barred import children_for
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.notices import services as notices
from tongxin.people.models import Child
from tongxin.referrals.models import Ask
from tongxin.registers import answers
from tongxin.registers.answers import Given
from tongxin.rulebook import rules

ASK, ANSWER = "ask_children", "answer_asks"
OPEN = (Ask.WAITING, Ask.AGREED)
BATCH = 100
TRANSFER = "transfer"
NO_KIND = "没有保存：请选要对方怎么办。"
NO_PLACE = "没有保存：请选孩子的档案可能在哪个区县。"
HERE = "没有保存：孩子的档案就在本区县的，请在本区县办迁出（换乡镇）或转介，不用从这里提。"
MAY_NOT = "没有保存：迁入要由能接收迁入的岗位（儿童督导员、个案管理员）提出。"
CHANGED = "没有保存：这件事别人刚办过，请看过新的内容再办。"
NO_CHILD = "没有保存：这份档案不在您能办的范围里。"
NO_REASON = "没有保存：请选不同意的理由；选“另有办法”的，请写明是什么办法。"


def rules_at(county_id: int | None, *, at: datetime) -> Asks:
    """The rules of a county."""
    return asks_in(region=rules.region_of(county_id) if county_id else "", at=at)


def rules_of(ask: Ask, *, at: datetime) -> Asks:
    """The rules of the county that answers."""
    return asks_in(region=rules.region_of(ask.place_id), at=at)


@transaction.atomic
def ask_for(*, kind: str, place_id: int | None, given: Given, actor: Viewer, at: datetime) -> Ask:
    """Somebody asks a county for a child; its desk answers by a due moment."""
    seat = actor.seat
    if seat is None or actor.person_id is None or not access.may_do(viewer=actor, action=ASK, at=at):
        raise NotAllowed
    named = Division.objects.filter(level="county", valid_to__isnull=True)
    place = None if place_id is None else named.filter(id=place_id).first()
    found = asks_in(region=rules.region_of(place.id) if place else "", at=at)
    read = answers.read(found.fields, given, at=at)
    problems = [*_wrong(kind, place, found, actor, at), *read.problems]
    if problems or place is None:
        raise Refused(problems)
    ask = Ask(
        kind=kind, from_post_id=seat.post_id, person_id=actor.person_id, organisation_id=seat.organisation_id,
        from_division_id=seat.division_id, place_id=place.id, is_urgent=read.clear.get("urgent") == "yes", asked_at=at,
    )
    vault.create_keys([ask.key_owner], at=at)
    vault.put(ask, {"words": json.dumps(read.words, ensure_ascii=False)})
    ask.due_at = due_at(found.spans[ask.is_urgent]["answer"], since=at, calendar=rules.calendar_at(at))
    ask.ring_at, ask.answers_post_id = ask.due_at, _first_post(place, found, at)
    _give(ask, at)
    ask.save(force_insert=True)
    tell("ask.received", ask, actor, at, [ask.owner_post_id])
    return ask


def _wrong(kind: str, place: Division | None, found: Asks, actor: Viewer, at: datetime) -> Iterable[Problem]:
    if kind not in found.kinds:
        yield Problem("kind", NO_KIND, True)
    if place is None:
        yield Problem("place", NO_PLACE, True)
    if kind == TRANSFER and place is not None and _county_of(actor) == place.id:
        yield Problem("place", HERE, True)
    if kind == TRANSFER and not access.may_record(viewer=actor, form_id="transfer_in", at=at):
        yield Problem("kind", MAY_NOT, True)


def _county_of(actor: Viewer) -> int | None:
    if actor.seat is None:
        return None
    return Division.objects.filter(id=actor.seat.division_id).values_list("county_id", flat=True).first()


def _first_post(place: Division, found: Asks, at: datetime) -> UUID | None:
    ancestors = places_of(place)
    roster = roster_for(ancestors=ancestors, at=at)
    posts = (roster.serving(role=role, ancestors=ancestors) for role in found.answers)
    return next((post.id for post in posts if post is not None), None)


def _give(ask: Ask, at: datetime) -> None:
    """Who answers now: a living holder, one further up for each time it was late."""
    posts = Post.objects.filter(id__in=[ask.answers_post_id]).select_related("division")
    roster = Roster(posts=posts, at=at)
    owner = roster.responsible(post_id=ask.answers_post_id, climbs=ask.climbed) if ask.answers_post_id else None
    ask.owner_post_id = owner.post_id if owner else None


def tell(
    kind: str, ask: Ask, actor: Viewer, at: datetime, posts: Iterable[UUID | None], *, fact: bool = True
) -> None:
    """What happened, on record, and told to these posts."""
    event = ledger.record(
        kind=kind, subject=ask.key_owner, actor=actor, at=at, is_fact=fact,
        clear={"ask": str(ask.id), "kind": ask.kind, "state": ask.state, "owner": str(ask.owner_post_id or "")},
    )
    notices.tell_posts(posts=sorted({each for each in posts if each}), event=event, at=at)


def reach(*, viewer: Viewer, at: datetime) -> QuerySet[Ask]:
    """What the viewer's posts asked, and what waits for their answer; nothing of a child from whom they are kept."""
    mine = Q(from_post_id__in=viewer.post_ids) | Q(owner_post_id__in=viewer.post_ids)
    mine |= Q(answers_post_id__in=viewer.post_ids) | Q(answered_by=viewer.person_id, answered_by__isnull=False)
    return Ask.objects.filter(mine).exclude(child_id__in=children_for(viewer, at=at))


def ask_named(*, ask_id: UUID, viewer: Viewer, at: datetime, for_update: bool = False) -> Ask:
    """The ask, for somebody who has to do with it."""
    ask = reach(viewer=viewer, at=at).filter(id=ask_id).first()
    if ask is None:
        raise NotAllowed
    return Ask.objects.select_for_update().get(id=ask_id) if for_update else ask


def may_answer(ask: Ask, viewer: Viewer) -> bool:
    """Whether somebody's post answers this now."""
    return bool({ask.owner_post_id, ask.answers_post_id} & set(viewer.post_ids))


@transaction.atomic
def agree(*, ask_id: UUID, child_id: UUID, actor: Viewer, at: datetime) -> Ask:
    """It is this child, and it goes there: from now on the hand-over itself is due."""
    ask, found = _to_answer(ask_id, actor, at)
    form = found.forms[ask.kind]
    rows = access.visible(Child.objects.filter(id=child_id), viewer=actor, part="", action=f"record.{form}", at=at)
    if not rows.exists():
        raise Refused.because(NO_CHILD)
    span = found.spans[ask.is_urgent]["carry"]
    ask.state, ask.child_id, ask.answered_at, ask.answered_by = Ask.AGREED, child_id, at, actor.person_id
    ask.due_at = ask.ring_at = due_at(span, since=at, calendar=rules.calendar_at(at))
    ask.climbed = 0
    _give(ask, at)
    ask.save()
    tell("ask.answered", ask, actor, at, [ask.from_post_id])
    return ask


@transaction.atomic
def refuse(*, ask_id: UUID, reason: str, words: str, actor: Viewer, at: datetime) -> Ask:
    """It doesn't go there, with a reason that whoever asked reads."""
    ask, found = _to_answer(ask_id, actor, at)
    if reason not in found.refused or (reason == "otherwise" and not words.strip()):
        raise Refused([Problem("reason", NO_REASON, True)])
    vault.put(ask, {"answer": words.strip() or None})
    ask.state, ask.reason, ask.answered_at, ask.answered_by = Ask.REFUSED, reason, at, actor.person_id
    _end(ask, at)
    tell("ask.answered", ask, actor, at, [ask.from_post_id])
    return ask


@transaction.atomic
def withdraw(*, ask_id: UUID, actor: Viewer, at: datetime) -> Ask:
    """Whoever asked asks no more."""
    ask = ask_named(ask_id=ask_id, viewer=actor, at=at, for_update=True)
    if ask.from_post_id not in actor.post_ids:
        raise NotAllowed
    if ask.state not in OPEN:
        raise Refused.because(CHANGED)
    ask.state = Ask.WITHDRAWN
    told = ask.owner_post_id
    _end(ask, at)
    tell("ask.dropped", ask, actor, at, [told])
    return ask


def _to_answer(ask_id: UUID, actor: Viewer, at: datetime) -> tuple[Ask, Asks]:
    ask = ask_named(ask_id=ask_id, viewer=actor, at=at, for_update=True)
    if not may_answer(ask, actor):
        raise NotAllowed
    if ask.state != Ask.WAITING:
        raise Refused.because(CHANGED)
    return ask, rules_of(ask, at=at)


def _end(ask: Ask, at: datetime) -> None:
    ask.ended_at, ask.due_at, ask.ring_at = at, None, None
    ask.save()


def follow(*, child: Child, kind: str, data: dict[str, Any], actor: Viewer, at: datetime) -> None:
    """A hand-over that was agreed has been written: whoever asked is told, and nothing is awaited any more."""
    if kind not in {"transfer_out", "referral"}:
        return
    for ask in Ask.objects.filter(child_id=child.id, state=Ask.AGREED).select_for_update():
        if _is_carried(ask, kind, data):
            ask.state = Ask.DONE
            _end(ask, at)
            tell("ask.carried", ask, actor, at, [ask.from_post_id])


def _is_carried(ask: Ask, kind: str, data: dict[str, Any]) -> bool:
    if kind == "referral":
        return ask.kind != TRANSFER and str(data.get("to_organisation", "")) == str(ask.organisation_id)
    place = Division.objects.get(id=ask.from_division_id)
    codes = Division.objects.filter(id__in=[each for each in (place.county_id, place.town_id) if each])
    return ask.kind == TRANSFER and str(data.get("to_division", "")) in set(codes.values_list("code", flat=True))


def follow_asks(now: datetime, *, limit: int = BATCH) -> int:
    """How many that nobody answered in time went one person further up."""
    due = list(Ask.objects.filter(ring_at__lte=now).order_by("ring_at").values_list("id", flat=True)[:limit])
    for ask_id in due:
        with transaction.atomic():
            ask = Ask.objects.select_for_update().get(id=ask_id)
            ask.climbed += 1
            span = rules_of(ask, at=now).spans[ask.is_urgent]["climb"]
            ask.ring_at = due_at(span, since=now, calendar=rules.calendar_at(now))
            _give(ask, now)
            ask.save()
            tell("ask.climbed", ask, WORKER, now, [ask.owner_post_id], fact=False)
    return len(due)
