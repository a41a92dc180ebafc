"""Needs that bodies take up: published so that nobody can tell whose they are, offered for, agreed to, referred."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Case, Max, QuerySet, When

from tongxin import ledger, vault
from tongxin.access import selectors as access
from tongxin.accounts.models import Division, Post, places_of
from tongxin.accounts.viewers import Viewer
from tongxin.core.forms import Problem
from tongxin.core.pathway import CHINA
from tongxin.flows import scrubbing
from tongxin.flows.made_once import made_before
from tongxin.flows.pairing_companions import county_of, must, post_of, rules_in
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.funds.models import Wish
from tongxin.ledger.models import Entry
from tongxin.lib import ids
from tongxin.lib.numbers import day_in
from tongxin.notices import services as notices
from tongxin.pairings.models import Offer, Wanted
from tongxin.pairings.rules import Pairings
from tongxin.people.models import Child
from tongxin.registers import answers
from tongxin.registers.answers import Given
from tongxin.rulebook import rules
from tongxin.vault import Owner

PUBLISH, TAKE, PART = "publish_needs", "take_needs", "benefits"
REFERRAL = "referral"
TELLS = "没有发布：里面有能认出孩子的话（{words}）。请改成别人认不出的说法。"
TOO_MUCH = "没有发布：里面说了不该让单位知道的（{words}）。请只写要什么帮助、多久一次，不写年龄、地方、病情和家事。"
NO_DAY = "没有发布：到哪天为止要在今天以后、{days} 天以内。"
CHANGED = "没有改动：这件事别人刚办过，请看过新的内容再办。"
NO_REASON = "没有改动：请选不同意的原因。"
SHOWN_WORDS = 5
LIVE = (Wanted.CHECKING, Wanted.OPEN, Wanted.TAKEN)


@transaction.atomic
def publish(*, child_id: UUID, given: Given, actor: Viewer, at: datetime, new_id: UUID | None = None) -> Wanted:
    """A need of a child, said without saying whose it is, once under `new_id`; what its file knows is searched for
    first."""
    person_id = must(actor, PUBLISH, at=at)
    child: Child | None = access.child_if_visible(viewer=actor, child_id=child_id, part=PART, at=at)
    if child is None or child.county_id is None:
        raise NotAllowed
    Division.objects.select_for_update().get(id=child.county_id)
    if before := made_before(Wanted, new_id, child_id=child.id, published_by=person_id):
        return before
    found = rules_in(child.county_id, at=at)
    read = answers.read(found.asked["wanted"], given, at=at)
    today, until = at.astimezone(CHINA).date(), day_in(str(read.clear.get("until_on", "")))
    problems = list(read.problems)
    if until is not None and not today < until <= today + found.lasts_at_most:
        problems.append(Problem("until_on", NO_DAY.format(days=found.lasts_at_most.days), True))
    problems += _telling(read.words.get("what", ""), child, at)
    problems += _screened(read.words.get("what", ""), child, found)
    if problems or until is None:
        raise Refused(problems)
    last = Wanted.objects.filter(county_id=child.county_id).aggregate(last=Max("number"))["last"] or 0
    wanted = Wanted(
        id=new_id or ids.new_id(), county_id=child.county_id, town_id=child.town_id, number=last + 1,
        child_id=child.id, until_on=until,
        clear={name: read.clear[name] for name in ("kind", "ages")}, published_at=at, published_by=person_id,
        post_id=post_of(actor), state=Wanted.CHECKING if found.is_read_twice else Wanted.OPEN,
    )
    vault.create_keys([wanted.key_owner], at=at)
    vault.put(wanted, {"words": json.dumps(read.words, ensure_ascii=False)})
    wanted.save(force_insert=True)
    if found.is_read_twice:
        tell("wanted.written", wanted, actor, at, posts=_readers(child, actor, at))
    else:
        tell("wanted.published", wanted, actor, at)
    return wanted


def _readers(child: Child, actor: Viewer, at: datetime) -> list[UUID]:
    """The posts around a child that may read what somebody else wrote."""
    found = rules.access_rules(at=at)
    posts = Post.objects.filter(division_id__in=[each for each in places_of(child).values() if each])
    return [
        post_id for post_id, role in posts.values_list("id", "role")
        if post_id not in actor.post_ids and found.may_do(role=role, action=PUBLISH)
    ]


def _telling(text: str, child: Child, at: datetime) -> Iterable[Problem]:
    """What of a text could tell who the child is."""
    if not text:
        return
    region = rules.region_of(child.county_id)
    found = scrubbing.find(text, known=scrubbing.known_of(child, at=at), rules=scrubbing.rules_at(at, region=region))
    if found:
        words = "、".join(dict.fromkeys(text[each.start : each.end] for each in found[:SHOWN_WORDS]))
        yield Problem("what", TELLS.format(words=words), True)


def _screened(text: str, child: Child, found: Pairings) -> Iterable[Problem]:
    """What of a text says more than bodies need: illness, harm, crime, family, a place of the county, an age."""
    words = [each.group() for pattern in found.screen for each in pattern.finditer(text)]
    places = Division.objects.filter(county_id=child.county_id).values_list("name", flat=True)
    words += [each for each in places if each in text]
    if words:
        yield Problem("what", TOO_MUCH.format(words="、".join(list(dict.fromkeys(words))[:SHOWN_WORDS])), True)


def published_by(viewer: Viewer, *, at: datetime) -> QuerySet[Wanted]:
    """What was published of children whom the viewer sees."""
    must(viewer, PUBLISH, at=at)
    children = access.visible(Child.objects.all(), viewer=viewer, part=PART, at=at).values("id")
    return Wanted.objects.filter(county_id=county_of(viewer), child_id__in=children).annotate(
        is_over=Case(When(state=Wanted.CHECKING, then=0), When(state=Wanted.OPEN, then=1), default=2)
    ).order_by("is_over", "-published_at", "id")


def open_to(viewer: Viewer, *, at: datetime) -> QuerySet[Wanted]:
    """What bodies of the county may still take up; whose it is stands in none of it."""
    must(viewer, TAKE, at=at)
    today = at.astimezone(CHINA).date()
    rows = Wanted.objects.filter(county_id=county_of(viewer), state=Wanted.OPEN, until_on__gte=today)
    return rows.order_by("until_on", "number")


def offers_of(viewer: Viewer, *, at: datetime) -> QuerySet[Offer]:
    """What the viewer's bodies offered."""
    must(viewer, TAKE, at=at)
    return Offer.objects.filter(organisation_id__in=viewer.organisation_ids).select_related("wanted").order_by("-at")


