"""Logs and error reports that say where it happened, never what was in it (spine B6)."""

import logging
import traceback
from types import TracebackType
from typing import Any

from django.views.debug import ExceptionReporter

Caught = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class QuietFormatter(logging.Formatter):
    """Date, level, place; of an exception its kind and the lines of code it came through.

    An exception's own words are left out: a database error quotes the row it refused.
    """

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s")

    def formatException(self, ei: Caught) -> str:  # noqa: N802
        return _frames(ei)

    def formatStack(self, stack_info: str) -> str:  # noqa: N802
        return ""


class QuietReporter(ExceptionReporter):
    """Django's report reduced to the kind of the error and the lines of code."""

    def get_traceback_data(self) -> dict[str, Any]:
        return {"exception_type": getattr(self.exc_type, "__name__", "")}

    def get_traceback_text(self) -> str:
        return _frames((self.exc_type, self.exc_value, self.tb))

    def get_traceback_html(self) -> str:
        return f"<!doctype html><meta charset=utf-8><title>Error</title><pre>{self.get_traceback_text()}</pre>"


def _frames(caught: Caught) -> str:
    kind, _, trace = caught
    lines = [f"  {frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(trace)]
    return "\n".join([*lines, kind.__name__ if kind else ""])
