"""Second factors of those who work here: added, used up, taken away; every step stands in the record."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from tongxin import ledger
from tongxin.access.offices import people_for
from tongxin.accounts import entrance_rules, factors, passkeys, totp
from tongxin.accounts.entrance import PASSKEY, RECOVERY, TOTP, Factor
from tongxin.accounts.entrance_rules import EntranceRules
from tongxin.accounts.models import Person
from tongxin.accounts.passkeys import Site
from tongxin.accounts.viewers import WORKER, Viewer, viewer_of
from tongxin.core.forms import Problem
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.flows.signing_out import sign_out
from tongxin.ledger.models import Event
from tongxin.notices import services as notices
from tongxin.rulebook.shipped import content_in_force

MANAGE = "manage_staff"
REUSED = "factor.reused"
LONGEST_LABEL, MOST_PASSKEYS = 40, 10
FREE, REMINDED, ASKED, DUE = "free", "reminded", "asked", "due"
WRONG_CODE = "验证码不对，没有登记。请看手机上现在的六位数字，再输入一次；还不对，请把手机的时间设成自动。"


def rules_at(at: datetime) -> EntranceRules:
    """What is asked at the door at a moment."""
    return entrance_rules.read(content_in_force("sign_in", "sign_in", at=at))


def ask(*, person: Person, roles: Iterable[str], at: datetime) -> str:
    """Whether somebody still has to add a factor: free, asked, reminded in the last days, or due.

    The first time it is asked the days of grace begin.
    """
    rules = rules_at(at)
    if not rules.requires(roles) or factors.has_any(person):
        return FREE
    if person.factor_asked_at is None:
        Person.objects.filter(id=person.id, factor_asked_at__isnull=True).update(factor_asked_at=at)
        person.factor_asked_at = at
    until = person.factor_asked_at + rules.grace
    if at >= until:
        return DUE
    return REMINDED if at >= until - rules.remind else ASKED


@transaction.atomic
def add_codes(
    *, person: Person, secret: str, code: str, seconds: float, actor: Viewer, at: datetime
) -> list[str]:
    """Codes from the phone, once one of them was right; the recovery codes where they are the first factor."""
    _only_oneself(person, actor)
    step = totp.step_of("".join(code.split()), secret=secret, seconds=seconds, after=0)
    if step is None:
        raise Refused([Problem("code", WRONG_CODE, True)])
    row = factors.add(person=person, kind=TOTP, secret=secret, at=at)
    if row is None:
        raise Refused.because("没有登记：您已登记过手机验证码。换了手机，请先删去原来的。")
    factors.use(row, up_to=step, at=at)
    return _added(person, TOTP, actor, at)


@transaction.atomic
def add_passkey(
    *, person: Person, site: Site, state: Any, answer: Mapping[str, Any], label: str, actor: Viewer, at: datetime
) -> list[str]:
    """A passkey of this browser or this key; the recovery codes where it is the first factor."""
    _only_oneself(person, actor)
    if Factor.objects.filter(person=person, kind=PASSKEY).count() >= MOST_PASSKEYS:
        raise Refused.because(f"没有登记：通行密钥最多 {MOST_PASSKEYS} 个，请先删去不用的。")
    found = passkeys.added(site=site, state=state, answer=answer)
    if found is None:
        raise Refused.because("没有登记：浏览器给的答复核对不上。请再点一次“登记通行密钥”。")
    name = label.strip()[:LONGEST_LABEL]
    if factors.add(person=person, kind=PASSKEY, secret=found[0], at=at, label=name, handle=found[1]) is None:
        raise Refused.because("没有登记：这个通行密钥已登记过。")
    return _added(person, PASSKEY, actor, at)


def _added(person: Person, kind: str, actor: Viewer, at: datetime) -> list[str]:
    _tell("factor.added", person, kind, actor, at)
    is_first = not Factor.objects.filter(person=person, kind=RECOVERY).exists()
    return factors.new_recovery_codes(person=person, at=at) if is_first else []


@transaction.atomic
def renew_recovery(*, person: Person, actor: Viewer, at: datetime) -> list[str]:
    """New recovery codes, shown this once; the old ones are void."""
    _only_oneself(person, actor)
    if not factors.has_any(person):
        raise Refused.because("还没有第二步验证，用不着备用码。请先登记手机验证码或通行密钥。")
    _tell("factor.renewed", person, RECOVERY, actor, at)
    return factors.new_recovery_codes(person=person, at=at)


@transaction.atomic
def remove(*, person: Person, factor_id: UUID, actor: Viewer, at: datetime) -> None:
    """One's own factor; the last one stays where the post needs one."""
    _only_oneself(person, actor)
    own = factors.of(person)
    row = next((each for each in own if each.id == factor_id), None)
    if row is None:
        raise NotAllowed
    if len(own) == 1 and rules_at(at).requires(actor.roles):
        raise Refused.because("没有删去：您的岗位必须有第二步验证，这是最后一个。请先登记新的，再删这个。")
    row.delete()
    if len(own) == 1:
        Factor.objects.filter(person=person).delete()
    _tell("factor.removed", person, row.kind, actor, at)


@transaction.atomic
def remove_all(*, person: Person, actor: Viewer, at: datetime) -> None:
    """Everything of somebody who lost it, by the desk: they are told, and every browser of theirs is signed out."""
    if not people_for(viewer=actor, action=MANAGE, at=at).filter(id=person.id).exists():
        raise NotAllowed
    if not factors.has_any(person):
        raise Refused.because("没有什么可取消：这个人没有第二步验证。")
    Factor.objects.filter(person=person).delete()
    tell_owner(_tell("factor.removed", person, "all", actor, at), person, at)
    sign_out(people=[person.id], why="factor_removed", actor=actor, at=at)


@transaction.atomic
def tell_of_used_code(*, person: Person, at: datetime) -> None:
    """Whose code was shown a second time is told, once an hour: somebody may have seen it."""
    hour_ago = at - timedelta(hours=1)
    if Event.objects.filter(kind=REUSED, subject_id=person.id, at__gt=hour_ago).exists():
        return
    event = ledger.record(kind=REUSED, subject=person.key_owner, actor=WORKER, at=at, clear={}, is_fact=True)
    tell_owner(event, person, at)


def tell_owner(event: Event, person: Person, at: datetime) -> None:
    """A line in the list of each post that somebody holds."""
    for seat in viewer_of(person=person, at=at).seats:
        notices.tell_post(post_id=seat.post_id, event=event, at=at)


def _only_oneself(person: Person, actor: Viewer) -> None:
    if actor.person_id != person.id:
        raise NotAllowed


def _tell(kind: str, person: Person, factor: str, actor: Viewer, at: datetime) -> Event:
    return ledger.record(
        kind=kind, subject=person.key_owner, actor=actor, at=at, clear={"factor": factor}, is_fact=True
    )
