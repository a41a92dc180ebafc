"""Who answers for a clue now and until when; what is not done in time goes one person further up."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef

from tongxin import ledger
from tongxin.access import selectors as access
from tongxin.access.relations import recused_from
from tongxin.accounts.models import LEVELS, Division, Holding, Post, places_of
from tongxin.accounts.posts import Responsible, Roster, roster_for
from tongxin.accounts.viewers import WORKER, Viewer, held
from tongxin.clues.models import ASSIGNED, CALLED_BACK, CLOSED, HANDLED, RECEIVED, RESPONDED, Clue, Inbound, Step
from tongxin.clues.rules import ClueRules, clues_in
from tongxin.core.pathway import due_at
from tongxin.flows import exchange_telling
from tongxin.flows.finding import Finding
from tongxin.notices import services as notices
from tongxin.rulebook import rules

BATCH = 100
WHAT = "线索"
OVERSEE = "see_figures"
ABOUT, LEVEL, STAFF = "about_staff", "staff_level", "staff"
# Where nobody knows whose they are, nobody of a town or a village reads it.
UNTOLD = "town"


def rules_for(clue: Clue, *, at: datetime) -> ClueRules:
    return clues_in(region=rules.region_of(clue.county_id), at=at)


def place_of(clue: Clue) -> Division:
    """Where it is said to have been: the town, else the county."""
    return Division.objects.get(id=clue.town_id or clue.county_id)


def is_above(level: str, other: str) -> bool:
    """Whether a place's level stands above another."""
    return LEVELS.index(level) < LEVELS.index(other)


def above_of(clear: Mapping[str, Any]) -> str:
    """The level above which it is seen: that of whom it is about, the town's where that isn't known; else none."""
    if clear.get(ABOUT) not in ("yes", "unknown") and clear.get("matter") != STAFF:
        return ""
    return str(clear.get(LEVEL) or UNTOLD)


def first_post(clue: Clue, found: ClueRules, *, at: datetime) -> UUID | None:
    """The post it is given to: of the roles that answer for its channel the first that somebody holds nearby."""
    ancestors = places_of(place_of(clue))
    roster = roster_for(ancestors=ancestors, at=at)
    roles = found.above if clue.above_level else found.channels[clue.channel].answers
    vacant: UUID | None = None
    for role in roles:
        post = roster.serving(role=role, ancestors=ancestors, without=_without(clue, at))
        if post is None or (clue.above_level and not is_above(post.division.level, clue.above_level)):
            continue
        if _answering(roster, post.id, clue, at) is not None:
            return post.id
        vacant = vacant or post.id
    return vacant


def settle(clue: Clue, found: ClueRules, *, at: datetime) -> None:
    """State's due moment, when it next rings, and who answers now; the caller saves."""
    clue.due_at = _due(clue, found, at)
    clue.ring_at = clue.due_at
    clue.climbed = 0
    _give(clue, at=at)


def _give(clue: Clue, *, at: datetime) -> None:
    owner: Responsible | None = None
    if clue.answers_post_id is not None:
        posts = Post.objects.filter(id=clue.answers_post_id).select_related("division")
        owner = _answering(Roster(posts=posts, at=at), clue.answers_post_id, clue, at)
    clue.owner_post_id = owner.post_id if owner else None


def _answering(roster: Roster, post_id: UUID, clue: Clue, at: datetime) -> Responsible | None:
    return roster.responsible(post_id=post_id, climbs=clue.climbed, without=_without(clue, at))


def _without(clue: Clue, at: datetime) -> frozenset[UUID]:
    return recused_from(child_id=clue.child_id, at=at) if clue.child_id else frozenset()


def _due(clue: Clue, found: ClueRules, at: datetime) -> datetime | None:
    calendar, spans = rules.calendar_at(at), found.dangers[clue.danger].spans
    if clue.state in (RECEIVED, ASSIGNED):
        return clue.respond_by
    if clue.state == RESPONDED:
        return clue.handle_by
    if clue.state == HANDLED:
        return due_at(spans["call_back"], since=clue.handled_at or at, calendar=calendar)
    if clue.state == CALLED_BACK:
        last = clue.steps.filter(kind=CALLED_BACK).order_by("-at").values_list("at", flat=True).first()
        return due_at(spans["close"], since=last or at, calendar=calendar)
    return None


