"""Where search marks lie: one narrow row a child, and beside it the index its marks are met in.

PostgreSQL keeps the marks as an array under GIN, SQLite as a full-text table of marks without content.
"""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection, models

from tongxin.lib import bulk

Terms = Sequence[int]
CHUNK = 2000
# How far a search that wants few rows looks in their order before it asks the index for all that there are.
FEW, WALKED, FARTHEST = 64, 2000, 20_000
# Whose rows they are is asked for those that are shown only.
_ANY = """
    WITH hits AS {apart} (SELECT m.rowid AS id FROM people_childmarks m WHERE {match} AND m.rowid > %s),
    next AS (SELECT id FROM hits ORDER BY id LIMIT %s)
    SELECT t.id, t.child_id FROM next JOIN people_childtoken t ON t.id = next.id ORDER BY t.id
"""
_EARLY = """
    WITH near AS MATERIALIZED (
        SELECT rowid, marks FROM people_childmarks WHERE rowid > %s ORDER BY rowid LIMIT %s
    ), next AS (SELECT m.rowid AS id FROM near m WHERE {match} ORDER BY m.rowid LIMIT %s)
    SELECT t.id, t.child_id FROM next JOIN people_childtoken t ON t.id = next.id ORDER BY t.id
"""


class MarkRow(NamedTuple):
    """What is kept of one child: the mark of its number, and the marks of its name and places."""

    child_id: UUID
    number: int | None
    marks: Terms


class Condition(NamedTuple):
    """More SQL that a child's id must satisfy."""

    sql: str
    params: tuple[Any, ...]


class MarksField(models.Field[Any, Any]):
    """A set of marks in the form its database can search."""

    def db_type(self, connection: Any) -> str:
        return "bigint[]" if connection.vendor == "postgresql" else "text"

    def get_db_prep_save(self, value: Any, connection: Any) -> Any:
        if value is None:
            return None
        return list(value) if connection.vendor == "postgresql" else " ".join(map(_word, value))


class ChildToken(models.Model):
    """Which row of marks is whose; a whole identity number is met here."""

    child_id = models.UUIDField("儿童", unique=True)
    number = models.BigIntegerField("证件号码标记", null=True, db_index=True)

    class Meta:
        verbose_name = "检索标记"


class ChildMarks(models.Model):
    """The marks under the row's number; SQLite can't read them back, only meet them."""

    row = models.BigIntegerField(primary_key=True, db_column="rowid")
    marks = MarksField("标记")

    class Meta:
        verbose_name = "检索标记集"
        db_table = "people_childmarks"


def _word(mark: int) -> str:
    return "%016x" % (mark & 0xFFFFFFFFFFFFFFFF)


def write(rows: Iterable[MarkRow]) -> int:
    """How many children's marks were put in the place of what stood there, in the open transaction."""
    count = 0
    for chunk in _chunks(rows):
        drop([row.child_id for row in chunk])
        count += _add(chunk)
    return count


def add(rows: Iterable[MarkRow]) -> int:
    """As `write`, for children that have no marks yet."""
    return sum(map(_add, _chunks(rows)))


def _add(chunk: list[MarkRow]) -> int:
    newest = ChildToken.objects.aggregate(newest=models.Max("id"))["newest"] or 0
    bulk.insert(ChildToken, ("child_id", "number"), [(row.child_id, row.number) for row in chunk])
    # Others may add theirs meanwhile: only this chunk's are taken.
    ids = dict(ChildToken.objects.filter(id__gt=newest).values_list("child_id", "id"))
    pairs = sorted(((ids[row.child_id], row.marks) for row in chunk), key=lambda pair: pair[0])
    return bulk.insert(ChildMarks, ("row", "marks"), pairs)


def _chunks(rows: Iterable[MarkRow]) -> Iterable[list[MarkRow]]:
    chunk: dict[UUID, MarkRow] = {}
    for row in rows:
        chunk[row.child_id] = row
        if len(chunk) == CHUNK:
            yield list(chunk.values())
            chunk = {}
    if chunk:
        yield list(chunk.values())


