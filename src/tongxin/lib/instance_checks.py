"""What the definition of files between installations must hold."""

from collections.abc import Mapping
from typing import Any

from tongxin.core.forms import content as take

HEAD = ("id", "zh", "source", "means")
DATED = ("version", "valid_from")


def check_instances(content: Mapping[str, Any]) -> None:
    """Nothing, when files can be handed over by this; else where it fails and how to mend it."""
    wanted = (*HEAD, "history", "waits", "stale_after", "clocks_differ", "returned")
    take.mapping(content, "", required=wanted, optional=DATED)
    waits = take.mapping(content["waits"], "waits", required=("days", "zh"))
    take.number(waits, "days", "waits", 0, low=1, high=3650)
    stale = take.mapping(content["stale_after"], "stale_after", required=("days",))
    take.number(stale, "days", "stale_after", 0, low=1, high=366)
    clocks = take.mapping(content["clocks_differ"], "clocks_differ", required=("minutes",))
    take.number(clocks, "minutes", "clocks_differ", 0, low=1, high=60)
    take.unrepeated([str(each) for each in take.sequence(content["history"], "history")], "history", "记录种类")
    for at, each in enumerate(take.sequence(content["returned"], "returned")):
        take.mapping(each, f"returned[{at}]", required=("id", "zh"))
    take.unrepeated([str(each["id"]) for each in content["returned"]], "returned", "理由")
