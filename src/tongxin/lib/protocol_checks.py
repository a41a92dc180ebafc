"""What the library of protocols must hold: somebody who may deliver each, what rules it out, how it is measured."""

from collections.abc import Callable, Mapping
from typing import Any

from tongxin.core.forms import content as take
from tongxin.core.language import RuleError, parse
from tongxin.core.language.errors import DefinitionError
from tongxin.core.pathway.vocabulary import vocabulary
from tongxin.lib.retention_checks import named

Content = Mapping[str, Any]
Get = Callable[[str, str], Content]
HEAD = ("id", "zh", "source", "means", "steps", "missed", "idle", "ahead", "responses", "exclusions", "protocols")
PROTOCOL = (
    "id", "zh", "step", "whom", "recipients", "ages", "forms", "services", "every", "sessions", "by", "qualifications",
    "training", "supervised", "source", "licence", "limits",
)
OPTIONAL = ("group", "not_when", "response", "exclusions", "measures")
# Which set of options the words of a list are of.
SETS = {
    "recipients": "course_recipient", "forms": "course_form", "services": "service_kind", "by": "course_provider",
    "qualifications": "course_qualification",
}
RESPONSE = ("measure", "scale", "better", "after", "by", "reach")


def check_protocols(content: Content, get: Get) -> None:
    """Nothing, when a course can be begun, followed and measured by each protocol."""
    take.mapping(content, "", required=HEAD, optional=("version", "valid_from", "grown"))
    if "grown" in content:
        take.number(content, "grown", "", 0, low=1)
    options = {name: {each["code"] for each in rows} for name, rows in get("fields", "option_sets")["sets"].items()}
    steps = {each["id"] for each in content["steps"]}
    take.number(content, "missed", "", 0, low=1)
    for key in ("idle", "ahead"):
        _days(content[key], key)
    for name, rule in content["responses"].items():
        _response(rule, f"responses.{name}", options)
    named(content["exclusions"], "exclusions")
    excluded = [each["id"] for each in content["exclusions"]]
    asked = {field["id"] for section in get("forms", "course_start")["sections"] for field in section["fields"]}
    if unasked := [each for each in excluded if each not in asked]:
        raise DefinitionError("exclusions", f"“辅导开始”里没有问“{unasked[0]}”", "先在表里加上这一项")
    found = {each["id"] for each in take.sequence(content["protocols"], "protocols")}
    if found != options["protocol"]:
        wrong = "、".join(sorted(found ^ options["protocol"]))
        raise DefinitionError("protocols", f"和选项 protocol 不一致：{wrong}", "两处写一样的编号")
    for at, each in enumerate(content["protocols"]):
        _protocol(each, f"protocols[{at}]", steps, excluded, options, get("pathway", "child"))


def _protocol(
    raw: object, path: str, steps: set[int], excluded: list[str], options: Mapping[str, set[str]], pathway: Content
) -> None:
    row = take.mapping(raw, path, required=PROTOCOL, optional=OPTIONAL)
    if row["step"] not in steps:
        raise DefinitionError(f"{path}.step", f"没有第 {row['step']} 级", "用 steps 里的编号")
    for key, name in SETS.items():
        _among(row[key], options[name], f"{path}.{key}", name)
    _among(row.get("exclusions", []), set(excluded), f"{path}.exclusions", "exclusions")
    _days(row["every"], f"{path}.every")
    for at, each in enumerate(take.sequence(row["sessions"], f"{path}.sessions")):
        theme = take.mapping(each, f"{path}.sessions[{at}]", required=("theme", "zh", "minutes"))
        _among([theme["theme"]], options["session_theme"], f"{path}.sessions[{at}].theme", "session_theme")
        take.number(theme, "minutes", f"{path}.sessions[{at}]", 0, low=5, high=240)
    for at, each in enumerate(row.get("measures", ())):
        measure = take.mapping(each, f"{path}.measures[{at}]", required=("id", "every"), optional=("scale",))
        _among([measure["id"]], options["course_measure"], f"{path}.measures[{at}].id", "course_measure")
        _days(measure["every"], f"{path}.measures[{at}].every", among=("days", "sessions"))
    if "response" in row:
        _response(row["response"], f"{path}.response", options)
        if row["response"]["measure"] not in {each["id"] for each in row.get("measures", ())}:
            raise DefinitionError(f"{path}.response.measure", "没有按节奏填这份量表", "先写进 measures")
    if "not_when" in row:
        try:
            parse(str(row["not_when"]), vocabulary=vocabulary(pathway))
        except RuleError as error:
            zh = f"规则第 {error.position + 1} 个字符处：{error.zh}"
            raise DefinitionError(f"{path}.not_when", zh, error.cure) from None


def _response(raw: object, path: str, options: Mapping[str, set[str]]) -> None:
    rule = take.mapping(raw, path, required=RESPONSE)
    _among([rule["measure"]], options["course_measure"], f"{path}.measure", "course_measure")
    if rule["better"] not in {"higher", "lower"}:
        raise DefinitionError(f"{path}.better", "要写分数往哪边走是好转", "写 higher 或 lower")
    _days(rule["after"], f"{path}.after")
    _days(rule["by"], f"{path}.by", among=("percent", "points"))
    take.number(rule, "reach", path, 0, low=0)


def _days(raw: object, path: str, *, among: tuple[str, ...] = ("days",)) -> None:
    span = take.mapping(raw, path, required=(), optional=among)
    if len(span) != 1:
        raise DefinitionError(path, "要写成一个单位和一个整数", f"例如 {{{among[0]}: 7}}")
    take.number(span, next(iter(span)), path, 0, low=1)


def _among(words: object, allowed: set[str], path: str, name: str) -> None:
    for word in take.sequence(words, path):
        if word not in allowed:
            raise DefinitionError(path, f"没有“{word}”", f"用 {name} 里的编号")
