"""The state of one case: a pure function of its facts, the pathway and a moment."""

from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from datetime import datetime

from tongxin.core.pathway import courses, crises, grades, handovers
from tongxin.core.pathway.alarms import Alarms
from tongxin.core.pathway.arrangements import Arrangements
from tongxin.core.pathway.calendar import CHINA, Calendar
from tongxin.core.pathway.caring import Care
from tongxin.core.pathway.clocks import CONTACT, started_by
from tongxin.core.pathway.conferences import Conferences
from tongxin.core.pathway.courses import Courses
from tongxin.core.pathway.definition import Pathway
from tongxin.core.pathway.facts import WITHDRAWN, Fact, in_force
from tongxin.core.pathway.grades import Grades
from tongxin.core.pathway.handovers import Handover
from tongxin.core.pathway.reporting import Reporting
from tongxin.core.pathway.writers import Writers

# What a change of the child's situation means for the pathway; papers that lack don't change where a child is.
STATES = {"found": "present", "returned": "present"}
PAPERS = frozenset({"no_hukou", "no_id", "hukou_settled"})
# A consent that somebody else gave for want of a guardian who can.
NO_GUARDIAN, UNGUARDED = "no_capable_guardian", "unguarded"
# The crisis step in which somebody has looked into whether the guardian is the danger.
LOOKED_INTO = "ask_concern"
# What waits for an answer from the moment it is recorded, and the answers with the name of what they answer.
OPENS = {"held": "held", "flag": "flags", "rights_request": "rights"}
SETTLES = {"flag_answer": ("flags", "flag"), "rights_answer": ("rights", "right"), "heard_answer": ("heard", "record")}
# Whoever reports a danger has answered what was asked about words in earlier records.
ANSWERS_HEARD = frozenset({"crisis_report", "report"})


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a task waits: until when, and when that was said."""

    until: datetime
    given_at: datetime


@dataclass(slots=True)
class CaseState:
    """Everything the steps, the lists and the file page say about where a child stands."""

    pathway: Pathway
    on: datetime
    grades: Grades
    alarms: Alarms
    stage: str = ""
    is_open: bool = False
    last: dict[str, Fact] = field(default_factory=dict)
    identified: str = "none"
    feedback: str = "none"
    child_state: str = "present"
    referrals: dict[str, Handover] = field(default_factory=dict)
    reasons: dict[str, Reason] = field(default_factory=dict)
    consents: dict[str, str] = field(default_factory=dict)
    may_refer: bool = False
    is_concern: bool = False
    concern_cleared: bool = False
    concern_doubted: bool = False
    staff_concern: bool = False
    held: dict[str, Fact] = field(default_factory=dict)
    held_settled: dict[str, Fact] = field(default_factory=dict)
    details: tuple[str, ...] = ()
    household_checks: dict[str, Fact] = field(default_factory=dict)
    reports: dict[str, Fact] = field(default_factory=dict)
    assigned: list[str] = field(default_factory=list)
    reported: set[str] = field(default_factory=set)
    flags: dict[str, Fact] = field(default_factory=dict)
    rights: dict[str, Fact] = field(default_factory=dict)
    heard: dict[str, Fact] = field(default_factory=dict)
    watch: crises.Watch = field(default_factory=crises.Watch)
    care: Care = field(default_factory=Care)
    courses: Courses = field(default_factory=Courses)
    conferences: Conferences = field(default_factory=Conferences)
    arrangements: Arrangements = field(default_factory=Arrangements)
    reporting: Reporting = field(default_factory=Reporting)
    writers: Writers = field(default_factory=Writers)
    expires_at: datetime | None = None

    @property
    def in_crisis(self) -> bool:
        return self.alarms.episode is not None

    @property
    def level(self) -> str:
        """The effective grade; green whose evidence has expired is not known any more (A7)."""
        level = self.grades.effective
        unknown = str(self.pathway.content["unknown"])
        if self.evidence_expired and self.pathway.rank_of(level) < self.pathway.rank_of(unknown):
            return unknown if self.grades.assessed else level
        return level

    @property
    def evidence_expired(self) -> bool:
        return self.expires_at is not None and self.expires_at <= self.on

    @property
    def concern_unknown(self) -> bool:
        """Whether nobody has found out yet if the guardian is the danger that was told of."""
        was_in_danger = any(alarm.is_crisis for alarm in self.alarms.alarms.values())
        return not self.is_concern and (self.concern_doubted or (was_in_danger and not self.concern_cleared))

    @property
    def report_duties(self) -> dict[str, datetime]:
        """The reports still to be made, the oldest first, with the moment from which they are asked."""
        waiting = ((key, at) for key, at in self.alarms.duties.items() if key not in self.reported)
        return dict(sorted(waiting, key=lambda each: (each[1], each[0])))

    def since_grade(self, kinds: frozenset[str], *, counting_itself: bool = False) -> bool:
        """Whether something of these kinds happened since the grade last changed, or was what changed it."""
        since = self.grades.since
        return since is not None and any(
            fact.seq > since.seq or (counting_itself and fact.seq == since.seq)
            for kind, fact in self.last.items() if kind in kinds
        )

    def names(self) -> dict[str, object]:
        """The values of the vocabulary's names, for the rules of the steps."""
        effective, standing = self.grades.effective, self.grades.standing
        episode = self.alarms.episode
        return {
            "stage": self.stage, "level": self.level, "standing": standing, "identified": self.identified,
            "feedback": self.feedback, "child_state": self.child_state, "is_open": self.is_open,
            "in_crisis": episode is not None, "safety_check_open": bool(self.alarms.open_checks),
            "proposal_open": bool(self.grades.open_proposals), "lowering_open": self.grades.lowering is not None,
            "lowering_needs_professional": bool(self.grades.lowering and not self.grades.lowering.is_first_role),
            "raised_at_once": self.pathway.rank_of(effective) > self.pathway.rank_of(standing),
            "evidence_expired": self.evidence_expired,
            "visited_since_grade": self.since_grade(frozenset({"visit"})),
            "contacted_since_grade": self.since_grade(frozenset({CONTACT}), counting_itself=True),
            "plan_since_grade": self.since_grade(frozenset({"plan"})),
            "notified_since_grade": self.since_grade(frozenset({"feedback"})),
            "referral_open": any(each.is_open for each in self.referrals.values()),
            "is_concern": self.is_concern, "concern_cleared": self.concern_cleared,
            "concern_unknown": self.concern_unknown, "staff_concern": self.staff_concern, "held_open": bool(self.held),
            "professional_contacted": self._has_taken("professional"), "concern_asked": self._has_taken("ask_concern"),
            "under_watch": self._under_watch(),
            "guardianship_open": self._unguarded(),
            "details_open": bool(self.details),
            "transfer_open": "transfer_out" in self.last and not self._newer("transfer_in", "transfer_out"),
            "closure_open": self._pending_closure(),
            "report_due": bool(self.report_duties), "report_open": bool(self.reports or self.report_duties),
            "household_check_open": bool(self.household_checks),
            "flag_open": bool(self.flags), "rights_open": bool(self.rights), "heard_open": bool(self.heard),
            "has_consent_refer": self.may_refer,
            "has_legal_basis": self.consents.get("refer") == "legal_basis" or episode is not None,
            "healthy_once": self.identified == "healthy", **crises.names(self), **self.care.names(self),
            **courses.names(self),
            **self.conferences.names(), **self.arrangements.names(), **self.reporting.names(self),
        }

    def _has_taken(self, step: str) -> bool:
        episode = self.alarms.episode
        return episode is not None and any(taken.step == step for taken in episode.taken)

    def _under_watch(self) -> bool:
        """Whether a crisis was closed with contacts to go on until a day that has not come."""
        closed = self.last.get("crisis_close")
        until = str(closed.data.get("watch_until", "")) if closed else ""
        return until >= self.on.astimezone(CHINA).date().isoformat()

    def _unguarded(self) -> bool:
        """Whether somebody found that no guardian can decide, and nobody settled it since."""
        told = self.feedback == NO_GUARDIAN and not self._newer("guardianship", "feedback")
        return told or (UNGUARDED in self.last and not self._newer("guardianship", UNGUARDED))

    def _newer(self, kind: str, than: str) -> bool:
        return kind in self.last and (than not in self.last or self.last[kind].seq > self.last[than].seq)

    def _pending_closure(self) -> bool:
        closure = self.last.get("closure")
        later = ("closure_decision", "reopen")
        return closure is not None and self.is_open and not any(self._newer(kind, "closure") for kind in later)


