"""Handing a post over: who holds it changes, and every case that rests on it is looked at again at once."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q, QuerySet

from tongxin import ledger, vault
from tongxin.access.offices import people_for, posts_for
from tongxin.accounts import services as accounts
from tongxin.accounts.models import Holding, Person, Post
from tongxin.accounts.viewers import WORKER, Viewer, held
from tongxin.cases.models import Case, Task
from tongxin.cases.tasks import LIVE
from tongxin.core.forms import Problem
from tongxin.flows.arriving_following import pass_on
from tongxin.flows.derive import derive_again
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.flows.signing_out import AWAY, HANDED_OVER, sign_out
from tongxin.flows.unfinished import CRISIS, unfinished
from tongxin.flows.workforce import gates
from tongxin.ledger import subjects
from tongxin.ledger.models import Event
from tongxin.notices import services as notices
from tongxin.people.models import Child
from tongxin.rulebook import rules
from tongxin.vault import Owner

LONGEST_NOTE = 1000
HAND_OVER = "hand_over"
# A file's number, and the number of an identity card: a note is about a group, never about one child.
NUMBERS = re.compile(r"T[0-9A-Z]{5}[-－—]?[0-9A-Z]{5}|[0-9]{17}[0-9X]", re.ASCII | re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Change:
    """What becomes of one post: who takes it, in which way and for how long, with a word for each group."""

    post: Post
    to: Person | None
    kind: str = Holding.HOLDER
    from_at: datetime | None = None
    to_at: datetime | None = None
    notes: Mapping[str, str] = field(default_factory=dict)


@transaction.atomic
def hand_over(*, post: Post, to: Person | None, actor: Viewer, at: datetime, kind: str = Holding.HOLDER) -> int:
    """How many cases are looked at: a vacant post's tasks go up, a filled one's come back (B2).

    Children in a crisis at once, the others at the worker's next turn.
    """
    before = list(Holding.objects.filter(held(at), post=post, kind=kind).values_list("person_id", flat=True))
    accounts.hand_over(post=post, to=to, actor=actor, at=at, kind=kind)
    _record(post, to, kind, actor, at)
    sign_out(people=before, why=HANDED_OVER, actor=actor, at=at)
    return _look_at(post, actor, at)


@transaction.atomic
def carry_out(*, changes: Iterable[Change], actor: Viewer, at: datetime) -> None:
    """Everything that one person has in hand goes over in one action, or nothing does."""
    wanted = list(changes)
    area = posts_for(viewer=actor, action=HAND_OVER, at=at)
    if area.filter(id__in=[each.post.id for each in wanted]).count() != len({each.post.id for each in wanted}):
        raise NotAllowed
    if problems := [problem for each in wanted for problem in _wrong_with(each, actor, at)]:
        raise Refused(problems)
    for each in wanted:
        _introduce(each, actor, at)
        if each.kind == Holding.STAND_IN and each.to is not None and each.from_at and each.to_at:
            accounts.stand_in(
                post=each.post, person=each.to, from_at=each.from_at, to_at=each.to_at, actor=actor, at=at
            )
            _record(each.post, each.to, each.kind, actor, at)
        else:
            hand_over(post=each.post, to=each.to, actor=actor, at=at, kind=each.kind)
    follow_holdings(at)


def follow_holdings(now: datetime) -> int:
    """How many leaves began or ended since: the cases of those posts are looked at again."""
    due = list(
        Holding.objects.filter(
            Q(from_at__lte=now, followed_at__isnull=True) | Q(to_at__lte=now, followed_at__lt=F("to_at"))
        ).select_related("post")
    )
    for holding in due:
        with transaction.atomic():
            Holding.objects.filter(id=holding.id).update(followed_at=now)
            sign_out(people=_who_rests(holding, now), why=AWAY, actor=WORKER, at=now)
            _look_at(holding.post, WORKER, now)
    return len(due)


def _who_rests(holding: Holding, now: datetime) -> list[UUID]:
    """Whose part is over: the stand-in's when a leave ended, the holder's while one runs."""
    if holding.to_at is not None and holding.to_at <= now:
        return [holding.person_id]
    if holding.kind != Holding.STAND_IN:
        return []
    away = Holding.objects.filter(held(now), post=holding.post, kind=Holding.HOLDER)
    return list(away.values_list("person_id", flat=True))


def _look_at(post: Post, actor: Viewer, at: datetime) -> int:
    resting = Task.objects.filter(Q(post_id=post.id) | Q(owner_post_id=post.id), state__in=LIVE)
    cases = Case.objects.filter(id__in=resting.values("case_id"))
    derive_dangers(cases, actor, at)
    pass_on(post, at=at)
    return cases.update(look_again_at=at)


def derive_dangers(cases: QuerySet[Case], actor: Viewer, at: datetime) -> None:
    """A crisis in hand doesn't wait for the worker."""
    children = list(Child.objects.filter(id__in=cases.filter(in_crisis=True).values("id")).order_by("id"))
    owners = [child.key_owner for child in children]
    subjects.lock(owners)
    keys = vault.keyring(owners)
    for child in children:
        ledger.record(
            kind="moment.passed", subject=child.key_owner, actor=actor, at=at, clear={}, is_fact=True, keyring=keys
        )
        derive_again(child=child, actor=actor, at=at, keyring=keys)


def _record(post: Post, to: Person | None, kind: str, actor: Viewer, at: datetime) -> Event:
    event = ledger.record(
        kind="holding.changed", subject=Owner("post", post.id), actor=actor, at=at, is_fact=True,
        clear={"person": str(to.id) if to else None, "kind": kind},
    )
    if to is not None:
        notices.tell_post(post_id=post.id, event=event, at=at)
    return event


