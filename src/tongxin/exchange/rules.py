"""What `definitions/exchange` says: what clients may be let do, how long, how often, and how they are told of news."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tongxin.rulebook import shipped

KIND = "exchange"
# What versions adopted before said nothing of.
CALLS_KEPT, REMIND_BEFORE = {"days": 365}, {"days": 30}
NETWORKS = {"ipv4": 16, "ipv6": 48}


@dataclass(frozen=True, slots=True)
class News:
    """One kind of event that a client may be told of, and the scope that it takes."""

    id: str
    zh: str
    scope: str


@dataclass(frozen=True, slots=True)
class Hooks:
    """How news is sent, and sent again."""

    kinds: Mapping[str, News]
    seconds: float
    first_pause: timedelta
    factor: int
    attempts: int
    tolerance: timedelta
    stale: timedelta


@dataclass(frozen=True, slots=True)
class Exchange:
    """The rules of a county for clients."""

    means: str
    scopes: Mapping[str, str]
    lasts_at_most: timedelta
    overlap: timedelta
    remind_before: timedelta
    # How many leading bits a source names at least, by the version of the address (4, 6).
    networks: Mapping[int, int]
    calls: int
    within: timedelta
    page: Mapping[str, int]
    repeated_for: timedelta
    calls_kept: timedelta
    smallest: int
    # What each figure is called and what it counts.
    figures: Mapping[str, tuple[str, str]]
    hooks: Hooks


def exchange_in(*, region: str = "", at: datetime) -> Exchange:
    """The rules in force in a county."""
    return shipped.read_in_force(_read, KIND, KIND, region=region, at=at)


def _read(content: Mapping[str, Any]) -> Exchange:
    hooks = content["hooks"]
    return Exchange(
        means=content["means"], scopes={each["id"]: each["zh"] for each in content["scopes"]},
        lasts_at_most=_span(content["lasts_at_most"]), overlap=_span(content["overlap"]),
        remind_before=timedelta(**content.get("remind_before", REMIND_BEFORE)),
        networks={int(name[-1]): _number(bits) for name, bits in content.get("networks", NETWORKS).items()},
        calls=_number(content["rate"]["calls"]), within=_span(content["rate"]["within"]),
        page={name: int(number) for name, number in content["page"].items()},
        repeated_for=timedelta(**content["repeated_for"]), smallest=_number(content["smallest"]),
        calls_kept=timedelta(**content.get("calls_kept", CALLS_KEPT)),
        figures={each["id"]: (each["zh"], each["means"]) for each in content["figures"]},
        hooks=Hooks(
            kinds={each["id"]: News(each["id"], each["zh"], each["scope"]) for each in hooks["kinds"]},
            seconds=float(hooks["seconds"]), first_pause=timedelta(**hooks["first_pause"]), factor=int(hooks["factor"]),
            attempts=int(hooks["attempts"]), tolerance=timedelta(**hooks["tolerance"]),
            stale=timedelta(**hooks["stale"]),
        ),
    )


def _number(said: Any) -> int:
    """A number with its floor; those adopted before have none."""
    return int(said["value"] if isinstance(said, Mapping) else said)


def _span(said: Mapping[str, Any]) -> timedelta:
    return timedelta(**{said["unit"]: said["value"]} if "value" in said else said)
