"""Acceptance: counted from records, accepted by somebody else who is no part of the body, then asked to be paid."""

from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Max, QuerySet

from tongxin.accounts.models import Post
from tongxin.accounts.viewers import Viewer
from tongxin.core.forms import Problem
from tongxin.flows.funds import asking
from tongxin.flows.made_once import made_before
from tongxin.flows.pairing_companions import must, post_of
from tongxin.flows.programmes.contracts import contract_for, contracts_for, fund_of, rules_in, tell
from tongxin.flows.programmes.counting import MEETINGS, tally
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.funds.models import Request
from tongxin.lib.numbers import day_in
from tongxin.programmes.models import Acceptance, Contract, Counted
from tongxin.programmes.rules import Programmes
from tongxin.registers import answers
from tongxin.registers.answers import Given

ACCEPT = "accept_programmes"
OWN_BODY = "没有保存：承接单位的人不能给自己单位计数、验收。"
OUTSIDE = "没有保存：时间要在合同里（{first}至{last}）。"
NOTHING = "没有保存：这段时间里没有可以计入的记录。{why}"
WAITING = "没有保存：上一次计数还没有验收。"
OWN = "没有改动：自己计数的，要由别人验收。"
CHANGED = "没有改动：别人刚验收过。"
NO_REASON = "没有改动：请选没有通过的原因。"
GONE = "没有改动：有 {number} 条记录在计数以后撤回或在别处付过。请记“没有通过”，再数一次。"


def acceptances_for(viewer: Viewer, *, at: datetime) -> QuerySet[Acceptance]:
    """The acceptances of the county, the newest first."""
    rows = Acceptance.objects.filter(contract_id__in=contracts_for(viewer, at=at).values("id"))
    return rows.select_related("contract__programme", "contract__organisation").order_by("-drawn_at")


def acceptance_for(*, acceptance_id: UUID, viewer: Viewer, at: datetime) -> Acceptance:
    """One acceptance of the county."""
    found = acceptances_for(viewer, at=at).filter(id=acceptance_id).first()
    if found is None:
        raise NotAllowed
    return found


def _refuse_body(contract: Contract, actor: Viewer) -> None:
    if contract.organisation_id in actor.organisation_ids:
        raise Refused.because(OWN_BODY)


@transaction.atomic
def draw(*, contract_id: UUID, acceptance_id: UUID, given: Given, actor: Viewer, at: datetime) -> Acceptance:
    """What the body did between two days, record by record; nothing of it is typed."""
    person_id = must(actor, ACCEPT, at=at)
    contract = contract_for(contract_id=contract_id, viewer=actor, at=at, for_update=True)
    known = made_before(Acceptance, acceptance_id, contract_id=contract.id)
    if known is not None:
        return known
    _refuse_body(contract, actor)
    found = rules_in(contract.programme.county_id, at=at)
    read = answers.read(found.asked["acceptance"], given, at=at)
    first, last = (day_in(str(read.clear.get(name, ""))) for name in ("from_on", "to_on"))
    problems = list(read.problems)
    if first and last and not contract.from_on <= first <= last <= contract.last_on:
        span = OUTSIDE.format(first=_day(contract.from_on), last=_day(contract.last_on))
        problems.append(Problem("from_on", span, True))
    if problems or first is None or last is None:
        raise Refused(problems)
    if contract.acceptances.filter(state=Acceptance.DRAWN).exists():
        raise Refused.because(WAITING)
    return _draw(contract, acceptance_id, first, last, person_id, actor, at)