def _introduce(change: Change, actor: Viewer, at: datetime) -> None:
    if change.to is None:
        return
    found = unfinished(posts=[change.post])[0].groups
    for group, note in change.notes.items():
        if note.strip():
            accounts.introduce(
                post=change.post, to=change.to, group=group, children=found.get(group, ()), note=note.strip(),
                actor=actor, at=at, from_at=change.from_at,
            )


def receiver_named(*, login: str, actor: Viewer, at: datetime) -> Person | None:
    """Who may be given a post by that login; somebody who works elsewhere is nobody here, like no login at all."""
    found: Person | None = _receivers(actor, at).filter(login=login).first()
    return found


def _receivers(actor: Viewer, at: datetime) -> QuerySet[Person]:
    here = people_for(viewer=actor, action=HAND_OVER, at=at).values("id")
    # Themselves too, so that they are told why not.
    return Person.objects.filter(Q(id__in=here) | Q(id=actor.person_id), is_active=True)


def _wrong_with_receiver(change: Change, actor: Viewer, at: datetime) -> list[Problem]:
    post, to = change.post, change.to
    if to is None:
        return []
    if to.id == actor.person_id:
        zh = f"{post.title}：不能把岗位交给自己，请写另一位的登录名。"
        return [Problem(f"login-{post.id}", zh, True)]
    if not _receivers(actor, at).filter(id=to.id).exists():
        raise NotAllowed
    said = gates.refusal_to_hold(post, to, at=at)
    return [*_wrong_together(change, at), *([Problem(f"login-{post.id}", said, True)] if said else [])]


def _wrong_together(change: Change, at: datetime) -> list[Problem]:
    """Administrators stay apart: nobody runs the system, manages its accounts and audits both."""
    running = Holding.objects.filter(Q(to_at__isnull=True) | Q(to_at__gt=at), person=change.to)
    others = running.exclude(post=change.post).values_list("post__role", flat=True)
    if not rules.access_rules(at=at).clashes([change.post.role, *others]):
        return []
    zh = "系统、安全、审计三个管理员不能由同一个人担任，也不能兼任看得到孩子档案的岗位。请写另一位。"
    zh = f"{change.post.title}：{zh}"
    return [Problem(f"login-{change.post.id}", zh, True)]


def _wrong_with(change: Change, actor: Viewer, at: datetime) -> list[Problem]:
    post, said = change.post, _wrong_with_receiver(change, actor, at)
    holding = Holding.objects.filter(post=post, to_at__isnull=True, kind=Holding.HOLDER).values_list("person_id")
    if change.to is not None and (change.to.id,) in holding:
        said = [Problem(f"login-{post.id}", f"{post.title}：接手的人就是现在任职的人，请改写。", True)]
    if change.to is None and change.kind == Holding.HOLDER and post.reports_to_id is None:
        said.append(Problem(
            f"login-{post.id}", f"{post.title}是最上一级岗位，不能空缺：下级空缺时由它负责。请写接手的人。", True
        ))
    if change.kind == Holding.STAND_IN:
        said += _wrong_with_leave(change, at)
    for group in (CRISIS,) if change.to is not None else ():
        if unfinished(posts=[post])[0].groups.get(group) and not change.notes.get(group, "").strip():
            said.append(Problem(f"note-{post.id}-{group}", f"{post.title}：有孩子正在危机处置中，请写交接说明。", True))
    for group, note in change.notes.items():
        if len(note) > LONGEST_NOTE:
            said.append(Problem(f"note-{post.id}-{group}", f"交接说明最多 {LONGEST_NOTE} 个字，请缩短。", True))
        if NUMBERS.search(note):
            zh = f"{post.title}：交接说明里不能写档案编号和证件号码，请删去；个别孩子的情况请写在各自的档案里。"
            said.append(Problem(f"note-{post.id}-{group}", zh, True))
    return said


def _wrong_with_leave(change: Change, at: datetime) -> list[Problem]:
    place, title = f"to-{change.post.id}", change.post.title
    if change.to is None:
        return [Problem(f"login-{change.post.id}", f"{title}：请写代理人的登录名。", True)]
    if change.from_at is None or change.to_at is None or change.to_at <= max(change.from_at, at):
        return [Problem(place, f"{title}：请写从哪天到哪天，结束不能早于开始，也不能早于今天。", True)]
    clash = Holding.objects.filter(
        post=change.post, kind=Holding.STAND_IN, from_at__lt=change.to_at, to_at__gt=change.from_at
    )
    if clash.exists():
        return [Problem(place, f"{title}：这几天已安排了代理人，请先结束原来的代理。", True)]
    return []


def end_stand_in(*, holding_id: int, actor: Viewer, at: datetime) -> UUID:
    """A leave that ends early, or never begins; the holder answers again."""
    with transaction.atomic():
        area = posts_for(viewer=actor, action="hand_over", at=at)
        holding = Holding.objects.filter(
            Q(to_at__gt=at) | Q(to_at__isnull=True), id=holding_id, kind=Holding.STAND_IN, post__in=area
        ).select_related("post").first()
        if holding is None:
            raise NotAllowed
        begun = min(holding.from_at, at)
        Holding.objects.filter(id=holding.id).update(from_at=begun, to_at=at, followed_at=at)
        sign_out(people=[holding.person_id], why=HANDED_OVER, actor=actor, at=at)
        _record(holding.post, None, holding.kind, actor, at)
        _look_at(holding.post, actor, at)
        post_id: UUID = holding.post_id
    return post_id
