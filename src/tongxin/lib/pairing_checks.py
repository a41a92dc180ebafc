"""What the definition of pairings and needs that are taken up must hold."""

import re
from collections.abc import Mapping
from typing import Any

from tongxin.core.forms import content as take
from tongxin.core.language.errors import DefinitionError
from tongxin.lib.exchange_checks import span_at
from tongxin.lib.register_checks import check_fields

Content = Mapping[str, Any]
HEAD = ("id", "zh", "source", "means")
DATED = ("version", "valid_from")
NAMED = {"results": (), "ends": (), "leaves": (), "declines": (), "returns": ()}
# Asked here before class meetings became activities; overlays of that time may still say it.
FORMER = ("gatherings", "gathering", "counts")
ASKED = ("companion", "begin", "contact", "wanted", "offer")
SPANS = ("remind_before", "lasts_at_most", "teaches_at_most")
ROLES = ("teachers", "gatherings_seen_by")
# Answers that decide whether anybody meets the child, or is told of a worry: no region leaves them out.
DECISIVE = {"begin": ("child_agrees", "guardian_agrees"), "contact": ("met_on", "worry"), "wanted": ("kind", "ages")}
YES_NO = {"yes", "no"}
PUPIL = ("name", "sex", "age", "town", "school_contact")


def check_pairings(content: Content) -> None:
    """Nothing, when children can be paired by this; else where it fails and how to mend it."""
    take.mapping(
        content, "", required=(
            *HEAD, "kinds", "checks", *NAMED, *ASKED, *SPANS, *ROLES, "worry", "school_contact", "screen",
            "pupil_fields", "option_lists", "identity", "read_by_another",
        ),
        optional=(*DATED, *FORMER),
    )
    for at, each in enumerate(take.sequence(content["kinds"], "kinds")):
        row = take.mapping(each, f"kinds[{at}]", required=("id", "zh", "means", "most", "every"))
        take.number(row, "most", f"kinds[{at}]", 0, low=1, high=20)
        span_at(row["every"], f"kinds[{at}].every")
    for at, each in enumerate(take.sequence(content["checks"], "checks")):
        row = take.mapping(each, f"checks[{at}]", required=("id", "zh", "valid"), optional=("required", "hint"))
        span_at(row["valid"], f"checks[{at}].valid")
        _degree(row.get("required"), f"checks[{at}].required")
    if not any(is_needed(each) for each in content["checks"]):
        raise DefinitionError("checks", "至少要有一项必查的", "违法犯罪记录查询的 required 里写 value: 1")
    for key, more in NAMED.items():
        found = [
            take.identifier(take.mapping(each, f"{key}[{at}]", required=("id", "zh", *more)), f"{key}[{at}]")
            for at, each in enumerate(take.sequence(content[key], key))
        ]
        take.unrepeated(found, key, "编号")
    for key in ASKED:
        check_fields(content[key], key, content["option_lists"])
    _decisive(content)
    for at, each in enumerate(take.sequence(content["screen"], "screen")):
        take.mapping(each, f"screen[{at}]", required=("id", "zh", "floor"), optional=("words", "patterns"))
        for pattern in each.get("patterns", ()):
            _pattern(pattern, f"screen[{at}].patterns")
    for key in SPANS:
        span_at(content[key], key)
    for key in ROLES:
        for at, role in enumerate(take.sequence(content[key], key)):
            take.text({"role": role}, "role", f"{key}[{at}]")
    take.text(content, "school_contact", "")
    for key in ("identity", "read_by_another"):
        _degree(content[key], key)
    worry = take.mapping(content["worry"], "worry", required=("resolver", "within"))
    take.text(worry, "resolver", "worry")
    span_at(worry["within"], "worry.within")
    for each in content["pupil_fields"]:
        if each not in PUPIL:
            raise DefinitionError("pupil_fields", f"教师不能看“{each}”", f"可写：{'、'.join(PUPIL)}")


def is_needed(check: Content) -> bool:
    """Whether children are met only after this check; versions of former days say true or false."""
    said = check.get("required", False)
    return bool(said.get("value") if isinstance(said, Mapping) else said)


def _pattern(raw: object, path: str) -> None:
    try:
        re.compile(str(raw))
    except re.error:
        raise DefinitionError(path, f"“{raw}”不是正则", "核对括号和符号") from None


def _degree(raw: object, path: str) -> None:
    cure = "写 {value: 1, unit: degree, floor: min}"
    if isinstance(raw, bool) or raw is None:
        raise DefinitionError(path, "要不要必须写成底线", cure)
    degree = take.mapping(raw, path, required=("value", "unit", "floor"))
    take.number(degree, "value", path, 0, low=0, high=1)
    if degree["unit"] != "degree" or degree["floor"] != "min":
        raise DefinitionError(path, "要不要只能改严", cure)


def _decisive(content: Content) -> None:
    for key, names in DECISIVE.items():
        fields = {each["id"]: each for each in content[key]}
        for name in names:
            field = fields.get(name, {})
            if field.get("required") is not True or field.get("only_if"):
                cure = f"{key} 里的 {name} 写 required: true"
                raise DefinitionError(key, f"“{name}”必须问，不能删去、改成选填", cure)
            options = field.get("options", ())
            rows = content["option_lists"][options] if isinstance(options, str) else options
            if name not in {"met_on", "kind", "ages"} and {each["id"] for each in rows} != YES_NO:
                raise DefinitionError(key, f"“{name}”只能答是或否", "选项只留 yes、no")
