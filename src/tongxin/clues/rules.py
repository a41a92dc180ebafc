"""What `definitions/intake/clues.yaml` says, as objects."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tongxin.registers.rules import Field, fields_in, fits, words_of
from tongxin.rulebook import shipped

KIND, NAME = "intake", "clues"
Span = Mapping[str, int]
# What was adopted before it could say so.
RESULTS: Mapping[str, tuple[str, ...]] = {
    "needs_child": ("in_file", "opened"), "without_child": ("unfounded", "not_found", "repeated"),
}
WATCH: Mapping[str, Span] = {"vacant_again": {"minutes": 30}, "inbound_kept": {"days": 30}}


@dataclass(frozen=True, slots=True)
class Channel:
    """A way by which clues come, and who answers first."""

    id: str
    zh: str
    tel: str
    how: str
    answers: tuple[str, ...]
    asks: tuple[str, ...]
    is_entered: bool
    # Whether what is written is read for words that may speak of a danger: nobody asks the signs there.
    hears: bool = False
    # What stands as the source of a file that is opened from it.
    source: str = "other"


@dataclass(frozen=True, slots=True)
class Danger:
    """How soon something has to be done."""

    id: str
    zh: str
    rank: int
    is_crisis: bool
    spans: Mapping[str, Span]


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a clue is as dangerous as it is."""

    to: str
    zh: str
    when: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Doubt:
    """Answers that hardly go together: asked about once, at a place."""

    when: Mapping[str, tuple[str, ...]]
    field: str
    zh: str


@dataclass(frozen=True, slots=True)
class ClueRules:
    """The rules for clues in a county."""

    zh: str
    means: str
    source: str
    code: str
    channels: Mapping[str, Channel]
    fields: tuple[Field, ...]
    reporter: tuple[str, ...]
    signs: tuple[str, ...]
    dangers: Mapping[str, Danger]
    reasons: tuple[Reason, ...]
    steps: Mapping[str, tuple[Field, ...]]
    answers: Mapping[str, str]
    progress: Mapping[str, str]
    above: tuple[str, ...]
    handlers: tuple[str, ...]
    public: Mapping[str, Any]
    inbound: Mapping[str, Any]
    # After how long somebody is looked for again where a post is vacant; how long it is known what came in.
    vacant_again: timedelta
    inbound_kept: timedelta
    # Which answers a file that is opened from a clue takes over, and which of them also where it is about staff.
    carried: Mapping[str, tuple[str, ...]]
    carried_names: tuple[str, ...]
    doubts: tuple[Doubt, ...]
    # Results that name a file, and those to which a danger without a child may come.
    needs_child: tuple[str, ...]
    without_child: tuple[str, ...]

    def asked(self, channel: Channel) -> tuple[Field, ...]:
        """What is asked when something comes by a channel; what only some channels ask, only there."""
        some = {name for each in self.channels.values() for name in each.asks}
        return tuple(each for each in self.fields if each.id not in some or each.id in channel.asks)

    def danger_of(self, clear: Mapping[str, Any]) -> tuple[Danger, list[str]]:
        """The gravest danger for which there is a reason, with all reasons for it; else the least grave."""
        found = [each for each in self.reasons if fits(each.when, clear)]
        for danger in self.dangers.values():
            if zh := [each.zh for each in found if each.to == danger.id]:
                return danger, zh
        return list(self.dangers.values())[-1], []

    def doubts_about(self, clear: Mapping[str, Any]) -> list[Doubt]:
        """What to ask once more; nothing where a danger waits."""
        if self.danger_of(clear)[0].is_crisis:
            return []
        return [each for each in self.doubts if fits(each.when, clear)]


def clues_in(*, region: str, at: datetime) -> ClueRules:
    """The rules for clues of a county."""
    return shipped.read_in_force(read, KIND, NAME, region=region, at=at)


def read(content: Mapping[str, Any]) -> ClueRules:
    """The definition as an object."""
    lists = {name: words_of(each) for name, each in content["option_lists"].items()}
    lists["answers"] = words_of(content["answers"])
    watch = content.get("watch", WATCH)
    file = content.get("file", {"fields": {}, "names": ()})
    results = content.get("results", RESULTS)
    return ClueRules(
        zh=content["zh"], means=content["means"], source=content["source"], code=content["code"],
        channels={each["id"]: _channel(each) for each in content["channels"]},
        fields=fields_in(content["fields"], lists), reporter=tuple(content["reporter"]),
        signs=tuple(content["signs"]),
        dangers={each["id"]: _danger(each, rank) for rank, each in enumerate(content["dangers"])},
        reasons=tuple(
            Reason(each["to"], each["zh"], {name: tuple(values) for name, values in each["when"].items()})
            for each in content["reasons"]
        ),
        steps={state: fields_in(each, lists) for state, each in content["steps"].items()},
        answers=lists["answers"], progress=dict(content["progress"]), above=tuple(content["above"]),
        handlers=tuple(content["handlers"]), public=content["public"], inbound=content["inbound"],
        vacant_again=timedelta(**watch["vacant_again"]), inbound_kept=timedelta(**watch["inbound_kept"]),
        carried={name: tuple(each) for name, each in file["fields"].items()}, carried_names=tuple(file["names"]),
        doubts=tuple(
            Doubt({name: tuple(values) for name, values in each["when"].items()}, each["field"], each["zh"])
            for each in content.get("asks_again", ())
        ),
        needs_child=tuple(results["needs_child"]), without_child=tuple(results["without_child"]),
    )


def _channel(raw: Mapping[str, Any]) -> Channel:
    return Channel(
        raw["id"], raw["zh"], str(raw.get("tel", "")), raw["how"], tuple(raw["answers"]), tuple(raw.get("asks", ())),
        bool(raw.get("entered", True)), bool(raw.get("hears")), str(raw.get("source", "other")),
    )


def _danger(raw: Mapping[str, Any], rank: int) -> Danger:
    spans = {name: raw[name] for name in ("respond", "handle", "call_back", "close", "climb")}
    return Danger(raw["id"], raw["zh"], rank, bool(raw.get("crisis")), spans)
