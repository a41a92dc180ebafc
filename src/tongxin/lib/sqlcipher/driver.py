"""The SQLite driver in use: encrypting where its wheel is installed, the standard library's otherwise."""

import datetime
import decimal
import sqlite3.dbapi2
from collections.abc import Callable
from types import ModuleType
from typing import Any

from django.utils.dateparse import parse_date, parse_datetime, parse_time

try:
    from sqlcipher3 import dbapi2 as encrypting
except ImportError:
    encrypting = None

Driver: ModuleType = encrypting or sqlite3.dbapi2
IS_ENCRYPTING = encrypting is not None


def _decoded(convert: Callable[[str], Any]) -> Callable[[bytes], Any]:
    return lambda value: convert(value.decode())


def register_types() -> None:
    """Teach the driver the column types Django uses; the standard library's knows them from Django."""
    Driver.register_converter("bool", b"1".__eq__)
    Driver.register_converter("date", _decoded(parse_date))
    Driver.register_converter("time", _decoded(parse_time))
    Driver.register_converter("datetime", _decoded(parse_datetime))
    Driver.register_converter("timestamp", _decoded(parse_datetime))
    Driver.register_adapter(decimal.Decimal, str)
    Driver.register_adapter(datetime.date, datetime.date.isoformat)
    Driver.register_adapter(datetime.datetime, lambda moment: moment.isoformat(" "))


register_types()
