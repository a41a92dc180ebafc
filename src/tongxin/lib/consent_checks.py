"""What the definition of the notice and its consents must hold."""

from collections.abc import Mapping
from typing import Any

from tongxin.core.forms import content as take
from tongxin.core.language.errors import DefinitionError
from tongxin.core.pathway.vocabulary import BOOLEANS, FEEDBACK

Content = Mapping[str, Any]
HEAD = ("id", "zh", "source")
DATED = ("version", "valid_from", "means")
REST = (
    "ages", "before", "before_child", "purposes", "gates", "stand_ins", "with_document", "link", "wrong_links",
)
PURPOSE = ("id", "zh", "edition", "otherwise", "guardian", "child")
TOLD = ("what", "who", "long", "withdraw")
OTHERWISE = ("missing", "legal_duty", "emergency", "mandatory_report")
REFUSES = ("refused", "withdrawn", "out_of_date", "missing")
# What a child is asked and agrees to, and what always goes before a refusal to be assessed or counselled.
KNOWN = ("collect", "assess", "refer", "refer_assessment", "share", "photo", "teach")
PROTECTS = ("in_crisis", "safety_check_open", "report_open")
PROTECTED = ("assessment", "course_start", "session", "course_end")
UNITS = ("minutes", "hours", "days")


def check_consent(content: Content) -> None:
    """Nothing, when consents can be asked by this; else where it fails and how to mend it."""
    take.mapping(content, "", required=(*HEAD, *REST), optional=DATED)
    _ages(content["ages"])
    for key in ("before", "before_child", "stand_ins", "with_document"):
        take.sequence(content[key], key)
    _purposes(content)
    _gates(content)
    link = take.mapping(content["link"], "link", required=("lasts", "looks_of"))
    for key in link:
        span_of(link[key], f"link.{key}")
    spans = ("pause", "forgotten_after", "known_for")
    wrong = take.mapping(content["wrong_links"], "wrong_links", required=("tries", *spans))
    take.number(wrong, "tries", "wrong_links", 0, low=1)
    for key in spans:
        span_of(wrong[key], f"wrong_links.{key}")


def _ages(raw: object) -> None:
    ages = take.mapping(raw, "ages", required=("asked", "own"))
    for key, value in ages.items():
        each = take.mapping(value, f"ages.{key}", required=("value", "unit", "floor"))
        take.number(each, "value", f"ages.{key}", 0, low=1, high=18)
        if each["unit"] != "years" or each["floor"] != "max":
            zh = "年龄要写 unit: years 和 floor: max"
            raise DefinitionError(f"ages.{key}", zh, "地区只能提前，不能推迟")


def _purposes(content: Content) -> None:
    found = []
    for at, raw in enumerate(take.sequence(content["purposes"], "purposes")):
        path = f"purposes[{at}]"
        each = take.mapping(raw, path, required=PURPOSE)
        found.append(take.identifier(each, path))
        take.number(each, "edition", path, 0, low=1)
        if each["otherwise"] not in OTHERWISE:
            raise DefinitionError(f"{path}.otherwise", "没有这种状态", f"可写：{'、'.join(OTHERWISE)}")
        take.mapping(each["guardian"], f"{path}.guardian", required=TOLD)
        if not take.sequence(each["child"], f"{path}.child"):
            raise DefinitionError(f"{path}.child", "没有写给儿童的话", "用孩子听得懂的话写一句")
    take.unrepeated(found, "purposes", "用途")
    for name in KNOWN:
        if name not in found:
            raise DefinitionError("purposes", f"缺少用途 {name}", "这些用途都要写")


def _gates(content: Content) -> None:
    named = [each["id"] for each in content["purposes"]]
    for at, raw in enumerate(take.sequence(content["gates"], "gates")):
        path = f"gates[{at}]"
        gate = take.mapping(
            raw, path, required=("kind", "zh"), optional=("purpose", "refuses", "feedback", "where", "unless")
        )
        _asked_at(gate, path, named)
        unless = take.sequence(gate.get("unless", []), f"{path}.unless")
        for name in unless:
            if name not in BOOLEANS:
                raise DefinitionError(f"{path}.unless", f"没有“{name}”这个条件", f"可写：{'、'.join(BOOLEANS)}")
        if gate["kind"] in PROTECTED and (lacking := [name for name in PROTECTS if name not in unless]):
            raise DefinitionError(f"{path}.unless", f"缺少 {'、'.join(lacking)}", "保护孩子在先，这几项不能减")
        if "purpose" in gate and "{who}" not in str(gate["zh"]):
            raise DefinitionError(f"{path}.zh", "没有说谁不同意", "在句子里写上 {who}")


def _asked_at(gate: Content, path: str, named: list[str]) -> None:
    """A gate asks where a purpose stands, or what the guardian answered."""
    if ("purpose" in gate) == ("feedback" in gate) or ("purpose" in gate) != ("refuses" in gate):
        raise DefinitionError(path, "没有说清看哪一项", "写 purpose 和 refuses，或只写 feedback")
    key, known = ("refuses", REFUSES) if "purpose" in gate else ("feedback", FEEDBACK)
    if "purpose" in gate and gate["purpose"] not in named:
        raise DefinitionError(f"{path}.purpose", f"没有“{gate['purpose']}”这个用途", "先写明这个用途")
    for state in take.sequence(gate[key], f"{path}.{key}"):
        if state not in known:
            raise DefinitionError(f"{path}.{key}", f"没有“{state}”这种状态", f"可写：{'、'.join(known)}")


def span_of(raw: object, path: str) -> None:
    """Nothing, when a span is one unit and a whole number of it."""
    span = take.mapping(raw, path, required=(), optional=UNITS)
    if len(span) != 1:
        raise DefinitionError(path, "时限要写成一个单位和一个整数", "例如 {days: 7}")
    take.number(span, next(iter(span)), path, 0, low=1)
