"""What the definition of signing in must hold."""

from collections.abc import Mapping
from typing import Any

from tongxin.core.forms import content as take
from tongxin.core.language.errors import DefinitionError

HEAD = ("id", "zh", "source")
DATED = ("version", "valid_from", "means")
SPANS = ("pause", "forgotten_after", "known_for")
UNITS = {"minutes": 1, "hours": 60, "days": 1440}
# What the program itself asks for, whatever a definition says.
SHORTEST = 12
# 《网络安全法》第二十一条：网络日志不少于六个月。
KEPT = 183 * UNITS["days"]
FACTOR = ("required", "grace", "remind", "within")


def check_sign_in(content: Mapping[str, Any]) -> None:
    """Nothing, when people can be let in by this; else where it fails and how to mend it."""
    rest = ("tries", "second_factor", "idle", "unused", "many_at_once", *SPANS)
    take.mapping(content, "", required=(*HEAD, *rest), optional=(*DATED, "password", "refusals"))
    if "refusals" in content:
        refusals = take.mapping(content["refusals"], "refusals", required=("kept",))
        if _minutes(refusals, "kept", "refusals.kept") < KEPT:
            raise DefinitionError("refusals.kept", "日志留得太短", "网络日志至少留六个月：写 183 天以上")
    if "password" in content:
        _check_password(take.mapping(content["password"], "password", required=("shortest",)))
    take.number(content, "tries", "", 0, low=1)
    take.number(content, "many_at_once", "", 0, low=1)
    for key in (*SPANS, "unused"):
        _minutes(content, key, key)
    _check_factor(take.mapping(content["second_factor"], "second_factor", required=FACTOR))
    idle = take.mapping(content["idle"], "idle", required=("locked_after", "sooner", "ended_after"))
    locked = _minutes(idle, "locked_after", "idle.locked_after")
    if _minutes(idle, "ended_after", "idle.ended_after") < locked:
        raise DefinitionError("idle.ended_after", "还没有锁定就退出了", "写得不短于 locked_after")
    for role in idle["sooner"]:
        if _minutes(idle["sooner"], role, f"idle.sooner.{role}") > locked:
            raise DefinitionError(f"idle.sooner.{role}", "比一般岗位锁得还晚", "写得不长于 locked_after")


def _check_password(password: Mapping[str, Any]) -> None:
    shortest = take.mapping(password["shortest"], "password.shortest", required=("value", "unit", "floor"))
    take.number(shortest, "value", "password.shortest", 0, low=SHORTEST)
    if (shortest["unit"], shortest["floor"]) != ("signs", "min"):
        raise DefinitionError("password.shortest", "要按字符数写", "写成 {value: 12, unit: signs, floor: min}")


def _check_factor(factor: Mapping[str, Any]) -> None:
    roles = take.sequence(factor["required"], "second_factor.required")
    take.unrepeated(roles, "second_factor.required", "岗位")
    grace = _minutes(factor, "grace", "second_factor.grace")
    _minutes(factor, "within", "second_factor.within")
    if _minutes(factor, "remind", "second_factor.remind") > grace:
        raise DefinitionError("second_factor.remind", "宽限还没有开始就提醒", "写得不长于 grace")


def _minutes(content: Mapping[str, Any], key: str, path: str) -> int:
    span = take.mapping(content[key], path, required=(), optional=tuple(UNITS))
    if len(span) != 1:
        raise DefinitionError(path, "时限要写成一个单位和一个整数", "例如 {days: 1}")
    unit = next(iter(span))
    take.number(span, unit, path, 0, low=1)
    return int(span[unit]) * UNITS[unit]
