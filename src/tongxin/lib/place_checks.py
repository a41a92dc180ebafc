"""What the definition of sites must hold: kinds, standards with their cases, inspections, report boxes."""

from collections.abc import Mapping
from typing import Any

from tongxin.core.forms import content as take
from tongxin.core.language import read_facts
from tongxin.core.language.errors import DefinitionError, RuleError
from tongxin.lib.exchange_checks import span_at
from tongxin.lib.register_checks import check_fields
from tongxin.lib.site_standards import FACTS, VOCABULARY, Standard, gaps_of, read_standard

Content = Mapping[str, Any]
HEAD = ("id", "zh", "source", "means")
DATED = ("version", "valid_from")
NAMED: Mapping[str, tuple[str, ...]] = {
    "staff": (), "equipment": (), "counted": ("unit",),
    "closures": (), "photos": (), "findings": ("within",), "keys": (), "box": (),
}
MORE = ("qualified", "outside", "hint")
ASKED = ("inspection", "opening")
SPANS = ("climb", "remind_before", "open_every", "hand_within")
STANDARD = ("id", "zh", "kinds", "rule", "source")
COUNTS = "counted"
COUNTED = ("least", "of", "name", "unit")


def check_places(content: Content) -> None:
    """Nothing, when sites can be kept by this; else where it fails and how to mend it."""
    take.mapping(content, "", required=(
        *HEAD, "kinds", *(each for each in NAMED if each != COUNTS), "standards", "cases", *ASKED, *SPANS,
        "most_letters", "channel", "near", "ages", "option_lists",
    ), optional=(*DATED, COUNTS))
    kinds = _kinds(content["kinds"])
    for key, more in NAMED.items():
        rows = take.sequence(content.get(key, []) if key == COUNTS else content[key], key)
        for at, each in enumerate(rows):
            take.mapping(each, f"{key}[{at}]", required=("id", "zh", *more), optional=MORE)
        take.unrepeated([take.identifier(each, f"{key}[{at}]") for at, each in enumerate(rows)], key, "编号")
    for at, each in enumerate(content["findings"]):
        span_at(each["within"], f"findings[{at}].within")
    if not any(each.get("outside") for each in content["keys"]):
        raise DefinitionError("keys", "至少要有一种人在校外", "给其中一种写 outside: true")
    for key in ASKED:
        check_fields(content[key], key, content["option_lists"])
    for key in SPANS:
        span_at(content[key], key)
    take.number(content, "most_letters", "", 0, low=1, high=500)
    near = take.mapping(content["near"], "near", required=("shown", "ahead", "guess"))
    take.number(near, "shown", "near", 0, low=1, high=100)
    span_at(near["ahead"], "near.ahead")
    guess = [each for each in take.sequence(near["guess"], "near.guess") if isinstance(each, int)]
    if len(guess) != 4 or guess != sorted(guess):
        raise DefinitionError("near.guess", "要写四个整数，从近到远", "例如 [2, 8, 25, 100]")
    _ages(content["ages"])
    _try(content["cases"], _standards(content["standards"], kinds), kinds)


def _kinds(raw: object) -> list[str]:
    found = []
    for at, each in enumerate(take.sequence(raw, "kinds")):
        row = take.mapping(each, f"kinds[{at}]", required=("id", "zh", "body", "inspect"), optional=("school",))
        span_at(row["inspect"], f"kinds[{at}].inspect")
        found.append(take.identifier(row, f"kinds[{at}]"))
    take.unrepeated(found, "kinds", "种类")
    return found


def _ages(raw: object) -> None:
    ages = take.mapping(raw, "ages", required=("from", "to"))
    if take.number(ages, "from", "ages", 0) > take.number(ages, "to", "ages", 0):
        raise DefinitionError("ages", "最小岁数大于最大岁数", "把 from 和 to 换过来")


def _standards(raw: object, kinds: list[str]) -> list[Standard]:
    found = []
    for at, each in enumerate(take.sequence(raw, "standards")):
        here = f"standards[{at}]"
        row = take.mapping(each, here, required=STANDARD, optional=(*COUNTED, "lacking"))
        is_counted = "least" in row
        if not all((key in row) == is_counted for key in COUNTED) or ("lacking" in row) == is_counted:
            raise DefinitionError(here, "数目的标准写 least、of、name、unit，其他的写 lacking", "照旁边的标准写")
        if is_counted and row["of"] not in FACTS:
            raise DefinitionError(f"{here}.of", f"没有“{row['of']}”这一项", f"可写：{'、'.join(FACTS)}")
        if unknown := [kind for kind in row["kinds"] if kind not in kinds]:
            raise DefinitionError(f"{here}.kinds", f"没有“{unknown[0]}”这种阵地", "先在 kinds 里写明")
        try:
            found.append(read_standard(row))
        except RuleError as error:
            raise DefinitionError(f"{here}.rule", error.zh, error.cure) from None
    take.unrepeated([each.id for each in found], "standards", "编号")
    return found


def _try(raw: object, standards: list[Standard], kinds: list[str]) -> None:
    for at, each in enumerate(take.sequence(raw, "cases")):
        here = f"cases[{at}]"
        case = take.mapping(each, here, required=("name", "kind", "facts"), optional=("gaps",))
        if case["kind"] not in kinds:
            raise DefinitionError(f"{here}.kind", f"没有“{case['kind']}”这种阵地", "先在 kinds 里写明")
        facts = read_facts(case["facts"], vocabulary=VOCABULARY)
        found = [gap.zh for gap in gaps_of(standards, kind=case["kind"], facts=facts)]
        if found != list(case.get("gaps", ())):
            said = "、".join(found) or "没有差的"
            raise DefinitionError(here, f"案例“{case['name']}”算出来是：{said}", "核对标准或案例")
