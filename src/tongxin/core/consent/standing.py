"""Where each purpose stands for one child: derived from the decisions on record, none of which is ever changed."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import partial

from tongxin.core.consent.notice import MISSING, Notice, Purpose
from tongxin.core.pathway import CHINA, Fact, in_force

GIVEN, REFUSED, WITHDRAWN, NOT_NEEDED, OUT_OF_DATE = "given", "refused", "withdrawn", "not_needed", "out_of_date"
DECISIONS = frozenset({GIVEN, REFUSED, WITHDRAWN, "legal_basis"})
NO = frozenset({REFUSED, WITHDRAWN})
GUARDIAN, STAND_IN, CHILD = "guardian", "stand_in", "child"
# Why what was decided holds no longer, or who has still to be asked.
RENEWED, GROWN, ENDED, OWN_MISSING = "renewed", "grown", "ended", "own_missing"
FEEDBACK = {"agrees": GIVEN, "refuses": REFUSED}

AgeOn = Callable[[date], int | None]
NoticeOn = Callable[[date], Notice]


@dataclass(frozen=True, slots=True)
class Decision:
    """What somebody said about some purposes on a day, having seen the notice of a day."""

    entry: str
    seq: int
    purposes: frozenset[str]
    answer: str
    by: str
    relation: str
    on: date
    notice_on: date
    until: date | None = None
    basis: str = ""
    way: str = ""
    child_agrees: str = ""

    @property
    def own_answer(self) -> str:
        """What the child said here themselves; empty where nobody asked or they couldn't tell."""
        if self.by == CHILD:
            return self.answer
        return {"yes": GIVEN, "no": REFUSED}.get(self.child_agrees, "")


@dataclass(frozen=True, slots=True)
class Standing:
    """How a purpose stands, on which decision, and who has to be asked next.

    `child_refuses`: the child said no, though their word alone doesn't decide yet.
    """

    purpose: Purpose
    state: str
    why: str = ""
    decision: Decision | None = None
    asks: tuple[str, ...] = field(default=())
    child_refuses: bool = False
    child_asked: bool = False


def decisions(facts: tuple[Fact, ...]) -> tuple[Decision, ...]:
    """The decisions in force, in the order of the record; what a guardian said of a referral is one of them."""
    found = (_decision(fact) for fact in in_force(facts))
    return tuple(each for each in found if each is not None)


def standings(
    said: Iterable[Decision], *, notice: Notice, notice_on: NoticeOn, age_on: AgeOn, on: date
) -> tuple[Standing, ...]:
    """Every purpose of the notice in force, in its order."""
    known = tuple(said)
    return tuple(
        _standing(purpose, [each for each in known if purpose.id in each.purposes], notice, notice_on, age_on, on)
        for purpose in notice.purposes
    )


def _decision(fact: Fact) -> Decision | None:
    data, day = fact.data, fact.at.astimezone(CHINA).date()
    if fact.kind == "feedback":
        answer = GIVEN if data.get("stand_in_decision") == GIVEN else FEEDBACK.get(str(data.get("outcome", "")), "")
        by = STAND_IN if data.get("stand_in") else GUARDIAN
        relation = str(data.get("stand_in") or data.get("listener_relation") or "")
        agrees = str(data.get("child_agrees") or "")
        purposes: frozenset[str] = frozenset({"refer"})
    elif fact.kind == "consent":
        answer, by = str(data.get("answer", "")), str(data.get("decided_by") or GUARDIAN)
        relation, agrees = str(data.get("signer_relation") or ""), str(data.get("child_agrees") or "")
        raw = data.get("purposes")
        purposes = frozenset(map(str, raw)) if isinstance(raw, list | tuple) else frozenset()
    else:
        return None
    if answer not in DECISIONS:
        return None
    decided = _day(data, "decided_on") or day
    return Decision(
        entry=fact.id, seq=fact.seq, purposes=purposes, answer=answer, by=by, relation=relation, on=decided,
        notice_on=_day(data, "notice_on") or decided, until=_day(data, "until_on"), basis=str(data.get("basis") or ""),
        way=str(data.get("way") or ""), child_agrees=agrees,
    )


def _day(data: Mapping[str, object], name: str) -> date | None:
    said = data.get(name)
    return date.fromisoformat(said[:10]) if isinstance(said, str) and said else None


def _standing(
    purpose: Purpose, said: list[Decision], notice: Notice, notice_on: NoticeOn, age_on: AgeOn, on: date
) -> Standing:
    adult = next((each for each in reversed(said) if each.by != CHILD), None)
    own = next((each for each in reversed(said) if each.own_answer), None)
    age = age_on(on)
    is_own = age is not None and age >= notice.own_from
    stands = partial(
        Standing, purpose, child_refuses=own is not None and own.own_answer in NO, child_asked=own is not None
    )
    if is_own and own is not None and own.own_answer in NO:
        return stands(own.own_answer, CHILD, own)
    if adult is None:
        if purpose.otherwise != MISSING:
            return stands(NOT_NEEDED, purpose.otherwise)
        return stands(MISSING, asks=(GUARDIAN, CHILD) if is_own and own is None else (GUARDIAN,))
    if adult.answer in NO:
        return stands(adult.answer, adult.by, adult)
    if adult.answer == "legal_basis":
        return stands(NOT_NEEDED, adult.basis, adult)
    if notice_on(adult.notice_on).edition(purpose.id) < purpose.edition:
        asks = (adult.by, CHILD) if is_own else (adult.by,)
        return stands(OUT_OF_DATE, RENEWED, adult, asks=asks)
    if adult.until is not None and adult.until < on:
        return stands(OUT_OF_DATE, ENDED, adult, asks=(adult.by,))
    if not is_own or _agreed_grown(own, notice, age_on):
        return stands(GIVEN, "", adult)
    before = age_on(adult.on)
    if before is not None and before < notice.own_from:
        return stands(OUT_OF_DATE, GROWN, adult, asks=(CHILD,))
    return stands(MISSING, OWN_MISSING, adult, asks=(CHILD,))


def _agreed_grown(own: Decision | None, notice: Notice, age_on: AgeOn) -> bool:
    """Whether the child's own yes was said at an age at which it counts."""
    age = age_on(own.on) if own else None
    return age is not None and age >= notice.own_from
