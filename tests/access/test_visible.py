"""A list and the decision on one record can't disagree, and nobody sees what no grant names (spine B7, C8)."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests import world
from tongxin.access import selectors as access
from tongxin.access.models import Relation
from tongxin.accounts.models import LEVELS, places_of
from tongxin.accounts.services import hand_over
from tongxin.accounts.viewers import WORKER, Viewer
from tongxin.cases.models import Case, Task
from tongxin.core.access import AccessRules
from tongxin.lib import ids
from tongxin.people.models import Child
from tongxin.rulebook import rules

pytestmark = pytest.mark.django_db
AT = world.START
RELATIONS = ("referred", "department_task", "teaches", "broke_glass", "transferred", "recused")
PLACES = [code for code, _, level, _ in world.PLACES if level in {"county", "town", "village"}]
NAMES = [*world.CAST]


def child_at(cast: world.World, code: str | None) -> Child:
    """A child who lives at a place as far as it is known; None: nowhere known."""
    places = cast.place(code).ancestors if code else dict.fromkeys((f"{level}_id" for level in LEVELS), None)
    return Child.objects.create(id=ids.new_id(), file_no=str(ids.new_id())[-24:], created_at=AT, **places)


def relate(
    cast: world.World, child: Child, relation: str, name: str, through: str, days: tuple[int, int | None]
) -> None:
    """A relation of a member of the cast to a child, through post, organisation or person, from–to."""
    post, person = cast.posts[name], cast.people[name]
    whom: dict[str, Any] = {"post_id": post.id}
    if through == "person" or relation == "recused":
        whom = {"person_id": person.id}
    elif through == "organisation":
        whom = {"organisation_id": post.organisation_id}
    Relation.objects.create(
        child_id=child.id, relation=relation, from_at=AT + timedelta(days=days[0]),
        to_at=None if days[1] is None else AT + timedelta(days=days[1]), **whom,
    )


def asks(found: AccessRules) -> Iterator[tuple[str, str]]:
    """Every part to read and every form to record."""
    yield from ((part, "read") for part in found.parts)
    yield from (("", f"record.{form}") for form in found.form_parts)


def expected(viewer: Viewer, child: Child, part: str, action: str, at: datetime = AT) -> bool:
    """What the grants say of one child, one seat at a time, without any query of the product's."""
    found = rules.access_rules(at=at)
    force = [
        row for row in Relation.objects.filter(child_id=child.id)
        if row.from_at <= at and (row.to_at is None or row.to_at > at)
    ]
    if any(row.relation == "recused" and row.person_id == viewer.person_id for row in force):
        return False
    places = set(places_of(child).values()) - {None}
    for seat in viewer.seats:
        granted = found.relations(role=seat.role, part=part, action=action)
        if "in_area" in granted and seat.division_id in places:
            return True
        for row in force:
            ours = row.post_id == seat.post_id or row.organisation_id == seat.organisation_id or (
                row.person_id is not None and row.person_id == viewer.person_id
            )
            if row.relation in granted and row.relation != "recused" and ours:
                return True
    return False


WORLDS = st.fixed_dictionaries({
    "names": st.sets(st.sampled_from(NAMES), min_size=3, max_size=4),
    "homes": st.lists(st.sampled_from([*PLACES, None]), min_size=1, max_size=3),
    "relations": st.lists(
        st.tuples(
            st.integers(0, 4), st.sampled_from(RELATIONS), st.sampled_from(NAMES),
            st.sampled_from(["post", "organisation", "person"]),
            st.sampled_from([(0, None), (-3, None), (1, None), (-3, 1), (-3, -1), (-3, 0)]),
        ),
        max_size=8,
    ),
    "second_posts": st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES)), max_size=2),
})