def fold(facts: tuple[Fact, ...], *, pathway: Pathway, calendar: Calendar, on: datetime) -> CaseState:
    """The state at `on` after these facts, in their order.

    Alarms, grades and questions about words are read from every fact, also from corrected ones; the rest from those
    in force.
    """
    state = begin(pathway=pathway, on=on)
    go_on(state, facts, current={fact.id for fact in in_force(facts)}, calendar=calendar)
    return end(state, calendar)


def begin(*, pathway: Pathway, on: datetime) -> CaseState:
    """A record of which nothing is known yet."""
    return CaseState(pathway=pathway, on=on, grades=Grades(pathway), alarms=Alarms())


def go_on(state: CaseState, facts: tuple[Fact, ...], *, current: Set[str], calendar: Calendar) -> None:
    """Further facts in their order; `current` names those in force."""
    pathway = state.pathway
    for fact in facts:
        state.alarms.take(fact, pathway=pathway, calendar=calendar)
        state.grades.take(fact, in_crisis=state.in_crisis)
        _hear(state, fact)
        state.courses.hear(fact)
        state.writers.take(fact)
        if fact.id in current:
            _take(state, fact)
            state.courses.take(fact)
            state.care.take(fact, aftercare=pathway.content["aftercare"])
            if service := state.courses.given_in(fact):
                state.care.given[service] = fact
            state.conferences.take(fact)
            state.reporting.take(fact)
            state.arrangements.take(fact)
            state.last |= dict.fromkeys(started_by(fact, pathway=pathway), fact)
        elif fact.kind == "report":
            _note_duty(state, fact)
        _reopen_in_crisis(state)


