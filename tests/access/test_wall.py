"""The second wall lets a viewer's connection read what the first could ever admit, and nothing when nobody is named."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.db import ProgrammingError, connection, transaction
from hypothesis import HealthCheck, given, settings

from tests import world
from tests.access.test_visible import AT, WORLDS, child_at, relate
from tests.flows.forms import fill
from tongxin.access import scope, wall
from tongxin.access import selectors as access
from tongxin.access.models import Relation
from tongxin.accounts.models import places_of
from tongxin.accounts.services import hand_over
from tongxin.accounts.viewers import WORKER, Viewer
from tongxin.cases.models import Case, Task
from tongxin.flows import setting_apart, shelved, unsealing
from tongxin.flows.setting_apart import Notice
from tongxin.keeping.models import Unsealing
from tongxin.ledger import roles
from tongxin.ledger.models import Entry, Event
from tongxin.people.models import Child
from tongxin.rights.models import Shelved
from tongxin.rulebook import rules

WALLED = {"people_child": Child, "cases_case": Case, "cases_task": Task}
NOBODY = Viewer(person_id=None)


def is_postgresql() -> bool:
    return connection.vendor == "postgresql"


def raise_wall() -> None:
    tables = connection.introspection.table_names()
    with connection.cursor() as cursor:
        # Tables with rows whose keys are still to be checked can't be altered.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for statement in [*roles.statements(tables), *wall.statements(tables)]:
            cursor.execute(statement)


@contextmanager
def as_web(viewer: Viewer, **asked: Any) -> Iterator[None]:
    """A request of the web's role; on SQLite the scope says nothing and changes nothing."""
    with transaction.atomic():
        if is_postgresql():
            with connection.cursor() as cursor:
                cursor.execute(f"SET LOCAL ROLE {wall.ROLE}")
        with scope.asking(writes=asked.get("writes", False)):
            scope.narrow(viewer, at=AT)
            yield
        transaction.set_rollback(True)


def reachable(viewer: Viewer, child: Child) -> bool:
    """Whether place or a relation in force leads a viewer to a child, whatever roles and parts say."""
    places = set(places_of(child).values()) - {None}
    if places & {seat.division_id for seat in viewer.seats}:
        return True
    return any(
        row.relation != "recused" and row.from_at <= AT and (row.to_at is None or row.to_at > AT)
        and (row.post_id in viewer.post_ids or row.organisation_id in viewer.organisation_ids
             or (row.person_id is not None and row.person_id == viewer.person_id))
        for row in Relation.objects.filter(child_id=child.id)
    )


@pytest.mark.django_db
@settings(max_examples=12, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(drawn=WORLDS)
def test_both_walls_agree_for_everybody(cast: world.World, drawn: dict[str, Any]) -> None:
    """What the first admits stands inside the second; what stands inside is in the area or related."""
    with transaction.atomic():
        if is_postgresql():
            raise_wall()
        children = [child_at(cast, code) for code in drawn["homes"]]
        for number, relation, name, through, days in drawn["relations"]:
            relate(cast, children[number % len(children)], relation, name, through, days)
        for name, whose in drawn["second_posts"]:
            hand_over(post=cast.posts[whose], to=cast.people[name], actor=WORKER, at=AT - timedelta(minutes=1))
        for name in sorted(drawn["names"]):
            viewer = cast.viewer(name, AT)
            allowed = {child.id for child in children if reachable(viewer, child)}
            with as_web(viewer):
                inside = set(Child.objects.values_list("id", flat=True))
                admitted = {
                    found for part in rules.access_rules(at=AT).parts
                    for found in access.visible(Child.objects.all(), viewer=viewer, part=part, at=AT).values_list(
                        "id", flat=True)
                }
            assert admitted <= allowed
            assert inside == (allowed if is_postgresql() else {child.id for child in children})
        transaction.set_rollback(True)


@pytest.mark.django_db
def test_an_outsiders_connection_finds_no_row_of_a_child(cast: world.World) -> None:
    child = cast.child()
    if not is_postgresql():
        assert wall.statements(["people_child"])[0].endswith("ENABLE ROW LEVEL SECURITY")
        return
    assert wall.missing() == list(wall.TABLES)
    raise_wall()
    assert wall.missing() == []
    for viewer in (cast.viewer("陈管理", AT), NOBODY):
        with as_web(viewer):
            for model in WALLED.values():
                assert not model.objects.exists()  # type: ignore[attr-defined]
            assert not Entry.objects.filter(subject_id=child.id).exists()
            assert not Event.objects.filter(subject_id=child.id).exists()
    with as_web(cast.viewer("郑管理", AT)):
        assert Child.objects.filter(id=child.id).exists() and Entry.objects.filter(subject_id=child.id).exists()
        assert Task.objects.filter(case_id=child.id).exists()


@pytest.mark.django_db
def test_nothing_of_a_child_out_of_reach_is_written_either(cast: world.World) -> None:
    if not is_postgresql():
        assert "people_child" in wall.TABLES
        return
    cast.child()
    raise_wall()
    stranger = cast.viewer("陈管理", AT)
    with as_web(stranger):
        assert Child.objects.update(file_no="changed") == 0
        with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
            child_at(cast, "370116")


@pytest.mark.django_db
def test_what_was_set_apart_of_a_stored_child_is_looked_into_by_its_keeper(cast: world.World) -> None:
    child, keeper = cast.child(), cast.viewer("郑管理", AT)
    entry = cast.record(child, "interview_record", fill(child, "interview_record", AT), by="林社工", at=AT).entry
    custody = setting_apart.set_apart(
        child=child, entries=[entry.id], notice=Notice("court", "1号", AT.date()), actor=keeper, at=AT
    )
    Shelved.objects.create(
        child_id=child.id, file_no=child.file_no, **places_of(child), basis="retention", shelved_at=AT
    )
    shelved.put_away(child)
    asking = unsealing.ask(custody_id=custody.id, purpose="lift", words="函", actor=keeper, at=AT)
    Unsealing.objects.filter(id=asking.id).update(answered_at=AT, until_at=AT + timedelta(hours=1))
    if is_postgresql():
        raise_wall()
    with as_web(keeper):
        assert not access.may(viewer=keeper, child_id=child.id, part="roster", at=AT)
        seen = unsealing.look(asking_id=asking.id, viewer=keeper, at=AT)
        assert seen.child.id == child.id and seen.records[0][1]
        assert Child.objects.filter(id=child.id).exists() != is_postgresql()
    with as_web(keeper, writes=True):
        assert unsealing.lift(asking_id=asking.id, actor=keeper, at=AT).id == child.id
