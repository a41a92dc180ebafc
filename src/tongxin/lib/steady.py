"""What stays the same while one page is read is asked once, not for every rule that needs it."""

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

Answer = TypeVar("Answer")

_kept: ContextVar[dict[Hashable, Any] | None] = ContextVar("kept", default=None)


@contextmanager
def reading() -> Iterator[None]:
    """While this holds, `once` asks each question a single time; only for what writes nothing."""
    token = _kept.set({})
    try:
        yield
    finally:
        _kept.reset(token)


def once(question: Hashable, ask: Callable[[], Answer]) -> Answer:
    """The answer, asked anew except while a page is read."""
    kept = _kept.get()
    if kept is None:
        return ask()
    if question not in kept:
        kept[question] = ask()
    answer: Answer = kept[question]
    return answer
