"""What `definitions/funds` says: accounts, purposes with their ceilings, approvals, what is asked."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from tongxin.registers.rules import Field, fields_in, words_of
from tongxin.rulebook import shipped

KIND = "funds"
# What versions adopted before said nothing of.
SINCE = ("wish_drops",)
ASSET = "asset"
TO_CHILD = "child"
Words = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Purpose:
    """What money may be used for: its account, and for children how much in which span at most (分)."""

    id: str
    zh: str
    account: str
    to: str
    every: str
    most: int
    # What is due to a child (`definitions/needs`) that may be met by it.
    needs: frozenset[str]

    def period(self, on: date) -> str:
        """The span in which the same again is a second time; empty where nobody looks."""
        return {
            "year": f"{on.year}", "half": f"{on.year}-{1 if on.month <= 6 else 2}", "once": "once",
        }.get(self.every, "")


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure with its unit and its definition in words."""

    id: str
    zh: str
    unit: str
    means: str


@dataclass(frozen=True, slots=True)
class Funds:
    """The rules of a county."""

    means: str
    source: str
    accounts: Words
    kinds: Mapping[str, str]
    held: Mapping[str, str]
    reserved: str
    # Where money stands that went to places below.
    handed: str
    sources: Words
    income: Mapping[str, str]
    purposes: Mapping[str, Purpose]
    steps: tuple[tuple[int | None, int], ...]
    lists: Mapping[str, Words]
    # Whether money or goods are given in a way.
    way_forms: Words
    # How long before a fund was entered money may have come without being asked about.
    early_deposit: timedelta
    receipt_within: timedelta
    remind_before: timedelta
    rows_at_most: int
    small_below: int
    asked: Mapping[str, tuple[Field, ...]]
    outcomes: tuple[Figure, ...]
    caveat: str
    reached: frozenset[str]
    # From which age somebody signs for themselves, by who signs.
    ages: Mapping[str, int]
    # Above which amount (分) of a grant, a child's year, a month, a deposit one is asked first.
    unusual: Mapping[str, int]
    # The kinds of attachments that are receipts.
    papers: frozenset[str]
    # The sources out of which a benefit is paid that somebody is entitled to.
    public: frozenset[str]

    def people_for(self, amount: int) -> int:
        """How many other people have to agree to an amount in 分."""
        return next(people for up_to, people in self.steps if up_to is None or amount <= up_to)


def period_zh(period: str) -> str:
    """A span in words."""
    year, _, half = period.partition("-")
    if not year.isdigit():
        return "一次" if period else ""
    return f"{year}年" + {"1": "上半年", "2": "下半年"}.get(half, "")


def funds_in(*, region: str, at: datetime) -> Funds:
    """The rules in force in a county."""
    return shipped.read_in_force(_read, KIND, KIND, region=region, at=at, since=SINCE)


def _read(content: Mapping[str, Any]) -> Funds:
    named = (
        "sources", "ways", "refusals", "again", "returns", "receipts", "liked", "corrections", "sure",
        "handing_returns", *SINCE,
    )
    lists = {name: words_of(content[name]) for name in named}
    given = {each["id"]: each["zh"] for each in content["purposes"] if each["to"] == TO_CHILD}
    options = {name: words_of(each) for name, each in content["option_lists"].items()}
    options |= {**lists, "purposes": words_of(content["purposes"]), "given": given}
    return Funds(
        means=content["means"], source=content["source"], accounts=words_of(content["accounts"]),
        kinds={each["id"]: each["kind"] for each in content["accounts"]}, held=content["held"],
        reserved=content["reserved"], handed=content["handed"], sources=lists["sources"],
        income={each["id"]: each["account"] for each in content["sources"]},
        purposes={
            each["id"]: Purpose(
                each["id"], each["zh"], each["account"], each["to"], each.get("every", "none"),
                int(each.get("most", 0)), frozenset(each.get("needs", ())),
            ) for each in content["purposes"]
        },
        steps=tuple((each.get("up_to"), each["people"]) for each in content["approvals"]), lists=lists,
        way_forms={each["id"]: each["form"] for each in content["ways"]},
        early_deposit=timedelta(**content["early_deposit"]),
        receipt_within=timedelta(**content["receipt_within"]), remind_before=timedelta(**content["remind_before"]),
        rows_at_most=int(content["rows_at_most"]), small_below=int(content["small_below"]),
        asked={key: fields_in(content[key], options) for key in ("fund", "deposit", "payout", "handing", "wish")},
        outcomes=tuple(Figure(each["id"], each["zh"], each["unit"], each["means"]) for each in content["outcomes"]),
        caveat=content["caveat"], reached=frozenset(content["reached"]),
        ages={each["id"]: int(each["least_age"]) for each in content["receipts"] if "least_age" in each},
        unusual=dict(content["unusual"]), papers=frozenset(content.get("papers", ())),
        public=frozenset(each["id"] for each in content["sources"] if each.get("public")),
    )
