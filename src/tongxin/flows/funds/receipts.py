"""A pay-out on paper: a line a child to sign or press a thumb on, for whoever hands money or goods out."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from tongxin import vault
from tongxin.access import selectors as access
from tongxin.accounts.models import Division, Post
from tongxin.accounts.viewers import Viewer
from tongxin.core.forms import Problem
from tongxin.core.pathway import CHINA
from tongxin.documents.typesetting import FOLDER, set_type, warned
from tongxin.flows import export_noting
from tongxin.flows.funds.booking import SEND, rules_of
from tongxin.flows.funds.paying import PART, children_seen, payout_for
from tongxin.flows.pairing_companions import must
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.funds.models import Grant, Payout
from tongxin.funds.rules import period_zh
from tongxin.lib.money import yuan
from tongxin.people.models import Child

PURPOSE, ROUTE, WAY, GOODS = "payout", "payouts", "receipts", "goods"
TEMPLATE = FOLDER.joinpath("receipts.typ")
WHOLE, TOWN, VILLAGE = BY = ("list", "town", "village")
NOT_YET = "没有印：同意以后才能印签收单。"
NO_WAY = "没有印：请选怎样分张。"
NOBODY = "没有印：名单里没有要签收的孩子。"
ELSEWHERE = "其他（不在本区县居住）"
HOW = "逐个签，签的时候盖住别人的行；不拍照，不张贴。不会写字的按手印，旁边写是谁。"
TOO_YOUNG = "不满 {age} 周岁的，由监护人或受委托照护人签。"
COLUMNS = ("序号", "姓名", "档案编号", "金额（元）", "领取人签字或按手印", "和孩子的关系", "哪天领的")
WORTH, HANDED, SEEN, CHECKED = "折价（元）", "发放人", "在场证明人", "核对人"


@transaction.atomic
def sheet(*, payout_id: UUID, by: str, brand: str, actor: Viewer, at: datetime) -> bytes:
    """The sheets of a pay-out as one PDF, a new one for each place; in the register of what left, with its hash and
    its children."""
    must(actor, SEND, at=at)
    payout = payout_for(payout_id=payout_id, viewer=actor, at=at)
    if not access.sees_listed_names(viewer=actor, at=at):
        raise NotAllowed
    if payout.state not in (Payout.AGREED, Payout.SENT, Payout.SETTLED):
        raise Refused.because(NOT_YET)
    if by not in BY:
        raise Refused([Problem("by", NO_WAY, True)])
    grants = list(payout.grants.filter(state__in=(Grant.LISTED, Grant.PAID)).order_by("number"))
    if not grants:
        raise Refused.because(NOBODY)
    seen = children_seen([each.child_id for each in grants], actor, at=at)
    if len(seen) < len({each.child_id for each in grants}):
        raise NotAllowed
    words = vault.open(
        [seen[each.child_id].name for each in grants], viewer=actor, purpose=PURPOSE, part=PART, route=ROUTE, at=at
    )
    names = {each.child_id: word or "" for each, word in zip(grants, words, strict=True)}
    paper = _paper(payout, _placed(grants, seen, by), names, seen, brand=brand, actor=actor, at=at)
    made = set_type(TEMPLATE, root=FOLDER, data=warned(paper))
    export_noting.note(
        way=WAY, content=made, rows=len(grants), actor=actor, at=at, form="pdf", purpose=PURPOSE, children=sorted(seen)
    )
    return made


def _placed(grants: Sequence[Grant], seen: Mapping[UUID, Child], by: str) -> list[tuple[str, list[Grant]]]:
    """The lines by place, places in the order of their codes; whoever lives elsewhere comes last."""
    if by == WHOLE:
        return [("", list(grants))]
    found: dict[int, list[Grant]] = {}
    for each in grants:
        child = seen[each.child_id]
        place = child.town_id if by == TOWN else child.village_id or child.town_id
        found.setdefault(place or 0, []).append(each)
    places = Division.objects.filter(id__in=found).select_related("parent").order_by("code")
    sheets = [
        (f"{each.parent.name}{each.name}" if by == VILLAGE and each.level == "village" and each.parent else each.name,
         found[each.id])
        for each in places
    ]
    return [*sheets, *([(ELSEWHERE, found[0])] if 0 in found else [])]


def _paper(
    payout: Payout, placed: Sequence[tuple[str, list[Grant]]], names: Mapping[UUID, str], seen: Mapping[UUID, Child], *,
    brand: str, actor: Viewer, at: datetime,
) -> dict[str, Any]:
    rules, local = rules_of(payout.county_id, at=at), at.astimezone(CHINA)
    moment = f"{local.year}年{local.month}月{local.day}日 {local:%H:%M}"
    title = Post.objects.filter(id__in=actor.post_ids[:1]).values_list("title", flat=True).first() or ""
    purpose = rules.purposes[payout.purpose].zh if payout.purpose in rules.purposes else ""
    period = period_zh(payout.period)
    return {
        "brand": brand, "title": f"{purpose}签收单", "file_no": f"第 {payout.number} 批",
        "watermark": f"{title} {moment}", "printed": f"{title} {moment} 印　签完收回扫描，放进每个孩子档案的附件",
        "what": "　".join(each for each in (period, rules.lists["ways"].get(payout.way, "")) if each),
        "how": HOW + "".join(TOO_YOUNG.format(age=age) for age in sorted(rules.ages.values())[:1]),
        "columns": [WORTH if each == COLUMNS[3] and payout.way == GOODS else each for each in COLUMNS],
        "signatures": [{"zh": each} for each in (HANDED, SEEN, CHECKED)],
        "sheets": [
            {
                "place": place,
                "total": {"zh": f"合计 {len(rows)} 人", "amount": f"{yuan(sum(each.amount for each in rows))} 元"},
                "rows": [
                    {"number": each.number, "name": names[each.child_id], "file_no": seen[each.child_id].file_no,
                     "amount": yuan(each.amount)}
                    for each in rows
                ],
            }
            for place, rows in placed
        ],
    }
