"""Whether the crisis path can be followed: its steps with their clocks, what comes after, who may see a safety plan."""

import re
from collections.abc import Mapping
from typing import Any

from tongxin.core.forms import content as take
from tongxin.core.language.errors import DefinitionError

Content = Mapping[str, Any]
HEAD = ("id", "zh", "source")
CLOCKS = {"watch_first": "max", "watch_turn": "max", "watch_ahead": "max"}
PLAN_PARTS = ("signs", "alone", "distract", "people", "helpers", "surroundings", "reasons")
ROSTER, MORE, CLOCK = ("shown", "at_once", "filled"), ("ahead", "warned"), re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
SPANS = ("minutes", "hours", "days")


def check_after(content: Content) -> None:
    """Nothing, when what goes with the steps can be used; else where it fails and how to mend it."""
    for key, floor in CLOCKS.items():
        if key in content:
            _clock(content[key], key, floor)
    if "after" in content:
        after = take.mapping(content["after"], "after", required=("watch", "daily"), optional=("unless",))
        take.sequence(after.get("unless", ()), "after.unless")
        for key in ("watch", "daily"):
            _clock(after[key], f"after.{key}", "min")
    if "closing" in content:
        closing = take.mapping(content["closing"], "closing", required=("second_person", "floor"))
        steps = [each["id"] for each in content["steps"]]
        for at, each in enumerate(take.sequence(closing["second_person"], "closing.second_person")):
            if each not in steps:
                raise DefinitionError(f"closing.second_person[{at}]", f"没有“{each}”这一步", "用 steps 里的名字")
    if "roster" in content:
        optional = (*MORE, "lines", "swap_reasons")
        _roster(take.mapping(content["roster"], "roster", required=(*ROSTER, "turn"), optional=optional))
    if "safety_plan" in content:
        _plan(take.mapping(content["safety_plan"], "safety_plan", required=("always", "if_agreed")))


def check_step(step: Content, path: str) -> None:
    """Nothing, when a step's ringing and who may do it can be used."""
    for at, span in enumerate(take.sequence(step.get("climb", ()), f"{path}.climb")):
        if not isinstance(span, Mapping) or len(span) != 1 or not set(span) <= set(SPANS):
            raise DefinitionError(f"{path}.climb[{at}]", "时限要写成一个单位和一个整数", "例如 {minutes: 5}")
    if step.get("on_duty") not in (None, True, False):
        raise DefinitionError(f"{path}.on_duty", "要写 true 或 false", "值班的人先接的步骤写 true")


def _clock(raw: object, path: str, floor: str) -> None:
    clock = take.mapping(raw, path, required=("value", "unit", "floor"))
    take.number(clock, "value", path, 0, low=1)
    if clock["unit"] not in SPANS or clock["floor"] != floor:
        raise DefinitionError(path, f"时限要写单位和 floor: {floor}", f"例如 {{value: 7, unit: days, floor: {floor}}}")


def _roster(roster: Content) -> None:
    for key in (*ROSTER, *(each for each in MORE if each in roster)):
        days = take.mapping(roster[key], f"roster.{key}", required=("days",))
        take.number(days, "days", f"roster.{key}", 0, low=1, high=366)
    if not isinstance(roster["turn"], str) or not CLOCK.fullmatch(roster["turn"]):
        raise DefinitionError("roster.turn", "没有写几点换班", '写成 "08:30" 的样子')
    if "lines" in roster:
        take.number(roster, "lines", "roster", 0, low=1, high=40)
    for at, each in enumerate(take.sequence(roster.get("swap_reasons", ()), "roster.swap_reasons")):
        take.mapping(each, f"roster.swap_reasons[{at}]", required=("id", "zh"))


def _plan(shows: Content) -> None:
    told = [part for key in ("always", "if_agreed") for part in take.sequence(shows[key], f"safety_plan.{key}")]
    for part in told:
        if part not in PLAN_PARTS:
            raise DefinitionError("safety_plan", f"安全计划没有“{part}”这一部分", f"可写：{'、'.join(PLAN_PARTS)}")
    take.unrepeated(told, "safety_plan", "部分")
