"""What the definition of capacity next to need must hold."""

from collections.abc import Mapping
from typing import Any

from tongxin.core.forms import content as take
from tongxin.core.language.errors import DefinitionError
from tongxin.lib.exchange_checks import span_at

Content = Mapping[str, Any]
MEASURES = ("hours", "qualified", "people", "rooms", "sites", "beds", "seats", "duty", "money", "granted", "per_child")
NUMBERS = {
    "weeks": (4, 52), "least_new": (10, 1000), "least_weeks": (2, 52), "warm_weeks": (1, 52), "run_weeks": (4, 52),
    "after_weeks": (4, 104), "replications": (200, 2000), "band": (50, 99), "seed": (1, 10**9), "most_people": (1, 20),
    "most_half_days": (1, 14), "most_new": (100, 10_000),
}


def check_capacity(content: Content) -> None:
    """Nothing, when need and capacity can be compared by this; else where it fails and how to mend it."""
    take.mapping(
        content, "", required=(
            "id", "zh", "source", "means", "small_under", "urgent", "granted_within", "measures", "model",
        ), optional=("version", "valid_from"),
    )
    take.number(content, "small_under", "", 0, low=3)
    span_at(content["granted_within"], "granted_within")
    found = []
    for at, each in enumerate(take.sequence(content["measures"], "measures")):
        row = take.mapping(each, f"measures[{at}]", required=("id", "zh", "unit", "register", "means"))
        found.append(take.identifier(row, f"measures[{at}]"))
    if sorted(found) != sorted(MEASURES):
        raise DefinitionError("measures", "每个数都要有定义，只写一次", f"要有：{'、'.join(MEASURES)}")
    model = take.mapping(
        content["model"], "model", required=(*NUMBERS, "new_after", "half_day", "half_days_begin", "assumptions"),
    )
    for name, (low, high) in NUMBERS.items():
        take.number(model, name, "model", 0, low=low, high=high)
    for name in ("new_after", "half_day"):
        span_at(model[name], f"model.{name}")
    take.sequence(model["assumptions"], "model.assumptions")
    begins = take.sequence(model["half_days_begin"], "model.half_days_begin")
    if not begins or any(not isinstance(each, int) or not 0 <= each < 1440 for each in begins):
        raise DefinitionError("model.half_days_begin", "要写一天里的第几分钟，0 到 1439", "例如 [510, 810]")