def _draw(
    contract: Contract, acceptance_id: UUID, first: date, last: date, person_id: UUID, actor: Viewer, at: datetime
) -> Acceptance:
    found = rules_in(contract.programme.county_id, at=at)
    taken: frozenset[UUID] = frozenset()
    rows: list[Counted] = []
    left_out: dict[str, dict[str, int]] = {}
    amount = 0
    number = (contract.acceptances.aggregate(last=Max("number"))["last"] or 0) + 1
    acceptance = Acceptance(
        id=acceptance_id, contract=contract, number=number, from_on=first, to_on=last, amount=0, drawn_at=at,
        drawn_by=person_id, post_id=post_of(actor),
    )
    pays_meetings = _pays_meetings(contract, found)
    for each in contract.deliverables.order_by("id"):
        rule = found.counts.get(each.rule)
        if rule is None:
            continue
        before = Counted.objects.filter(acceptance__contract=contract, rule=each.rule, is_live=True).count()
        made = tally(
            contract, rule=rule, room=max(each.target - before, 0), first=first, last=last, taken=taken,
            late_after=found.late_after, pays_meetings=pays_meetings,
        )
        taken |= {one.record_id for one in made.counted}
        left_out[each.rule] = dict(made.left_out)
        amount += len(made.counted) * each.price
        rows += [
            Counted(acceptance=acceptance, rule=each.rule, record_id=one.record_id, child_id=one.child_id,
                    happened_on=one.day)
            for one in made.counted
        ]
    if not rows:
        raise Refused.because(NOTHING.format(why=_why(left_out, found.left_out)))
    acceptance.amount, acceptance.left_out = amount, left_out
    acceptance.save(force_insert=True)
    Counted.objects.bulk_create(rows, batch_size=500)
    tell("acceptance.counted", contract.programme, actor, at, acceptance=str(acceptance.id))
    return acceptance


def _pays_meetings(contract: Contract, found: Programmes) -> bool:
    rules = (found.counts.get(each.rule) for each in contract.deliverables.all())
    return any(rule.origin == MEETINGS for rule in rules if rule is not None)


def _why(left_out: dict[str, dict[str, int]], words: object) -> str:
    zh = dict(words) if isinstance(words, dict) else {}
    told = [f"{zh.get(why, why)} {number} 条" for each in left_out.values() for why, number in each.items() if number]
    return "没有计入的：" + "、".join(told) + "。" if told else ""


@transaction.atomic
def decide(*, acceptance_id: UUID, accepts: bool, reason: str, actor: Viewer, at: datetime) -> Acceptance:
    """Somebody else accepts it, and payment is asked for in the name of whoever counted; or not, and the records are
    free again."""
    person_id = must(actor, ACCEPT, at=at)
    seen = acceptance_for(acceptance_id=acceptance_id, viewer=actor, at=at)
    fund = fund_of(seen.contract.programme, actor, at=at, for_update=True)
    acceptance = Acceptance.objects.select_for_update(of=("self",)).select_related("contract__programme").get(
        id=acceptance_id
    )
    contract = acceptance.contract
    _refuse_body(contract, actor)
    if acceptance.state != Acceptance.DRAWN:
        raise Refused.because(CHANGED)
    if accepts and acceptance.drawn_by == person_id:
        raise Refused.because(OWN)
    if not accepts and reason not in rules_in(contract.programme.county_id, at=at).refusals:
        raise Refused([Problem("reason", NO_REASON, True)])
    acceptance.decided_at, acceptance.decided_by = at, person_id
    if accepts:
        _refuse_gone(acceptance, at)
        acceptance.state = Acceptance.ACCEPTED
        if acceptance.amount:
            acceptance.request_id = asking.ask(
                fund=fund, kind=Request.PAYMENT, about_id=acceptance.id, purpose=contract.purpose,
                amount=acceptance.amount, actor=actor, at=at, person_id=acceptance.drawn_by, post_id=acceptance.post_id,
            ).id
    else:
        acceptance.state, acceptance.reason = Acceptance.REFUSED, reason
        acceptance.counted.update(is_live=False)
    acceptance.save()
    tell(
        "acceptance.decided", contract.programme, actor, at, acceptance=str(acceptance.id),
        answer="yes" if accepts else "no",
    )
    return acceptance


def _refuse_gone(acceptance: Acceptance, at: datetime) -> None:
    """What was taken back since the counting isn't paid: counted again as it stands now, nothing may be missing."""
    contract = acceptance.contract
    found = rules_in(contract.programme.county_id, at=at)
    rows = list(acceptance.counted.all())
    acceptance.counted.update(is_live=False)
    still: set[UUID] = set()
    for each in contract.deliverables.order_by("id"):
        rule = found.counts.get(each.rule)
        if rule is not None:
            made = tally(
                contract, rule=rule, room=each.target, first=acceptance.from_on, last=acceptance.to_on,
                late_after=found.late_after, pays_meetings=_pays_meetings(contract, found),
            )
            still |= {one.record_id for one in made.counted}
    acceptance.counted.update(is_live=True)
    gone = sum(each.record_id not in still for each in rows)
    if gone:
        raise Refused.because(GONE.format(number=gone))


def posts_of(contract: Contract) -> list[UUID]:
    """The posts of the body."""
    return list(Post.objects.filter(organisation=contract.organisation).values_list("id", flat=True))


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
