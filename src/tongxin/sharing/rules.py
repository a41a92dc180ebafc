"""What `definitions/sharing` says: for which purpose what may go to whom, how long, and who agrees."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tongxin.rulebook import shipped

KIND, ID = "sharing", "sharing"
# What versions adopted before said nothing of.
GIVES = ("case_manager",)
# How far the other body may sit: in the county, in its city, in its province.
REACHES = ("county", "city", "province")
Span = Mapping[str, int]
# What a purpose under which the other body gives has of its own: no child here is chosen, none is asked.
BROUGHT: Mapping[str, Any] = {"consent": "", "scopes": (), "ages": (0, 18), "flows": ("brought",)}


@dataclass(frozen=True, slots=True)
class Field:
    """One thing that may go along: where it is taken from and to which part of the file it belongs."""

    id: str
    zh: str
    part: str
    source: str
    is_text: bool = False


@dataclass(frozen=True, slots=True)
class Purpose:
    """The most that an agreement for it can say."""

    id: str
    zh: str
    basis: str
    receivers: frozenset[str]
    consent: str
    fields: tuple[str, ...]
    scopes: tuple[str, ...]
    categories: tuple[str, ...]
    ages: tuple[int, int]
    flows: tuple[str, ...]
    longest: int
    # The kind of list that the other body brings under it; empty where this county gives.
    brings: str = ""
    reach: str = REACHES[0]

    def reaches(self, level: str) -> bool:
        """Whether a body may be as far as the nearest place that holds both of them."""
        return REACHES.index(level) <= REACHES.index(self.reach)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How the other side came to an end with what it had; `is_open`: something still stands there; `is_asked_again`:
    that isn't an end, whoever stands above is asked."""

    zh: str
    is_open: bool
    is_asked_again: bool = False


@dataclass(frozen=True, slots=True)
class Rules:
    """Purposes, fields, who agrees and takes, spans, and the words of every choice."""

    means: str
    fields: Mapping[str, Field]
    purposes: Mapping[str, Purpose]
    approves: Mapping[str, frozenset[str]]
    takes: frozenset[str]
    # In whose name the giving side gives: the body of a post with one of these roles.
    gives: frozenset[str]
    spans: Mapping[str, Span]
    asking: tuple[Mapping[str, Any], ...]
    refused: Mapping[str, str]
    ends: Mapping[str, str]
    outcomes: Mapping[str, Outcome]

    def chosen(self, ids: Iterable[str]) -> list[Field]:
        """The fields of these ids, in the order of the definition."""
        wanted = set(ids)
        return [field for field in self.fields.values() if field.id in wanted]

    def purposes_for(self, kind: str) -> list[Purpose]:
        """What may be agreed with a body of a kind."""
        return [each for each in self.purposes.values() if kind in each.receivers]


def rules_at(at: datetime, *, region: str = "") -> Rules:
    """The rules that hold in a county; before they are adopted, those that came with the program."""
    return shipped.read_in_force(read, KIND, ID, region=region, at=at)


def read(content: Mapping[str, Any]) -> Rules:
    """The definition as an object."""
    incoming = content.get("incoming", {})
    return Rules(
        means=content["means"],
        fields={
            each["id"]: Field(each["id"], each["zh"], each.get("part", ""), each.get("source", ""))
            for each in (*content["fields"], *incoming.get("fields", ()))
        },
        purposes={
            each["id"]: _purpose(each)
            for each in (*content["purposes"], *({**BROUGHT, **each} for each in incoming.get("purposes", ())))
        },
        approves={side: frozenset(roles) for side, roles in content["approves"].items()},
        takes=frozenset(content["takes"]), gives=frozenset(content.get("gives", GIVES)),
        spans=content["spans"], asking=tuple(content["asking"]),
        refused=_words(content["refused"]), ends=_words(content["ends"]),
        outcomes={
            each["id"]: Outcome(each["zh"], bool(each.get("open")), bool(each.get("again")))
            for each in content["outcomes"]
        },
    )


def _purpose(each: Mapping[str, Any]) -> Purpose:
    low, high = each["ages"]
    return Purpose(
        id=each["id"], zh=each["zh"], basis=each["basis"], receivers=frozenset(each["receivers"]),
        consent=each["consent"], fields=tuple(each["fields"]), scopes=tuple(each["scopes"]),
        categories=tuple(each.get("categories", ())), ages=(int(low), int(high)), flows=tuple(each["flows"]),
        longest=int(each["longest"]["value"]), brings=str(each.get("brings", "")),
        reach=str(each.get("reach", REACHES[0])),
    )


def _words(rows: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    return {each["id"]: each["zh"] for each in rows}
