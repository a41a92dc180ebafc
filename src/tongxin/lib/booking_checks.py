"""What the definition of rooms, rota and bookings must hold."""

from collections.abc import Mapping
from datetime import time
from typing import Any

from tongxin.core.forms import content as take
from tongxin.core.language.errors import DefinitionError
from tongxin.lib.consent_checks import span_of

Content = Mapping[str, Any]
HEAD = ("id", "zh", "source")
DATED = ("version", "valid_from", "means")
SPANS = ("longest", "ahead", "usual", "record_within", "find_within", "prefilled_within")
MOMENTS = ("afternoon", "remind_at")
LISTS: Mapping[str, tuple[str, ...]] = {
    "kinds": (), "equipment": (), "states": ("works",), "closures": (), "whom": ("named",), "cancel": (),
}
# What the program itself asks about.
KNOWN = {"whom": {"child", "carer", "group", "walk_in"}, "states": {"good"}}
FEED = ("lasts", "past", "ahead", "reads", "wrong_links", "booked", "seated", "place", "never")
LIMITS = ("tries", "pause", "forgotten_after", "known_for")


def check_bookings(content: Content) -> None:
    """Nothing, when rooms can be kept and booked by this; else where it fails and how to mend it."""
    needed = (*HEAD, *SPANS, *MOMENTS, *LISTS, "weeks", "serves", "recorded_by", "feed")
    take.mapping(content, "", required=needed, optional=DATED)
    for key in SPANS:
        span_of(content[key], key)
    take.number(content, "weeks", "", 0, low=1)
    for key in ("serves", "recorded_by"):
        take.sequence(content[key], key)
    for key in MOMENTS:
        _moment(content[key], key)
    for key, more in LISTS.items():
        found = _codes(content[key], key, more)
        if lacking := sorted(KNOWN.get(key, set()) - set(found)):
            raise DefinitionError(key, f"缺少 {'、'.join(lacking)}", "这几项系统要用")
    _feed(content["feed"])


def _feed(raw: object) -> None:
    feed = take.mapping(raw, "feed", required=FEED)
    for key in ("lasts", "past", "ahead"):
        span_of(feed[key], f"feed.{key}")
    for key in ("reads", "wrong_links"):
        limits = take.mapping(feed[key], f"feed.{key}", required=LIMITS)
        take.number(limits, "tries", f"feed.{key}", 0, low=1)
        for span in LIMITS[1:]:
            span_of(limits[span], f"feed.{key}.{span}")
    words = [str(each) for each in take.sequence(feed["never"], "feed.never")]
    for key in ("booked", "seated", "place"):
        if said := next((word for word in words if word in str(feed[key])), None):
            raise DefinitionError(f"feed.{key}", f"日历里不能有“{said}”", "换一个不说明是什么事的词")


def _codes(raw: object, path: str, more: tuple[str, ...]) -> list[str]:
    found = []
    for at, each in enumerate(take.sequence(raw, path)):
        row = take.mapping(each, f"{path}[{at}]", required=("id", "zh", *more))
        for key in more:
            take.flag(row, key, f"{path}[{at}]")
        found.append(take.identifier(row, f"{path}[{at}]"))
    take.unrepeated(found, path, "编号")
    return found


def _moment(text: object, path: str) -> None:
    try:
        time.fromisoformat(str(text))
    except ValueError:
        raise DefinitionError(path, f"“{text}”不是几点几分", '写成 "16:00" 的样子') from None
