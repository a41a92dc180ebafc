"""What goes from one body or place to another: referrals with their answers, children who move."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING

from tongxin.core.pathway.facts import Fact

if TYPE_CHECKING:
    from tongxin.core.pathway.definition import Pathway, Span
    from tongxin.core.pathway.state import CaseState

SENT, RECEIVED = "sent", "received"
REFERRAL_ENDS = frozenset({"declined", "returned", "done", "revoked"})
TAKEN_ON = frozenset({"accepted", "contacted", "in_service"})
BACK = frozenset({"declined", "returned"})
# Whoever sent a child acts on what came back by one of these; the one at the child's side by the second.
ACTS_ON_BACK, ACTS_ON_DUTIES = ("referral", "follow_up", "plan", "closure"), ("visit", "follow_up")
OTHERWISE = "otherwise"


@dataclass(slots=True)
class Handover:
    """One referral: where it stands, the newest answer, and whether the other side has met the child."""

    fact: Fact
    answer: str = SENT
    told: Fact | None = None
    is_contacted: bool = False
    # When each state was first reached.
    reached: dict[str, datetime] = field(default_factory=dict)

    @property
    def is_open(self) -> bool:
        return self.answer not in REFERRAL_ENDS

    @property
    def to(self) -> str:
        return str(self.fact.data.get("to_organisation", ""))

    @property
    def urgency(self) -> str:
        return str(self.fact.data.get("urgency", ""))


@dataclass(frozen=True, slots=True)
class Waiting:
    """What a step counts from: the entry, the moment, whom it asks (a body or a place), and how urgent that is."""

    anchor: str
    since: datetime
    whom: str = ""
    urgency: str = ""
    # What the step says beside its own words.
    more: str = ""
    # Whose work it is, by which day at the latest or how long after, and the last day on which it is still asked for.
    role: str = ""
    due_on: str = ""
    every: Span | None = None
    until: str = ""


def answer(state: CaseState, fact: Fact) -> None:
    """An answer to the referral it names; one that names none, to the only one that waits."""
    key = str(fact.data.get("referral", ""))
    waiting = [each for each, known in state.referrals.items() if known.is_open]
    if not key and len(waiting) == 1:
        key = waiting[0]
    if key in state.referrals:
        known = state.referrals[key]
        known.answer, known.told = str(fact.data.get("answer", SENT)), fact
        known.reached.setdefault(known.answer, fact.recorded_at)
        known.is_contacted = known.is_contacted or known.answer in {"contacted", "in_service", "done"} or bool(
            fact.data.get("first_contact_on")
        )


def end_by_consent(state: CaseState) -> None:
    """What was handed over because a family agreed ends when it agrees no more."""
    for known in state.referrals.values():
        if known.is_open and known.fact.data.get("basis") == "consent":
            known.answer = "revoked"


def waiting(each: str, state: CaseState) -> Iterator[Waiting]:
    """What the steps about hand-overs count from; nothing for other steps."""
    if each == "transfers":
        fact = state.last["transfer_out"]
        yield Waiting(fact.id, fact.recorded_at, str(fact.data.get("to_division", "")))
    elif each == "arrivals":
        yield from _arrivals(state)
    elif each == "transfers_back":
        yield from _transfers_back(state)
    elif each.startswith("referrals"):
        for known in state.referrals.values():
            yield from _of(each, known, state)


def span_of(table: str, urgency: str, pathway: Pathway) -> Span:
    """The span of an urgency in one of the tables of clocks."""
    clocks: Mapping[str, Span] = pathway.content["referral_clocks"][table]
    return clocks.get(urgency) or clocks[OTHERWISE]


def _of(each: str, known: Handover, state: CaseState) -> Iterator[Waiting]:
    fact, told = known.fact, known.told or known.fact
    sent = Waiting(fact.id, fact.recorded_at, known.to, known.urgency)
    is_taken_on = known.answer in TAKEN_ON
    if each == "referrals_accepted" and is_taken_on:
        yield Waiting(fact.id, _since_contact(known, state))
    elif (
        (each == "referrals_sent" and known.answer == SENT)
        or (each == "referrals_received" and known.answer == RECEIVED)
        or (each == "referrals_to_contact" and is_taken_on and not known.is_contacted)
    ):
        yield sent
    elif each == "referrals_in_service" and is_taken_on and known.is_contacted:
        yield Waiting(fact.id, told.recorded_at, known.to, known.urgency)
    elif each == "referrals_back" and known.answer in BACK and not _acted(state, ACTS_ON_BACK, told):
        yield Waiting(fact.id, told.recorded_at)
    elif (
        each == "referrals_duties" and known.answer == "done" and not _acted(state, ACTS_ON_DUTIES, told)
        and (words := duties_of(told, state.pathway))
    ):
        yield Waiting(fact.id, told.recorded_at, more="；".join(words))


def duties_of(told: Fact, pathway: Pathway) -> tuple[str, ...]:
    """What whoever is near the child has to see to after a result, in plain words; never why."""
    found = pathway.content["referral_results"].get(str(told.data.get("result_kind", "")), {})
    words = [str(each["zh"]) for each in found.get("duties", ())]
    again = told.data.get("revisit_on")
    if isinstance(again, str) and again:
        day = date.fromisoformat(again)
        words.append(f"{day.month}月{day.day}日复诊")
    return tuple(words)


def _since_contact(known: Handover, state: CaseState) -> datetime:
    """The sender's own following starts again with each contact."""
    contact = state.last.get("follow_up")
    return contact.recorded_at if contact and contact.seq > known.fact.seq else known.fact.recorded_at


def _acted(state: CaseState, kinds: tuple[str, ...], told: Fact) -> bool:
    return any(kind in state.last and state.last[kind].seq > told.seq for kind in kinds)


def _arrivals(state: CaseState) -> Iterator[Waiting]:
    """A child who was taken over by another place and whom nobody there has visited."""
    fact = state.last.get("transfer_in")
    if fact and fact.data.get("outcome") == "accepted" and fact.data.get("goes_on") and not _acted(
        state, ("visit",), fact
    ):
        yield Waiting(fact.id, fact.recorded_at)


def _transfers_back(state: CaseState) -> Iterator[Waiting]:
    """A child whom the other place did not take, until the sender acts."""
    fact = state.last.get("transfer_in")
    if fact and fact.data.get("outcome") == "returned" and not _acted(
        state, ("transfer_out", "follow_up", "visit"), fact
    ):
        yield Waiting(fact.id, fact.recorded_at)