def tell(
    kind: str, clue: Clue, *, actor: Viewer, at: datetime, posts: Iterable[UUID | None] = (), **more: str
) -> None:
    """What happened to a clue, on record, and told to these posts."""
    event = ledger.record(
        kind=kind, subject=clue.key_owner, actor=actor, at=at, is_fact=kind != "clue.climbed",
        clear={"clue": str(clue.id), "channel": clue.channel, "danger": clue.danger, **more},
    )
    notices.tell_posts(posts=sorted({each for each in posts if each}), event=event, at=at)
    if kind == "clue.stepped":
        exchange_telling.clue_stepped(clue_id=clue.id, source_id=event.id, at=at)


def overseers(clue: Clue, *, at: datetime) -> list[UUID]:
    """The posts of the county and the city that watch over it, for when nobody answers."""
    place = place_of(clue)
    found = rules.access_rules(at=at)
    rows = Post.objects.filter(division_id__in=[each for each in (place.county_id, place.city_id) if each])
    return [
        post.id for post in rows.select_related("division") if found.may_do(role=post.role, action=OVERSEE)
        and (not clue.above_level or is_above(post.division.level, clue.above_level))
    ]


def follow_clues(now: datetime, *, limit: int = BATCH) -> int:
    """How many clues went further up, or to whoever answers now that a post is vacant."""
    due = Clue.objects.filter(ring_at__lte=now).order_by("ring_at").values_list("id", flat=True)[:limit]
    watch = clues_in(region="", at=now)
    Inbound.objects.filter(received_at__lt=now - watch.inbound_kept).delete()
    count = 0
    for clue_id in [*due, *_left(now, limit, watch.vacant_again)]:
        with transaction.atomic():
            count += _follow(Clue.objects.select_for_update().get(id=clue_id), now)
    return count


def _left(now: datetime, limit: int, again: timedelta) -> Iterator[UUID]:
    """Open clues whose owner's post nobody holds any more."""
    here = Holding.objects.filter(held(now), post_id=OuterRef("owner_post_id"), person__is_active=True)
    rows = Clue.objects.exclude(state=CLOSED).filter(~Exists(here), ring_at__gt=now + again)
    yield from list(rows.order_by("id").values_list("id", flat=True)[:limit])


def _follow(clue: Clue, now: datetime) -> bool:
    found, before = rules_for(clue, at=now), clue.owner_post_id
    is_late = clue.ring_at is not None and clue.ring_at <= now
    if is_late:
        clue.climbed += 1
        clue.ring_at = due_at(found.dangers[clue.danger].spans["climb"], since=now, calendar=rules.calendar_at(now))
    _give(clue, at=now)
    if clue.owner_post_id is None and clue.answers_post_id is None:
        clue.answers_post_id = first_post(clue, found, at=now)
        _give(clue, at=now)
    if clue.owner_post_id is None and not is_late:
        clue.ring_at = now + found.vacant_again
    clue.save()
    if clue.owner_post_id == before and not is_late:
        return False
    Step(
        clue=clue, kind=Step.CLIMBED, at=now, happened_at=now, to_post_id=clue.owner_post_id,
        clear={"late": is_late, "state": clue.state},
    ).save()
    posts = [clue.owner_post_id] if clue.owner_post_id else overseers(clue, at=now)
    tell("clue.climbed", clue, actor=WORKER, at=now, posts=posts, owner=str(clue.owner_post_id or ""))
    return True


def examine(at: datetime) -> Iterator[Finding]:
    """What `doctor` says of the clues."""
    rows = Clue.objects.exclude(state=CLOSED)
    if lost := rows.filter(owner_post_id__isnull=True).count():
        yield Finding(WHAT, "warning", f"有 {lost} 条线索没有人负责", "请安排区县个案管理员的任职或代班")
    elif late := rows.filter(due_at__lt=at).count():
        said = f"有 {late} 条线索过了期限还没有办"
        yield Finding(WHAT, "warning", said, "请个案管理员打开“线索”，按页面上的期限办理")
    else:
        yield Finding(WHAT, "ok", "每条线索都有负责的岗位，没有逾期")


def may_handle(viewer: Viewer, *, at: datetime) -> bool:
    return access.may_do(viewer=viewer, action="handle_clues", at=at)
