"""A list looked over again before money moves: files may have been joined since the children were put on it."""

from datetime import datetime

from tongxin.core.forms import Problem
from tongxin.flows.funds.booking import rules_of
from tongxin.flows.funds.twice import Other, doubled, files_of, others_of
from tongxin.flows.refusals import Refused
from tongxin.funds.models import Grant, Payout
from tongxin.funds.rules import period_zh
from tongxin.lib.money import yuan

SAME = "没有改动：名单第 {first} 和第 {second} 个是同一个孩子（档案已经合并）。请拿下一个再提出。"
MORE = "没有改动：名单第 {number} 个孩子{period}的“{zh}”已有另一笔。请拿下，或拿下后选原因重新加。"
TOO_MUCH = "没有改动：名单第 {number} 个孩子{period}的“{zh}”合起来超过 {most} 元。请拿下或改小金额。"
AGREED = "名单已经同意的，先撤回已同意的用款。"


def refuse_doubles(payout: Payout, at: datetime) -> None:
    """Nothing, when each child of the list stands once and within its ceiling.

    Raises:
        Refused: Which numbers of the list are one child, have another grant nobody gave a reason for, or are too much.
    """
    purpose = rules_of(payout.county_id, at=at).purposes[payout.purpose]
    span, problems = period_zh(payout.period), []
    for first, second in doubled(payout):
        problems.append(SAME.format(first=first, second=second))
    rows = list(payout.grants.exclude(state=Grant.REMOVED).order_by("number"))
    files = files_of(row.child_id for row in rows)
    elsewhere = others_of(files, payout)
    for row in rows:
        other = elsewhere.get(files[row.child_id], Other())
        if other.unsaid and not row.again:
            problems.append(MORE.format(number=row.number, period=span, zh=purpose.zh))
        elif purpose.most and other.many and other.fen + row.amount > purpose.most:
            problems.append(TOO_MUCH.format(number=row.number, period=span, zh=purpose.zh, most=yuan(purpose.most)))
    after = AGREED if payout.state == Payout.AGREED else ""
    if problems:
        raise Refused([Problem("list", each + after, True) for each in problems])
