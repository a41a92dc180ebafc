"""PostgreSQL roles: even the owner of the tables, without its triggers, changes nothing on record."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import ProgrammingError, connection, transaction

from tests.ledger.record import ACTOR, AT, draft, happened, keep, new_child
from tests.unlock import guards_down
from tongxin import vault
from tongxin.commands import database_roles
from tongxin.ledger import guards, roles
from tongxin.ledger.models import Access, Entry, Event, Subject
from tongxin.lib.faults import Fault

pytestmark = pytest.mark.django_db(transaction=True)


def is_postgresql() -> bool:
    return connection.vendor == "postgresql"


@contextmanager
def acting_as(role: str) -> Iterator[None]:
    """The statements run as `role`; everything is rolled back afterwards."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL ROLE {role}")
        yield
        transaction.set_rollback(True)


@contextmanager
def with_roles() -> Iterator[None]:
    with transaction.atomic():
        with connection.cursor() as cursor:
            for statement in roles.statements(connection.introspection.table_names()):
                cursor.execute(statement)
        yield
        transaction.set_rollback(True)


def refused(statement: str, role: str) -> bool:
    try:
        with acting_as(role), connection.cursor() as cursor:
            cursor.execute(statement)
    except ProgrammingError:
        return True
    return False


def test_on_sqlite_there_are_no_roles_and_it_says_so() -> None:
    if is_postgresql():
        database_roles.main(["--print"])
    else:
        with pytest.raises(Fault, match="SQLite"):
            database_roles.main(["--print"])


def test_each_role_may_do_its_part_only() -> None:
    tables = ("ledger_entry", "ledger_leaf", "people_child", "vault_subjectkey")
    rights = {
        table: [grant for grant in roles.statements([table]) if grant.startswith("GRANT") and table in grant]
        for table in tables
    }
    assert rights["ledger_entry"] == [
        "GRANT SELECT, INSERT ON ledger_entry TO tongxin_web",
        "GRANT SELECT, INSERT ON ledger_entry TO tongxin_worker",
    ]
    assert "GRANT SELECT ON ledger_leaf TO tongxin_web" in rights["ledger_leaf"]
    assert "GRANT SELECT, INSERT ON ledger_leaf TO tongxin_worker" in rights["ledger_leaf"]
    assert not any("DELETE" in grant for grant in rights["vault_subjectkey"])
    assert all("DELETE" in grant for grant in rights["people_child"])


def test_the_web_role_adds_and_reads_but_changes_nothing() -> None:
    if not is_postgresql():
        return
    child = new_child()
    keep(draft(child))
    with with_roles():
        for table in guards.APPEND_ONLY:
            for statement in (f"UPDATE {table} SET id = id", f"DELETE FROM {table}", f"TRUNCATE {table}"):
                assert refused(statement, roles.WEB)
        assert refused("INSERT INTO ledger_seal (batch) VALUES (1)", roles.WEB)
        with acting_as(roles.WEB):
            kept = keep(draft(child))[0].entry
            happened(child, entry=kept)
            vault.open([kept.sealed], viewer=ACTOR, purpose="care", at=AT)
            assert (Entry.objects.count(), Event.objects.count(), Access.objects.count()) == (2, 1, 1)
            assert Subject.objects.get(id=child.id).seq == 2


def test_the_owner_without_triggers_still_meets_row_security() -> None:
    if not is_postgresql():
        return
    keep(draft(new_child()))
    with with_roles(), guards_down(), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL ROLE {roles.OWNER}")
        cursor.execute("UPDATE ledger_entry SET kind = 'other'")
        changed = cursor.rowcount
        cursor.execute("DELETE FROM ledger_entry")
        assert (changed, cursor.rowcount) == (0, 0)
        cursor.execute("RESET ROLE")
    assert Entry.objects.get().kind == "visit"


def test_row_security_depends_on_no_setting_that_a_pooled_connection_could_lose() -> None:
    policies = [made for made in guards.postgresql_guards(guards.APPEND_ONLY) if made.startswith("CREATE POLICY")]
    only = ("FOR SELECT USING (true)", "FOR INSERT WITH CHECK (true)")
    assert len(policies) == 2 * len(guards.APPEND_ONLY)
    assert all(policy.endswith(only) for policy in policies)
