"""What several sides decide about one child: conferences called and held, decisions with their owners and days."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tongxin.core.pathway.facts import Fact
from tongxin.core.pathway.handovers import Waiting

if TYPE_CHECKING:
    from tongxin.core.pathway.state import CaseState

EACH = frozenset({"conferences_called", "conferences_next", "decisions", "decisions_failed"})
CALL, RECORD, ANSWER = "conference", "conference_record", "decision_answer"
HELD, PUT_OFF = "yes", "put_off"
GOES_ON, DONE = "part", "done"
# The crisis step that a conference does; whoever called one, or acted otherwise, has arranged what came to nothing.
CRISIS_STEP = "conference"
ACTS_ON_FAILED = (CALL, RECORD, "plan", "referral", "follow_up")


@dataclass(slots=True)
class Decision:
    """One decision: what kind of thing, whose work, by which day, and the newest answer."""

    fact: Fact
    zh: str
    role: str
    organisation: str
    due_on: str
    answer: Fact | None = None

    @property
    def outcome(self) -> str:
        """How far it got: nothing yet, `part`, `done` or `failed`."""
        return str(self.answer.data.get("outcome", "")) if self.answer else ""

    @property
    def is_open(self) -> bool:
        return self.outcome in {"", GOES_ON}


@dataclass(slots=True)
class Conferences:
    """Conferences of one child that are called, the last one held, and all decisions by `<record>:<number>`."""

    called: dict[str, tuple[Fact, str]] = field(default_factory=dict)
    last: Fact | None = None
    decisions: dict[str, Decision] = field(default_factory=dict)

    def take(self, fact: Fact) -> None:
        """Note one fact in force."""
        if fact.kind == CALL:
            self.called[fact.id] = fact, _day(fact.data.get("meets_at"))
        elif fact.kind == RECORD:
            self._hold(fact)
        elif fact.kind == ANSWER:
            self._answer(fact)

    def _hold(self, fact: Fact) -> None:
        """A record of the conference it names; one that names none, of the only one that was called."""
        named = str(fact.data.get("conference", ""))
        if not named and len(self.called) == 1:
            named = next(iter(self.called))
        if fact.data.get("held") == PUT_OFF:
            if named in self.called:
                self.called[named] = self.called[named][0], _day(fact.data.get("next_on"))
            return
        self.called.pop(named, None)
        if fact.data.get("held") != HELD:
            return
        self.last = fact
        rows = fact.data.get("decisions")
        for number, row in enumerate(rows if isinstance(rows, list | tuple) else (), 1):
            if isinstance(row, Mapping):
                self.decisions[f"{fact.id}:{number}"] = Decision(
                    fact, str(row.get("zh", "")), str(row.get("role") or ""), str(row.get("organisation") or ""),
                    _day(row.get("due_on")),
                )

    def _answer(self, fact: Fact) -> None:
        named = str(fact.data.get("decision", ""))
        waiting = [key for key, each in self.decisions.items() if each.is_open]
        if not named and len(waiting) == 1:
            named = waiting[0]
        known = self.decisions.get(named)
        if known is None or not known.is_open:
            return
        known.answer = fact
        if known.outcome == GOES_ON:
            known.due_on = _day(fact.data.get("next_on")) or known.due_on

    def names(self) -> dict[str, object]:
        """What the rules of the steps may know of conferences."""
        return {
            "conference_open": bool(self.called),
            "decision_open": any(each.is_open for each in self.decisions.values()),
        }


def waiting(each: str, state: CaseState) -> Iterator[Waiting]:
    """What the steps about conferences count from."""
    found = state.conferences
    if each == "conferences_called":
        for fact, day in found.called.values():
            yield Waiting(fact.id, fact.recorded_at, due_on=day)
    elif each == "conferences_next":
        last = found.last
        if last is not None and (day := _day(last.data.get("next_on"))) and not _acted(state, (CALL,), last):
            yield Waiting(last.id, last.recorded_at, due_on=day)
    else:
        for key, known in found.decisions.items():
            if each == "decisions" and known.is_open:
                yield Waiting(
                    key, known.fact.recorded_at, known.organisation, more=known.zh, role=known.role,
                    due_on=known.due_on,
                )
            elif each == "decisions_failed" and _came_to_nothing(known) and not _acted(
                state, ACTS_ON_FAILED, known.answer or known.fact
            ):
                yield Waiting(key, (known.answer or known.fact).recorded_at, more=known.zh)


def _came_to_nothing(known: Decision) -> bool:
    return not known.is_open and known.outcome != DONE


def _acted(state: CaseState, kinds: tuple[str, ...], since: Fact) -> bool:
    return any(kind in state.last and state.last[kind].seq > since.seq for kind in kinds)


def _day(value: object) -> str:
    """The day of a date or of a moment as it was written; empty where there is none."""
    return value[:10] if isinstance(value, str) else ""
