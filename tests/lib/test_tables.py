"""Many rows at once, and paging by row value, on both databases."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction

from tests.ledger.record import AT
from tongxin.ledger import roles
from tongxin.ledger.models import Access, AccessSubject, Heartbeat
from tongxin.lib import bulk, ids
from tongxin.lib.rows import RowGreater, RowLess

pytestmark = pytest.mark.django_db


def look(number: int) -> tuple[object, ...]:
    return (ids.new_id(), AT + timedelta(minutes=number // 3), None, uuid4(), "a\tb\\n", "照护\n", "")


COLUMNS = ("id", "at", "person_id", "post_id", "part", "purpose", "route")


def test_writes_all_rows_as_they_are() -> None:
    rows = [look(number) for number in range(4321)]
    assert bulk.insert(Access, COLUMNS, iter(rows)) == 4321
    assert set(Access.objects.values_list(*COLUMNS)) == set(rows)


def test_takes_foreign_keys_by_their_id() -> None:
    bulk.insert(Access, COLUMNS, [row := look(1)])
    bulk.insert(AccessSubject, ("access", "owner_kind", "owner_id"), [(row[0], "child", uuid4())])
    assert AccessSubject.objects.get().access_id == row[0]


def test_writes_where_row_security_refuses_copy() -> None:
    rows = [look(number) for number in range(50)]
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            for statement in roles.statements(connection.introspection.table_names()):
                cursor.execute(statement)
            cursor.execute(f"SET LOCAL ROLE {roles.WEB}")
        assert bulk.insert(Access, COLUMNS, rows) == 50
        assert set(Access.objects.values_list(*COLUMNS)) == set(rows)
        transaction.set_rollback(True)


def test_writes_nothing_of_a_bad_batch() -> None:
    bulk.insert(Heartbeat, ("worker", "at"), [("a", AT)])
    with pytest.raises(IntegrityError), transaction.atomic():
        bulk.insert(Heartbeat, ("worker", "at"), [("b", AT), ("a", AT)])
    assert [beat.worker for beat in Heartbeat.objects.all()] == ["a"]


def test_no_rows_are_no_error() -> None:
    assert bulk.insert(Heartbeat, ("worker", "at"), []) == 0


def test_pages_by_row_value_miss_and_repeat_nothing() -> None:
    bulk.insert(Access, COLUMNS, [look(number) for number in range(50)])
    everything = list(Access.objects.order_by("at", "id").values_list("at", "id"))
    seen: list[tuple[object, ...]] = []
    page = Access.objects.order_by("at", "id")
    while rows := list(page.values_list("at", "id")[:7]):
        seen += rows
        page = Access.objects.filter(RowGreater(("at", "id"), rows[-1])).order_by("at", "id")
    assert seen == everything
    before = Access.objects.filter(RowLess(("at", "id"), everything[20]))
    assert before.count() == 20


def test_reaches_over_a_relation_and_into_or() -> None:
    bulk.insert(Access, COLUMNS, [row := look(1)])
    bulk.insert(AccessSubject, ("access", "owner_kind", "owner_id"), [(row[0], "child", uuid4())])
    after = RowGreater(("access__at", "id"), (AT - timedelta(days=1), 0))
    assert AccessSubject.objects.filter(after).count() == 1
    assert AccessSubject.objects.filter(~after).count() == 0


def test_refuses_rows_of_different_length() -> None:
    with pytest.raises(ValueError, match="same length"):
        RowGreater(("at", "id"), (AT,))


def test_ids_sort_by_the_moment_they_were_made() -> None:
    made = [ids.new_id() for _ in range(100)]
    assert made == sorted(made)
    assert {each.version for each in made} == {7}
