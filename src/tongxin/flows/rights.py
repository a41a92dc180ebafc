"""What people ask of their own data: who may ask, until when it is answered, and what a danger may never learn."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from tongxin.assessments.ages import years_on
from tongxin.core.forms import Problem
from tongxin.core.pathway import CHINA, WITHDRAWN, CaseState, Fact, in_force
from tongxin.flows import consenting
from tongxin.flows.refusals import Refused
from tongxin.ledger import Draft
from tongxin.ledger.models import Event
from tongxin.people.models import Carer, Child
from tongxin.rights.models import Ending
from tongxin.rights.rules import GUARDIAN, OWN, Kind, Rules, rules_in
from tongxin.rulebook import rules

REQUEST, ANSWER = "rights_request", "rights_answer"
COPIED = "copy.issued"
GRANTED, REFUSED = "granted", "refused"
# Who speaks for the child, and whose page is shut when one of them may be the danger.
SPEAKS_FOR = frozenset({"guardian", "stand_in"})
NOT_A_STAND_IN = "代为提出的只能是受委托照护人、村（居）民委员会、民政部门或儿童福利、救助保护机构。"
# While one of these stands, a guardian gets and learns nothing (spine A3, A4).
SHUT_WHILE = (
    "is_concern", "concern_unknown", "in_crisis", "safety_check_open", "report_open", "household_check_open",
)


@dataclass(frozen=True, slots=True)
class Request:
    """One request on record, as clear as the pathway knows it."""

    id: str
    kind: Kind
    asker: str
    relation: str
    asked_on: date
    fact: Fact

    @property
    def side(self) -> str:
        """Whether the child's own rights are used by the child, or by somebody for the child."""
        return GUARDIAN if self.asker in SPEAKS_FOR else OWN


def rules_for(child: Child, *, at: datetime) -> Rules:
    """The rules of rights where a child lives."""
    return rules_in(region=rules.region_of(child.county_id), at=at)


def requests_of(facts: Iterable[Fact], *, found: Rules) -> list[Request]:
    """The requests in force, the newest first."""
    facts = tuple(facts)
    rows = [
        _request(fact, found) for fact in in_force(facts) if fact.kind == REQUEST
        and fact.data.get("right_kind") in found.kinds
    ]
    return rows[::-1]


def _request(fact: Fact, found: Rules) -> Request:
    data = fact.data
    asked = data.get("asked_on")
    on = date.fromisoformat(str(asked)) if asked else fact.at.astimezone(CHINA).date()
    return Request(
        fact.id, found.kinds[str(data["right_kind"])], str(data.get("asker", "")),
        str(data.get("asker_relation") or ""), on, fact,
    )


def due_of(data: Mapping[str, Any], *, region: str, at: datetime) -> dict[str, str]:
    """Until which day and by whom a request is to be answered, by the rules of the moment it was recorded."""
    kind = rules_in(region=region, at=at).kinds.get(str(data.get("right_kind")))
    if kind is None or not data.get("asked_on"):
        return {}
    due = date.fromisoformat(str(data["asked_on"])) + timedelta(days=kind.days)
    return {"due_on": due.isoformat(), "resolver": kind.role}


def is_shut_to(request: Request, *, child: Child, state: CaseState) -> bool:
    """Whether whoever asked may get nothing and learn nothing now: a guardian who may be the danger (spine A4)."""
    if not request.kind.is_shut or request.side == OWN:
        return False
    names = state.names()
    if any(names.get(each) for each in SHUT_WHILE):
        return True
    same = [each for each in _carers(child) if each.relation == request.relation]
    return any(each.is_concern for each in same)


def refuse(
    *, child: Child, facts: tuple[Fact, ...], state: CaseState, draft: Draft, data: Mapping[str, Any], at: datetime
) -> None:
    """Nothing, when consents and people's rights let a draft stand in the record; `state` is the one before it."""
    consenting.refuse(child=child, facts=facts, state=state, draft=draft, data=data, at=at)
    if draft.correction_kind in WITHDRAWN:
        return
    if draft.kind == REQUEST:
        _refuse_asker(child, data, at)
    elif draft.kind == ANSWER:
        _refuse_answer(child, facts, state, data, at)


