"""What `definitions/activities` says: kinds, what is asked, safety of outings, numbers that are questioned, codes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tongxin.accounts import throttle
from tongxin.accounts.throttle import Limits
from tongxin.activities.doubts import Question
from tongxin.registers.rules import Field, fields_in, words_of
from tongxin.rulebook import rules, shipped

KIND = "activities"
ASKED = ("plan", "occasion", "quick", "sign", "feedback", "consent", "closing", "publicity")
# What versions adopted before didn't ask.
ASKED_SINCE = ("handed_back",)
Words = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of activity: for whom, whether somebody else approves it, whether it leaves the place, lists children."""

    id: str
    zh: str
    who: str
    is_quick: bool
    needs_approval: bool
    is_outing: bool
    lists_children: bool


@dataclass(frozen=True, slots=True)
class Count:
    """One figure with its unit and its definition in words."""

    id: str
    zh: str
    unit: str
    means: str


@dataclass(frozen=True, slots=True)
class CodeRules:
    """How long a code signs in and takes feedback, for how many, how many at once; wrong ones by address."""

    lasts: timedelta
    feedback_for: timedelta
    most: int
    at_once: int
    wrong: Limits


@dataclass(frozen=True, slots=True)
class Activities:
    """The rules of a county."""

    means: str
    kinds: Mapping[str, Kind]
    asked: Mapping[str, tuple[Field, ...]]
    children_per_adult: int
    least_adults: int
    must: tuple[str, ...]
    returns: Words
    cancels: Words
    counts: tuple[Count, ...]
    questions: tuple[Question, ...]
    feedback_least: int
    code: CodeRules
    stand_ins: frozenset[str]
    desks: tuple[str, ...]
    town_desks: tuple[str, ...]
    longest_reason: int
    most_photos: int
    most_groups: int

    @property
    def quick(self) -> Words:
        """The kinds that are written down after they were held."""
        return {id: each.zh for id, each in self.kinds.items() if each.is_quick}

    def shown(self, form: str, name: str, value: Any) -> str:
        """An answer of a form in words; empty when there is none."""
        field = next((each for each in self.asked[form] if each.id == name), None)
        return field.shown(value) if field is not None and value not in (None, "", []) else ""


def activities_in(*, region: str, at: datetime) -> Activities:
    """The rules in force in a county."""
    return shipped.read_in_force(_read, KIND, KIND, region=region, at=at)


def rules_in(county_id: int | None, *, at: datetime) -> Activities:
    """The rules of a county; of the country where none is named."""
    return activities_in(region=rules.region_of(county_id) if county_id else "", at=at)


def _read(content: Mapping[str, Any]) -> Activities:
    lists = {name: words_of(each) for name, each in content["option_lists"].items()}
    safety, code = content["safety"], content["code"]
    return Activities(
        means=content["means"], kinds={each["id"]: _kind(each) for each in content["kinds"]},
        asked={
            **{key: fields_in(content[key], lists) for key in ASKED},
            **{key: fields_in(content.get(key, ()), lists) for key in ASKED_SINCE},
        },
        children_per_adult=int(safety["children_per_adult"]), least_adults=int(safety["least_adults"]),
        must=tuple(safety["must"]), returns=words_of(content["returns"]), cancels=words_of(content["cancels"]),
        counts=tuple(Count(each["id"], each["zh"], each["unit"], each["means"]) for each in content["counts"]),
        questions=tuple(_question(each) for each in content["doubts"]), feedback_least=int(content["feedback_least"]),
        code=CodeRules(
            timedelta(**code["lasts"]), timedelta(**code["feedback_for"]), int(code["most"]), int(code["at_once"]),
            throttle.read(content["wrong_codes"]),
        ),
        stand_ins=frozenset(content["stand_ins"]), desks=tuple(content["desks"]),
        town_desks=tuple(content["town_desks"]), longest_reason=int(content["limits"]["reason"]),
        most_photos=int(content["limits"]["photos"]), most_groups=int(content["limits"]["groups"]),
    )


def _kind(each: Mapping[str, Any]) -> Kind:
    flags = (bool(each.get(name)) for name in ("quick", "approval", "outing", "children"))
    return Kind(each["id"], each["zh"], each["who"], *flags)


def _question(each: Mapping[str, Any]) -> Question:
    return Question(
        each["id"], each["of"], each["zh"], int(each.get("over", 0)), each.get("than", ""), int(each.get("times", 1))
    )
