"""What the definition of asking families about visits again must hold."""

from collections.abc import Mapping
from typing import Any

from tongxin.core.forms import content as take
from tongxin.core.language.errors import DefinitionError
from tongxin.lib.directory_checks import check_span
from tongxin.lib.exchange_checks import span_at
from tongxin.lib.register_checks import check_fields

Content = Mapping[str, Any]
NUMBERS = {"share": (1, 100), "least": (1, 50), "most": (1, 100), "tries": (1, 10)}
WEIGHTS = ("usual", "differs", "unreached", "most", "trusted", "trusted_after")
RESULTS = ("agreed", "differs", "unreached")
FIELDS = frozenset({"result", "way", "done_on", "notes", "told"})


def check_rechecks(content: Content) -> None:
    """Nothing, when visits can be drawn and asked about by this; else where it fails and how to mend it."""
    take.mapping(content, "", required=(
        "id", "zh", "source", "means", "kind", "of", *NUMBERS, "within", "weights", "back", "ask", "results", "fields",
    ), optional=("version", "valid_from", "draw_from", "climb"))
    for name, (low, high) in NUMBERS.items():
        take.number(content, name, "", 0, low=low, high=high)
    if content["least"] > content["most"]:
        raise DefinitionError("least", "至少的份数大于至多的", "把 least 和 most 换过来")
    if "draw_from" in content:
        take.number(content, "draw_from", "", 0, low=0, high=23)
    if "climb" in content:
        check_span(content["climb"], "climb")
    for name in ("of", "within", "back"):
        span_at(content[name], name)
    weights = take.mapping(content["weights"], "weights", required=WEIGHTS)
    for name in WEIGHTS:
        take.number(weights, name, "weights", 0, low=1, high=1000)
    take.sequence(content["ask"], "ask")
    if sorted(each["id"] for each in take.sequence(content["results"], "results")) != sorted(RESULTS):
        raise DefinitionError("results", "结果要正好是这几种", f"写：{'、'.join(RESULTS)}")
    check_fields(content["fields"], "fields", {"results": content["results"]})
    if lacking := FIELDS - {str(each["id"]) for each in content["fields"]}:
        raise DefinitionError("fields", f"没有问“{sorted(lacking)[0]}”", f"要有：{'、'.join(sorted(FIELDS))}")
