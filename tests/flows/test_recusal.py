"""A relative or an accused sees nothing, gets no task, and the next level owns (spine A10)."""

from datetime import timedelta

import pytest

from tests.flows.story import Story
from tongxin import ledger
from tongxin.access import relations
from tongxin.access import selectors as access
from tongxin.accounts.models import Holding, Post
from tongxin.accounts.services import hand_over
from tongxin.accounts.viewers import WORKER
from tongxin.cases.models import Case, Task
from tongxin.flows import handlers, recusal
from tongxin.flows.handing_over import hand_over as flows_hand_over
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.ledger.models import Event
from tongxin.notices import services as notices
from tongxin.notices.models import Notice

pytestmark = pytest.mark.django_db


def recuse(story: Story, who: str, *, by: str = "郑管理") -> None:
    actor = story.world.viewer(by, story.at)
    recusal.recuse(child_id=story.child.id, person_id=story.world.people[who].id, actor=actor, at=story.at)


def test_the_next_level_owns_what_the_recused_had(story: Story) -> None:
    assert story.owner("identify") == "周主任"
    recuse(story, "周主任")
    assert story.owner("identify") == "王督导"
    story.rebuilt_equal()


def test_the_recused_sees_nothing_in_lists_on_pages_or_in_notices(story: Story) -> None:
    recuse(story, "周主任")
    viewer = story.world.viewer("周主任", story.at)
    for rows in (Case.objects.all(), Task.objects.all()):
        assert not access.visible(rows, viewer=viewer, part="roster", at=story.at).exists()
    assert access.parts_of(viewer=viewer, child_id=story.child.id, at=story.at) == frozenset()
    with pytest.raises(NotAllowed):
        story.record("visit_record", "周主任")
    story.record("crisis_report", "王督导", kind="harmed")
    for work in ledger.claim(worker="w", limit=100, now=story.at):
        handlers.run(work, at=story.at)
    assert notices.unread(viewer=viewer, at=story.at) == []
    assert notices.unread(viewer=story.world.viewer("王督导", story.at), at=story.at)


def test_nobody_recused_is_met_on_the_way_up(story: Story) -> None:
    recuse(story, "王督导")
    recuse(story, "周主任")
    assert story.owner("identify") == "郑管理"
    story.record("crisis_report", "林社工", kind="harmed")
    owners = {task.owner_person_id for task in story.tasks()}
    assert not owners & {story.world.people[name].id for name in ("王督导", "周主任")}


def test_a_stand_in_acts_in_the_recused_holders_post(story: Story) -> None:
    hand_over(
        post=story.world.posts["周主任"], to=story.world.people["吴主任"], actor=WORKER, at=story.at,
        kind=Holding.STAND_IN,
    )
    recuse(story, "周主任")
    task = story.task("identify")
    assert task.owner_post_id == story.world.posts["周主任"].id
    assert task.owner_person_id == story.world.people["吴主任"].id


def test_somebody_steps_back_but_does_not_come_back_on_their_own(story: Story) -> None:
    recuse(story, "周主任", by="周主任")
    assert story.owner("identify") == "王督导"
    again = {"child_id": story.child.id, "person_id": story.world.people["周主任"].id, "at": story.at}
    with pytest.raises(NotAllowed):
        recusal.admit_again(actor=story.world.viewer("周主任", story.at), **again)
    recusal.admit_again(actor=story.world.viewer("郑管理", story.at), **again)
    assert story.owner("identify") == "周主任"


@pytest.mark.parametrize("by", ["周主任", "方经办", "陈管理"])
def test_only_the_childs_own_desk_sets_others_aside(story: Story, by: str) -> None:
    with pytest.raises(NotAllowed):
        recuse(story, "王督导", by=by)


class TestForm:
    def told(self, story: Story, form: str, who: str, by: str) -> None:
        story.record(form, by, post=story.world.posts[who].id.hex)

    def test_the_desk_sets_a_holder_aside_and_another_person_lets_them_back(self, story: Story) -> None:
        self.told(story, "recusal", "周主任", "郑管理")
        viewer = story.world.viewer("周主任", story.at)
        assert not access.visible(Case.objects.all(), viewer=viewer, part="roster", at=story.at).exists()
        assert not access.visible(Task.objects.all(), viewer=viewer, part="roster", at=story.at).exists()
        assert story.owner("identify") == "王督导"
        assert Event.objects.get(kind="person.recused").is_fact
        story.rebuilt_equal()
        post = story.world.posts["周主任"].id.hex
        assert "另一位" in story.refused("recusal_end", "郑管理", post=post)
        assert access.parts_of(viewer=viewer, child_id=story.child.id, at=story.at) == frozenset()
        self.told(story, "recusal_end", "周主任", "王督导")
        assert story.owner("identify") == "周主任"
        assert access.visible(Case.objects.all(), viewer=viewer, part="roster", at=story.at).exists()
        story.rebuilt_equal()

    def test_it_is_not_taken_back_by_whoever_wrote_it(self, story: Story) -> None:
        post = story.world.posts["周主任"].id.hex
        entry = story.record("recusal", "郑管理", post=post).entry
        said = story.refused("recusal", "郑管理", post=post, supersedes=entry.id, correction_kind="retract")
        assert "解除回避" in said and story.owner("identify") == "王督导"

    def test_a_post_without_a_holder_or_without_a_recusal_is_refused(self, story: Story) -> None:
        post = story.world.posts["周主任"].id.hex
        assert "没有正在回避" in story.refused("recusal_end", "王督导", post=post)
        self.told(story, "recusal", "周主任", "郑管理")
        assert "已经回避" in story.refused("recusal", "郑管理", post=post)

    @pytest.mark.parametrize("by", ["周主任", "王督导", "林社工", "陈管理"])
    def test_only_the_desk_sets_aside(self, story: Story, by: str) -> None:
        with pytest.raises(NotAllowed):
            self.told(story, "recusal", "周主任", by)

    def test_a_post_elsewhere_is_not_offered(self, story: Story) -> None:
        with pytest.raises(Refused):
            self.told(story, "recusal", "陈督导", "郑管理")


