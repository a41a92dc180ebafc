"""What `definitions/notices` says, as objects."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from tongxin.rulebook import shipped

# What was adopted before it could say so.
WATCH: Mapping[str, Mapping[str, int]] = {
    "stale": {"minutes": 5}, "late": {"minutes": 15}, "looked_back": {"days": 7}, "given_up": {"days": 1},
}


@dataclass(frozen=True, slots=True)
class Channel:
    """A way by which people are reached outside."""

    id: str
    zh: str
    ask: str
    pattern: str
    needs_code: bool
    takes_digest: bool

    def fits(self, address: str) -> bool:
        """Whether something can be an address of this kind."""
        return re.fullmatch(self.pattern, address) is not None


@dataclass(frozen=True, slots=True)
class Hours:
    """A stretch of the day that may run over midnight."""

    begins: time
    ends: time

    def holds(self, moment: time) -> bool:
        """Whether a time of the day lies in it."""
        if self.begins <= self.ends:
            return self.begins <= moment < self.ends
        return moment >= self.begins or moment < self.ends

    @property
    def lasts(self) -> timedelta:
        begins, ends = (timedelta(hours=each.hour, minutes=each.minute) for each in (self.begins, self.ends))
        return (ends - begins) % timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Notices:
    """The rules in force."""

    texts: Mapping[str, Mapping[str, str]]
    kinds: Mapping[str, str]
    channels: Mapping[str, Channel]
    most_addresses: int
    urgent: Mapping[str, tuple[Mapping[str, Any], ...]]
    again: timedelta
    times: int
    quiet: Hours
    open_at_least: timedelta
    digest_at: time
    on_rest_days: bool
    first_pause: timedelta
    factor: int
    attempts: int
    seconds: float
    digits: int
    code_lasts: timedelta
    tries: int
    codes_a_day: int
    shapes: Mapping[str, Mapping[str, Any]]
    # When a claim that nobody finished is free again; what has waited for too long; how far back one looks.
    stale: timedelta
    late: timedelta
    looked_back: timedelta
    given_up: timedelta

    def is_urgent(self, kind: str, clear: Mapping[str, Any]) -> bool:
        """Whether an event can't wait for the day's summary."""
        return any(all(clear.get(key) == value for key, value in when.items()) for when in self.urgent.get(kind, ()))


def rules_at(at: datetime) -> Notices:
    """The rules in force; after an upgrade those that came with the program, until they are adopted."""
    return shipped.read_in_force(read, "notices", "notices", at=at)


def read(content: Mapping[str, Any]) -> Notices:
    """The definition as an object."""
    urgent, retry, code, digest = (content[key] for key in ("urgent", "retry", "code", "digest"))
    kinds: dict[str, tuple[Mapping[str, Any], ...]] = {}
    for each in urgent["kinds"]:
        kinds[each["kind"]] = (*kinds.get(each["kind"], ()), each.get("when", {}))
    return Notices(
        texts=content["texts"], kinds=content["kinds"],
        channels={each["id"]: _channel(each) for each in content["channels"]},
        most_addresses=content["most_addresses"], urgent=kinds, again=timedelta(**urgent["again"]),
        times=urgent["times"],
        quiet=Hours(time.fromisoformat(content["quiet"]["from"]), time.fromisoformat(content["quiet"]["until"])),
        open_at_least=timedelta(**content["quiet"]["open_at_least"]), digest_at=time.fromisoformat(digest["at"]),
        on_rest_days=digest["rest_days"], first_pause=timedelta(**retry["first"]), factor=retry["factor"],
        attempts=retry["attempts"], seconds=float(retry["seconds"]), digits=code["digits"],
        code_lasts=timedelta(**code["lasts"]), tries=code["tries"], codes_a_day=code["a_day"],
        shapes={each["id"]: each for each in content["sms_shapes"]},
        **{key: timedelta(**span) for key, span in content.get("watch", WATCH).items()},
    )


def _channel(each: Mapping[str, Any]) -> Channel:
    return Channel(each["id"], each["zh"], each["ask"], each["pattern"], each["confirm"] == "code", each["digest"])