def end(state: CaseState, calendar: Calendar) -> CaseState:
    """What the moment itself makes of it, once every fact is known."""
    state.alarms.lapse(state.on)
    _reopen_in_crisis(state)
    _stand_in(state)
    state.expires_at = grades.expiry(state.grades, calendar)
    return state


def _hear(state: CaseState, fact: Fact) -> None:
    """What was written asks its question also when words were corrected away; a version that asks all of it again asks
    in its place."""
    if kinds := _kinds(fact):
        before = state.heard.get(fact.supersedes or "")
        if before is not None and _kinds(before) <= kinds:
            del state.heard[before.id]
        state.heard[fact.id] = fact


def _kinds(fact: Fact) -> frozenset[str]:
    heard = fact.data.get("heard")
    return frozenset(heard) if isinstance(heard, list | tuple) else frozenset()


def _stand_in(state: CaseState) -> None:
    """Where copies that wait for a person say the child is, when that is the safer word."""
    for fact in state.held.values():
        if said := fact.data.get("state"):
            state.child_state, state.last["child_state"] = STATES.get(str(said), str(said)), fact


def _reopen_in_crisis(state: CaseState) -> None:
    """A child in danger has an open file, whatever was closed before."""
    if state.in_crisis and state.stage in state.pathway.closed_stages:
        state.stage, state.is_open = state.pathway.crisis_reopens, True


def _take(state: CaseState, fact: Fact) -> None:
    data = fact.data
    if fact.kind == "identification":
        state.identified = str(data.get("result", "incomplete"))
    elif fact.kind == "assessment":
        state.grades.assessed = fact
    elif fact.kind == "feedback":
        state.feedback = str(data.get("outcome", "none"))
        state.may_refer = state.feedback == "agrees" or data.get("stand_in_decision") == "given"
    elif fact.kind == "child_state":
        said = str(data.get("state", "unknown"))
        if said not in PAPERS:
            state.child_state = STATES.get(said, said)
    elif fact.kind == "referral":
        state.referrals[fact.id] = Handover(fact)
    elif fact.kind == "referral_answer":
        handovers.answer(state, fact)
    elif fact.kind == crises.WATCH:
        crises.take(state, fact)
    elif fact.kind == "task_reason":
        _note_reason(state, fact)
    elif fact.kind == "consent":
        _note_consent(state, fact)
    elif fact.kind == "assignment":
        state.assigned.append(str(data.get("to_post", "")))
    elif fact.kind == "transfer_in" and data.get("outcome") == "accepted":
        state.assigned.clear()
    elif fact.kind in OPENS:
        getattr(state, OPENS[fact.kind])[fact.id] = fact
    elif fact.kind in SETTLES:
        waiting, named = SETTLES[fact.kind]
        _settle(getattr(state, waiting), data.get(named))
    elif fact.kind == "held_settlement":
        for copy in _settle(state.held, fact.data.get("held")):
            state.held_settled[copy] = fact
    elif fact.kind in {"household_alarm", "household_check", "report", "report_answer"}:
        _note_duty(state, fact)
    _follow(state, fact)


