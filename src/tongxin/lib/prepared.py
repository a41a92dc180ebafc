"""Queries asked on every page: their SQL is made once a connection and asked again with other values.

Half of a page's time goes into building the same statements anew (docs/performance.md).
"""

from collections.abc import Callable, Hashable, Mapping
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import Expression, Field, QuerySet

Build = Callable[..., QuerySet[Any, Any]]
# Statements that one connection keeps; access rules make some for every viewer.
KEPT = 1000


class Slot(Expression):
    """Stands in a prepared query for a value that is given when it is asked."""

    def __init__(self, name: str, field: Field[Any, Any]) -> None:
        super().__init__(output_field=field)
        self.name = name

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        return "%s", (self,)


class Prepared:
    """A query with slots: `build` gets one for each of `fields` and gives a queryset.

    Its shape may not depend on the values: no list of changing length, and no None.
    """

    def __init__(self, build: Build, *, using: str = DEFAULT_DB_ALIAS, **fields: Field[Any, Any]) -> None:
        self._build, self._using, self._fields = build, using, fields

    def rows(self, **values: Any) -> list[Any]:
        """What the queryset gives with these values."""
        return ask(self, self._build, self._fields, values, using=self._using)

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
        self._queryset: Any = queryset
        self._compiler: Any = queryset.query.get_compiler(connection=connection)
        try:
            self._sql, self._params = self._compiler.as_sql()
        except EmptyResultSet:
            self._sql = ""
            return
        query: Any = queryset.query
        query.get_compiler = lambda *args, **kwargs: self._compiler
        asked = [each[0] for each in self._compiler.select[: self._compiler.col_count]]
        converters = self._compiler.get_converters(asked)
        self._compiler.get_converters = lambda expressions: converters

    def rows(self, values: Mapping[str, Any]) -> list[Any]:
        if not self._sql:
            return []
        bound = tuple(self._bound(param, values) for param in self._params)
        self._compiler.as_sql = lambda *args, **kwargs: (self._sql, bound)
        return list(self._queryset._iterable_class(self._queryset))

    def _bound(self, param: Any, values: Mapping[str, Any]) -> Any:
        if not isinstance(param, Slot):
            return param
        return param.output_field.get_db_prep_value(values[param.name], self._connection, prepared=False)
