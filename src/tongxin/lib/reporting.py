"""Logs and error reports that say where it happened, never what was in it (spine B6)."""

import logging
import traceback
from types import TracebackType
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.debug import ExceptionReporter

Caught = tuple[type[BaseException] | None, BaseException | None, TracebackType | None]


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

    def get_traceback_text(self) -> SafeString:
        return SafeString(_frames((self.exc_type, self.exc_value, self.tb)))

    def get_traceback_html(self) -> SafeString:
        return format_html("<!doctype html><title>Error</title><pre>{}</pre>", str(self.get_traceback_text()))


def _frames(caught: Caught) -> str:
    kind, _, trace = caught
    lines = [f"  {frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(trace)]
    return "\n".join([*lines, kind.__name__ if kind else ""])