def drop(children: Sequence[UUID]) -> None:
    """Take the marks of some children out of every answer."""
    ids = list(ChildToken.objects.filter(child_id__in=children).values_list("id", flat=True))
    if ids:
        ChildMarks.objects.filter(row__in=ids).delete()
        ChildToken.objects.filter(id__in=ids).delete()


def scrub() -> None:
    """Make SQLite write its index anew: until then dropped marks remain in its pages."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO people_childmarks(people_childmarks) VALUES ('optimize')")


def having(
    ways: Sequence[Terms], *, after: int = 0, limit: int, among: Condition | None = None
) -> list[tuple[int, UUID]]:
    """The next rows, in the order they were written, whose marks include all of one of `ways`."""
    if not ways:
        return []
    match, params = _match(ways)
    statement = _among(match, among) if among else _ANY.format(match=match, apart=_apart())
    with connection.cursor() as cursor:
        rows = _early(cursor, ways, after=after, limit=limit) if among is None else []
        if not rows:
            cursor.execute(statement, [*params, after, *(among.params if among else ()), limit])
            rows = cursor.fetchall()
        return [(row, child if isinstance(child, UUID) else UUID(child)) for row, child in rows]


def _early(cursor: Any, ways: Sequence[Terms], *, after: int, limit: int) -> list[tuple[int, Any]]:
    """The next rows where they are frequent: found among the next few thousand, without asking the index for all."""
    if connection.vendor != "postgresql" or limit > FEW:
        return []
    match, params = _match(ways)
    far = WALKED
    while far:
        cursor.execute(_EARLY.format(match=match), [after, far, *params, limit])
        rows: list[tuple[int, Any]] = cursor.fetchall()
        if len(rows) == limit:
            return rows
        # A second, longer walk only where the first shows that it will do.
        likely = 2 * far * limit // len(rows) if rows else FARTHEST
        far = likely if far == WALKED and likely < FARTHEST else 0
    return []


def _among(match: str, among: Condition) -> str:
    return f"""
        WITH hits AS {_apart()} (
            SELECT m.rowid AS id, t.child_id FROM people_childmarks m
            JOIN people_childtoken t ON t.id = m.rowid
            WHERE {match} AND m.rowid > %s AND t.child_id IN ({among.sql})
        )
        SELECT id, child_id FROM hits ORDER BY id LIMIT %s
    """  # noqa: S608


def _apart() -> str:
    """PostgreSQL may else walk the whole table in order, hoping to fill the limit soon."""
    return "MATERIALIZED" if connection.vendor == "postgresql" else ""


def numbered(marks: Sequence[int], *, limit: int) -> list[UUID]:
    """The children whose identity number has one of `marks`."""
    rows = ChildToken.objects.filter(number__in=marks).order_by("id")
    return list(rows.values_list("child_id", flat=True)[:limit])


def _match(ways: Sequence[Terms]) -> tuple[str, list[Any]]:
    if connection.vendor == "postgresql":
        return "(" + " OR ".join(["m.marks @> %s::bigint[]"] * len(ways)) + ")", [list(way) for way in ways]
    return "people_childmarks MATCH %s", [" OR ".join(f"({' AND '.join(map(_word, way))})" for way in ways)]


def create_marks(schema_editor: Any) -> None:
    """The table of marks as this database searches it best."""
    if schema_editor.connection.vendor == "postgresql":
        columns = "rowid bigint PRIMARY KEY, marks bigint[] NOT NULL"
        schema_editor.execute(f"CREATE TABLE people_childmarks ({columns})")
        # A list of pending entries would be read whole by every search, and drive the planner off the index.
        index = "people_childmarks USING gin (marks) WITH (fastupdate = off)"
        schema_editor.execute(f"CREATE INDEX people_childmarks_marks ON {index}")
        return
    version = schema_editor.connection.Database.sqlite_version_info
    # Older SQLite can't delete from a table without content: there the marks are stored as well.
    bare = "content='', contentless_delete=1, " if version >= (3, 43) else ""
    schema_editor.execute(
        f"CREATE VIRTUAL TABLE people_childmarks USING fts5(marks, {bare}detail=none, tokenize='unicode61')"
    )


def drop_marks(schema_editor: Any) -> None:
    """Take the table of marks away."""
    schema_editor.execute("DROP TABLE people_childmarks")