@transaction.atomic
def offer(*, wanted_id: UUID, given: Given, actor: Viewer, at: datetime) -> Offer:
    """The actor's body would do it; the office is told and decides."""
    person_id = must(actor, TAKE, at=at)
    wanted = Wanted.objects.select_for_update().filter(
        id__in=open_to(actor, at=at).values("id"), id=wanted_id
    ).first()
    if wanted is None or actor.seat is None:
        raise NotAllowed
    body = actor.seat.organisation_id
    known = wanted.offers.filter(organisation_id=body, state=Offer.WAITING).first()
    if known is not None:
        return known
    read = answers.read(rules_in(wanted.county_id, at=at).asked["offer"], given, at=at)
    if read.problems:
        raise Refused(read.problems)
    row = Offer(wanted=wanted, organisation_id=body, at=at, person_id=person_id, post_id=post_of(actor))
    vault.put(row, {"words": json.dumps(read.words, ensure_ascii=False)})
    row.save(force_insert=True)
    tell("wanted.offered", wanted, actor, at, posts=[wanted.post_id], offer=row)
    return row


@transaction.atomic
def answer(*, offer_id: UUID, agrees: bool, reason: str, actor: Viewer, at: datetime) -> Offer:
    """One body takes it; the others are told no. Only the referral that follows tells whose it is."""
    person_id, row, wanted = must(actor, PUBLISH, at=at), *_offer(offer_id, actor, at)
    if row.state != Offer.WAITING or wanted.state != Wanted.OPEN:
        raise Refused.because(CHANGED)
    if not agrees and reason not in rules_in(wanted.county_id, at=at).declines:
        raise Refused([Problem("reason", NO_REASON, True)])
    row.state, row.answered_at, row.answered_by = Offer.ACCEPTED if agrees else Offer.DECLINED, at, person_id
    row.reason = "" if agrees else reason
    row.save()
    tell("wanted.answered", wanted, actor, at, posts=[row.post_id], offer=row)
    if agrees:
        others = list(wanted.offers.filter(state=Offer.WAITING))
        for each in others:
            each.state, each.answered_at, each.answered_by, each.reason = Offer.DECLINED, at, person_id, "other_body"
            each.save()
            tell("wanted.answered", wanted, actor, at, posts=[each.post_id], offer=each)
        wanted.state = Wanted.TAKEN
        wanted.save(update_fields=["state"])
    return row


