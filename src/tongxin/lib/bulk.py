"""Many rows at once: COPY on PostgreSQL, one prepared statement on SQLite."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import Any, NamedTuple

from django.db import connections, models

from tongxin.lib import together
from tongxin.lib.together import Statement, Together

CHUNK = 2000
FEW = 20
# Kilobytes.
ROOM = 131_072
# Values of these fields go to PostgreSQL's driver as they are; asking each field costs more than the insert.
PLAIN = (models.CharField, models.TextField, models.IntegerField, models.BigIntegerField, models.BooleanField)
AS_IS = (*PLAIN, models.SmallIntegerField, models.UUIDField, models.DateField)
AS_IS_WITH_TIME = (*AS_IS, models.DateTimeField)
Prepare = Callable[[Any], Any]
Steps = list[tuple[str, Prepare]]
# A model, names of fields, rows: what `insert` takes, made ready beforehand.
Table = tuple[type[models.Model], Sequence[str], Sequence[Sequence[Any]]]


class Laid(NamedTuple):
    """Rows laid out as the driver takes them, perhaps by another process."""

    model: type[models.Model]
    columns: Sequence[str]
    rows: Sequence[Sequence[Any]]


def lay_out(table: Table, *, using: str = "default") -> Laid:
    """The rows as the driver takes them; no database is asked."""
    model, columns, rows = table
    return Laid(model, columns, list(_laid(model, columns, rows, using)))


def insert(
    model: type[models.Model], columns: Sequence[str], rows: Iterable[Sequence[Any]], *,
    using: str = "default",
) -> int:
    """How many rows were written, inside the transaction that is open; `columns` are field names.

    Triggers and constraints hold as for any insert; a column left out takes the database's default.
    """
    return _write(model, columns, _laid(model, columns, rows, using), using)


def write(laid: Laid, *, using: str = "default") -> int:
    """As `insert`, of rows that were laid out before."""
    return _write(*laid, using)


def _write(model: type[models.Model], columns: Sequence[str], rows: Iterable[Sequence[Any]], using: str) -> int:
    connection = connections[using]
    fields: list[Any] = [model._meta.get_field(name) for name in columns]
    table = connection.ops.quote_name(model._meta.db_table)
    names = ", ".join(connection.ops.quote_name(field.column) for field in fields)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            return _copy_into(cursor, table, names, rows)
        places = ", ".join(["%s"] * len(fields))
        return _execute_many(cursor, f"INSERT INTO {table} ({names}) VALUES ({places})", rows)  # noqa: S608


def _laid(
    model: type[models.Model], columns: Sequence[str], rows: Iterable[Sequence[Any]], using: str
) -> Iterator[list[Any]]:
    connection = connections[using]
    steps = [_prepare(model._meta.get_field(name), connection) for name in columns]
    return (_row(steps, row) for row in rows)


def make_room(*, using: str = "default") -> None:
    """Let SQLite keep more of its pages in memory: each page it fetches again is decrypted again."""
    connection = connections[using]
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA cache_size = -{ROOM}")


def store(rows: Sequence[models.Model], *, using: str = "default") -> None:
    """Write new model instances of one kind, each with its id unless the database numbers them."""
    if not rows:
        return
    model = type(rows[0])
    if len(rows) <= FEW or together.now():
        _write_few(model, rows, using, replaces=False)
        return
    fields = model._meta.concrete_fields
    names = [field.attname for field in fields]
    values = ([row.__dict__[name] for name in names] for row in rows)
    insert(model, [field.name for field in fields], values, using=using)
    for row in rows:
        row._state.adding, row._state.db = False, using


def put(row: models.Model, *, using: str = "default") -> None:
    """Write a model instance whole: as a new row, or in place of the one with its id."""
    _write_few(type(row), [row], using, replaces=True)


def change(row: models.Model, *names: str, using: str = "default") -> None:
    """Write some fields of a model instance that is stored already."""
    model, connection = type(row), connections[using]
    kept = connection.__dict__.setdefault("inserts", {})
    statement, steps = kept.get((model, names)) or kept.setdefault((model, names), _update(model, connection, names))
    values = [step(getattr(row, name)) for name, step in steps]
    if work := together.now():
        work.write(statement, (row.pk,), values)
        return
    with connection.cursor() as cursor:
        cursor.execute("".join(statement), values)


def _update(model: type[models.Model], connection: Any, names: Sequence[str]) -> tuple[Statement, Steps]:
    quote = connection.ops.quote_name
    fields: list[Any] = [*(model._meta.get_field(name) for name in names), model._meta.pk]
    changed = ", ".join(f"{quote(field.column)} = %s" for field in fields[:-1])
    head = f"UPDATE {quote(model._meta.db_table)} SET "  # noqa: S608
    where = f" WHERE {quote(fields[-1].column)} = %s"
    return (head, changed, where), _steps(fields, connection)


def _write_few(model: type[models.Model], rows: Sequence[models.Model], using: str, *, replaces: bool) -> None:
    connection = connections[using]
    kept = connection.__dict__.setdefault("inserts", {})
    statement, steps = kept.get((model, replaces)) or kept.setdefault(
        (model, replaces), _statement(model, connection, replaces=replaces)
    )
    values = [[step(getattr(row, name)) for name, step in steps] for row in rows]
    if work := together.now():
        _write_together(work, statement, rows, values)
    else:
        text = "".join(statement)
        with connection.cursor() as cursor:
            for each in values:
                cursor.execute(text, each)
    for row in rows:
        row._state.adding, row._state.db = False, using


def _write_together(
    work: Together, statement: Statement, rows: Sequence[models.Model], values: Sequence[Sequence[Any]]
) -> None:
    for row, each in zip(rows, values, strict=True):
        work.write(statement, object() if row.pk is None else row.pk, each)


def _statement(model: type[models.Model], connection: Any, *, replaces: bool) -> tuple[Statement, Steps]:
    """The statement for one row and what makes each of its values ready; a number of the database's own is left out."""
    quote = connection.ops.quote_name
    fields: list[Any] = [field for field in model._meta.concrete_fields if not isinstance(field, models.AutoField)]
    names = [quote(field.column) for field in fields]
    places = ", ".join(["%s"] * len(fields))
    head, tail = f"INSERT INTO {quote(model._meta.db_table)} ({', '.join(names)}) VALUES ", ""  # noqa: S608
    if replaces:
        key = quote(model._meta.pk.column)
        changed = ", ".join(f"{name} = excluded.{name}" for name in names if name != key)
        tail = f" ON CONFLICT ({key}) DO UPDATE SET {changed}"
    return (head, f"({places})", tail), _steps(fields, connection)


