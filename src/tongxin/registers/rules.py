"""The registers' definitions as objects."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from tongxin.registers.models import PROCESSING
from tongxin.rulebook import rules, shipped

KIND = "registers"
# The degree of a gate from which on nothing begins without an assessment.
REFUSES = 2
Words = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Field:
    """One question of a form; words are sealed, everything else is a code, a day or a number."""

    id: str
    zh: str
    type: str
    options: Words
    is_required: bool
    required_if: Mapping[str, tuple[str, ...]]
    hint: str = ""
    group: str = ""
    known: str = ""
    is_past: bool = False
    after: str = ""
    # What was answered where it isn't asked any more is not kept: somebody chose something else above.
    only_if: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def is_sealed(self) -> bool:
        return self.type in {"text", "long"}

    def asks(self, given: Mapping[str, Any]) -> bool:
        """Whether an answer is needed, given the others."""
        return self.is_required or (bool(self.required_if) and fits(self.required_if, given))

    def shown(self, value: Any) -> str:
        """A clear answer in words."""
        if isinstance(value, list):
            return "、".join(self.options.get(each, each) for each in value)
        return self.options.get(str(value), str(value))


@dataclass(frozen=True, slots=True)
class Stage:
    """One clock of an incident."""

    id: str
    zh: str
    within: timedelta
    only_if: Mapping[str, tuple[str, ...]]
    may_skip: bool
    is_many: bool
    wording: str


@dataclass(frozen=True, slots=True)
class Gate:
    """What is asked before something begins: whether an assessment of `activity` stands, and how strictly."""

    id: str
    activity: str
    degree: int
    unless: frozenset[str]
    zh: str

    @property
    def refuses(self) -> bool:
        return self.degree >= REFUSES


@dataclass(frozen=True, slots=True)
class Topic:
    """What a line may be about, with what the definition says of it."""

    id: str
    zh: str
    parts: tuple[str, ...]
    consent: tuple[str, ...]
    impact: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Register:
    """One register as it is kept."""

    id: str
    zh: str
    means: str
    source: str
    code: str
    topic_zh: str
    topics: Mapping[str, Topic]
    fields: tuple[Field, ...]
    asked_first: tuple[str, ...]
    refusals: tuple[tuple[Mapping[str, tuple[str, ...]], str], ...]
    admits: Mapping[str, tuple[str, ...]]
    gates: Mapping[str, Gate]
    review_within: timedelta
    again: Mapping[str, timedelta]
    again_by: str
    stages: tuple[Stage, ...]
    told: tuple[Field, ...]
    closing: tuple[Field, ...]
    links: Words
    wordings: Mapping[str, tuple[str, str]]
    impact: str
    ends: str
    certificate_within: timedelta
    certificate_zh: str
    certificate: tuple[Field, ...]
    before: timedelta
    climb: timedelta
    # How far back is looked for what the register should tell of.
    looks_back: timedelta
    roles: tuple[str, ...] = field(default=())

    def again_after(self, clear: Mapping[str, Any]) -> timedelta | None:
        """After how long a line in force is looked at anew."""
        return self.again.get(str(clear.get(self.again_by, "")) if self.again_by else "")


def fits(wanted: Mapping[str, tuple[str, ...]], given: Mapping[str, Any]) -> bool:
    """Whether the answers are all among those that are wanted."""
    return all(given.get(name) in values for name, values in wanted.items())


def register_at(name: str, *, region: str = "", at: datetime) -> Register:
    """A register as it is kept in a county now."""
    activities = shipped.content_in_force(KIND, PROCESSING, region=region, at=at)["topics"]
    found = rules.access_rules(at=at)
    sources = {
        "parts": found.parts, "roles": found.roles, "activities": {each["id"]: each["zh"] for each in activities},
    }
    return read(shipped.content_in_force(KIND, name, region=region, at=at), sources=sources)


def read(content: Mapping[str, Any], *, sources: Mapping[str, Words]) -> Register:
    """The definition as an object; `sources` are the options that other definitions give."""
    reasons = content.get("reasons", ())
    more = {**sources, "reasons": words_of(reasons), **{
        name: words_of(each) for name, each in content.get("option_lists", {}).items()
    }}
    review = content.get("review", {"within": {"days": 7}})
    again = dict(review.get("again", {}))
    by = again.pop("by", "")
    certificate = content.get("certificate", {"within": {"days": 30}, "zh": "", "fields": ()})
    topics = content.get("topics") or [{"id": id, "zh": zh} for id, zh in sources["activities"].items()]
    return Register(
        id=content["id"], zh=content["zh"], means=content["means"], source=content["source"], code=content["code"],
        topic_zh=content["topic"]["zh"], topics={each["id"]: _topic(each) for each in topics},
        fields=fields_in(content["fields"], more), asked_first=tuple(content.get("report", ())),
        refusals=tuple((_wanted(each["when"]), each["zh"]) for each in content.get("refusals", ())),
        admits=_wanted(content.get("admits", {})),
        gates={each["id"]: _gate(each) for each in content.get("gates", ())},
        review_within=timedelta(**review["within"]), again_by=by,
        again={key: timedelta(**each) for key, each in again.items()} if by else (
            {"": timedelta(**again)} if again else {}
        ),
        stages=tuple(_stage(each) for each in content.get("stages", ())), told=fields_in(content.get("told", ()), more),
        closing=fields_in(content.get("closing", ()), more), links=words_of(content.get("links", ())),
        wordings={each["id"]: (each["zh"], each["text"]) for each in content.get("wordings", ())},
        impact=content.get("impact", ""), ends=content.get("ends", ""),
        certificate_within=timedelta(**certificate["within"]), certificate_zh=certificate["zh"],
        certificate=fields_in(certificate["fields"], more), before=timedelta(**content["watch"]["before"]),
        climb=timedelta(**content["watch"]["climb"]), roles=tuple(content["watch"]["roles"]),
        # Before it was a rule, a year.
        looks_back=timedelta(**content.get("looks_back", {"days": 365})),
    )


def fields_in(raw: Any, lists: Mapping[str, Words]) -> tuple[Field, ...]:
    return tuple(_field(each, lists) for each in raw)


def _field(raw: Mapping[str, Any], lists: Mapping[str, Words]) -> Field:
    options = raw.get("options", ())
    named = lists[options] if isinstance(options, str) else words_of(options)
    return Field(
        id=raw["id"], zh=raw["zh"], type=raw["type"], options=lists[raw["from"]] if "from" in raw else named,
        is_required=bool(raw.get("required")), required_if=_wanted(raw.get("required_if", {})),
        hint=raw.get("hint", ""), group=raw.get("group", ""), known=raw.get("known", ""),
        is_past=bool(raw.get("past")), after=raw.get("after", ""), only_if=_wanted(raw.get("only_if", {})),
    )


def _stage(raw: Mapping[str, Any]) -> Stage:
    return Stage(
        raw["id"], raw["zh"], timedelta(minutes=raw["within"]["value"]), _wanted(raw.get("only_if", {})),
        bool(raw.get("may_skip")), bool(raw.get("many")), raw.get("wording", ""),
    )


def _gate(raw: Mapping[str, Any]) -> Gate:
    degree = raw["degree"]["value"]
    return Gate(raw["id"], raw["activity"], degree, frozenset(raw.get("unless", ())), raw["zh"])


def _topic(raw: Mapping[str, Any]) -> Topic:
    return Topic(
        raw["id"], raw["zh"], tuple(raw.get("parts", ())), tuple(raw.get("consent", ())), tuple(raw.get("impact", ()))
    )


def _wanted(raw: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    return {name: tuple(values) for name, values in raw.items()}


def words_of(rows: Any) -> dict[str, str]:
    return {each["id"]: each["zh"] for each in rows}
