"""However children answer, leave, come back and hand in, and whenever a round ends: no answer and no alarm is lost."""

from contextlib import suppress
from datetime import timedelta
from typing import Any, ClassVar

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from tests import world
from tests.screening.school import School
from tongxin.accounts.viewers import WORKER
from tongxin.cases.models import Alarm, Case, Task
from tongxin.flows import screening
from tongxin.flows.rebuild import differences_of
from tongxin.ledger import open_entries
from tongxin.ledger.models import Entry
from tongxin.people.models import Child
from tongxin.screening import identities
from tongxin.screening.faults import NotTaken
from tongxin.screening.models import Participant, Round, Sitting

pytestmark = pytest.mark.django_db
PUPILS = st.integers(1, 3)
ITEMS = st.sampled_from(["q1", "q2", "q9", "q9", "s3"])
CODES = st.integers(0, 3)
GATES = {"safety_check": "suicidal_thought_to_check", "crisis": "suicidal_thought"}


def raised_by(item: str, code: int) -> str:
    """What the questionnaire says of an answer."""
    if item == "s3":
        return "crisis" if code else ""
    return {1: "safety_check", 2: "crisis", 3: "crisis"}.get(code, "") if item == "q9" else ""


class Life(RuleBasedStateMachine):
    """A round with three pupils, beside what must have become of each."""

    cast: ClassVar[world.World]

    @initialize()
    def begin(self) -> None:
        self.frames = [transaction.atomic(), transaction.atomic(using="keys")]
        for frame in self.frames:
            frame.__enter__()
        self.school = School(self.cast, pupils=3)
        self.school.start()
        self.given: dict[int, dict[str, str]] = {1: {}, 2: {}, 3: {}}
        self.alarms: dict[int, set[str]] = {1: set(), 2: set(), 3: set()}
        self.tokens: dict[int, str] = {}

    def teardown(self) -> None:
        try:
            self.check()
        finally:
            for alias, frame in zip(("keys", "default"), reversed(self.frames), strict=True):
                transaction.set_rollback(True, using=alias)
                frame.__exit__(None, None, None)

    def _sitting(self, number: int) -> Sitting | None:
        return Sitting.objects.filter(participant=self.school.pupil(number)).order_by("-id").first()

    @rule(number=PUPILS)
    def sit_down(self, number: int) -> None:
        with suppress(NotTaken, ValueError):
            self.tokens.setdefault(number, self.school.token(number))
            sitting = screening.open_sitting(token=self.tokens[number], at=self.school.at)
            screening.agree(sitting_id=sitting.id, is_willing=True, at=self.school.at)

    @rule(number=PUPILS, item=ITEMS, code=CODES)
    def answer(self, number: int, item: str, code: int) -> None:
        sitting = self._sitting(number)
        if sitting is None or (item == "s3" and code > 1):
            return
        try:
            self.school.tap(sitting, item, code)
        except NotTaken:
            return
        self.given[number][item] = str(code)
        if kind := raised_by(item, code):
            self.alarms[number].add(kind)

    @rule(number=PUPILS, way=st.sampled_from(["leave", "finish"]))
    def go(self, number: int, way: str) -> None:
        if sitting := self._sitting(number):
            getattr(screening, way)(sitting_id=sitting.id, at=self.school.at)

    @rule(number=PUPILS)
    def lose_the_link(self, number: int) -> None:
        self.tokens.pop(number, None)
        screening.revoke(participant_id=self.school.pupil(number).id, at=self.school.at)

    @rule(minutes=st.sampled_from([1, 40]))
    def wait(self, minutes: int) -> None:
        self.school.at += timedelta(minutes=minutes)
        screening.look_after(self.school.at)

    @rule(number=PUPILS, code=CODES)
    def on_paper(self, number: int, code: int) -> None:
        pupil = self.school.pupil(number)
        before = self._sitting(number)
        try:
            screening.enter_sheet(
                participant_id=pupil.id, answers={"q1": "1", "q9": str(code)}, way="paper", at=self.school.at,
                actor=self.school.teacher,
            )
        except NotTaken:
            return
        assert before is None or before.state != Sitting.FINISHED
        self.given[number] = {"q1": "1", "q9": str(code)}
        self.alarms[number] |= {raised_by("q9", code)} - {""}

    @rule()
    def decide(self) -> None:
        for each in self.school.round.participants.exclude(outcome="")[:1]:
            screening.decide(
                participant_id=each.id, decision="open_file", actor=self.school.teacher, at=self.school.at
            )

    @rule(ends=st.booleans())
    def end(self, ends: bool) -> None:
        if ends:
            with suppress(NotTaken):
                screening.close(round_id=self.school.round.id, actor=self.school.teacher, at=self.school.at)

    def check(self) -> None:
        at = self.school.at
        for number, given in self.given.items():
            sitting, pupil = self._sitting(number), self.school.pupil(number)
            kept = identities.answers_of(sitting, viewer=WORKER, at=at) if sitting else {}
            assert kept == given
            gates = set(Alarm.objects.filter(case_id=pupil.child_id).values_list("gate", flat=True))
            assert gates >= {GATES[kind] for kind in self.alarms[number]}
            if "crisis" in self.alarms[number]:
                assert Case.objects.get(id=pupil.child_id).in_crisis
                assert Task.objects.filter(case_id=pupil.child_id, state=Task.OPEN, is_urgent=True).exists()
            if sitting and sitting.state != Sitting.OPEN and pupil.child_id and given and sitting.entry_id:
                (words,) = open_entries([Entry.objects.get(id=sitting.entry_id)], viewer=WORKER, purpose="t", at=at)
                assert words is not None and words["phq_a"] == given
            if pupil.state == Participant.ANSWERED:
                assert pupil.outcome
        for child in Child.objects.all():
            assert differences_of(child, at=at) == []
        if Round.objects.get(id=self.school.round.id).state == Round.CLOSED:
            assert not Sitting.objects.filter(state=Sitting.OPEN).exists()


def test_no_answer_and_no_alarm_is_lost(db: Any) -> None:
    Life.cast = world.build()
    quiet = settings(
        max_examples=12, stateful_step_count=14, suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(Life, settings=quiet)


def test_who_is_answering_when_the_round_closes_is_heard_to_the_end(school: School) -> None:
    school.start()
    sitting, at = school.sit(1), school.at
    screening.agree(sitting_id=sitting.id, is_willing=True, at=at)
    screening.answer(sitting_id=sitting.id, item_id="q1", code="0", at=at)
    screening.close(round_id=school.round.id, actor=school.teacher, at=at + timedelta(minutes=1))
    said = screening.answer(sitting_id=sitting.id, item_id="q9", code="3", at=at + timedelta(minutes=2))
    assert said.alarm == "crisis" and school.pupil(1).alarm == "crisis"
    with pytest.raises(NotTaken):
        screening.answer(sitting_id=sitting.id, item_id="q2", code="0", at=at + timedelta(hours=2))
