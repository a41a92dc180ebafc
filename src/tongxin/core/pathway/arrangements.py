"""What a family arranges with others' help: a dispute that is mediated, a child entrusted to somebody's care."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from tongxin.core.pathway.calendar import CHINA
from tongxin.core.pathway.facts import Fact
from tongxin.core.pathway.handovers import Waiting

if TYPE_CHECKING:
    from tongxin.core.pathway.state import CaseState

EACH = frozenset({
    "mediations", "mediations_agreed", "mediations_failed", "entrusted_first", "entrusted_contact",
    "entrusted_silent", "entrusted_end", "entrusted_untold", "entrusted_carer",
})
MEDIATION, RESULT, FOLLOWED = "mediation", "mediation_result", "mediation_follow"
ENTRUSTED, CHECKED, CARER = "entrusted_care", "entrusted_check", "carer_change"
AGREED, GOES_ON, NOTHING = frozenset({"agreed", "part"}), "goes_on", "none"
ACTS_ON_FAILED = ("referral", "follow_up", MEDIATION)
OVER = frozenset({"returned", "ended"})
NOT_YET = "not_yet"


@dataclass(slots=True)
class Mediation:
    """One dispute: who is at it, what became of it, by which day somebody looks again."""

    fact: Fact
    last: Fact
    state: str = "open"
    due_on: str = ""


@dataclass(slots=True)
class Entrusted:
    """One child's care entrusted to somebody: until when, who was told of it, the last look at it."""

    fact: Fact
    ends_on: str
    untold: bool
    renewed: Fact
    checked: Fact | None = None
    is_seen: bool = False
    is_silent: bool = False
    has_carer: bool = False


@dataclass(slots=True)
class Arrangements:
    """Mediations of one child by their entries, and the entrusted care in force."""

    mediations: dict[str, Mediation] = field(default_factory=dict)
    entrusted: Entrusted | None = None

    def take(self, fact: Fact) -> None:
        """Note one fact in force; a dispute with a danger in it is never mediated (it is reported)."""
        data = fact.data
        if fact.kind == MEDIATION and not data.get("alarms"):
            self.mediations[fact.id] = Mediation(fact, fact)
        elif fact.kind in {RESULT, FOLLOWED} and (known := self._named(fact)):
            _go_on(known, fact)
        elif fact.kind == ENTRUSTED:
            self.entrusted = Entrusted(fact, str(data.get("ends_on") or ""), _is_untold(data), fact)
        elif fact.kind == CHECKED and self.entrusted:
            self._check(self.entrusted, fact)
        elif fact.kind == CARER and self.entrusted and data.get("is_entrusted") == "yes":
            self.entrusted.has_carer = True

    def _named(self, fact: Fact) -> Mediation | None:
        """The mediation that is named; where none is, the only one in which this can come."""
        stands = "open" if fact.kind == RESULT else "agreed"
        waiting = [each for each in self.mediations.values() if each.state == stands]
        named = str(fact.data.get("mediation", ""))
        if named in self.mediations:
            return next((each for each in waiting if each.fact.id == named), None)
        return waiting[0] if len(waiting) == 1 else None

    def _check(self, known: Entrusted, fact: Fact) -> None:
        data = fact.data
        if data.get("outcome") in OVER:
            self.entrusted = None
            return
        known.checked = fact
        known.is_seen = known.is_seen or data.get("seen_in_person") == "yes"
        known.is_silent = data.get("contact_kept") == "no"
        known.untold = known.untold and _is_untold(data)
        if data.get("outcome") == "renewed" and data.get("ends_on"):
            known.ends_on, known.renewed = str(data["ends_on"]), fact

    def names(self) -> dict[str, object]:
        """What the rules of the steps may know of both."""
        states = {each.state for each in self.mediations.values()}
        return {
            "mediation_open": "open" in states, "mediation_agreed": "agreed" in states,
            "entrusted_open": self.entrusted is not None,
        }


def _go_on(known: Mediation, fact: Fact) -> None:
    outcome, known.last = str(fact.data.get("outcome", "")), fact
    known.due_on = str(fact.data.get("next_on") or "")
    if outcome == GOES_ON:
        return
    if outcome in AGREED or outcome == "kept":
        known.state = "agreed" if known.due_on else "ended"
    else:
        known.state = "ended" if fact.data.get("then") == NOTHING else "failed"


def _is_untold(data: object) -> bool:
    return isinstance(data, Mapping) and NOT_YET in {data.get("told_school"), data.get("told_village")}


def waiting(each: str, state: CaseState) -> Iterator[Waiting]:
    """What the steps about both count from."""
    if each.startswith("mediations"):
        wanted = {"mediations": "open", "mediations_agreed": "agreed", "mediations_failed": "failed"}[each]
        for id, known in state.arrangements.mediations.items():
            if known.state == wanted and not (wanted == "failed" and _acted(state, known.last)):
                yield Waiting(id, known.last.recorded_at, due_on=known.due_on)
    elif known_care := state.arrangements.entrusted:
        yield from _of_care(each, known_care)


def _of_care(each: str, known: Entrusted) -> Iterator[Waiting]:
    fact, checked = known.fact, known.checked
    if each == "entrusted_first" and not known.is_seen:
        yield Waiting(fact.id, _begins(fact))
    elif checked and (
        (each == "entrusted_contact" and known.is_seen and not known.is_silent)
        or (each == "entrusted_silent" and known.is_silent)
    ):
        yield Waiting(checked.id, checked.recorded_at)
    elif each == "entrusted_end" and known.ends_on:
        yield Waiting(known.renewed.id, known.renewed.recorded_at, due_on=known.ends_on)
    elif (each == "entrusted_untold" and known.untold) or (each == "entrusted_carer" and not known.has_carer):
        yield Waiting(fact.id, fact.recorded_at)


def _begins(fact: Fact) -> datetime:
    """From when the care counts: its first day, or its record where that came later."""
    day = str(fact.data.get("starts_on") or "")
    return max(fact.recorded_at, datetime.fromisoformat(day).replace(tzinfo=CHINA)) if day else fact.recorded_at


def _acted(state: CaseState, since: Fact) -> bool:
    return any(kind in state.last and state.last[kind].seq > since.seq for kind in ACTS_ON_FAILED)
