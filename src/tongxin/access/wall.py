"""The second wall: PostgreSQL's own row security behind `access.visible`, by place, post and relation.

A policy lets the web's role see a row only while its connection says for whom it asks (`access.scope`). A setting that
is missing or empty admits nothing: after SET LOCAL a setting is the empty string, not NULL.
"""

from collections.abc import Iterable

from django.db import connection

ROLE = "tongxin_web"
SETTINGS = ("wide", "person", "posts", "bodies", "places", "at")
LEVELS = ("province_id", "city_id", "county_id", "town_id", "village_id")
# Rows that say where the child lives, with the column that names the child, and who else has to do with the row.
BY_PLACE = {
    "people_child": ("id", ()),
    "cases_case": ("id", ()),
    "cases_task": ("case_id", ("owner_post_id", "post_id", "owner_person_id")),
    "referrals_referral": ("child_id", ("from_post_id", "to_organisation_id")),
}
# Rows that are seen with their child.
BY_CHILD = {
    "cases_proposal": "case_id", "cases_decision": "case_id", "cases_alarm": "case_id",
    "assessments_result": "child_id", "people_carer": "child_id", "people_categoryspan": "child_id",
    "documents_attachment": "child_id", "looking_statement": "child_id", "looking_glass": "child_id",
    "consents_consentlink": "child_id", "referrals_referrallink": "child_id", "groups_member": "child_id",
    "groups_supervised": "child_id", "bookings_bookedchild": "child_id",
}
# Rows about a child or about something else, which then is no secret of a child's.
BY_SUBJECT = {"ledger_entry": "subject_id", "ledger_event": "subject_id", "ledger_heldentry": "subject_id"}
# What somebody hasn't handed in yet: theirs alone.
BY_WRITER = {"drafts_formdraft": "person_id"}
TABLES = (*BY_PLACE, *BY_CHILD, *BY_SUBJECT, *BY_WRITER)


def statements(tables: Iterable[str]) -> list[str]:
    """SQL that raises the wall around those of `tables` that carry children's rows; it may be run again."""
    made: list[str] = []
    for table in sorted(set(tables) & set(TABLES)):
        made += [
            f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
            f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
            f"DROP POLICY IF EXISTS {table}_scope ON {table}",
            f"CREATE POLICY {table}_scope ON {table} AS RESTRICTIVE TO {ROLE} USING ({_condition(table)})",
        ]
        if table not in ("ledger_entry", "ledger_event"):
            made += [
                f"DROP POLICY IF EXISTS {table}_all ON {table}",
                f"CREATE POLICY {table}_all ON {table} USING (true) WITH CHECK (true)",
            ]
    return made


def missing() -> list[str]:
    """The tables that no policy of the wall stands around."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_policies WHERE policyname = tablename || '_scope'")
        there = {table for (table,) in cursor.fetchall()}
    return [table for table in TABLES if table not in there]


def _condition(table: str) -> str:
    wide = f"(SELECT {_setting('wide')} = 'yes')"
    if table in BY_PLACE:
        child, whose = BY_PLACE[table]
        places = f"ARRAY[{', '.join(LEVELS)}] && {_list('places', 'bigint')}"
        return " OR ".join([wide, places, *map(_own, whose), f"{child} IN ({_related()})"])
    if table in BY_WRITER:
        return f"{wide} OR {_own(BY_WRITER[table])}"
    child = BY_CHILD.get(table) or BY_SUBJECT[table]
    seen = f"EXISTS (SELECT FROM people_child c WHERE c.id = {table}.{child})"
    if table in BY_CHILD:
        return f"{wide} OR {seen}"
    other = f"EXISTS (SELECT FROM ledger_subject s WHERE s.id = {table}.{child} AND s.kind <> 'child')"
    return f"{wide} OR {seen} OR {other}"


def _own(column: str) -> str:
    if column.endswith("person_id"):
        return f"{column} = {_person()}"
    if column.endswith("organisation_id"):
        return f"{column} = ANY ({_list('bodies', 'bigint')})"
    return f"{column} = ANY ({_list('posts', 'uuid')})"


def _related() -> str:
    at = f"(SELECT {_setting('at')}::timestamptz)"
    mine = " OR ".join((
        f"r.post_id = ANY ({_list('posts', 'uuid')})", f"r.organisation_id = ANY ({_list('bodies', 'bigint')})",
        f"r.person_id = {_person()}",
    ))
    lasts = f"r.from_at <= {at} AND (r.to_at IS NULL OR r.to_at > {at})"
    return f"SELECT r.child_id FROM access_relation r WHERE r.relation <> 'recused' AND {lasts} AND ({mine})"  # noqa: S608


def _person() -> str:
    return f"(SELECT {_setting('person')}::uuid)"


def _list(name: str, kind: str) -> str:
    """A setting as an array, read once a statement; the cast makes PostgreSQL take it for one."""
    return f"(SELECT string_to_array({_setting(name)}, ',')::{kind}[])::{kind}[]"


def _setting(name: str) -> str:
    return f"nullif(current_setting('tongxin.{name}', true), '')"
