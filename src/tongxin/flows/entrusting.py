"""Care entrusted to somebody: the days must fit, and nobody is entrusted who may be the danger."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from tongxin import vault
from tongxin.access.models import Relation
from tongxin.accounts.models import Person
from tongxin.accounts.viewers import WORKER, held
from tongxin.core.forms import Problem
from tongxin.core.pathway import CHINA, CaseState
from tongxin.core.pathway.arrangements import CHECKED, ENTRUSTED
from tongxin.flows.refusals import Refused
from tongxin.ledger import Draft
from tongxin.people.models import Adult, Carer

KINDS = frozenset({ENTRUSTED, CHECKED})
ENDS = "“到哪天为止”要晚于开始的那天，也要晚于今天。请核对日期。没有保存。"
RENEWS = "续到的日期要晚于今天，也要晚于原来的到期日。没有保存。"
RENEWED = "renewed"
Mark = tuple[str, str]
IS_CONCERN = (
    "这个人在档案里写着需要回避，不能受委托。没有保存，请另找一位。不是同一个人的，先填“照料人变更”写明这一位。"
)
IS_UNNAMED = "监护人可能就是危险来源，还没有写明是哪一位，不能委托给监护人。请先填“照料人变更”。没有保存。"
IS_STAFF = "这个人是要回避这个孩子的工作人员，不能受委托。没有保存，请另找一位。"
NO_RENEWAL = "受委托的人现在需要回避，不能续。没有保存。请选“停止（不适合、换人）”或“父母接回”。"
SEEN_FIRST = "要先上门看过受委托的人家里，再签字：上门的日期不能晚于签字的日期。没有保存。"


def refuse(
    *, child_id: UUID, state: CaseState, draft: Draft, data: Mapping[str, Any], at: datetime
) -> None:
    """Nothing, when the draft may stand; `state` is the one before it."""
    today = at.astimezone(CHINA).date()
    if draft.kind == ENTRUSTED:
        found = [*_of_paper(draft, today), *_of_danger(child_id, state, draft.answers, at)]
    else:
        found = _of_check(state, draft, today)
        if not found and draft.answers.get("outcome") == RENEWED and not data.get("alarms"):
            found = _of_carer_of_now(child_id)
    if found:
        raise Refused(found)


def _of_danger(child_id: UUID, state: CaseState, answers: Mapping[str, Any], at: datetime) -> list[Problem]:
    """Whoever is set apart from this child is entrusted with nothing: told by relation, name, number or phone."""
    carers = list(Carer.objects.filter(child_id=child_id).select_related("adult"))
    relation = answers.get("carer_relation")
    now = [each for each in carers if each.to_on is None]
    same = [each for each in carers if each.relation == relation]
    if any(each.is_concern for each in same) and not any(not each.is_concern for each in now if each in same):
        return [Problem("carer_relation", IS_CONCERN, True)]
    if state.is_concern and not any(each.is_concern for each in carers) and any(
        each.is_guardian is not False for each in now if each in same
    ):
        return [Problem("carer_relation", IS_UNNAMED, True)]
    concerns = [each.adult for each in carers if each.is_concern]
    trusted = [each.adult for each in now if not each.is_concern and any(old.is_concern for old in same)]
    told = _marks(answers.get("carer_name"), answers.get("carer_id_no"), answers.get("carer_phone"))
    known = _known([*concerns, *trusted], at)
    cleared: frozenset[Mark] = frozenset().union(*(known[each.id] for each in trusted))
    if any(told & (known[each.id] - cleared) for each in concerns):
        return [Problem("carer_name", IS_CONCERN, True)]
    return [Problem("carer_name", IS_STAFF, True)] if state.staff_concern and told & _suspected(child_id, at) else []


def _known(adults: list[Adult], at: datetime) -> dict[Any, frozenset[Mark]]:
    """What tells each of these adults, opened for this comparison alone."""
    words = vault.open(
        [word for each in adults for word in (each.name, each.id_no, each.phone)],
        viewer=WORKER, purpose="sign", part="family", at=at,
    )
    rows = zip(adults, words[0::3], words[1::3], words[2::3], strict=True)
    return {adult.id: _marks(name, id_no, phone) for adult, name, id_no, phone in rows}


def _suspected(child_id: UUID, at: datetime) -> frozenset[Mark]:
    """Staff who are kept from this child, while a member of staff is under suspicion."""
    rows = Relation.objects.filter(held(at), child_id=child_id, relation=Relation.RECUSED)
    people = list(Person.objects.filter(id__in=rows.values("person_id")))
    sealed = [word for each in people for word in (each.name, each.phone)]
    words = vault.open(sealed, viewer=WORKER, purpose="sign", part="staff", at=at)
    pairs = zip(words[0::2], words[1::2], strict=True)
    return frozenset().union(*(_marks(name, None, phone) for name, phone in pairs))


def _marks(name: object, id_no: object, phone: object) -> frozenset[Mark]:
    """A person's name, number and phone, written one way."""
    said = {"name": name, "id_no": id_no, "phone": phone}
    return frozenset((key, "".join(str(word).split()).upper()) for key, word in said.items() if word)


def _of_carer_of_now(child_id: UUID) -> list[Problem]:
    rows = Carer.objects.filter(child_id=child_id, to_on__isnull=True, is_entrusted=True, is_concern=True)
    return [Problem("outcome", NO_RENEWAL, True)] if rows.exists() else []


def _of_paper(draft: Draft, today: date) -> list[Problem]:
    answers, found = draft.answers, list[Problem]()
    starts, ends = str(answers["starts_on"]), str(answers["ends_on"])
    if ends <= starts or (not draft.correction_kind and ends <= today.isoformat()):
        found.append(Problem("ends_on", ENDS, True))
    if str(answers["visited_on"]) > str(answers["signed_on"]):
        found.append(Problem("visited_on", SEEN_FIRST, True))
    return found


def _of_check(state: CaseState, draft: Draft, today: date) -> list[Problem]:
    if draft.answers.get("outcome") != RENEWED:
        return []
    known = state.arrangements.entrusted
    least = max(today.isoformat(), known.ends_on if known and not draft.correction_kind else "")
    return [Problem("ends_on", RENEWS, True)] if str(draft.answers["ends_on"]) <= least else []