def _steps(fields: Sequence[Any], connection: Any) -> Steps:
    return [(field.attname, _step(field, connection)) for field in fields]


def _step(field: Any, connection: Any) -> Prepare:
    target = field.target_field if field.is_relation else field
    ready = AS_IS_WITH_TIME if connection.vendor == "postgresql" else PLAIN
    return _as_it_is if type(target) in ready else partial(field.get_db_prep_save, connection=connection)


def _as_it_is(value: Any) -> Any:
    return value


def _prepare(field: Any, connection: Any) -> Prepare | None:
    """What makes a value ready for the driver; None where it is ready as it is."""
    field = field.target_field if field.is_relation else field
    kind = type(field)
    if kind in PLAIN or (connection.vendor == "postgresql" and kind in AS_IS_WITH_TIME):
        return None
    if kind is models.UUIDField:
        return _hex
    if isinstance(field, models.BinaryField):
        return lambda value: value if type(value) is bytes else field.get_db_prep_save(value, connection)
    return _remembering(lambda value: field.get_db_prep_save(value, connection))


def _remembering(step: Prepare) -> Prepare:
    """The same value again, as most columns of an import have it, is not made ready twice."""
    last: Any = None
    ready = step(None)

    def prepare(value: Any) -> Any:
        nonlocal last, ready
        if value is not last:
            last, ready = value, step(value)
        return ready

    return prepare


def _hex(value: Any) -> Any:
    return getattr(value, "hex", value)


def _row(steps: Sequence[Prepare | None], row: Sequence[Any]) -> list[Any]:
    return [value if step is None else step(value) for step, value in zip(steps, row, strict=True)]


def _copy_into(cursor: Any, table: str, names: str, rows: Iterable[Sequence[Any]]) -> int:
    """COPY; by way of a table of the session's own where row security would refuse it."""
    cursor.execute("SELECT row_security_active(%s)", [table])
    if not cursor.fetchone()[0]:
        return _copy(cursor, f"COPY {table} ({names}) FROM STDIN", rows)
    waiting = '"bulk_waiting"'
    cursor.execute(f"CREATE TEMP TABLE {waiting} ON COMMIT DROP AS SELECT {names} FROM {table} WITH NO DATA")  # noqa: S608
    count = _copy(cursor, f"COPY {waiting} ({names}) FROM STDIN", rows)
    cursor.execute(f"INSERT INTO {table} ({names}) SELECT {names} FROM {waiting}")  # noqa: S608
    cursor.execute(f"DROP TABLE {waiting}")
    return count


def _copy(cursor: Any, statement: str, rows: Iterable[Sequence[Any]]) -> int:
    count = 0
    # COPY goes past Django's own cursor, and so would its errors.
    with cursor.db.wrap_database_errors, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)
            count += 1
    return count


def _execute_many(cursor: Any, statement: str, rows: Iterable[Sequence[Any]]) -> int:
    count = 0
    chunk: list[Sequence[Any]] = []
    for row in rows:
        chunk.append(row)
        if len(chunk) == CHUNK:
            cursor.executemany(statement, chunk)
            count += len(chunk)
            chunk = []
    if chunk:
        cursor.executemany(statement, chunk)
    return count + len(chunk)