def _refuse_asker(child: Child, data: Mapping[str, Any], at: datetime) -> None:
    found = rules_for(child, at=at)
    kind, asker = found.kinds.get(str(data.get("right_kind"))), str(data.get("asker"))
    if kind is None:
        raise _at("right_kind", "这里还没有办理这一类请求的规定。请联系区县管理员。")
    years = years_on(child.birth_month, at.astimezone(CHINA).date())
    if asker == "former_child" and (years is None or years.most < found.adult):
        raise _at("asker", f"孩子还不满{found.adult}周岁。请选“儿童本人”或“监护人”。")
    if asker in SPEAKS_FOR and years is not None and years.least >= found.adult:
        raise _at("asker", f"本人已满{found.adult}周岁，要由本人提出。请选“已成年的本人”。")
    if asker == "child" and (years is None or years.most < kind.child_from):
        raise _at("asker", f"孩子不满{kind.child_from}周岁，这一类由监护人提出；孩子说的话写在“对方怎么说”。")
    if asker in SPEAKS_FOR:
        _refuse_stranger(child, asker, str(data.get("asker_relation") or ""), at)


def _refuse_stranger(child: Child, asker: str, relation: str, at: datetime) -> None:
    """Who speaks for a child is on file as such. Whether they may be the danger is asked when it is answered:
    that such a person asked is worth keeping."""
    if asker == "stand_in":
        if relation not in consenting.notice_in(region=rules.region_of(child.county_id), at=at).stand_ins:
            raise _at("asker_relation", NOT_A_STAND_IN)
        return
    known = _carers(child)
    same = [each for each in known if each.relation == relation]
    if not same:
        raise _at("asker_relation", "档案里没有这位监护人。请核对与儿童的关系；确有变化的，先填“照料人变更”。")
    if all(each.is_guardian is False for each in same):
        raise _at("asker_relation", "档案里写着这位照料人不是监护人。请由监护人或孩子本人提出。")


def _refuse_answer(
    child: Child, facts: tuple[Fact, ...], state: CaseState, data: Mapping[str, Any], at: datetime
) -> None:
    found = rules_for(child, at=at)
    waiting = {each.id: each for each in requests_of(facts, found=found) if each.id in state.rights}
    named = str(data.get("right") or (next(iter(waiting)) if len(waiting) == 1 else ""))
    request = waiting.get(named)
    if request is None:
        raise Refused.because("没有写明答复哪一件请求，没有保存。请从“权利与说明”那一页打开答复。")
    outcome, reason = data.get("outcome"), data.get("reason")
    if outcome != GRANTED and data.get("complaint_told") != "yes":
        raise _at("complaint_told", "不办或只办一部分的，要先告诉对方怎样投诉。")
    if is_shut_to(request, child=child, state=state) and (outcome != REFUSED or reason not in found.neutral):
        said = "、".join(f"“{found.refusals[each]}”" for each in sorted(found.neutral))
        raise _at("outcome", f"对这位提出人现在只能答复“不办”，理由选{said}，不说明其他情况。")
    if outcome == GRANTED:
        _refuse_undone(request)


def _refuse_undone(request: Request) -> None:
    """A copy or an erasure is not answered with yes before there is one."""
    if request.kind.id == "copy" and not Event.objects.filter(kind=COPIED, entry_id=request.id).exists():
        raise _at("outcome", "还没有制作副本。请先在“权利与说明”那一页制作，再答复。")
    if request.kind.id == "erase" and not Ending.objects.filter(
        request_id=request.id, kind=Ending.ERASE, state=Ending.DONE
    ).exists():
        raise _at("outcome", "删除要由两人在“删除”那一页办理，办好时自动答复。")


def _carers(child: Child) -> list[Carer]:
    return list(Carer.objects.filter(child_id=child.id, to_on__isnull=True))


def _at(path: str, zh: str) -> Refused:
    return Refused([Problem(path, f"{zh}没有保存。", True)])
