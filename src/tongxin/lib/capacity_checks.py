"""What the definition of capacity next to need must hold."""

from collections.abc import Mapping
from typing import Any

from tongxin.core.forms import content as take
from tongxin.core.language.errors import DefinitionError
from tongxin.lib.exchange_checks import span_at

Content = Mapping[str, Any]
MEASURES = ("hours", "qualified", "people", "rooms", "sites", "beds", "duty", "money", "per_child")
NUMBERS = {
    "weeks": (4, 52), "least_new": (10, 1000), "least_weeks": (2, 52), "warm_weeks": (1, 52), "run_weeks": (4, 52),
    "after_weeks": (4, 104), "replications": (200, 2000), "band": (50, 99), "seed": (1, 10**9), "most_people": (1, 20),
    "most_half_days": (1, 14),
}


def check_capacity(content: Content) -> None:
    """Nothing, when need and capacity can be compared by this; else where it fails and how to mend it."""
    take.mapping(
        content, "", required=("id", "zh", "source", "means", "small_under", "urgent", "measures", "model"),
        optional=("version", "valid_from"),
    )
    take.number(content, "small_under", "", 0, low=3)
    found = []
    for at, each in enumerate(take.sequence(content["measures"], "measures")):
        row = take.mapping(each, f"measures[{at}]", required=("id", "zh", "unit", "means"))
        found.append(take.identifier(row, f"measures[{at}]"))
    if sorted(found) != sorted(MEASURES):
        raise DefinitionError("measures", "每个数都要有定义，只写一次", f"要有：{'、'.join(MEASURES)}")
    model = take.mapping(
        content["model"], "model", required=(*NUMBERS, "new_after", "half_day", "assumptions"),
    )
    for name, (low, high) in NUMBERS.items():
        take.number(model, name, "model", 0, low=low, high=high)
    for name in ("new_after", "half_day"):
        span_at(model[name], f"model.{name}")
    take.sequence(model["assumptions"], "model.assumptions")
