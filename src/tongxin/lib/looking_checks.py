"""What the definition of looking must hold: purposes, approval, break-glass, what is unusual."""

from collections.abc import Mapping
from typing import Any

from tongxin.core.forms import content as take
from tongxin.core.language.errors import DefinitionError
from tongxin.lib.consent_checks import span_of

Content = Mapping[str, Any]
HEAD = ("id", "zh", "source")
DATED = ("version", "valid_from", "means")
REST = ("purposes", "holds", "recent", "approval", "glass", "unusual")
# Written by the system itself where it sees why; and what somebody must be able to say besides.
NEEDED = ("own_task", "crisis", "other")
RULES = ("many_in_an_hour", "many_in_a_day", "after_hours", "unlike_self", "searched_often", "colleague")
OF_RULE = ("within", "files", "outside", "times", "of_days", "searches")


def check_looking(content: Content) -> None:
    """Nothing, when looks can be asked for and watched by this; else where it fails and how to mend it."""
    take.mapping(content, "", required=(*HEAD, *REST), optional=DATED)
    found = _named(content["purposes"], "purposes", optional=("words", "approval"))
    for at, each in enumerate(content["purposes"]):
        for key in ("words", "approval"):
            take.flag(each, key, f"purposes[{at}]")
    if lacking := [name for name in NEEDED if name not in found]:
        raise DefinitionError("purposes", f"缺少 {'、'.join(lacking)}", "这几个用途系统要用")
    for key in ("holds", "recent"):
        span_of(content[key], key)
    needed = ("by", "holds", "answer_within")
    approval = take.mapping(content["approval"], "approval", required=needed, optional=("roles",))
    take.sequence(approval.get("roles", []), "approval.roles")
    take.sequence(approval["by"], "approval.by")
    for key in ("holds", "answer_within"):
        span_of(approval[key], f"approval.{key}")
    _glass(content["glass"])
    _unusual(content["unusual"])


def _glass(raw: object) -> None:
    glass = take.mapping(raw, "glass", required=("kinds", "lasts", "review_within", "told", "outcomes"))
    _named(glass["kinds"], "glass.kinds")
    outcomes = _named(glass["outcomes"], "glass.outcomes")
    if not {"justified", "unjustified"} <= set(outcomes):
        raise DefinitionError("glass.outcomes", "缺少 justified 或 unjustified", "成立、不成立都要写")
    take.sequence(glass["told"], "glass.told")
    for key, unit in (("lasts", "hours"), ("review_within", "days")):
        each = take.mapping(glass[key], f"glass.{key}", required=("value", "unit", "floor"))
        take.number(each, "value", f"glass.{key}", 0, low=1)
        if each["unit"] != unit or each["floor"] != "max":
            raise DefinitionError(f"glass.{key}", "时限只能更短", f"写 unit: {unit}、floor: max")


def _unusual(raw: object) -> None:
    unusual = take.mapping(raw, "unusual", required=("rules", "explain_within", "outcomes"))
    span_of(unusual["explain_within"], "unusual.explain_within")
    _named(unusual["outcomes"], "unusual.outcomes")
    found = _named(unusual["rules"], "unusual.rules", optional=OF_RULE)
    if unknown := [name for name in found if name not in RULES]:
        raise DefinitionError("unusual.rules", f"系统还不会看“{unknown[0]}”", f"可写：{'、'.join(RULES)}")
    for at, each in enumerate(unusual["rules"]):
        path = f"unusual.rules[{at}]"
        if "within" in each:
            span_of(each["within"], f"{path}.within")
        if "files" in each:
            files = take.mapping(each["files"], f"{path}.files", required=("default",), optional=tuple(each["files"]))
            for role in files:
                take.number(files, role, f"{path}.files", 0, low=1)


def _named(raw: object, path: str, *, optional: tuple[str, ...] = ()) -> list[str]:
    found = []
    for at, each in enumerate(take.sequence(raw, path)):
        row = take.mapping(each, f"{path}[{at}]", required=("id", "zh"), optional=optional)
        found.append(take.identifier(row, f"{path}[{at}]"))
    take.unrepeated(found, path, "编号")
    return found
