"""What a register's definition must hold: fields, topics, clocks, who is rung; and the figures of the yearly report."""

from collections.abc import Mapping, Sequence
from typing import Any

from tongxin.core.forms import content as take
from tongxin.core.language.errors import DefinitionError
from tongxin.lib.consent_checks import span_of

Content = Mapping[str, Any]
HEAD = ("id", "zh", "source", "means")
DATED = ("version", "valid_from")
TYPES = ("text", "long", "choice", "choices", "date", "moment", "number")
FIELD = ("options", "from", "required", "required_if", "only_if", "hint", "group", "known", "past", "after")
REGISTER = ("code", "topic", "fields", "watch")
MORE = (
    "topics", "keeps", "reasons", "option_lists", "refusals", "admits", "review", "report", "stages", "told", "links",
    "wordings", "closing", "impact", "ends", "certificate", "gates", "looks_back",
)
# What a field may take its options from besides its own.
SOURCES = ("parts", "roles", "activities", "reasons")
# A gate asks nothing, warns, or refuses.
STRICTEST = 2
STAGE = ("only_if", "may_skip", "many", "wording")
REPORT = "compliance"
# By which a line may come up again besides its fields.
TOPIC = "topic"


def check_register(content: Content) -> None:
    """Nothing, when a register can be kept by this; else where it fails and how to mend it."""
    if content.get("id") == REPORT:
        _report(content)
        return
    take.mapping(content, "", required=(*HEAD, *REGISTER), optional=(*DATED, *MORE))
    lists = content.get("option_lists", {})
    found = check_fields(content["fields"], "fields", lists)
    for key in ("topics", "reasons", "links"):
        _named(content.get(key, ()), key)
    _refer(content.get("report", ()), found, "report")
    for at, raw in enumerate(content.get("refusals", ())):
        each = take.mapping(raw, f"refusals[{at}]", required=("when", "zh"))
        _refer(each["when"], found, f"refusals[{at}].when")
    _refer(content.get("admits", {}), found, "admits")
    if "ends" in content:
        _refer([content["ends"]], found, "ends")
    for key in ("told", "closing"):
        check_fields(content.get(key, ()), key, lists)
    _stages(content, found)
    _gates(content)
    _spans(content, found)


def check_fields(raw: object, path: str, lists: Mapping[str, Any]) -> list[str]:
    found: list[str] = []
    for at, each in enumerate(take.sequence(raw, path)):
        here = f"{path}[{at}]"
        field = take.mapping(each, here, required=("id", "zh", "type"), optional=FIELD)
        found.append(take.identifier(field, here))
        if field["type"] not in TYPES:
            raise DefinitionError(f"{here}.type", f"没有“{field['type']}”这种题", f"可写：{'、'.join(TYPES)}")
        is_choice = field["type"] in {"choice", "choices"}
        if is_choice != ("options" in field or "from" in field):
            raise DefinitionError(here, "选择题要有选项，别的题不能有选项", "写 options 或 from，或改题的类型")
        if field.get("from", "parts") not in SOURCES:
            raise DefinitionError(f"{here}.from", "没有这个来源", f"可写：{'、'.join(SOURCES)}")
        options = field.get("options", ())
        if isinstance(options, str):
            if options not in lists:
                raise DefinitionError(f"{here}.options", f"没有“{options}”这组选项", "在 option_lists 里写明")
        else:
            _named(options, f"{here}.options")
    take.unrepeated(found, path, "栏目")
    for at, each in enumerate(raw if isinstance(raw, Sequence) else ()):
        for key in ("required_if", "only_if"):
            _refer(each.get(key, {}), found, f"{path}[{at}].{key}")
        _refer([each["after"]] if "after" in each else (), found, f"{path}[{at}].after")
    return found


def _refer(names: Any, found: Sequence[str], path: str) -> None:
    for name in names:
        if name not in found:
            raise DefinitionError(path, f"没有“{name}”这个栏目", "先在 fields 里写明")


