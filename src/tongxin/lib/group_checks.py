"""Whether the rules for groups can be used: sizes, spans, reasons and what each count means."""

from collections.abc import Mapping
from typing import Any

from tongxin.core.forms import content as take
from tongxin.core.language.errors import DefinitionError

Content = Mapping[str, Any]
HEAD = ("id", "zh", "source")
DATED = ("version", "valid_from", "means")
LISTS = ("left", "called_off", "supervision_ways")
SPANS = ("look_within", "supervise_within")
COUNTS = ("meetings", "people", "person_times")
OF_SESSIONS = ("courses", "people", "sessions", "person_times")
LATER = ("supervise_back", "small_below", "session_counts", "supervision_hours")

HOURS = ("roles", "minutes", "every", "most")


def check_groups(content: Content) -> None:
    """Nothing, when groups can be led by it; else where it fails and how to mend it."""
    take.mapping(content, "", required=(*HEAD, "size", *SPANS, "missed", *LISTS, "counts"), optional=(*DATED, *LATER))
    size = take.mapping(content["size"], "size", required=("least", "most"))
    least = take.number(size, "least", "size", 0, low=1)
    if take.number(size, "most", "size", 0, low=1) < least:
        raise DefinitionError("size.most", "最多人数比最少人数还少", "改 least 或 most")
    for key in SPANS:
        take.number(take.mapping(content[key], key, required=("days",)), "days", key, 0, low=1)
    take.number(content, "missed", "", 0, low=1)
    if "supervise_back" in content:
        back = take.mapping(content["supervise_back"], "supervise_back", required=("days", "most"))
        for key in ("days", "most"):
            take.number(back, key, "supervise_back", 0, low=1)
    if "small_below" in content:
        take.number(content, "small_below", "", 0, low=1)
    if "supervision_hours" in content:
        hours = take.mapping(content["supervision_hours"], "supervision_hours", required=HOURS)
        for key in ("minutes", "most"):
            take.number(hours, key, "supervision_hours", 0, low=1)
        span = take.mapping(hours["every"], "supervision_hours.every", required=("days",))
        take.number(span, "days", "supervision_hours.every", 0, low=1)
    for key in LISTS:
        _listed(content, key, ("id", "zh"))
    _listed(content, "counts", ("id", "zh", "unit", "means"))
    if "session_counts" in content:
        _listed(content, "session_counts", ("id", "zh", "unit", "means"))
        if {row["id"] for row in content["session_counts"]} != set(OF_SESSIONS):
            raise DefinitionError("session_counts", "四个数没有写全", f"都要写：{'、'.join(OF_SESSIONS)}")
    lacking = [each for each in COUNTS if each not in {row["id"] for row in content["counts"]}]
    if lacking:
        raise DefinitionError("counts", f"没有写“{lacking[0]}”怎么数", f"三个都要写：{'、'.join(COUNTS)}")


def _listed(content: Content, key: str, required: tuple[str, ...]) -> None:
    rows = take.sequence(content[key], key)
    for at, raw in enumerate(rows):
        take.identifier(take.mapping(raw, f"{key}[{at}]", required=required), f"{key}[{at}]")
    take.unrepeated([each["id"] for each in rows], key, "条目")
