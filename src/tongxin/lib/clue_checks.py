"""What the definition of clues holds: channels, questions, dangers with their reasons and spans, the public page."""

from collections.abc import Mapping, Sequence
from typing import Any

from tongxin.core.forms import content as take
from tongxin.core.language.errors import DefinitionError
from tongxin.lib.register_checks import check_fields

Content = Mapping[str, Any]
HEAD = ("id", "zh", "source", "means", "code")
DATED = ("version", "valid_from", "signs_zh", "watch", "file", "asks_again", "results")
PARTS = (
    "channels", "fields", "option_lists", "reporter", "signs", "dangers", "reasons", "steps", "answers", "progress",
    "above", "handlers", "public", "inbound",
)
STATES = ("received", "assigned", "responded", "handled", "called_back", "closed")
SPANS = ("respond", "handle", "call_back", "close", "climb")
WATCHED = ("vacant_again", "inbound_kept")
UNITS = ("minutes", "hours", "days", "working_days")
# What somebody from outside says of the danger, on a page that asks less, and whether their words may speak of one.
FROM_OUTSIDE = ("danger_now", "heard")
PUBLIC = (
    "intro", "promise", "calls", "callers", "fastest", "longest", "files", "limits", "wrong_codes", "shown_for",
)


def check_clues(content: Content) -> None:
    """Nothing, when clues can be taken in by this; else where it fails and how to mend it."""
    take.mapping(content, "", required=(*HEAD, *PARTS), optional=DATED)
    lists = {**content["option_lists"], "answers": content["answers"]}
    fields = check_fields(content["fields"], "fields", lists)
    _channels(content["channels"], fields)
    for key in ("reporter", "signs"):
        _refer(content[key], fields, key)
    dangers = _dangers(content["dangers"])
    for at, raw in enumerate(take.sequence(content["reasons"], "reasons")):
        each = take.mapping(raw, f"reasons[{at}]", required=("to", "zh", "when"))
        _refer([each["to"]], dangers, f"reasons[{at}].to")
        _refer(each["when"], (*fields, *FROM_OUTSIDE), f"reasons[{at}].when")
    take.mapping(content["steps"], "steps", required=STATES[1:])
    for state in STATES[1:]:
        check_fields(content["steps"][state], f"steps.{state}", lists)
    take.mapping(content["progress"], "progress", required=STATES)
    for key in ("above", "handlers"):
        take.sequence(content[key], key)
    page = take.mapping(content["public"], "public", required=PUBLIC)
    callers = [each["id"] for each in content["option_lists"].get("callers", ())]
    _refer(page["callers"], callers, "public.callers")
    for key in ("limits", "wrong_codes"):
        take.mapping(page[key], f"public.{key}", required=("tries", "pause", "forgotten_after", "known_for"))
    _span(page["shown_for"], "public.shown_for")
    _check_results(content)
    for at, raw in enumerate(take.sequence(content.get("asks_again", ()), "asks_again")):
        each = take.mapping(raw, f"asks_again[{at}]", required=("when", "field", "zh"))
        _refer([each["field"], *each["when"]], fields, f"asks_again[{at}]")
    if "file" in content:
        file = take.mapping(content["file"], "file", required=("fields", "names"))
        for name, asked in file["fields"].items():
            _refer(asked, fields, f"file.fields.{name}")
        _refer(file["names"], list(file["fields"]), "file.names")
    if "watch" in content:
        watch = take.mapping(content["watch"], "watch", required=WATCHED)
        for key in WATCHED:
            _span(watch[key], f"watch.{key}")
    door = take.mapping(content["inbound"], "inbound", required=("clock", "most"))
    _span(door["clock"], "inbound.clock")
    take.number(door, "most", "inbound", 0, low=256, high=1_000_000)


def _channels(raw: object, fields: Sequence[str]) -> None:
    found = []
    for at, each in enumerate(take.sequence(raw, "channels")):
        path = f"channels[{at}]"
        more = ("asks", "tel", "entered", "hears", "source")
        row = take.mapping(each, path, required=("id", "zh", "how", "answers"), optional=more)
        found.append(take.identifier(row, path))
        take.flag(row, "entered", path, True)
        take.flag(row, "hears", path)
        _refer(row.get("asks", ()), fields, f"{path}.asks")
        if not take.sequence(row["answers"], f"{path}.answers"):
            raise DefinitionError(f"{path}.answers", "没有写先交给谁", "至少写一类岗位")
    take.unrepeated(found, "channels", "渠道")


def _dangers(raw: object) -> list[str]:
    found = []
    for at, each in enumerate(take.sequence(raw, "dangers")):
        path = f"dangers[{at}]"
        row = take.mapping(each, path, required=("id", "zh", *SPANS), optional=("crisis",))
        found.append(take.identifier(row, path))
        take.flag(row, "crisis", path)
        for key in SPANS:
            _span(row[key], f"{path}.{key}")
    take.unrepeated(found, "dangers", "危险程度")
    return found


def _span(raw: object, path: str) -> None:
    span = take.mapping(raw, path, required=(), optional=UNITS)
    if len(span) != 1:
        raise DefinitionError(path, "时限要写成一个单位和一个整数", "例如 {hours: 4}")
    take.number(span, next(iter(span)), path, 0, low=1)


def _check_results(content: Mapping[str, Any]) -> None:
    """What a clue may come to with and without a child are results that the step `handled` offers."""
    if "results" not in content:
        return
    results = take.mapping(content["results"], "results", required=("needs_child", "without_child"))
    offered = next((each for each in content["steps"]["handled"] if each["id"] == "result"), {"options": ()})
    known = [each["id"] for each in offered["options"]]
    for name in ("needs_child", "without_child"):
        _refer(take.sequence(results[name], f"results.{name}"), known, f"results.{name}")


def _refer(names: Any, found: Sequence[str], path: str) -> None:
    for name in names:
        if name not in found:
            raise DefinitionError(path, f"没有“{name}”", "先在别处写明，或改成已有的")
