"""Who agreed to what for one child, and what may not be recorded without it."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime
from functools import partial
from typing import Any

from tongxin.assessments.ages import years_on
from tongxin.core import consent
from tongxin.core.consent import Gate, Notice, Standing
from tongxin.core.forms import Problem
from tongxin.core.pathway import CHINA, WITHDRAWN, CaseState, Fact
from tongxin.flows.refusals import Refused
from tongxin.ledger import Draft
from tongxin.people.models import Carer, Child
from tongxin.rulebook import rules, shipped

KIND, ID = "consent", "notice"
CRISIS = "in_crisis"
SIGNED = frozenset({consent.GIVEN, consent.REFUSED, consent.WITHDRAWN})
TOO_YOUNG = "孩子不满{years}周岁，不能单独作决定；请由监护人决定，孩子的意见写在“儿童本人的意见”。"
NOT_A_STAND_IN = "代为决定的只能是受委托照护人、村（居）民委员会、民政部门或儿童福利、救助保护机构。"
OR_BY_LAW = "或改选“依法代为决定的人或单位”。"
SAID_NO = {
    (consent.REFUSED, consent.CHILD): "孩子本人不同意", (consent.WITHDRAWN, consent.CHILD): "孩子本人已经撤回同意",
    (consent.REFUSED, ""): "监护人不同意", (consent.WITHDRAWN, ""): "已经撤回同意",
    (consent.OUT_OF_DATE, ""): "要重新征求同意（告知书改过、到期，或孩子已满14周岁）",
}


def notice_in(*, region: str, at: datetime) -> Notice:
    """The notice in force in a county; before it is adopted, the one that came with the program."""
    return shipped.read_in_force(consent.read, KIND, ID, region=region, at=at)


def notice_on(day: date, *, region: str, at: datetime) -> Notice:
    """The notice that people were shown on a day, as far as is known now."""
    try:
        return rules.read(consent.read, rules.resolve(KIND, ID, region=region, at=at, on=day))
    except rules.NotAdopted:
        return notice_in(region=region, at=at)


def standings_of(child: Child, *, facts: tuple[Fact, ...], at: datetime) -> tuple[Standing, ...]:
    """Every purpose with where it stands now."""
    region = rules.region_of(child.county_id)
    return consent.standings(
        consent.decisions(facts), notice=notice_in(region=region, at=at),
        notice_on=partial(notice_on, region=region, at=at), age_on=partial(_age, child),
        on=at.astimezone(CHINA).date(),
    )


def _age(child: Child, on: date) -> int | None:
    """Completed years; in the month of the birthday the lower number, since the day is sealed."""
    years = years_on(child.birth_month, on)
    return years.least if years else None


def refuse(
    *, child: Child, facts: tuple[Fact, ...], state: CaseState, draft: Draft, data: Mapping[str, Any], at: datetime
) -> None:
    """Nothing, when consents let a draft stand; `facts` are those before it."""
    if draft.correction_kind in WITHDRAWN:
        return
    if draft.kind == KIND:
        _refuse_signer(child, state, data, at)
        _refuse_second_no(child, _without(facts, draft), data, at)
        return
    gates = notice_in(region=rules.region_of(child.county_id), at=at).gates
    # A danger that is told of is kept whatever was agreed to: with it a crisis begins, and that opens these gates.
    waiting = [
        gate for gate in gates
        if gate.concerns(draft.kind, data) and not (data.get("alarms") and CRISIS in gate.unless)
    ]
    if waiting and (said := refusals(child, gates=waiting, facts=_without(facts, draft), state=state, at=at)):
        raise Refused.because(*said)


def refusals(
    child: Child, *, gates: list[Gate], facts: tuple[Fact, ...], state: CaseState, at: datetime
) -> list[str]:
    """Why something waits, a sentence for each gate that is shut."""
    names = state.names()
    shut = [gate for gate in gates if not any(names.get(name) for name in gate.unless)]
    if not shut:
        return []
    standing = {each.purpose.id: each for each in standings_of(child, facts=facts, at=at)}
    found = [gate.zh for gate in shut if state.feedback in gate.feedback]
    for gate in shut:
        now = standing.get(gate.purpose)
        if now is not None and now.state in gate.refuses:
            found.append(gate.zh.format(who=SAID_NO.get((now.state, now.why)) or SAID_NO.get((now.state, ""), "")))
    return found


def _without(facts: tuple[Fact, ...], draft: Draft) -> tuple[Fact, ...]:
    """The record as if what a draft corrects had been taken back already."""
    earlier = tuple(fact for fact in facts if fact.id != str(draft.entry_id))
    gone = next((fact for fact in earlier if draft.supersedes and fact.id == str(draft.supersedes)), None)
    return earlier if gone is None else (*earlier, replace(
        gone, id=str(draft.entry_id), seq=gone.seq + 1, supersedes=gone.id, correction="retract", data={}
    ))


def _refuse_signer(child: Child, state: CaseState, data: Mapping[str, Any], at: datetime) -> None:
    if data.get("answer") not in SIGNED:
        return
    by, relation = str(data.get("decided_by") or consent.GUARDIAN), str(data.get("signer_relation") or "")
    notice = notice_in(region=rules.region_of(child.county_id), at=at)
    if by == consent.CHILD:
        age = _age(child, at.astimezone(CHINA).date())
        if age is None or age < notice.own_from:
            raise _at("decided_by", TOO_YOUNG.format(years=notice.own_from))
        return
    if by == consent.STAND_IN:
        if relation not in notice.stand_ins:
            raise _at("signer_relation", NOT_A_STAND_IN)
        return
    _refuse_carer(child, state, relation)


def _refuse_carer(child: Child, state: CaseState, relation: str) -> None:
    """A guardian who signs is one of the child's carers, and not the danger (spine A4)."""
    known = list(Carer.objects.filter(child_id=child.id, to_on__isnull=True))
    same = [each for each in known if each.relation == relation]
    if same and all(each.is_concern for each in same):
        raise _at("signer_relation", f"这位照料人需要回避，不能代表孩子作决定。请找另一位监护人，{OR_BY_LAW}")
    if is_unnamed(state, known):
        raise _at("signer_relation", f"监护人可能就是危险来源，还没有写明是哪一位。请先填“照料人变更”，{OR_BY_LAW}")
    if known and not same:
        raise _at("signer_relation", "档案里没有这位照料人。请核对与儿童的关系；确有变化的，先填“照料人变更”。")
    if same and all(each.is_guardian is False for each in same):
        raise _at("signer_relation", f"档案里写着这位照料人不是监护人。请由监护人决定，{OR_BY_LAW}")


def is_unnamed(state: CaseState, carers: Iterable[Carer]) -> bool:
    """Whether a guardian is the danger and nobody has written down yet which of them."""
    return state.is_concern and not any(each.is_concern for each in carers)


def _refuse_second_no(child: Child, facts: tuple[Fact, ...], data: Mapping[str, Any], at: datetime) -> None:
    """A no after a yes is a withdrawal, and is written down as one: it has its own conditions."""
    if data.get("answer") != consent.REFUSED:
        return
    named = set(data.get("purposes") or ())
    by = str(data.get("decided_by") or consent.GUARDIAN)
    said = [each for each in consent.decisions(facts) if each.purposes & named and each.by == by]
    if said and said[-1].answer == consent.GIVEN:
        raise _at("answer", "以前同意过这个用途。现在不同意了，请选“撤回以前的同意”。")


def _at(path: str, zh: str) -> Refused:
    return Refused([Problem(path, f"{zh}没有保存。", True)])