def _offer(offer_id: UUID, actor: Viewer, at: datetime) -> tuple[Offer, Wanted]:
    row = Offer.objects.filter(id=offer_id, wanted__in=published_by(actor, at=at).values("id")).first()
    if row is None:
        raise NotAllowed
    wanted = Wanted.objects.select_for_update().get(id=row.wanted_id)
    row.refresh_from_db()
    return row, wanted


@transaction.atomic
def withdraw(*, wanted_id: UUID, actor: Viewer, at: datetime) -> Wanted:
    """Not wanted any more; whoever offered is told."""
    must(actor, PUBLISH, at=at)
    wanted = Wanted.objects.select_for_update().filter(
        id__in=published_by(actor, at=at).values("id"), id=wanted_id
    ).first()
    if wanted is None:
        raise NotAllowed
    if wanted.state not in LIVE:
        raise Refused.because(CHANGED)
    _drop(wanted, actor, at)
    return wanted


def end_all(child: Child, *, actor: Viewer, at: datetime) -> int:
    """How many needs of a child that left or whose case was closed nobody takes up any more; who offered is told."""
    rows = Wanted.objects.select_for_update().filter(child_id=child.id, state__in=LIVE).order_by("id")
    found = list(rows)
    for each in found:
        _drop(each, actor, at)
    return len(found)


def _drop(wanted: Wanted, actor: Viewer, at: datetime) -> None:
    posts = list(wanted.offers.filter(state__in=[Offer.WAITING, Offer.ACCEPTED]).values_list("post_id", flat=True))
    wanted.offers.filter(state=Offer.WAITING).update(state=Offer.WITHDRAWN, answered_at=at)
    wanted.state, wanted.ended_at = Wanted.WITHDRAWN, at
    wanted.save(update_fields=["state", "ended_at"])
    tell("wanted.dropped", wanted, actor, at, posts=posts)


def follow(*, child: Child, entry: Entry, data: Mapping[str, Any], actor: Viewer, at: datetime) -> None:
    """The referral to the body that was agreed to has been written: the need is in its hands.

    A wish isn't: the office brings it to the child and says so there, whatever else the child is referred for.
    """
    if entry.kind != REFERRAL or entry.supersedes_id is not None:
        return
    to = str(data.get("to_organisation", ""))
    rows = Offer.objects.filter(wanted__child_id=child.id, wanted__state=Wanted.TAKEN, state=Offer.ACCEPTED)
    wishes = Wish.objects.filter(child_id=child.id, wanted_id__isnull=False).values("wanted_id")
    for row in rows.exclude(wanted_id__in=wishes).select_related("wanted"):
        if str(row.organisation_id) == to:
            Offer.objects.filter(id=row.id).update(referral_id=entry.id)
            Wanted.objects.filter(id=row.wanted_id).update(state=Wanted.CARRIED, ended_at=at)
            tell("wanted.carried", row.wanted, actor, at, posts=[row.post_id], offer=row)


def owners_of(child: Child) -> list[Owner]:
    """The keys of what was published of a child."""
    return [each.key_owner for each in Wanted.objects.filter(child_id=child.id).order_by("id")]


def tell(
    kind: str, wanted: Wanted, actor: Viewer, at: datetime, *, posts: Iterable[UUID] = (), offer: Offer | None = None
) -> None:
    """What happened to a need, on record; these posts hear of it."""
    event = ledger.record(
        kind=kind, subject=wanted.key_owner, actor=actor, at=at, is_fact=True,
        clear={"wanted": str(wanted.id), **({"offer": str(offer.id)} if offer else {})},
    )
    notices.tell_posts(posts=sorted(set(posts)), event=event, at=at)
