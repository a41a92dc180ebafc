"""What the definition of pairings and needs that are taken up must hold."""

from collections.abc import Mapping
from typing import Any

from tongxin.core.forms import content as take
from tongxin.core.language.errors import DefinitionError
from tongxin.lib.exchange_checks import span_at
from tongxin.lib.register_checks import check_fields

Content = Mapping[str, Any]
HEAD = ("id", "zh", "source", "means")
DATED = ("version", "valid_from")
NAMED = {"results": (), "ends": (), "leaves": (), "declines": ()}
# Asked here before class meetings became activities; overlays of that time may still say it.
FORMER = ("gatherings", "gathering", "counts")
ASKED = ("companion", "begin", "contact", "wanted", "offer")
SPANS = ("remind_before", "lasts_at_most", "teaches_at_most")
PUPIL = ("name", "sex", "age", "town", "school_contact")


def check_pairings(content: Content) -> None:
    """Nothing, when children can be paired by this; else where it fails and how to mend it."""
    take.mapping(
        content, "", required=(*HEAD, "kinds", "checks", *NAMED, *ASKED, *SPANS, "pupil_fields", "option_lists"),
        optional=(*DATED, *FORMER),
    )
    for at, each in enumerate(take.sequence(content["kinds"], "kinds")):
        row = take.mapping(each, f"kinds[{at}]", required=("id", "zh", "means", "most", "every"))
        take.number(row, "most", f"kinds[{at}]", 0, low=1, high=20)
        span_at(row["every"], f"kinds[{at}].every")
    for at, each in enumerate(take.sequence(content["checks"], "checks")):
        row = take.mapping(each, f"checks[{at}]", required=("id", "zh", "valid"), optional=("required", "hint"))
        span_at(row["valid"], f"checks[{at}].valid")
    if not any(each.get("required") for each in content["checks"]):
        raise DefinitionError("checks", "至少要有一项必查的", "给违法犯罪记录查询写 required: true")
    for key, more in NAMED.items():
        found = [
            take.identifier(take.mapping(each, f"{key}[{at}]", required=("id", "zh", *more)), f"{key}[{at}]")
            for at, each in enumerate(take.sequence(content[key], key))
        ]
        take.unrepeated(found, key, "编号")
    for key in ASKED:
        check_fields(content[key], key, content["option_lists"])
    for key in SPANS:
        span_at(content[key], key)
    for each in content["pupil_fields"]:
        if each not in PUPIL:
            raise DefinitionError("pupil_fields", f"教师不能看“{each}”", f"可写：{'、'.join(PUPIL)}")
