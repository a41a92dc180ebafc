"""The SQLite backend: a file nobody reads without the key, and writers that take turns."""

import fcntl
import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import pytest_django
from django.db import OperationalError, connections, transaction

from tongxin.config.databases import databases
from tongxin.lib import secrets
from tongxin.lib.faults import Fault
from tongxin.lib.sqlcipher import statistics
from tongxin.lib.sqlcipher.base import DatabaseWrapper
from tongxin.lib.sqlcipher.turns import Turn

ALIAS = "office"


def opened(folder: Path) -> DatabaseWrapper:
    """A connection of its own to the office file in `folder`, as an office without a server has it."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("TONGXIN_DATABASE", "sqlite")
        wanted = databases(folder)["default"]
    defaults = {"TIME_ZONE": None, "AUTOCOMMIT": True, "ATOMIC_REQUESTS": False, "CONN_HEALTH_CHECKS": False}
    return DatabaseWrapper({**defaults, **wanted}, alias=ALIAS)


def run(database: DatabaseWrapper, statement: str, *params: object) -> list[tuple[object, ...]]:
    with database.cursor() as cursor:
        cursor.execute(statement, params)
        return list(cursor.fetchall())


@pytest.fixture
def office(tmp_path: Path, django_db_blocker: pytest_django.DjangoDbBlocker) -> Iterator[DatabaseWrapper]:
    with django_db_blocker.unblock():
        database = connections[ALIAS] = opened(tmp_path)
        run(database, "CREATE TABLE note (words text)")
        yield database
        database.close()
        del connections[ALIAS]


def test_the_file_shows_nothing(office: DatabaseWrapper, tmp_path: Path) -> None:
    run(office, "INSERT INTO note VALUES (%s)", "canary-words")
    content = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert content
    assert not content.startswith(b"SQLite format")
    assert b"canary-words" not in content
    assert b"note" not in content


def test_another_key_opens_nothing_and_says_so(
    office: DatabaseWrapper, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TONGXIN_KEYS", str(tmp_path / "other-keys"))
    secrets.create()
    with pytest.raises(Fault, match="密钥不符"):
        opened(tmp_path).ensure_connection()


def test_keeps_the_promises_of_the_ledger(office: DatabaseWrapper) -> None:
    full, on = 2, 1
    assert run(office, "PRAGMA journal_mode") == [("wal",)]
    assert run(office, "PRAGMA synchronous") == [(full,)]
    for name in ("foreign_keys", "recursive_triggers", "secure_delete"):
        assert run(office, f"PRAGMA {name}") == [(on,)]


def is_line_free(office: DatabaseWrapper) -> bool:
    other = Turn(str(office.settings_dict["NAME"]))
    came = other.take(timeout=0)
    other.give()
    return came


def test_the_line_is_held_while_writing_and_moves_on_afterwards(office: DatabaseWrapper) -> None:
    with transaction.atomic(using=ALIAS):
        run(office, "INSERT INTO note VALUES ('a')")
        assert not is_line_free(office)
        with transaction.atomic(using=ALIAS):
            run(office, "INSERT INTO note VALUES ('b')")
        assert not is_line_free(office)
    assert is_line_free(office)


def test_a_transaction_that_fails_gives_its_turn_back(office: DatabaseWrapper) -> None:
    with pytest.raises(OperationalError), transaction.atomic(using=ALIAS):
        run(office, "INSERT INTO note VALUES ('a')")
        run(office, "SELECT * FROM nowhere")
    assert is_line_free(office)
    assert run(office, "SELECT * FROM note") == []


def test_a_connection_closed_inside_a_transaction_gives_its_turn_back(office: DatabaseWrapper) -> None:
    with transaction.atomic(using=ALIAS):
        run(office, "INSERT INTO note VALUES ('a')")
        office.close()
    assert is_line_free(office)


def test_a_writer_that_never_ends_is_not_waited_for_for_ever() -> None:
    first, second = Turn("a file"), Turn("a file")
    assert first.take(timeout=0)
    assert first.take(timeout=0)
    assert not second.take(timeout=0.01)
    first.give()
    first.give()
    assert second.take(timeout=0)
    second.give()


def test_another_process_that_writes_is_waited_for(tmp_path: Path) -> None:
    file = tmp_path / "office.db"
    turn = Turn(str(file))
    elsewhere = os.open(f"{file}-turn", os.O_RDWR | os.O_CREAT)
    fcntl.flock(elsewhere, fcntl.LOCK_EX)
    assert not turn.take(timeout=0.02)
    os.close(elsewhere)
    assert turn.take(timeout=5)
    turn.close()


def test_threads_write_without_a_locked_database(office: DatabaseWrapper, tmp_path: Path) -> None:
    faults: list[Exception] = []

    def write(name: str) -> None:
        database = connections[ALIAS] = opened(tmp_path)
        try:
            for _ in range(25):
                with transaction.atomic(using=ALIAS):
                    (number,) = run(database, "SELECT count(*) FROM note")[0]
                    run(database, "INSERT INTO note VALUES (%s)", f"{name} {number}")
        except OperationalError as fault:
            faults.append(fault)
        finally:
            database.close()

    threads = [threading.Thread(target=write, args=(str(number),)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    numbers = {int(str(words).split()[1]) for (words,) in run(office, "SELECT words FROM note")}
    assert numbers == set(range(100))


def test_a_page_is_planned_by_how_rows_are_spread(office: DatabaseWrapper) -> None:
    """Without a count SQLite takes all that is late for fewer than one child's own."""
    run(office, "CREATE TABLE task (child integer, state text, due integer)")
    run(office, "CREATE INDEX by_child ON task (child)")
    run(office, "CREATE INDEX by_due ON task (state, due)")
    run(office, "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 4000) "
                "INSERT INTO task SELECT i, 'open', i FROM n")

    def plan() -> str:
        asked = "SELECT 1 FROM task WHERE child = 7 AND state = 'open' AND due < 9000"
        return str(run(office, f"EXPLAIN QUERY PLAN {asked}"))

    assert "by_due" in plan()
    statistics.refresh(ALIAS)
    assert "by_child" in plan()
