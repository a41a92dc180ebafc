"""Queries asked on every page: their SQL is made once a connection and asked again with other values.

Half of a page's time goes into building the same statements anew (docs/performance.md).
"""

from collections.abc import Callable, Hashable, Mapping, Sequence
from operator import itemgetter
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import Expression, Field, Q, QuerySet
from django.db.models import query as django_query
from django.db.models.query import FlatValuesListIterable, ModelIterable, ValuesIterable, ValuesListIterable

from tongxin.lib import together

Build = Callable[..., QuerySet[Any, Any]]
# Statements that one connection keeps; access rules make some for every viewer.
KEPT = 1000
# Its type is that of a later Django.
make_populators: Callable[..., list[Any]] = django_query.get_related_populators


class Slot(Expression):
    """Stands in a prepared query for a value that is given when it is asked."""

    def __init__(self, name: str, field: Field[Any, Any]) -> None:
        super().__init__(output_field=field)
        self.name = name

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        return "%s", (self,)


def among(column: str, slots: Sequence[Slot]) -> Q:
    """One of several values; Django's own `__in` of a relation takes no slots."""
    found = Q(pk__in=[])
    for slot in slots:
        found |= Q(**{column: slot})
    return found


class Prepared:
    """A query with slots: `build` gets one for each of `fields` and gives a queryset.

    Its shape may not depend on the values, and none may be None. For one of `several` it gets a list of slots,
    to be used with `among`; few values are meant, for each power of two makes a statement of its own.
    """

    def __init__(
        self, build: Build, *, using: str = DEFAULT_DB_ALIAS, several: str = "", **fields: Field[Any, Any]
    ) -> None:
        self._build, self._using, self._several, self._fields = build, using, several, fields

    def rows(self, **values: Any) -> list[Any]:
        """What the queryset gives with these values; where pieces are done together, as it was read ahead."""
        if self._several:
            return self._among(values)
        return list(together.known(
            self.question(**values), lambda: ask(self, self._build, self._fields, values, using=self._using)
        ))

    def question(self, **values: Any) -> Hashable:
        """What the answer is known by where it was read ahead."""
        return (self, *values.values())

    def _among(self, values: dict[str, Any]) -> list[Any]:
        wanted = list(values.pop(self._several))
        if not wanted:
            return []
        size = 1 << (len(wanted) - 1).bit_length()
        wanted += wanted[-1:] * (size - len(wanted))
        field = self._fields[self._several]
        each = {f"{self._several}{number}": value for number, value in enumerate(wanted)}

        def build(**slots: Slot) -> QuerySet[Any, Any]:
            return self._build(**{self._several: [slots.pop(name) for name in each], **slots})

        others = {name: self._fields[name] for name in values}
        return ask((self, size), build, others | dict.fromkeys(each, field), values | each, using=self._using)

    def row(self, **values: Any) -> Any | None:
        """The first of the rows, if there is one."""
        return next(iter(self.rows(**values)), None)


def ask(
    shape: Hashable, build: Build, fields: Mapping[str, Field[Any, Any]], values: Mapping[str, Any], *,
    using: str = DEFAULT_DB_ALIAS,
) -> list[Any]:
    """As `Prepared.rows`, for queries of one `shape`; whatever changes the statement belongs into the shape."""
    connection = connections[using]
    kept: dict[Hashable, _Statement] = connection.__dict__.setdefault("prepared", {})
    statement = kept.get(shape)
    if statement is None:
        if len(kept) >= KEPT:
            kept.clear()
        slots = {name: Slot(name, field) for name, field in fields.items()}
        statement = kept[shape] = _Statement(build(**slots).using(using), connection)
    return statement.rows(values)


class _Statement:
    """A queryset with its SQL made, for one connection and so for one thread."""

    def __init__(self, queryset: QuerySet[Any, Any], connection: Any) -> None:
        self._connection = connection
        compiler: Any = queryset.query.get_compiler(connection=connection)
        try:
            self._sql, self._params = compiler.as_sql()
        except EmptyResultSet:
            self._sql = ""
            return
        self._width = compiler.col_count
        asked = [each[0] for each in compiler.select[: self._width]]
        self._converters = [(place, *each) for place, each in compiler.get_converters(asked).items()]
        self._made = _maker(queryset, compiler)

    def rows(self, values: Mapping[str, Any]) -> list[Any]:
        if not self._sql:
            return []
        bound = tuple(self._bound(param, values) for param in self._params)
        with self._connection.cursor() as cursor:
            cursor.execute(self._sql, bound)
            found = cursor.fetchall()
        return [self._made(self._converted(row)) for row in found]

    def _bound(self, param: Any, values: Mapping[str, Any]) -> Any:
        if not isinstance(param, Slot):
            return param
        return param.output_field.get_db_prep_value(values[param.name], self._connection, prepared=False)

    def _converted(self, row: Sequence[Any]) -> Sequence[Any]:
        """One row as fields read it, without what the order alone asked for."""
        read = list(row[: self._width])
        for place, converters, expression in self._converters:
            value = read[place]
            for convert in converters:
                value = convert(value, expression, self._connection)
            read[place] = value
        return read


def _maker(queryset: Any, compiler: Any) -> Callable[[Sequence[Any]], Any]:
    """What makes of a row what the queryset gives: an object with its related ones, a tuple, a single value."""
    kind = queryset._iterable_class
    if kind is FlatValuesListIterable:
        return itemgetter(0)
    if kind is ValuesListIterable:
        return tuple
    if kind is ValuesIterable:
        query = queryset.query
        named = tuple(query.selected or (*query.values_select, *query.annotation_select))
        return lambda row: dict(zip(named, row, strict=True))
    if kind is not ModelIterable or queryset._known_related_objects or queryset._prefetch_related_lookups:
        raise TypeError(f"{kind.__name__} is not prepared")
    using, about = queryset.db, compiler.klass_info
    columns = slice(about["select_fields"][0], about["select_fields"][-1] + 1)
    names = [each[0].target.attname for each in compiler.select[columns]]
    populators = make_populators(about, compiler.select, using)
    notes, made = compiler.annotation_col_map, about["model"].from_db

    def object_of(row: Sequence[Any]) -> Any:
        found = made(using, names, row[columns])
        for each in populators:
            each.populate(row, found)
        for name, place in notes.items():
            setattr(found, name, row[place])
        return found

    return object_of
