"""The statements that make ledger tables append-only, in the words of each database."""

from collections.abc import Iterable

FIRST = ("ledger_entry", "ledger_event", "ledger_access", "ledger_accesssubject", "ledger_seal", "ledger_leaf")
SUMMARY = "ledger_summary"
APPEND_ONLY = (*FIRST, SUMMARY)
# The book of money is only added to as well; it isn't part of what is sealed.
BOOK = ("funds_posting", "funds_transfer", "funds_approval", "funds_closing")
BOOK_SINCE = ("funds_settlement", "funds_term")
WITH_HORIZON = ("ledger_entry", "ledger_event", "ledger_access")
REFUSAL = "ledger rows are never changed or removed"


def sqlite_guards(tables: Iterable[str]) -> list[str]:
    """Triggers that refuse to change or remove a row."""
    return [
        f"CREATE TRIGGER {table}_no_{verb} BEFORE {verb.upper()} ON {table} "
        f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
        for table in tables
        for verb in ("update", "delete")
    ]


def postgresql_refusal() -> str:
    """What the triggers call."""
    return (
        "CREATE FUNCTION ledger_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'integrity_constraint_violation'; END $$"
    )


def postgresql_guards(tables: Iterable[str]) -> list[str]:
    """Triggers for every role, and row security that knows only reading and adding, for the owner too.

    The triggers are a statement's, since row security hides every row from an UPDATE: a row's would
    never fire and the attempt would pass in silence.
    """
    statements = []
    for table in tables:
        statements += [
            f"CREATE TRIGGER {table}_refuse BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse()",
            f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
            f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
            f"CREATE POLICY {table}_read ON {table} FOR SELECT USING (true)",
            f"CREATE POLICY {table}_add ON {table} FOR INSERT WITH CHECK (true)",
        ]
    return statements


def postgresql_refusals(tables: Iterable[str]) -> list[str]:
    """Triggers alone, for tables that every role reads whole."""
    return [
        f"CREATE TRIGGER {table}_refuse BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse()"
        for table in tables
    ]


def postgresql_horizon() -> list[str]:
    """The transaction each row was written in: the sealer stays below those still open."""
    statements = []
    for table in WITH_HORIZON:
        statements += [
            f"ALTER TABLE {table} ADD COLUMN xid xid8 NOT NULL DEFAULT pg_current_xact_id()",
            f"CREATE INDEX {table}_xid ON {table} (xid, id)",
        ]
    return statements
