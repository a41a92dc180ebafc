"""Care entrusted to somebody: the days must fit, and nobody is entrusted who may be the danger."""

from datetime import date, datetime

from tongxin.core.forms import Problem
from tongxin.core.pathway import CHINA, CaseState
from tongxin.core.pathway.arrangements import CHECKED, ENTRUSTED
from tongxin.flows.refusals import Refused
from tongxin.ledger import Draft

KINDS = frozenset({ENTRUSTED, CHECKED})
ENDS = "“到哪天为止”要晚于开始的那天，也要晚于今天。请核对日期。没有保存。"
RENEWS = "续到的日期要晚于今天，也要晚于原来的到期日。没有保存。"
SEEN_FIRST = "要先上门看过受委托的人家里，再签字：上门的日期不能晚于签字的日期。没有保存。"


def refuse(*, state: CaseState, draft: Draft, at: datetime) -> None:
    """Nothing, when the draft may stand; `state` is the one before it."""
    today = at.astimezone(CHINA).date()
    found = _of_paper(draft, today) if draft.kind == ENTRUSTED else _of_check(state, draft, today)
    if found:
        raise Refused(found)


def _of_paper(draft: Draft, today: date) -> list[Problem]:
    answers, found = draft.answers, list[Problem]()
    starts, ends = str(answers["starts_on"]), str(answers["ends_on"])
    if ends <= starts or (not draft.correction_kind and ends <= today.isoformat()):
        found.append(Problem("ends_on", ENDS, True))
    if str(answers["visited_on"]) > str(answers["signed_on"]):
        found.append(Problem("visited_on", SEEN_FIRST, True))
    return found


def _of_check(state: CaseState, draft: Draft, today: date) -> list[Problem]:
    if draft.answers.get("outcome") != "renewed":
        return []
    known = state.arrangements.entrusted
    least = max(today.isoformat(), known.ends_on if known and not draft.correction_kind else "")
    return [Problem("ends_on", RENEWS, True)] if str(draft.answers["ends_on"]) <= least else []
