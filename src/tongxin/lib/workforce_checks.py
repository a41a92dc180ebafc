"""What the definition of clearances, qualifications, caseloads and teams must hold."""

from collections.abc import Mapping
from typing import Any

from tongxin.core.forms import content as take
from tongxin.core.language.errors import DefinitionError
from tongxin.lib.exchange_checks import span_at
from tongxin.lib.numbers import day_in
from tongxin.lib.register_checks import check_fields

Content = Mapping[str, Any]
HEAD = ("id", "zh", "source", "means")
DATED = ("version", "valid_from")
PARTS = (
    "check", "qualifications", "qualification", "remind_before", "refusals", "caseload", "leave", "targets", "teams",
)
RESULTS = {"clear", "found"}


def check_workforce(content: Content) -> None:
    """Nothing, when people can be registered by this; else where it fails and how to mend it."""
    take.mapping(content, "", required=(*HEAD, *PARTS), optional=DATED)
    _check(content["check"])
    leave = take.mapping(content["leave"], "leave", required=("proposed", "listed_for"))
    take.number(leave, "proposed", "leave", 0, low=1, high=20)
    span_at(leave["listed_for"], "leave.listed_for")
    kinds = []
    for at, each in enumerate(take.sequence(content["qualifications"], "qualifications")):
        row = take.mapping(each, f"qualifications[{at}]", required=("id", "zh"), optional=("for", "valid"))
        kinds.append(take.identifier(row, f"qualifications[{at}]"))
        if "valid" in row:
            span_at(row["valid"], f"qualifications[{at}].valid")
    take.unrepeated(kinds, "qualifications", "资质")
    check_fields(content["qualification"], "qualification", {"qualifications": content["qualifications"]})
    span_at(content["remind_before"], "remind_before")
    for at, each in enumerate(take.sequence(content["refusals"], "refusals")):
        take.identifier(take.mapping(each, f"refusals[{at}]", required=("id", "zh")), f"refusals[{at}]")
    _caseload(content["caseload"])
    for at, each in enumerate(take.sequence(content["targets"], "targets")):
        path = f"targets[{at}]"
        row = take.mapping(each, path, required=("id", "zh", "qualifications", "number"))
        take.number(row, "number", path, 0, low=1)
        if unknown := [name for name in row["qualifications"] if name not in kinds]:
            raise DefinitionError(f"{path}.qualifications", f"没有“{unknown[0]}”这种资质", "写 qualifications 里有的")
    _teams(content["teams"])


def _check(check: Content) -> None:
    spans = ("valid", "remind_before", "start_within")
    needed = ("zh", *spans, "lifted_by", "roles", "results", "fields")
    take.mapping(check, "check", required=needed, optional=("required_from",))
    # One person alone never lifts what was found.
    take.number(check, "lifted_by", "check", 0, low=2, high=9)
    for key in spans:
        span_at(check[key], f"check.{key}")
    if "required_from" in check and day_in(str(check["required_from"])) is None:
        raise DefinitionError("check.required_from", "不是日期", "写成 2026-01-01 的样子")
    if {each["id"] for each in check["results"]} != RESULTS:
        raise DefinitionError("check.results", "结果要有 clear 和 found 两种", "文字可以改，编号不改")
    check_fields(check["fields"], "check.fields", {"results": check["results"]})


def _caseload(load: Content) -> None:
    take.mapping(load, "caseload", required=("weights", "ceilings", "reason_at_least"))
    weights = load["weights"]
    for key in take.mapping(weights, "caseload.weights", required=("otherwise",), optional=tuple(weights)):
        take.number(weights, key, "caseload.weights", 0, low=0, high=100)
    take.number(load, "reason_at_least", "caseload", 0, low=1, high=100)
    for at, each in enumerate(take.sequence(load["ceilings"], "caseload.ceilings")):
        path = f"caseload.ceilings[{at}]"
        row = take.mapping(each, path, required=("role", "points", "over"))
        take.number(row, "points", path, 0, low=1)
        if row["over"] not in {"reason", "refuse"}:
            raise DefinitionError(f"{path}.over", f"“{row['over']}”不是一种办法", "写 reason 或 refuse")


def _teams(teams: Any) -> None:
    for at, each in enumerate(take.sequence(teams, "teams")):
        path = f"teams[{at}]"
        team = take.mapping(each, path, required=("id", "zh", "means", "needs"))
        take.identifier(team, path)
        for index, raw in enumerate(take.sequence(team["needs"], f"{path}.needs")):
            need = take.mapping(
                raw, f"{path}.needs[{index}]", required=("id", "zh"), optional=("roles", "companions")
            )
            if not (need.get("roles") or need.get("companions")):
                raise DefinitionError(f"{path}.needs[{index}]", "没有写要哪种人", "写 roles 或 companions: true")
