"""A child given to one post by name: what such a post does goes there, until another is named."""

from datetime import datetime, timedelta

import pytest

from tests import world
from tests.flows.forms import fill
from tongxin.access import selectors as access
from tongxin.access.models import Relation
from tongxin.accounts.models import Holding, Post
from tongxin.cases.models import Task
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.people.models import Child

pytestmark = pytest.mark.django_db
AT = world.START + timedelta(hours=3)


def _second_post(cast: world.World, person: str = "苏咨询") -> Post:
    """Another social worker's post in the county, held by somebody who is there."""
    first = cast.posts["林社工"]
    post = Post.objects.create(
        role="social_worker", title="莱芜区社工二", organisation=first.organisation, division=first.division,
        reports_to=first.reports_to,
    )
    Holding.objects.create(post=post, person=cast.people[person], from_at=world.START)
    return post


def _to_assess(cast: world.World) -> Child:
    child = cast.child()
    answers = fill(child, "identification_form", AT, low_mood="often", worry="often")
    cast.record(child, "identification_form", answers, by="周主任", at=AT)
    return child


def _owner(child: Child, step: str = "assess") -> object:
    return Task.objects.get(case_id=child.id, step=step).owner_post_id


def test_the_named_post_gets_the_tasks_of_its_role(cast: world.World) -> None:
    child, second = _to_assess(cast), _second_post(cast)
    assert _owner(child) == cast.posts["林社工"].id
    cast.record(child, "assignment", {"to_post": second.id.hex}, by="王督导", at=AT)
    assert _owner(child) == second.id
    cast.record(child, "assignment", {"to_post": cast.posts["林社工"].id.hex}, by="郑管理", at=AT)
    assert _owner(child) == cast.posts["林社工"].id


def test_who_a_child_is_given_to_sees_who_looked_at_the_file_until_another_is_named(cast: world.World) -> None:
    child, second = cast.child(), _second_post(cast, "林社工")
    assert not _sees_log(cast, child, AT)
    cast.record(child, "assignment", {"to_post": second.id.hex}, by="王督导", at=AT)
    assert _sees_log(cast, child, AT) and not _sees_log(cast, cast.child(), AT)
    later = AT + timedelta(hours=1)
    cast.record(child, "assignment", {"to_post": cast.posts["林社工"].id.hex}, by="王督导", at=later)
    assert Relation.objects.get(post_id=second.id).to_at == later
    assert _sees_log(cast, child, later)


def _sees_log(cast: world.World, child: Child, at: datetime) -> bool:
    return "log" in access.parts_of(viewer=cast.viewer("林社工", at), child_id=child.id, at=at)


def test_a_vacant_post_passes_up_as_any_other(cast: world.World) -> None:
    child, second = _to_assess(cast), _second_post(cast)
    Holding.objects.filter(post=second).update(to_at=AT)
    cast.record(child, "assignment", {"to_post": second.id.hex}, by="郑管理", at=AT + timedelta(hours=1))
    assert Task.objects.get(case_id=child.id, step="assess").post_id == second.id
    assert _owner(child) == cast.posts["郑管理"].id


def test_only_who_oversees_may_name_and_only_a_post_that_is_offered(cast: world.World) -> None:
    child, second = _to_assess(cast), _second_post(cast)
    with pytest.raises(NotAllowed):
        cast.record(child, "assignment", {"to_post": second.id.hex}, by="周主任", at=AT)
    for strange in (cast.posts["周主任"].id.hex, cast.posts["陈老师"].id.hex, "none"):
        with pytest.raises(Refused):
            cast.record(child, "assignment", {"to_post": strange}, by="郑管理", at=AT)
    assert _owner(child) == cast.posts["林社工"].id


def test_a_post_of_another_town_is_not_offered(cast: world.World) -> None:
    child, post = _to_assess(cast), _second_post(cast)
    post.division = cast.place("370116104")
    post.save()
    with pytest.raises(Refused):
        cast.record(child, "assignment", {"to_post": post.id.hex}, by="郑管理", at=AT)
    elsewhere = cast.child("小山", by="吴主任", village="370116104230")
    cast.record(elsewhere, "assignment", {"to_post": post.id.hex}, by="郑管理", at=AT)
