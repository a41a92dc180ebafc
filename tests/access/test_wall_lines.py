"""The second wall on connections that many requests share, one after the other, and on parallel workers."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import pytest
from django.db import connection, transaction
from psycopg import Connection
from psycopg_pool import ConnectionPool

from tests import world
from tests.access.test_visible import AT
from tests.access.test_wall import is_postgresql, raise_wall
from tongxin.access import scope, wall
from tongxin.cases.models import Task
from tongxin.people import matching
from tongxin.people.models import Child

IDS = "SELECT id FROM people_child"


@pytest.mark.django_db(transaction=True)
def test_a_writing_request_sees_beyond_its_viewer_in_transactions_only() -> None:
    cast = world.build()
    child = cast.child()
    if not is_postgresql():
        with scope.asking(writes=True), scope.widened():
            assert Child.objects.exists()
        return
    stranger = cast.viewer("陈管理", AT)
    with lasting_wall(), scope.asking(writes=True):
        scope.narrow(stranger, at=AT)
        assert not Child.objects.exists()
        for _ in range(2):
            with transaction.atomic():
                assert Child.objects.get().id == child.id
            assert not Child.objects.exists()
        with pytest.raises(LookupError), transaction.atomic():
            assert Child.objects.exists()
            raise LookupError
        assert not Child.objects.exists()
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.executemany("UPDATE people_child SET file_no = %s WHERE id = %s", [("changed", child.id)])
            assert cursor.rowcount == 1
        with scope.widened():
            assert Child.objects.exists()
        assert not Child.objects.exists()
        with transaction.atomic(), scope.widened():
            assert Child.objects.exists()
        assert not Child.objects.exists()
    with lasting_wall(), scope.asking(writes=False):
        scope.narrow(stranger, at=AT)
        with transaction.atomic():
            assert not Child.objects.exists()
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('tongxin.places', true)")
        assert cursor.fetchone() == ("",)


@pytest.mark.django_db(transaction=True)
def test_a_list_knows_of_a_stored_file_behind_the_wall_but_sees_no_child() -> None:
    cast = world.build()
    child, county = cast.child(), cast.place("370116").id
    mark, nowhere = b"m" * 16, dict.fromkeys(wall.LEVELS)
    with transaction.atomic():
        Child.objects.filter(id=child.id).update(id_token=mark, **nowhere)
        Task.objects.filter(case_id=child.id).delete()
    if not is_postgresql():
        assert [each.is_stored for each in matching.sharing("id_token", [mark], county_id=county)] == [True]
        return
    with lasting_wall(), scope.asking(writes=True):
        scope.narrow(cast.viewer("郑管理", AT), at=AT)
        assert [each.is_stored for each in matching.sharing("id_token", [mark], county_id=county)] == [True]
        assert matching.is_stored(child.id) and not Child.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_pooled_connection_without_a_scope_sees_nothing_also_with_parallel_workers() -> None:
    """After SET LOCAL a setting is the empty string: exactly this state must admit nobody."""
    if not is_postgresql():
        assert "nullif" in wall._setting("places")
        return
    cast = world.build()
    children = {cast.child().id for _ in range(3)}
    manager = cast.viewer("郑管理", AT)
    with lasting_wall(), ConnectionPool(kwargs=_parameters(), configure=_in_parallel, min_size=1, max_size=1) as pool:
        for _ in range(3):
            with pool.connection() as line, line.transaction():
                line.execute(scope.SET.replace("false", "true"), ("", *scope._own(manager), AT.isoformat()))
                assert _seen(line) == children
                assert "Workers Planned" in "\n".join(row[0] for row in line.execute(f"EXPLAIN {IDS}").fetchall())
            with pool.connection() as line:
                # Empty in the process itself, NULL in a parallel worker.
                (left,) = line.execute("SELECT current_setting('tongxin.places', true)").fetchone() or ("other",)
                assert left in ("", None)
                assert _seen(line) == set()
                assert line.execute("SELECT count(*) FROM ledger_entry e JOIN ledger_subject s ON s.id = e.subject_id "
                                    "WHERE s.kind = 'child'").fetchone() == (0,)


def _seen(line: Connection[Any]) -> set[UUID]:
    return {row[0] for row in line.execute(IDS).fetchall()}


def _parameters() -> dict[str, Any]:
    found = connection.get_connection_params()
    return {name: found[name] for name in ("dbname", "user", "password", "host", "port") if found.get(name)}


def _in_parallel(line: Connection[Any]) -> None:
    line.autocommit = True
    named = line.execute("SELECT name FROM pg_settings WHERE name IN ('force_parallel_mode', 'debug_parallel_query')")
    (switch,) = named.fetchone() or ("",)
    for setting in (f"{switch} = on", "parallel_setup_cost = 0", "min_parallel_table_scan_size = 0"):
        line.execute(f"SET {setting}")
    line.execute(f"SET ROLE {wall.ROLE}")


@contextmanager
def lasting_wall() -> Iterator[None]:
    """The wall stands, and this connection acts in the web's role; afterwards the tables are as they were."""
    with transaction.atomic():
        raise_wall()
    try:
        with connection.cursor() as cursor:
            cursor.execute(f"SET ROLE {wall.ROLE}")
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("RESET ROLE")
            for table in wall.TABLES:
                cursor.execute(f"DROP POLICY {table}_scope ON {table}")
                if not table.startswith(("ledger_entry", "ledger_event")):
                    cursor.execute(f"DROP POLICY {table}_all ON {table}")
                    cursor.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
                    cursor.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
