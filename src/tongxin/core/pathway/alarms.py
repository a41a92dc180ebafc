"""Danger signs over time: safety checks that lapse into crises, crises that only a person closes."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from tongxin.core.pathway.calendar import Calendar, due_at
from tongxin.core.pathway.conferences import CRISIS_STEP, HELD, RECORD
from tongxin.core.pathway.definition import Pathway
from tongxin.core.pathway.facts import WITHDRAWN, Fact

SAFETY_CHECK, CRISIS, REPORT = "safety_check", "crisis", "report"


@dataclass(frozen=True, slots=True)
class Alarm:
    """One danger sign of one entry; `closed_at` only by a named qualified person (spine A3, A8).

    `duty` names the report that the law asks for: the entry that first told of the danger.
    """

    key: str
    gate: str
    zh: str
    kind: str
    entry: str
    raised_at: datetime
    became_crisis_at: datetime | None = None
    closed_at: datetime | None = None
    closed_by: str = ""
    duty: str = ""
    household: bool = False

    @property
    def is_open(self) -> bool:
        return self.closed_at is None

    @property
    def is_crisis(self) -> bool:
        return self.became_crisis_at is not None


@dataclass(frozen=True, slots=True)
class Taken:
    """One step of the crisis path that somebody recorded."""

    step: str
    at: datetime
    entry: str


@dataclass(frozen=True, slots=True)
class Episode:
    """All alarms that were crises together, with the steps taken; closed once, by a person."""

    key: str
    entry: str
    began_at: datetime
    taken: tuple[Taken, ...] = ()
    closed_at: datetime | None = None
    closed_by: str = ""


@dataclass(slots=True)
class Alarms:
    """What the fold knows of alarms so far."""

    alarms: dict[str, Alarm] = field(default_factory=dict)
    episodes: list[Episode] = field(default_factory=list)
    lapses: dict[str, datetime] = field(default_factory=dict)
    origins: dict[str, str] = field(default_factory=dict)
    # Whoever goes on answering, or hands in the form around an answer, tells of the same danger: its clock goes on.
    sittings: dict[str, str] = field(default_factory=dict)
    told: dict[str, datetime] = field(default_factory=dict)

    @property
    def episode(self) -> Episode | None:
        return self.episodes[-1] if self.episodes and self.episodes[-1].closed_at is None else None

    @property
    def open_checks(self) -> list[Alarm]:
        return [a for a in self.alarms.values() if a.is_open and not a.is_crisis]

    @property
    def duties(self) -> dict[str, datetime]:
        """Each report that the law asks for, with the moment from which it is asked; no correction takes one back."""
        found: dict[str, datetime] = {}
        for alarm in self.alarms.values():
            if alarm.duty and alarm.became_crisis_at is not None:
                found[alarm.duty] = min(found.get(alarm.duty, alarm.became_crisis_at), alarm.became_crisis_at)
        return found

    def lapse(self, now: datetime) -> None:
        """Checks that nobody did in time have become crises by `now`."""
        for alarm in self.open_checks:
            if self.lapses[alarm.key] <= now:
                self._into_crisis(alarm, self.lapses[alarm.key])

    def take(self, fact: Fact, *, pathway: Pathway, calendar: Calendar) -> None:
        """What one fact raises, answers or closes."""
        self.lapse(fact.recorded_at)
        if fact.supersedes:
            self._take_back(fact.supersedes, fact.recorded_at)
        self.origins[fact.id] = self.origins.get(fact.supersedes or "", fact.supersedes or fact.id)
        if fact.correction in WITHDRAWN:
            return
        duty = "" if fact.kind == REPORT else self.origins[fact.id]
        for raised in _raised_by(fact, sitting=self._sitting_of(fact), duty=duty):
            lapses = due_at(pathway.safety_check_lapses, since=raised.raised_at, calendar=calendar)
            if self._was_told(raised.key, fact) or self._tells_of_known_danger(fact):
                continue
            self.alarms[raised.key], self.told[raised.key] = raised, lapses
            if raised.kind == CRISIS:
                self._into_crisis(raised, raised.raised_at)
            else:
                self.lapses[raised.key] = lapses
        if fact.kind == "safety_check":
            self._answer_check(fact)
        elif self.episode and (step := _step_taken(fact, pathway)):
            taken = Taken(step, fact.at, fact.id)
            self.episodes[-1] = replace(self.episode, taken=(*self.episode.taken, taken))
        elif fact.kind == "crisis_close" and self.episode:
            self._close_episode(fact)

    def _sitting_of(self, fact: Fact) -> str:
        """To what a fact belongs; a copy that waits names the entry which it becomes when somebody opens it."""
        sitting = str(fact.data.get("sitting") or self.sittings.get(fact.id, fact.id))
        if becomes := fact.data.get("becomes"):
            self.sittings[str(becomes)] = sitting
        return sitting

    def _was_told(self, key: str, fact: Fact) -> bool:
        """A danger of the same sitting; one that was closed and is told of long after is a new one."""
        known = self.alarms.get(key)
        return known is not None and (known.is_open or fact.at <= self.told[key])

    def _tells_of_known_danger(self, fact: Fact) -> bool:
        """A report that answers for a danger already in the record begins no new crisis."""
        if fact.kind != REPORT:
            return False
        if named := fact.data.get("duty"):
            return named in self.duties
        return any(alarm.duty and alarm.is_open and alarm.is_crisis for alarm in self.alarms.values())

    def _take_back(self, entry: str, at: datetime) -> None:
        """What an entry closed is open again once it is corrected, withdrawn or moved; what it raised stays (A8)."""
        for key, alarm in self.alarms.items():
            if alarm.closed_by == entry:
                self.alarms[key] = replace(alarm, closed_at=None, closed_by="")
                self.lapses[key] = max(self.lapses.get(key, at), at)
        for at_place, episode in enumerate(self.episodes):
            taken = tuple(each for each in episode.taken if each.entry != entry)
            self.episodes[at_place] = replace(episode, taken=taken)
        last = self.episodes[-1] if self.episodes else None
        if last and last.closed_by == entry:
            self.episodes[-1] = replace(last, closed_at=None, closed_by="", began_at=at)

    def _answer_check(self, fact: Fact) -> None:
        """One answer settles the check it names; an unnamed “no” settles one only when it is the only one."""
        waiting = self.open_checks
        named = fact.data.get("alarm")
        for alarm in waiting:
            if named not in (None, "", alarm.key) or (not named and len(waiting) > 1 and fact.data["outcome"] == "no"):
                continue
            if fact.data.get("outcome") == "no":
                self.alarms[alarm.key] = replace(alarm, closed_at=fact.recorded_at, closed_by=fact.id)
            elif fact.data.get("outcome") == "yes":
                self._into_crisis(alarm, fact.recorded_at)

    def _into_crisis(self, alarm: Alarm, at: datetime) -> None:
        """A new danger begins the steps anew, also while another crisis is open."""
        self.alarms[alarm.key] = replace(alarm, became_crisis_at=at)
        if self.episode is None:
            self.episodes.append(Episode(f"crisis:{alarm.entry}", alarm.entry, at))
        elif self.episode.entry != alarm.entry:
            self.episodes[-1] = replace(self.episode, entry=alarm.entry, began_at=at, taken=())

    def _close_episode(self, fact: Fact) -> None:
        at, by = fact.recorded_at, fact.id
        self.episodes[-1] = replace(self.episodes[-1], closed_at=at, closed_by=by)
        for key, alarm in self.alarms.items():
            if alarm.is_open and alarm.is_crisis:
                self.alarms[key] = replace(alarm, closed_at=at, closed_by=by)


def _step_taken(fact: Fact, pathway: Pathway) -> str:
    """The crisis step that a fact does; a conference that was held is one whatever form it stands on."""
    if fact.kind == RECORD and fact.data.get("held") == HELD:
        return CRISIS_STEP
    return str(fact.data.get("step")) if fact.kind == "crisis_step" and _is_taken(fact, pathway) else ""


def _is_taken(fact: Fact, pathway: Pathway) -> bool:
    """A step that was only tried is still to be taken; some can be found not to be needed."""
    result, step = fact.data.get("result", "done"), fact.data.get("step")
    return result == "done" or (result == "not_needed" and step in pathway.content["crisis_not_needed"])


def _raised_by(fact: Fact, *, sitting: str, duty: str) -> Sequence[Alarm]:
    rows = fact.data.get("alarms", ())
    return [
        Alarm(
            key=f"{row['gate']}:{sitting}", gate=row["gate"], zh=row["zh"], kind=row["kind"], entry=fact.id,
            raised_at=fact.recorded_at, duty=duty if row.get("report") else "", household=bool(row.get("household")),
        )
        for row in (rows if isinstance(rows, list | tuple) else ())
    ]
