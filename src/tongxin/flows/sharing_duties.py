"""What a side of an agreement has to do by a moment, who answers for it now, and how it climbs when it is late."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from tongxin import ledger, vault
from tongxin.accounts.models import Post
from tongxin.accounts.posts import Roster
from tongxin.accounts.viewers import WORKER, Viewer
from tongxin.core.pathway import due_at
from tongxin.flows.finding import Finding
from tongxin.flows.refusals import NotAllowed
from tongxin.notices import services as notices
from tongxin.rulebook import rules
from tongxin.sharing.models import GIVER, RECEIVER, Agreement, Duty, Request, Version
from tongxin.sharing.rules import Rules, rules_at
from tongxin.vault import Owner

CLIMBED = "share.climbed"
WHAT, BATCH = "部门共享", 100
SPANS = {Duty.APPROVE: "approve", Duty.ANSWER: "answer", Duty.RECEIVE: "receipt", Duty.DISPOSE: "dispose"}


def rules_of(agreement: Agreement, *, at: datetime) -> Rules:
    """The rules of the county that gives."""
    return rules_at(at, region=rules.region_of(agreement.county_id))


def acting(actor: Viewer) -> tuple[UUID, UUID]:
    """Who acts, from which post; the worker writes nothing here."""
    if actor.person_id is None or actor.post_id is None:
        raise NotAllowed
    return actor.person_id, actor.post_id


def tell(
    kind: str, agreement: Agreement, actor: Viewer, at: datetime, posts: Iterable[UUID | None], *, fact: bool = True,
    **clear: str | int,
) -> None:
    """What happened under an agreement, on record, and told to these posts; no child is named."""
    event = ledger.record(
        kind=kind, subject=Owner("agreement", agreement.id), actor=actor, at=at, is_fact=fact,
        clear={"agreement": str(agreement.id), "number": agreement.number_zh, "state": agreement.state, **clear},
    )
    notices.tell_posts(posts=sorted({each for each in posts if each}), event=event, at=at)


def posts_of(agreement: Agreement, side: str, found: Rules) -> QuerySet[Post]:
    """The posts of a side that say its word and take what is given."""
    if side == GIVER:
        return Post.objects.filter(role__in=sorted(found.approves[GIVER]), division__county_id=agreement.county_id)
    roles = sorted(found.takes | found.approves[RECEIVER])
    return Post.objects.filter(role__in=roles, organisation_id=agreement.to_organisation_id)


def begin(
    agreement: Agreement, kind: str, *, side: str, at: datetime, version: Version | None = None,
    request: Request | None = None, reason: str = "", without: UUID | None = None, after: Duty | None = None,
) -> Duty:
    """Something a side has to do from now on; whoever answers for it first, one further up where one before it was
    done in vain."""
    found = rules_of(agreement, at=at)
    due = due_at(found.spans[SPANS[kind]], since=at, calendar=rules.calendar_at(at))
    duty = Duty(
        agreement=agreement, kind=kind, side=side, version=version, request=request, reason=reason, at=at, due_at=due,
        ring_at=due, first_post_id=after.first_post_id if after else _first(agreement, kind, side, found, at, without),
        climbed=after.climbed + 1 if after else 0,
    )
    _give(duty, at)
    duty.save(force_insert=True)
    return duty


def _first(
    agreement: Agreement, kind: str, side: str, found: Rules, at: datetime, without: UUID | None
) -> UUID | None:
    if kind == Duty.ANSWER:
        desks = Post.objects.filter(role__in=sorted(found.gives), division__county_id=agreement.county_id)
        if desks.filter(id=agreement.post_id).exists():
            return agreement.post_id
        # Whoever only writes agreements can't read what is asked for.
        posts = list(desks.select_related("division").order_by("id"))
    else:
        posts = list(posts_of(agreement, side, found).select_related("division").order_by("id"))
    held = Roster(posts=posts, at=at).holders
    others = [each.id for each in posts if held.get(each.id) not in {None, without}]
    return next(iter(others), posts[0].id if posts else None)


def _give(duty: Duty, at: datetime) -> None:
    """Who answers now: a living holder, one further up for each time it was late; above the other side's last one
    the desk that gives."""
    desk = duty.agreement.post_id
    posts = Post.objects.filter(id__in=[duty.first_post_id, desk]).select_related("division")
    roster = Roster(posts=posts, at=at)
    line = roster.line(post_id=duty.first_post_id) if duty.first_post_id else []
    if duty.side == RECEIVER and duty.climbed >= len(line):
        line += [each for each in roster.line(post_id=desk)[:1] if each.post_id not in {one.post_id for one in line}]
    duty.owner_post_id = line[min(duty.climbed, len(line) - 1)].post_id if line else None


def finish(duty: Duty, *, actor: Viewer, at: datetime, outcome: str = "", words: str = "") -> None:
    """It is done, or nobody has to do it any more."""
    duty.done_at, duty.done_by, duty.outcome, duty.ring_at = at, actor.person_id, outcome, None
    vault.put(duty, {"words": words or None})
    duty.save()


def finish_all(duties: QuerySet[Duty], *, actor: Viewer, at: datetime, outcome: str) -> None:
    """Nobody has to do these any more."""
    for duty in duties.filter(done_at__isnull=True):
        finish(duty, actor=actor, at=at, outcome=outcome)


def follow_duties(now: datetime, *, limit: int = BATCH) -> int:
    """How many that nobody did in time went one person further up."""
    due = Duty.objects.filter(ring_at__lte=now, done_at__isnull=True).order_by("ring_at", "id")
    ids = list(due.values_list("id", flat=True)[:limit])
    for duty_id in ids:
        with transaction.atomic():
            duty = Duty.objects.select_for_update(of=("self",)).filter(id=duty_id, done_at__isnull=True).first()
            if duty is None:
                continue
            span = rules_of(duty.agreement, at=now).spans["climb"]
            duty.climbed += 1
            duty.ring_at = due_at(span, since=now, calendar=rules.calendar_at(now))
            _give(duty, now)
            duty.save(update_fields=["climbed", "ring_at", "owner_post_id"])
            tell(CLIMBED, duty.agreement, WORKER, now, [duty.owner_post_id], fact=False, duty=duty.kind)
    return len(ids)


def examine(at: datetime) -> Iterator[Finding]:
    """What `doctor` says of what waits under agreements."""
    waiting = Duty.objects.filter(done_at__isnull=True)
    if lost := waiting.filter(owner_post_id__isnull=True).count():
        yield Finding(WHAT, "warning", f"有 {lost} 件共享的事没有人负责", "请安排双方岗位的任职")
    elif late := waiting.filter(due_at__lt=at).count():
        yield Finding(WHAT, "warning", f"有 {late} 件共享的事过了期限", "请负责的岗位打开“部门共享”办理")
    else:
        yield Finding(WHAT, "ok", "共享的事都有人负责，没有逾期")
