"""Every role in every relation, about every part and form: the door says what the grants say, and nothing else."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from tests import world
from tests.access.test_visible import asks, child_at
from tests.matrix.office import ELSEWHERE, HERE, Worker, workers
from tongxin.access import selectors as access
from tongxin.access.branches import BY_RELATION
from tongxin.access.models import Relation
from tongxin.core.access.grants import RELATIONS
from tongxin.people.models import Child
from tongxin.rulebook import rules

pytestmark = pytest.mark.django_db
AT = world.START
VILLAGE = "370116001001"


@pytest.fixture(scope="module")
def everybody(begun: world.World) -> list[Worker]:
    return workers(begun, rules.access_rules(at=AT).roles)


def related(worker: Worker, relation: str, child: Child, *, days: tuple[int, int | None] = (-1, None)) -> None:
    """The relation by the worker's post, from and to so many days from now."""
    begin, end = days
    Relation.objects.create(
        child_id=child.id, relation=BY_RELATION[relation], post_id=worker.post.id, from_at=AT + timedelta(days=begin),
        to_at=None if end is None else AT + timedelta(days=end),
    )


def granted(worker: Worker, relation: str) -> frozenset[tuple[str, str]]:
    found = rules.access_rules(at=AT)
    return frozenset(
        (part, action) for part, action in asks(found)
        if relation in found.relations(role=worker.role, part=part, action=action)
    )


def admitted(worker: Worker, child: Child) -> frozenset[tuple[str, str]]:
    viewer = worker.viewer()
    return access.allowed(viewer=viewer, child_id=child.id, asks=asks(rules.access_rules(at=AT)), at=AT)


def whose(everybody: list[Worker], where: str) -> Iterator[Worker]:
    return (worker for worker in everybody if worker.where == where)


def test_in_ones_own_area(cast: world.World, everybody: list[Worker]) -> None:
    child = child_at(cast, VILLAGE)
    for worker in whose(everybody, HERE):
        assert admitted(worker, child) == granted(worker, "in_area"), worker.role
    for worker in whose(everybody, ELSEWHERE):
        assert admitted(worker, child) == frozenset(), worker.role


@pytest.mark.parametrize("relation", sorted(RELATIONS - {"in_area"}))
def test_by_a_relation_alone(cast: world.World, everybody: list[Worker], relation: str) -> None:
    for worker in whose(everybody, ELSEWHERE):
        child, before, after = (child_at(cast, VILLAGE) for _ in range(3))
        related(worker, relation, child)
        related(worker, relation, before, days=(1, None))
        related(worker, relation, after, days=(-2, -1))
        assert admitted(worker, child) == granted(worker, relation), worker.role
        assert admitted(worker, before) == admitted(worker, after) == frozenset(), worker.role


@pytest.mark.parametrize("relation", sorted(RELATIONS))
def test_whoever_is_set_aside_is_admitted_by_nothing(
    cast: world.World, everybody: list[Worker], relation: str
) -> None:
    for worker in whose(everybody, HERE):
        child = child_at(cast, VILLAGE)
        if relation != "in_area":
            related(worker, relation, child)
        Relation.objects.create(
            child_id=child.id, relation=Relation.RECUSED, person_id=worker.person.id, from_at=AT
        )
        assert admitted(worker, child) == frozenset(), worker.role
