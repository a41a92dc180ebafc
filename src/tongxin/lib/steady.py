"""What stays the same while one request is answered is asked once, not for every rule that needs it."""

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

Answer = TypeVar("Answer")
Kept = dict[Hashable, Any]

_kept: ContextVar[Kept | None] = ContextVar("kept", default=None)
_lasting: ContextVar[Kept | None] = ContextVar("lasting", default=None)


@contextmanager
def reading() -> Iterator[None]:
    """While this holds, `once` asks each question a single time; only for what writes nothing."""
    token = _kept.set({})
    try:
        with answering():
            yield
    finally:
        _kept.reset(token)


@contextmanager
def answering() -> Iterator[None]:
    """While this holds, `lasting` asks each question a single time, though something is written."""
    kept = _lasting.get()
    token = _lasting.set({} if kept is None else kept)
    try:
        yield
    finally:
        _lasting.reset(token)


def once(question: Hashable, ask: Callable[[], Answer]) -> Answer:
    """The answer, asked anew except while a page is read."""
    return _asked(_kept.get(), question, ask)


def lasting(question: Hashable, ask: Callable[[], Answer]) -> Answer:
    """The answer to what no request changes that also relies on it, such as the rules in force."""
    return _asked(_lasting.get(), question, ask)


def _asked(kept: Kept | None, question: Hashable, ask: Callable[[], Answer]) -> Answer:
    if kept is None:
        return ask()
    if question not in kept:
        kept[question] = ask()
    answer: Answer = kept[question]
    return answer