def _stages(content: Content, found: Sequence[str]) -> None:
    wordings = _named(content.get("wordings", ()), "wordings", more=("text",))
    _named(content.get("stages", ()), "stages", more=("within",), optional=STAGE)
    for at, each in enumerate(content.get("stages", ())):
        path = f"stages[{at}]"
        clock = take.mapping(each["within"], f"{path}.within", required=("value", "unit", "floor"))
        take.number(clock, "value", f"{path}.within", 0, low=1)
        if clock["unit"] != "minutes" or clock["floor"] != "max":
            raise DefinitionError(f"{path}.within", "时限只能更短", "写 {value: 240, unit: minutes, floor: max}")
        _refer(each.get("only_if", {}), found, f"{path}.only_if")
        if each.get("wording", "") not in ("", *wordings):
            raise DefinitionError(f"{path}.wording", f"没有“{each['wording']}”这段文字", "先在 wordings 里写明")
    if content.get("stages") and "closing" not in content:
        raise DefinitionError("closing", "有时限的登记要写怎样结案", "补上 closing")


def _gates(content: Content) -> None:
    _named(content.get("gates", ()), "gates", more=("activity", "degree", "source"), optional=("unless",))
    for at, each in enumerate(content.get("gates", ())):
        path = f"gates[{at}].degree"
        degree = take.mapping(each["degree"], path, required=("value", "unit", "floor"))
        take.number(degree, "value", path, 0, low=0)
        if degree["unit"] != "degree" or degree["floor"] != "min" or degree["value"] > STRICTEST:
            raise DefinitionError(path, "宽严只有 0、1、2，下级只能改严", "写 {value: 1, unit: degree, floor: min}")
        take.sequence(each.get("unless", ()), f"gates[{at}].unless")


def _spans(content: Content, found: Sequence[str]) -> None:
    watch = take.mapping(content["watch"], "watch", required=("before", "climb", "roles"))
    for key in ("before", "climb"):
        span_of(watch[key], f"watch.{key}")
    take.sequence(watch["roles"], "watch.roles")
    if "looks_back" in content:
        span_of(content["looks_back"], "looks_back")
    if "review" in content:
        review = take.mapping(content["review"], "review", required=("within",), optional=("again",))
        span_of(review["within"], "review.within")
        again = dict(review.get("again", {}))
        if by := again.pop("by", ""):
            _refer([by], [*found, TOPIC], "review.again.by")
        spans = again.values() if by else ([again] if again else [])
        for each in spans:
            span_of(each, "review.again")
    elif "stages" not in content:
        raise DefinitionError("review", "没有写由谁、多久核对", "补上 review")
    if "certificate" in content:
        certificate = take.mapping(content["certificate"], "certificate", required=("within", "zh", "fields"))
        span_of(certificate["within"], "certificate.within")
        check_fields(certificate["fields"], "certificate.fields", {})


def _named(raw: object, path: str, *, more: tuple[str, ...] = (), optional: tuple[str, ...] = ()) -> list[str]:
    found = []
    for at, each in enumerate(take.sequence(raw, path)):
        extra = ("parts", "consent", "impact", "gate") if path in {"topics", "reasons"} else optional
        row = take.mapping(each, f"{path}[{at}]", required=("id", "zh", *more), optional=extra)
        found.append(take.identifier(row, f"{path}[{at}]"))
    take.unrepeated(found, path, "编号")
    return found


def _report(content: Content) -> None:
    take.mapping(content, "", required=(*HEAD, "sections", "blank"), optional=DATED)
    found: list[str] = []
    for at, raw in enumerate(take.sequence(content["sections"], "sections")):
        section = take.mapping(raw, f"sections[{at}]", required=("id", "zh", "figures"))
        for number, each in enumerate(take.sequence(section["figures"], f"sections[{at}].figures")):
            path = f"sections[{at}].figures[{number}]"
            figure = take.mapping(each, path, required=("id", "zh", "means"), optional=("unit",))
            found.append(take.identifier(figure, path))
    take.unrepeated(found, "sections", "指标")