@settings(
    max_examples=12,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(drawn=WORLDS)
def test_lists_decisions_and_grants_agree_for_everybody_about_everything(
    cast: world.World, drawn: dict[str, Any]
) -> None:
    with transaction.atomic():
        children = [child_at(cast, code) for code in drawn["homes"]]
        for number, relation, name, through, days in drawn["relations"]:
            relate(cast, children[number % len(children)], relation, name, through, days)
        for name, whose in drawn["second_posts"]:
            hand_over(post=cast.posts[whose], to=cast.people[name], actor=WORKER, at=AT - timedelta(minutes=1))
        for name in sorted(drawn["names"]):
            _agree(cast.viewer(name, AT), children)
        transaction.set_rollback(True)


def _agree(viewer: Viewer, children: list[Child]) -> None:
    found = rules.access_rules(at=AT)
    for child in children:
        wanted = list(asks(found))
        granted = access.allowed(viewer=viewer, child_id=child.id, asks=wanted, at=AT)
        assert granted == {ask for ask in wanted if expected(viewer, child, *ask)}
    for part in found.parts:
        seen = set(access.visible(Child.objects.all(), viewer=viewer, part=part, at=AT).values_list("id", flat=True))
        decided = {each.id for each in children if access.may(viewer=viewer, child_id=each.id, part=part, at=AT)}
        assert seen == decided


@pytest.mark.parametrize("name", NAMES)
def test_a_child_whose_place_is_not_known_is_seen_by_nobody_in_an_area(cast: world.World, name: str) -> None:
    child_at(cast, None)
    viewer = cast.viewer(name, AT)
    for part in rules.access_rules(at=AT).parts:
        assert not access.visible(Child.objects.all(), viewer=viewer, part=part, at=AT).exists()


def test_a_child_without_a_village_is_no_directors_but_the_countys(cast: world.World) -> None:
    child = child_at(cast, "370116")
    seen = {name for name in NAMES if access.may(viewer=cast.viewer(name, AT), child_id=child.id, part="roster", at=AT)}
    assert seen == {"林社工", "苏咨询", "许督导", "郑管理", "方经办"}


@pytest.mark.parametrize("name", ["陈老师", "陈管理", "陈督导", "吴主任", "何老师", "秦医生"])
def test_an_outsider_sees_nothing_of_anything(cast: world.World, name: str) -> None:
    child = cast.child()
    viewer = cast.viewer(name, AT)
    found = rules.access_rules(at=AT)
    assert access.parts_of(viewer=viewer, child_id=child.id, at=AT) == frozenset()
    assert access.allowed(viewer=viewer, child_id=child.id, asks=asks(found), at=AT) == frozenset()
    for model in (Child, Case, Task):
        for part in found.parts:
            assert not access.visible(model.objects.all(), viewer=viewer, part=part, at=AT).exists()  # type: ignore[attr-defined]


def test_nobody_without_a_post_sees_anything(cast: world.World) -> None:
    cast.child()
    for viewer in (Viewer(person_id=None), Viewer(person_id=cast.people["郑管理"].id)):
        assert not access.visible(Child.objects.all(), viewer=viewer, part="roster", at=AT).exists()
        assert access.page(Child.objects.all(), viewer=viewer, part="roster", at=AT, order=("id",)) == []


def test_a_part_or_a_form_that_no_grant_names_is_refused(cast: world.World) -> None:
    child = cast.child()
    manager = cast.viewer("郑管理")
    assert not access.may(viewer=manager, child_id=child.id, part="nothing", at=AT)
    assert not access.may(viewer=manager, child_id=child.id, part="", action="record.nothing", at=AT)
    assert not access.may_do(viewer=manager, action="nothing", at=AT)


def test_lay_people_are_not_entitled_to_psychology(cast: world.World) -> None:
    child = cast.child()
    for name in ("周主任", "方经办"):
        viewer = cast.viewer(name)
        assert not access.sees_psychology(viewer=viewer, at=AT)
        assert "psychological" not in access.parts_of(viewer=viewer, child_id=child.id, at=AT)


def test_who_handed_a_post_over_sees_no_more_from_that_moment(cast: world.World) -> None:
    child = cast.child()
    later = AT + timedelta(days=1)
    hand_over(post=cast.posts["周主任"], to=cast.people["吴主任"], actor=WORKER, at=later)
    assert not access.may(viewer=cast.viewer("周主任", later), child_id=child.id, part="roster", at=later)
    assert access.may(viewer=cast.viewer("吴主任", later), child_id=child.id, part="roster", at=later)
