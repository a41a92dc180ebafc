"""The rules of exports in force, as objects."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tongxin.rulebook import shipped

KIND, ID = "exports", "exports"
ENTRUSTED = "entrusted"
NAMED, DEIDENTIFIED = "identified", "deidentified"
# What was adopted before it could say who a child's helper is, first those nearest to the child.
HELPERS = ("social_worker", "child_director")
# What was adopted before it could say who the office is.
INSIDE = ("case_manager", "child_supervisor", "social_worker", "benefit_clerk", "city_officer")
# Whole files aren't a table.
BOOK_FORM = {"pdf": "整份档案（PDF，每名儿童一册）"}
FORMS = {"xlsx": "表格（xlsx）", "csv": "文本表（csv）", "json": "给程序读的（JSON）"}


@dataclass(frozen=True, slots=True)
class Purpose:
    """What for; `parts` of a file may leave for it, `consent` has to stand where it leaves the office, and where it
    goes to somebody entrusted, an agreement with them."""

    id: str
    zh: str
    leaves: bool
    may_name: bool
    parts: frozenset[str]
    consent: str
    needs_agreement: bool = False
    # Whole files as books, printed and bound in this office; no table of columns.
    is_books: bool = False


@dataclass(frozen=True, slots=True)
class Field:
    """One column: the part of the file that it belongs to and what it says of who somebody is."""

    id: str
    zh: str
    coarse_zh: str
    part: str
    source: str
    is_direct: bool
    is_quasi: bool
    is_sensitive: bool
    is_text: bool
    form: str
    field: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of something that was asked back; `is_open`: it still stands outside."""

    zh: str
    is_open: bool


# What was adopted before anything was asked back.
RECALLS: Mapping[str, Any] = {
    "days": {"value": 10}, "climb": {"value": 3},
    "outcomes": [
        {"id": "returned", "zh": "已经退回"}, {"id": "destroyed", "zh": "已经销毁"},
        {"id": "unreturned", "zh": "没有退回，也没有销毁", "open": True},
    ],
}


@dataclass(frozen=True, slots=True)
class Rules:
    """Purposes, fields, who approves, how long, how many, and how far a row may stand alone."""

    purposes: Mapping[str, Purpose]
    fields: Mapping[str, Field]
    days: int
    copies: int
    at_once: int
    approvers: frozenset[str]
    no_approval: Mapping[str, int]
    k: int
    most_suppressed: int
    texts_a_child: int
    bands: tuple[tuple[int, ...], ...]
    # Roles whose posts are this office; on what basis a body that isn't known here may get something.
    inside: frozenset[str]
    bases: Mapping[str, str]
    # How many values of each thing that could be learnt a class has at least; 1 asks for nothing.
    diverse: int
    recall_days: int
    recall_climb: int
    recall_outcomes: Mapping[str, Outcome]
    # Roles of whom one is a child's helper, in this order where the child was given to nobody by name.
    helpers: tuple[str, ...]
    # How many children's books at most in one request.
    most_books: int

    def chosen(self, ids: object) -> list[Field]:
        """The fields of these ids, in the order of the definition."""
        wanted = set(ids) if isinstance(ids, list | tuple | set | frozenset) else set()
        return [field for field in self.fields.values() if field.id in wanted]

    def offered(self, purpose: Purpose, *, is_named: bool) -> list[Field]:
        """The fields that a purpose may carry, named or not: no text with names, nothing direct without."""
        return [
            field for field in self.fields.values()
            if field.part in purpose.parts and not (field.is_text if is_named else field.is_direct)
        ]


def rules_at(at: datetime, *, region: str = "") -> Rules:
    """The rules that hold in a county; before they are adopted, those that came with the program."""
    return shipped.read_in_force(read, KIND, ID, region=region, at=at)


def read(content: Mapping[str, Any]) -> Rules:
    """The definition as an object."""
    apart, approval, to = content["deidentified"], content["approval"], content.get("recipients", {})
    recalls = content.get("recalls", RECALLS)
    return Rules(
        purposes={each["id"]: _purpose(each) for each in content["purposes"]},
        fields={each["id"]: _field(each) for each in content["fields"]},
        days=content["lasts"]["value"], copies=content["copies"]["value"], at_once=content["at_once"],
        approvers=frozenset(approval["by"]),
        no_approval={kind: each["value"] for kind, each in approval["no_approval_up_to"].items()},
        k=apart["k"]["value"], most_suppressed=apart["most_suppressed"]["value"],
        texts_a_child=apart["texts_a_child"], bands=tuple(tuple(each) for each in apart["age_bands"]),
        inside=frozenset(to.get("inside", INSIDE)), bases={each["id"]: each["zh"] for each in to.get("bases", ())},
        recall_days=recalls["days"]["value"], recall_climb=recalls.get("climb", RECALLS["climb"])["value"],
        recall_outcomes={
            each["id"]: Outcome(each["zh"], bool(each.get("open"))) for each in recalls["outcomes"]
        },
        helpers=tuple(content.get("helpers", {}).get("by", HELPERS)),
        diverse=int(apart.get("l", {}).get("value", 1)), most_books=int(content.get("books", {}).get("value", 0)),
    )


def _purpose(each: Mapping[str, Any]) -> Purpose:
    return Purpose(
        each["id"], each["zh"], bool(each["leaves"]), bool(each["identified"]), frozenset(each["parts"]),
        # Definitions adopted before they could say so mean the same by their purpose.
        str(each.get("consent", "")), bool(each.get("agreement", each["id"] == ENTRUSTED)), bool(each.get("books")),
    )


def _field(each: Mapping[str, Any]) -> Field:
    return Field(
        each["id"], each["zh"], str(each.get("coarse_zh", each["zh"])), each["part"], each["source"],
        bool(each.get("direct")), bool(each.get("quasi")), bool(each.get("sensitive")), bool(each.get("text")),
        str(each.get("form", "")), str(each.get("field", "")),
    )
