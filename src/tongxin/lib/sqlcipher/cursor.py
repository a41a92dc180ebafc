"""A cursor that takes Django's `%s` on a driver that wants `?`."""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from itertools import chain
from typing import Any

from tongxin.lib.sqlcipher.driver import Driver

PLACE = re.compile(r"(?<!%)%s")


class Cursor(Driver.Cursor):  # type: ignore[name-defined, misc]
    """The driver's cursor with Django's placeholders."""

    def execute(self, query: str, params: Any = None) -> Any:
        if params is None:
            return super().execute(query)
        return super().execute(_converted(query, params), params)

    def executemany(self, query: str, param_list: Iterable[Any]) -> Any:
        rows = iter(param_list)
        first = next(rows, None)
        if first is None:
            return self
        return super().executemany(_converted(query, first), chain([first], rows))


def _converted(query: str, params: Any) -> str:
    if isinstance(params, Mapping):
        return query % {name: f":{name}" for name in params}
    return _with_marks(query)


@lru_cache(maxsize=2000)
def _with_marks(query: str) -> str:
    return PLACE.sub("?", query).replace("%%", "%")