def _follow(state: CaseState, fact: Fact) -> None:
    """What every fact may change, of whatever kind it is."""
    if fact.kind in ANSWERS_HEARD:
        state.heard.clear()
    if fact.kind in {"report", "report_ruling"}:
        _answer_duty(state, fact)
    _note_concern(state, fact)
    _note_details(state, fact.data)
    _move(state, fact)


def _note_concern(state: CaseState, fact: Fact) -> None:
    """One “yes” stays until somebody looked into it; a routine “no” does not outweigh it (spine A4)."""
    said = fact.data.get("is_concern")
    is_doubted = said == "unknown" or fact.data.get("guardian_page") == "no"
    source = fact.data.get("concern_from")
    if isinstance(source, list | tuple) and "staff" in source:
        state.staff_concern = True
    if said == "yes":
        state.is_concern, state.concern_cleared, state.concern_doubted = True, False, False
    elif (said == "no" and fact.data.get("step") == LOOKED_INTO) or fact.data.get("guardian_page") == "yes":
        state.is_concern, state.concern_cleared, state.concern_doubted = False, True, False
    elif is_doubted or fact.data.get("alarms"):
        state.concern_doubted = state.concern_doubted or is_doubted
        state.concern_cleared = state.concern_cleared and not fact.data.get("alarms")


def _move(state: CaseState, fact: Fact) -> None:
    if fact.kind in {"closure_decision", "closure"} and state.in_crisis:
        return
    is_over = state.stage in state.pathway.closed_stages
    for move in state.pathway.moves_by.get(fact.kind, ()):
        # What was closed is taken up again only by a move that says so.
        if move.matches(fact.kind, fact.data, state.stage) and (move.only_from or not is_over):
            state.stage = move.to
            break
    state.is_open = bool(state.stage) and state.stage not in state.pathway.closed_stages


def _note_details(state: CaseState, data: Mapping[str, object]) -> None:
    """What a roster left doubtful, until a correction gives it."""
    doubtful, given = data.get("details"), data.get("given")
    if isinstance(doubtful, list | tuple):
        state.details = tuple(map(str, doubtful))
    if isinstance(given, list | tuple):
        needs = state.pathway.content["details"]
        state.details = tuple(code for code in state.details if needs.get(code) not in given)


def _note_reason(state: CaseState, fact: Fact) -> None:
    until = fact.data.get("until")
    if isinstance(until, str):
        moment = datetime.fromisoformat(until)
        until_at = moment if moment.tzinfo else moment.replace(tzinfo=CHINA)
        state.reasons[str(fact.data.get("task"))] = Reason(until_at, fact.recorded_at)


def _note_consent(state: CaseState, fact: Fact) -> None:
    if fact.data.get("stand_in_reason") == NO_GUARDIAN:
        state.last[UNGUARDED] = fact
    purposes, answer = fact.data.get("purposes", ()), str(fact.data.get("answer", "given"))
    if answer == "unreachable":
        return
    for purpose in purposes if isinstance(purposes, list | tuple) else ():
        state.consents[str(purpose)] = answer
        if purpose == "refer":
            state.may_refer = answer == "given"
            if answer == "withdrawn":
                handovers.end_by_consent(state)


def _note_duty(state: CaseState, fact: Fact) -> None:
    if fact.kind == "household_alarm":
        state.household_checks[fact.id] = fact
    elif fact.kind == "household_check":
        if state.pathway.counts(fact.kind, fact.data, towards=fact.kind):
            _settle(state.household_checks, fact.data.get("household"))
    elif fact.kind == "report":
        if fact.correction not in WITHDRAWN:
            state.reports[fact.id] = fact
    else:
        _settle(state.reports, fact.data.get("report"))


def _answer_duty(state: CaseState, fact: Fact) -> None:
    """A report or a ruling answers the duty it names; one that names none answers the oldest."""
    waiting = list(state.report_duties)
    named = fact.data.get("duty") or next(iter(waiting), None)
    if named in waiting:
        state.reported.add(str(named))


def _settle(waiting: dict[str, Fact], named: object) -> list[str]:
    """Settle the one that is named, without a name only the single one that waits; which was settled."""
    found = [str(named)] if named in waiting else list(waiting) if not named and len(waiting) == 1 else []
    for key in found:
        del waiting[key]
    return found
