"""Who may do what in PostgreSQL: an owner for migrations, and narrower roles for the web and the worker."""

from collections.abc import Iterable

from tongxin.ledger.guards import APPEND_ONLY, BOOK, BOOK_SINCE

OWNER, WEB, WORKER = "tongxin_owner", "tongxin_web", "tongxin_worker"
# What registers say and what was done about it: rows that no program changes.
ADDED_ONLY = frozenset({"registers_version", "registers_step", "registers_paper", "sharing_version",
    "sharing_approval", "notices_attempt", "clues_step",
    "exchange_call", "exchange_try", "pairings_check", "pairings_contact", "coordination_step", "coordination_scan",
    "training_attempt"})
SEALED_BY_WORKER = frozenset({"ledger_leaf", "ledger_seal", "ledger_summary"})


def statements(tables: Iterable[str]) -> list[str]:
    """SQL that makes the roles and grants them each table; roles cannot log in until a password is set."""
    made = [
        f"DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}') "
        f"THEN CREATE ROLE {role} NOLOGIN NOBYPASSRLS; END IF; END $$"
        for role in (OWNER, WEB, WORKER)
    ]
    made.append(f"GRANT USAGE ON SCHEMA public TO {WEB}, {WORKER}")
    made.append(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {WEB}, {WORKER}")
    for table in tables:
        made.append(f"ALTER TABLE {table} OWNER TO {OWNER}")
        made.append(f"REVOKE ALL ON {table} FROM {WEB}, {WORKER}")
        made += [f"GRANT {_rights(table, role)} ON {table} TO {role}" for role in (WEB, WORKER)]
    return made


def _rights(table: str, role: str) -> str:
    if table in SEALED_BY_WORKER and role == WEB:
        return "SELECT"
    if table in APPEND_ONLY or table in ADDED_ONLY or table in (*BOOK, *BOOK_SINCE):
        return "SELECT, INSERT"
    if table == "django_migrations":
        return "SELECT"
    if table == "vault_subjectkey":
        return "SELECT, INSERT, UPDATE"
    return "SELECT, INSERT, UPDATE, DELETE"
