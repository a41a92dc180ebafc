"""What `definitions/supervision` says: what is out of the usual, who is asked, when a rule asks too much."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tongxin.rulebook import shipped

KIND = "supervision"
NOTHING, RECHECK = "nothing", "recheck"


@dataclass(frozen=True, slots=True)
class Rule:
    """One exception: what looks for it with which numbers, what it says and asks, and whom."""

    id: str
    zh: str
    looks: str
    says: str
    question: str
    asked: tuple[str, ...]
    of: timedelta
    numbers: Mapping[str, int]
    names: Mapping[str, tuple[str, ...]]
    spans: Mapping[str, timedelta]

    def told(self, figures: Mapping[str, int]) -> str:
        """What was counted, as a sentence; a figure that an older question lacks is left blank."""
        return self.says.format_map(_Blank(figures))


class _Blank(dict[str, int]):
    def __missing__(self, name: str) -> str:
        return "—"


@dataclass(frozen=True, slots=True)
class Notes:
    """Which words of a kind of entry are compared, and from how many signs on."""

    fields: tuple[str, ...]
    length: int


@dataclass(frozen=True, slots=True)
class SupervisionRules:
    """The rules of a county."""

    zh: str
    means: str
    source: str
    every: timedelta
    from_hour: int
    answer_within: timedelta
    again_after: timedelta
    outcomes: Mapping[str, str]
    quiet_least: int
    quiet_share: int
    quiet_within: timedelta
    notes: Mapping[str, Notes]
    rules: Mapping[str, Rule]

    def is_doubtful(self, *, nothing: int, of: int) -> bool:
        """Whether a rule asked so often about nothing that it should be told so."""
        return of >= self.quiet_least and nothing * 100 >= of * self.quiet_share


def supervision_in(*, region: str, at: datetime) -> SupervisionRules:
    """The rules in force in a county; before they are adopted, those that came with the program."""
    return shipped.read_in_force(read, KIND, KIND, region=region, at=at)


def read(content: Mapping[str, Any]) -> SupervisionRules:
    """The definition as an object."""
    quiet = content["quiet"]
    return SupervisionRules(
        zh=content["zh"], means=content["means"], source=content["source"], every=timedelta(**content["every"]),
        from_hour=content["from_hour"], answer_within=timedelta(**content["answer_within"]),
        again_after=timedelta(**content["again_after"]),
        outcomes={each["id"]: each["zh"] for each in content["outcomes"]},
        quiet_least=quiet["least"], quiet_share=quiet["share"], quiet_within=timedelta(**quiet["within"]),
        notes={kind: Notes(tuple(each["fields"]), each["length"]) for kind, each in content["notes"].items()},
        rules={each["id"]: _rule(each) for each in content["rules"]},
    )


def _rule(said: Mapping[str, Any]) -> Rule:
    spans = {name: timedelta(**each) for name, each in said.items() if isinstance(each, Mapping)}
    return Rule(
        id=said["id"], zh=said["zh"], looks=said["looks"], says=said["says"], question=said["question"],
        asked=tuple(said["asked"]), of=spans.get("of", timedelta()), spans=spans,
        numbers={name: each for name, each in said.items() if isinstance(each, int)},
        names={name: tuple(each) for name, each in said.items() if isinstance(each, (list, tuple))},
    )
