"""How a child in a crisis is held, in words: each with whether it is well, for the board and for the file."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from tongxin.core.pathway import CHINA
from tongxin.flows.crisis_board import Held
from tongxin.rulebook import rules
from tongxin.web import words
from tongxin.web.console.names import Names

Row = dict[str, Any]
# Those at home who may be the danger themselves.
KIN = ("family", "carer")


def watch(held: Held, *, region: int | None, at: datetime, is_concern: bool = False) -> Row:
    """Who is with the child now and until when somebody is named without a gap."""
    if held.watch_over is not None:
        zh = f"{words.moment_zh(held.watch_over.at)}，专业人员判断不再需要全天看护"
        return {"zh": zh, "is_gap": False, "until_zh": ""}
    turn, until = held.now(at), held.covered_until(at)
    if turn is None or until is None:
        coming = next((each for each in held.turns if each.from_at > at), None)
        after = f"，下一班 {words.moment_zh(coming.from_at)} 才开始" if coming else ""
        zh = "现在没有人陪着孩子" if held.turns else "还没有排看护"
        return {"zh": f"{zh}{after}", "is_gap": True, "until_zh": ""}
    who = _options("watch_relation", region, at).get(held.relations.get(turn.entry, ""), "有人")
    coming = next((each for each in held.turns if each.from_at > until), None)
    gap = f"，到下一班 {words.moment_zh(coming.from_at)} 之间没有人" if coming else "，之后还没有排"
    doubt = "；监护人可能是危险来源，请核对陪着的是谁" if is_concern and held.relations.get(turn.entry) in KIN else ""
    return {"zh": f"{who}陪着{doubt}", "is_gap": False, "until_zh": f"排到 {words.moment_zh(until)}{gap}"}


def guardian(held: Held, *, is_concern: bool) -> Row:
    """Whether the guardian was told, or may not be."""
    if is_concern:
        return {"zh": "不告知监护人：可能是危险来源", "is_well": True, "is_shut": True}
    if held.guardian is not None:
        arrived = held.guardian.data.get("arrived_at")
        came = f"，{words.moment_zh(datetime.fromisoformat(str(arrived)))} 到场" if arrived else ""
        return {"zh": f"{words.moment_zh(held.guardian.at)} 已告知监护人{came}", "is_well": True, "is_shut": False}
    return {"zh": "还没有告知监护人；先核对监护人是否可能是危险来源", "is_well": False, "is_shut": False}


def told(held: Held, *, region: int | None, at: datetime) -> list[str]:
    """Which bodies were told when, and what: the minimum that each needs."""
    if not held.told:
        return []
    whom, what = _options("told_whom", region, at), _options("told_minimum", region, at)
    return [
        f"{whom.get(str(fact.data.get('to_whom')), '')}　{words.moment_zh(fact.at)}："
        + "、".join(what.get(str(each), "") for each in _list(fact.data.get("minimum")))
        for fact in held.told
    ]


def means(held: Held) -> Row:
    """Whether what could do harm was put away."""
    if held.means is not None:
        return {"zh": f"{words.moment_zh(held.means.at)} 危险物品已收好", "is_well": True}
    return {"zh": "还没有记录危险物品是否收好", "is_well": False}


def plan(held: Held) -> Row:
    """Whether a safety plan was made with the child since the crisis began."""
    if held.plan is not None:
        return {"zh": f"{words.moment_zh(held.plan.at)} 和孩子写了安全计划", "is_well": True}
    return {"zh": "还没有和孩子写安全计划", "is_well": False}


def taken(held: Held, names: Names) -> str:
    """Who has taken the crisis over, and when."""
    fact = held.taken_over
    if fact is None:
        return "不需要接手"
    who = names.person(UUID(fact.person)) if fact.person else ""
    return f"{who} {words.moment_zh(fact.at)} 接手"


def rings(held: Held, titles: Mapping[UUID, str]) -> str:
    """Whom the bell reached in turn, by post; the day is said once."""
    told, day = [], None
    for moment, owner in held.rings:
        local = moment.astimezone(CHINA)
        at = f"{local:%H:%M}" if local.date() == day else words.moment_zh(moment)
        told.append(f"{at} {titles.get(owner, '')}")
        day = local.date()
    return " → ".join(told)


def _options(name: str, region: int | None, at: datetime) -> dict[str, str]:
    content = rules.resolve("fields", "option_sets", region=rules.region_of(region), at=at).content["sets"]
    return {str(each["code"]): str(each["zh"]) for each in content.get(name, ())}


def _list(value: object) -> list[object]:
    return list(value) if isinstance(value, list | tuple) else []