def test_other_children_are_not_concerned(story: Story) -> None:
    other = Story(story.world, story.world.child("小雪"))
    recuse(story, "周主任")
    assert other.owner("identify") == "周主任"
    other.record("visit_record", "周主任")


class TestNobodyLeft:
    def bar(self, story: Story, who: str, by: str = "郑管理", *, stand_in: bool = False) -> None:
        code = story.world.posts[who].id.hex + ("_stand_in" if stand_in else "")
        story.record("recusal", by, post=code)

    def stands_in(self, story: Story, who: str, instead: str) -> None:
        hand_over(
            post=story.world.posts[instead], to=story.world.people[who], actor=WORKER, at=story.at,
            kind=Holding.STAND_IN,
        )

    def test_the_top_desk_is_not_set_aside_while_nobody_stands_in(self, story: Story) -> None:
        story.record("crisis_report", "王督导", kind="harmed")
        post = story.world.posts["郑管理"].id.hex
        assert "请先安排代班的人" in story.refused("recusal", "郑管理", post=post)
        with pytest.raises(Refused):
            recuse(story, "郑管理", by="郑管理")
        assert all(task.owner_person_id for task in story.tasks())
        self.stands_in(story, "苏咨询", "郑管理")
        self.bar(story, "郑管理")
        assert story.owner("crisis.ask_concern") == "苏咨询"
        assert all(task.owner_person_id for task in story.tasks())
        story.rebuilt_equal()

    def test_another_desk_of_the_county_takes_over(self, story: Story) -> None:
        first = story.world.posts["郑管理"]
        other = Post.objects.create(
            role=first.role, title="个案管理员二", organisation=first.organisation, division=first.division
        )
        Holding.objects.create(post=other, person=story.world.people["苏咨询"], from_at=story.at)
        story.record("crisis_report", "王督导", kind="harmed")
        self.bar(story, "郑管理")
        assert story.owner("crisis.ask_concern") == "苏咨询"

    def test_work_that_loses_its_owner_is_told_to_who_is_left_and_above(self, story: Story) -> None:
        world = story.world
        city = Post.objects.create(
            role="city_officer", title="市级人员", organisation=world.posts["郑管理"].organisation,
            division=world.place("3701"),
        )
        story.record("crisis_report", "王督导", kind="harmed")
        self.stands_in(story, "苏咨询", "郑管理")
        self.bar(story, "郑管理")
        story.at += timedelta(hours=1)
        flows_hand_over(post=world.posts["郑管理"], to=None, actor=WORKER, at=story.at, kind=Holding.STAND_IN)
        assert Task.objects.filter(case_id=story.child.id, owner_post_id__isnull=True).exists()
        for work in ledger.claim(worker="w", limit=200, now=story.at):
            handlers.run(work, at=story.at)
        told = Notice.objects.filter(kind="task.unowned")
        assert world.posts["王督导"].id in told.filter(child_id=story.child.id).values_list("post_id", flat=True)
        assert told.filter(child_id=None, post_id=city.id).exists()

    def test_a_stand_in_is_set_aside_and_the_holder_goes_on(self, story: Story) -> None:
        self.stands_in(story, "吴主任", "周主任")
        story.wait(hours=1)
        self.bar(story, "周主任", stand_in=True)
        assert access.parts_of(
            viewer=story.world.viewer("吴主任", story.at), child_id=story.child.id, at=story.at
        ) == frozenset()
        assert story.owner("identify") == "周主任"
        code = story.world.posts["周主任"].id.hex
        assert "没有正在回避" in story.refused("recusal_end", "王督导", post=code)
        story.record("recusal_end", "王督导", post=f"{code}_stand_in")
        assert relations.recused_from(child_id=story.child.id, at=story.at) == frozenset()

    def test_who_was_set_aside_in_the_post_before_stays_away(self, story: Story) -> None:
        world, post = story.world, story.world.posts["周主任"]
        self.bar(story, "周主任")
        flows_hand_over(post=post, to=world.people["吴主任"], actor=WORKER, at=story.at)
        self.bar(story, "周主任")
        story.record("recusal_end", "王督导", post=post.id.hex)
        barred = relations.recused_from(child_id=story.child.id, at=story.at)
        assert barred == {world.people["周主任"].id}
