"""What counts on in another county, and why a file may be returned (definitions/instances)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tongxin.rulebook import rules


@dataclass(frozen=True, slots=True)
class Instances:
    """`history` are the kinds of entries that are read and count no more; `returned` the reasons for returning;
    a file that nobody answered for `waits_days` days goes back by itself, for the reason `waits_zh`; figures older than
    `stale_after` are asked for again; those of a clock that is more than `clocks_differ` ahead are refused."""

    history: frozenset[str]
    returned: Mapping[str, str]
    waits_days: int
    waits_zh: str
    stale_after: timedelta
    clocks_differ: timedelta


def rules_in(*, region: str, at: datetime) -> Instances:
    """The rules in force in a county."""
    return rules.read(_read, rules.resolve("instances", "instances", region=region, at=at))


def _read(content: Mapping[str, Any]) -> Instances:
    return Instances(
        history=frozenset(content["history"]), returned={each["id"]: each["zh"] for each in content["returned"]},
        waits_days=int(content["waits"]["days"]), waits_zh=str(content["waits"]["zh"]),
        stale_after=timedelta(days=int(content["stale_after"]["days"])),
        clocks_differ=timedelta(minutes=int(content["clocks_differ"]["minutes"])),
    )
