"""What the definitions of care must hold: plan classes from which a plan can be made, needs somebody sees to."""

from collections.abc import Callable, Mapping
from typing import Any

from tongxin.core import needs
from tongxin.core.forms import content as take
from tongxin.core.grading import Rules
from tongxin.core.language.errors import DefinitionError
from tongxin.lib.retention_checks import named

Content = Mapping[str, Any]
Get = Callable[[str, str], Content]
REST = ("rungs", "strengths", "approvals", "frequencies", "reminded", "attainment", "scaling", "classes")
HEAD = ("id", "zh", "source", "means", *REST)
CLASS = ("id", "zh", "rung", "levels", "problems", "review", "goals", "services")
# Which set of options a word of a class is one of.
SETS = {
    "problem": "problem_kind", "strength": "plan_strength", "service": "service_kind",
    "frequency": "service_frequency", "role": "plan_post",
}


def check_needs(content: Content, rules: Rules, get: Get) -> None:
    """Nothing, when every need can be found and somebody is there for it."""
    routing = get("pathway", "child")["routing"]
    for at, need in enumerate(needs.read(content, vocabulary=rules.vocabulary).needs):
        if need.role not in routing:
            raise DefinitionError(f"needs[{at}].role", f"没有“{need.role}”的派单顺序", "用 pathway 的 routing 里的角色")


def check_plan_classes(content: Content, get: Get) -> None:
    """Nothing, when a plan can be made from each class and every approval has somebody to give it."""
    take.mapping(content, "", required=HEAD, optional=("version", "valid_from"))
    options = {name: {each["code"] for each in rows} for name, rows in get("fields", "option_sets")["sets"].items()}
    pathway = get("pathway", "child")
    rungs = [each["id"] for each in take.sequence(content["rungs"], "rungs")]
    named(content["approvals"], "approvals", required=("role",), optional=("floor",))
    for at, each in enumerate(content["approvals"]):
        if each["role"] not in pathway["routing"]:
            raise DefinitionError(f"approvals[{at}].role", f"没有“{each['role']}”", "用 pathway 的 routing 里的角色")
    if not any(each.get("floor") for each in content["approvals"]):
        raise DefinitionError("approvals", "没有一级是底线", "至少一级写 floor: present")
    for name, span in content["frequencies"].items():
        _span(span, f"frequencies.{name}")
    _attainment(content, options["goal_result"])
    found = {each["id"] for each in take.sequence(content["classes"], "classes")}
    if found != options["plan_class"]:
        wrong = "、".join(sorted(found ^ options["plan_class"]))
        raise DefinitionError("classes", f"和选项 plan_class 不一致：{wrong}", "两处写一样的编号")
    for at, each in enumerate(content["classes"]):
        _class(each, f"classes[{at}]", rungs, pathway["levels"], options)


def _attainment(content: Content, results: set[str]) -> None:
    rows = [take.mapping(each, f"attainment[{at}]", required=("id", "points"))
            for at, each in enumerate(take.sequence(content["attainment"], "attainment"))]
    if unknown := {each["id"] for each in rows} - results:
        raise DefinitionError("attainment", f"没有“{min(unknown)}”", "用选项 goal_result 里的编号")
    points = (take.number(each, "points", f"attainment[{at}]", 0, low=-2, high=2) for at, each in enumerate(rows))
    if sorted(points) != [-2, -1, 0, 1, 2]:
        raise DefinitionError("attainment", "不是五级", "从 -2 到 2 的五个整数各写一次")
    scale = take.mapping(content["scaling"], "scaling", required=("middle", "spread", "correlation_percent"))
    for key in scale:
        take.number(scale, key, "scaling", 0, low=0, high=100)


def _class(raw: object, path: str, rungs: list[str], levels: Content, options: Mapping[str, set[str]]) -> None:
    row = take.mapping(raw, path, required=CLASS, optional=("team",))
    if row["rung"] not in rungs:
        raise DefinitionError(f"{path}.rung", f"没有“{row['rung']}”这一级", f"可写：{'、'.join(rungs)}")
    if unknown := set(row["levels"]) - set(levels):
        raise DefinitionError(f"{path}.levels", f"没有“{min(unknown)}”这个等级", "用 pathway 里的等级")
    _span(row["review"], f"{path}.review", among=("months",))
    for key in ("goals", "services"):
        for at, each in enumerate(take.sequence(row[key], f"{path}.{key}")):
            for word, name in SETS.items():
                if word in each and each[word] not in options[name]:
                    place, zh = f"{path}.{key}[{at}].{word}", f"没有“{each[word]}”"
                    raise DefinitionError(place, zh, f"用选项 {name} 里的编号")


def _span(raw: object, path: str, *, among: tuple[str, ...] = ("days", "working_days", "months")) -> None:
    span = take.mapping(raw, path, required=(), optional=among)
    if len(span) != 1:
        raise DefinitionError(path, "时限要写成一个单位和一个整数", f"例如 {{{among[0]}: 1}}")
    take.number(span, next(iter(span)), path, 0, low=1)
