"""What the definition of clients must hold: scopes, spans, and which news takes which scope."""

from collections.abc import Mapping
from typing import Any

from tongxin.core.forms import content as take
from tongxin.core.language.errors import DefinitionError

Content = Mapping[str, Any]
HEAD = ("id", "zh", "source", "means")
DATED = ("version", "valid_from", "calls_kept", "remind_before", "networks")
BODY = ("scopes", "lasts_at_most", "overlap", "rate", "page", "repeated_for", "smallest", "figures", "hooks")
FIGURES = ["children", "crisis", "late", "no_step", "stage"]
HOOKS = ("kinds", "seconds", "first_pause", "factor", "attempts", "tolerance", "stale")
UNITS = {"minutes": 1 / 1440, "hours": 1 / 24, "days": 1.0}
# Six months, in days.
LEAST_DAYS = 184
LONGEST_DAYS, MOST_HOURS = 1096, 168
BITS = {"ipv4": 32, "ipv6": 128}


def check_exchange(content: Content) -> None:
    """Nothing, when clients can be let in by this; else where it fails and how to mend it."""
    take.mapping(content, "", required=(*HEAD, *BODY), optional=DATED)
    kept = span_at(content.get("calls_kept", {"days": LEAST_DAYS}), "calls_kept")
    if kept < LEAST_DAYS:
        zh = "调用记录至少留存六个月（网络安全法第二十一条）"
        raise DefinitionError("calls_kept", zh, f"写 {{days: {LEAST_DAYS}}} 或更长")
    scopes = _named(content["scopes"], "scopes", ())
    _floored(content["lasts_at_most"], "lasts_at_most", "days", "max", high=LONGEST_DAYS)
    _floored(content["overlap"], "overlap", "hours", "max", high=MOST_HOURS)
    span_at(content["repeated_for"], "repeated_for")
    span_at(content.get("remind_before", {"days": 1}), "remind_before")
    rate = take.mapping(content["rate"], "rate", required=("calls", "within"))
    _floored(rate["calls"], "rate.calls", "calls", "max", high=6000)
    _floored(rate["within"], "rate.within", "minutes", "min", high=1440)
    _networks(content.get("networks"))
    page = take.mapping(content["page"], "page", required=("least", "usual", "most"))
    if not 1 <= page["least"] <= page["usual"] <= page["most"] <= 1000:
        raise DefinitionError("page", "条数要从小到大", "写 {least: 1, usual: 50, most: 100} 的样子")
    _floored(content["smallest"], "smallest", "children", "min", low=2, high=100)
    figures = _named(content["figures"], "figures", ("means",))
    if sorted(figures) != FIGURES:
        raise DefinitionError("figures", "统计的几项不对", f"写明：{'、'.join(FIGURES)}")
    hooks = take.mapping(content["hooks"], "hooks", required=HOOKS)
    for at, each in enumerate(take.sequence(hooks["kinds"], "hooks.kinds")):
        if each.get("scope") not in scopes:
            raise DefinitionError(f"hooks.kinds[{at}].scope", "没有这个范围", f"可写：{'、'.join(scopes)}")
    _named(hooks["kinds"], "hooks.kinds", ("scope",))
    for key in ("first_pause", "tolerance", "stale"):
        span_at(hooks[key], f"hooks.{key}")
    for key, high in (("seconds", 60), ("factor", 10), ("attempts", 20)):
        take.number(hooks, key, "hooks", 0, low=1, high=high)


def _networks(raw: object) -> None:
    """How wide a source may be; what was adopted before says nothing of it."""
    if raw is None:
        return
    networks = take.mapping(raw, "networks", required=tuple(BITS))
    for name, bits in BITS.items():
        _floored(networks[name], f"networks.{name}", "bits", "min", low=1, high=bits)


def _floored(raw: object, path: str, unit: str, floor: str, *, low: int = 1, high: int) -> None:
    """A number that regions only make stricter."""
    row = take.mapping(raw, path, required=("value", "unit", "floor"))
    take.number(row, "value", path, 0, low=low, high=high)
    if row["unit"] != unit or row["floor"] != floor:
        raise DefinitionError(path, "底线没有写全，地区会放宽", f"写 unit: {unit}、floor: {floor}")


def _named(raw: object, path: str, more: tuple[str, ...]) -> list[str]:
    found = []
    for at, each in enumerate(take.sequence(raw, path)):
        row = take.mapping(each, f"{path}[{at}]", required=("id", "zh", *more))
        found.append(take.identifier(row, f"{path}[{at}]"))
    take.unrepeated(found, path, "编号")
    return found


def span_at(raw: object, path: str) -> float:
    """A span of one unit; how many days it is."""
    span = take.mapping(raw, path, required=(), optional=tuple(UNITS))
    if len(span) != 1:
        raise DefinitionError(path, "时限要写成一个单位和一个整数", "例如 {days: 1}")
    unit = next(iter(span))
    take.number(span, unit, path, 0, low=1)
    return float(span[unit]) * UNITS[unit]
