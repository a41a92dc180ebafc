"""Whatever is agreed, changed, opened, withdrawn and revoked in whatever order: nothing stays readable that may not."""

from datetime import timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from tests import world
from tests.assessed import assess
from tests.conftest import taken_back
from tests.flows.forms import fill
from tests.flows.sharing import JUDGE, NOW, OFFICER, consent, in_force, officer, pupil, wish
from tongxin.flows import sharing_agreements as agreements
from tongxin.flows import sharing_ending, sharing_receiving
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.flows.sharing_sending import send_queued
from tongxin.flows.sharing_watch import follow_sharing
from tongxin.ledger.models import Event
from tongxin.sharing.models import Agreement, Delivery, Duty
from tongxin.vault import Owner

pytestmark = pytest.mark.django_db
WHICH = st.integers(0, 1)
GIVEN, WITHDRAWN = "given", "withdrawn"


class Flow(RuleBasedStateMachine):
    """Two pupils, agreements one after the other, and a plain note of who agreed to what."""

    cast: world.World

    @initialize()
    def begin(self) -> None:
        self.back = taken_back()
        self.back.__enter__()
        self.at = NOW
        self.children = [pupil(self.cast), pupil(self.cast, "小雪")]
        self.said = [GIVEN, GIVEN]
        self.names = ["小雨", "小雪"]
        self.row = in_force(self.cast, assessed=False)
        self.held: set[object] = set()

    def teardown(self) -> None:
        if hasattr(self, "back"):
            self.back.__exit__(None, None, None)

    def _later(self) -> None:
        self.at += timedelta(minutes=7)

    @rule(which=WHICH, agrees=st.booleans())
    def say(self, which: int, agrees: bool) -> None:
        self._later()
        said = GIVEN if agrees else WITHDRAWN
        if said != self.said[which]:
            consent(self.cast, self.children[which], said, self.at)
            self.said[which] = said

    @rule(which=WHICH, name=st.sampled_from(("甲一", "乙二", "丙三")))
    def rename(self, which: int, name: str) -> None:
        self._later()
        child = self.children[which]
        answers = fill(child, "detail_correction", self.at, name=name)
        self.cast.record(child, "detail_correction", answers, by="郑管理", at=self.at)
        self.names[which] = name

    @rule()
    def send(self) -> None:
        self._later()
        send_queued(self.at)
        if self._holds():
            for child, said in zip(self.children, self.said, strict=True):
                newest = Delivery.objects.filter(child_id=child.id, agreement=self.row, state__in=Delivery.READABLE)
                assert newest.exists() == (said == GIVEN)

    @rule()
    def open_all(self) -> None:
        self._later()
        officer = self.cast.viewer(OFFICER, self.at)
        for row in Delivery.objects.filter(sent_at__isnull=False):
            try:
                opened = sharing_receiving.open_delivery(delivery_id=row.id, actor=officer, at=self.at)
            except Refused:
                assert row.state not in Delivery.READABLE or not self._holds()
                continue
            which = [child.id for child in self.children].index(opened.child_id)
            assert self._holds() and self.said[which] == GIVEN
            said = dict(sharing_receiving.read(opened, viewer=officer, at=self.at) or [])
            assert set(said) == {"姓名", "性别", "镇街"}
            self.held.add(opened.id)

    @rule()
    def receive_all(self) -> None:
        self._later()
        ids = list(Delivery.objects.filter(state=Delivery.OPENED).values_list("id", flat=True))
        if ids:
            officer = self.cast.viewer(OFFICER, self.at)
            assert sharing_receiving.receive(deliveries=ids, actor=officer, at=self.at) == len(ids)

    @rule()
    def dispose_all(self) -> None:
        self._later()
        officer = self.cast.viewer(OFFICER, self.at)
        for duty in Duty.objects.filter(kind=Duty.DISPOSE, done_at__isnull=True):
            sharing_ending.dispose(duty_id=duty.id, outcome="destroyed", words="删了", actor=officer, at=self.at)

    @rule()
    def revoke(self) -> None:
        self._later()
        viewer = self.cast.viewer("郑管理", self.at)
        try:
            agreements.revoke(agreement_id=self.row.id, reason="done", words="", actor=viewer, at=self.at)
        except Refused:
            assert not self._holds()

    @rule()
    def agree_anew(self) -> None:
        self._later()
        if self._holds():
            return
        self.row = agreements.write(
            wish=wish(self.cast), actor=self.cast.viewer("郑管理", self.at), at=self.at
        )
        for side, name in (("giver", JUDGE), ("receiver", OFFICER)):
            agreements.decide(
                agreement_id=self.row.id, of=1, side=side, agrees=True, words="",
                actor=self.cast.viewer(name, self.at), at=self.at,
            )

    @rule()
    def let_a_moment_pass(self) -> None:
        self._later()
        follow_sharing(self.at)

    def _holds(self) -> bool:
        self.row.refresh_from_db()
        return self.row.state == Agreement.IN_FORCE

    @invariant()
    def nothing_is_readable_that_may_not_be(self) -> None:
        if not hasattr(self, "row"):
            return
        said = {child.id: word for child, word in zip(self.children, self.said, strict=True)}
        for row in Delivery.objects.select_related("agreement"):
            lives = row.agreement.state == Agreement.IN_FORCE and said[row.child_id] == GIVEN
            if not lives:
                assert row.state not in Delivery.LIVE
            assert (row.content is not None) == (row.state in Delivery.READABLE)
            if row.id in self.held:
                assert row.state in (*Delivery.TAKEN, Delivery.DUE, Delivery.DISPOSED)
            if row.state == Delivery.DUE:
                assert row.duty is not None and row.duty.done_at is None
            if row.state == Delivery.DISPOSED:
                assert row.duty is not None and row.duty.done_at is not None

    @invariant()
    def the_record_knows_each_one_that_was_sent(self) -> None:
        if not hasattr(self, "row"):
            return
        for child in self.children:
            sent = Delivery.objects.filter(child_id=child.id, sent_at__isnull=False).count()
            told = Event.objects.filter(kind="share.delivered", subject_id=Owner("child", child.id).id).count()
            assert sent == told


def test_nothing_outlives_its_agreement_or_its_consent(cast: world.World) -> None:
    officer(cast)
    assess(cast, "sharing")
    machine = type("Here", (Flow,), {"cast": cast})
    run_state_machine_as_test(machine, settings=settings(max_examples=12, stateful_step_count=14, deadline=None))


def test_a_stranger_opens_nothing(cast: world.World) -> None:
    pupil(cast)
    in_force(cast)
    send_queued(NOW)
    for name in ("郑管理", "林社工", "陈老师"):
        with pytest.raises(NotAllowed):
            sharing_receiving.open_delivery(
                delivery_id=Delivery.objects.get().id, actor=cast.viewer(name, NOW), at=NOW
            )
