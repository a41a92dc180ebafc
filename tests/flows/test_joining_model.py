"""Whatever is joined, corrected and parted in whatever order, parting gives every file back what it says by itself."""

from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from tests import world
from tests.conftest import taken_back
from tests.flows.story import Story
from tests.flows.test_joining import standing
from tongxin.cases.models import Case
from tongxin.comparisons.models import Joining
from tongxin.flows import joining
from tongxin.flows.invariants import breaches
from tongxin.flows.rebuild import differences_of
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.flows.sweep import sweep
from tongxin.people.models import Alias, Child

pytestmark = pytest.mark.django_db
FILES = st.integers(0, 2)
DESKS = st.sampled_from(("郑管理", "王督导"))
FIELDS = st.lists(st.sampled_from(("name", "birth", "phone", "sex", "residence_address")), unique=True)


class Files(RuleBasedStateMachine):
    """Three files, two people who may join them, and a director who goes on writing."""

    cast: world.World

    @initialize()
    def begin(self) -> None:
        self.back = taken_back()
        self.back.__enter__()
        names = (("小雨", "2012-03-05"), ("小玉", "2012-03-05"), ("小宇", "2012-03-05"))
        self.stories = [
            Story(self.cast, self.cast.child(name, birth=birth, phone=f"1390000000{at}"))
            for at, (name, birth) in enumerate(names)
        ]
        self.before: dict[Any, Any] = {}

    def teardown(self) -> None:
        if hasattr(self, "back"):
            self.back.__exit__(None, None, None)

    @property
    def at(self) -> Any:
        return max(each.at for each in self.stories)

    @rule(kept=FILES, other=FILES, taken=FIELDS, who=DESKS)
    def join(self, kept: int, other: int, taken: list[str], who: str) -> None:
        one, two = self.stories[kept].child, self.stories[other].child
        stood = standing(one, self.at)
        try:
            row = joining.propose(
                kept_id=one.id, other_id=two.id, taken=taken, actor=self.cast.viewer(who, self.at), at=self.at
            )
        except Refused:
            return
        self.before.setdefault(row.id, stood)

    @rule(who=DESKS)
    def confirm(self, who: str) -> None:
        row = Joining.objects.filter(state=Joining.PROPOSED).order_by("id").first()
        if row is None:
            return
        self.before = {row.id: standing(Child.objects.get(id=row.kept_id), self.at)}
        try:
            joining.confirm(joining_id=row.id, actor=self.cast.viewer(who, self.at), at=self.at)
        except Refused:
            assert self.cast.people[who].id == row.proposed_by

    @rule(which=FILES)
    def danger(self, which: int) -> None:
        """Something happens meanwhile: nothing of it is lost by parting."""
        self.stories[which].record("crisis_report", "王督导")
        while sweep(self.at):
            continue
        self.before = {}

    @rule(which=FILES, result=st.sampled_from(("refer", "healthy")))
    def identify(self, which: int, result: str) -> None:
        """What is done in one file is done for the child; nothing of it is lost by parting."""
        try:
            self.stories[which].identified(result, by="王督导")
        except Refused:
            return
        self.before = {}

    @rule(who=DESKS)
    def part(self, who: str) -> None:
        row = Joining.objects.filter(state=Joining.STANDING).order_by("id").last()
        if row is None:
            return
        joining.undo(joining_id=row.id, actor=self.cast.viewer(who, self.at), at=self.at)
        stood = self.before.pop(row.id, None)
        if stood is not None:
            assert standing(Child.objects.get(id=row.kept_id), self.at) == stood

    @rule(kept=FILES, other=FILES)
    def strangers(self, kept: int, other: int) -> None:
        if kept == other:
            return
        one, two = self.stories[kept].child, self.stories[other].child
        with pytest.raises(NotAllowed):
            joining.propose(
                kept_id=one.id, other_id=two.id, taken=(), actor=self.cast.viewer("周主任", self.at), at=self.at
            )

    @invariant()
    def one_file_goes_on_in_one_other(self) -> None:
        if not hasattr(self, "stories"):
            return
        rows = list(Joining.objects.filter(state=Joining.STANDING))
        others = [row.other_id for row in rows]
        assert len(others) == len(set(others)) and not set(others) & {row.kept_id for row in rows}
        live = set(Alias.objects.filter(undone_by__isnull=True).values_list("child_id", "same_as_id"))
        assert live == {(row.other_id, row.kept_id) for row in rows}
        assert not [each for each in breaches(at=self.at) if each.count]
        assert set(Case.objects.filter(goes_on__isnull=False).values_list("id", "goes_on")) == live
        for story in self.stories:
            assert differences_of(Child.objects.get(id=story.child.id), at=self.at) == []


def test_joined_and_parted_in_any_order(cast: world.World) -> None:
    Files.cast = cast
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        Files, settings=settings(max_examples=5, stateful_step_count=7, deadline=None)
    )
