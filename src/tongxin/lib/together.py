"""Several pieces of work done as one: what they ask is read ahead for all of them, what they write goes out in sets.

Each piece runs as it would by itself and sees what those before it wrote. As soon as one asks or writes anything that
was not foreseen, it is `Apart`: nothing of it stays, and whoever began the set has it done by itself.
"""

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar
from typing import Any, TypeVar
from uuid import UUID

from django.db import connections, transaction

Answer = TypeVar("Answer")
Row = Sequence[Any]
# How a table's rows are written: the first words of the statement, the places of one row, what ends it.
Statement = tuple[str, str, str]
Writing = Callable[[], AbstractContextManager[Any]]
# Values in one statement; SQLite takes no more than 32,766.
MOST_VALUES = 20_000
USING = "default"


class Apart(Exception):
    """This piece has to be done by itself."""


class Together:
    """What is known of the rows that all pieces are about, and what waits to be written."""

    def __init__(self, writing: Writing = nullcontext) -> None:
        self.known: dict[Hashable, Any] = {}
        # By what reads it, those of whom something has to be read again before another piece asks for it.
        self.stale: dict[Callable[[Sequence[UUID]], None], set[UUID]] = {}
        self._writing = writing
        self._own: list[tuple[Statement, Hashable, Row]] = []
        self._waiting: dict[Statement, dict[Hashable, Row]] = {}
        self._is_writing = False

    @contextmanager
    def piece(self) -> Iterator[None]:
        """One piece of the work: all that it wrote, or nothing of it."""
        try:
            yield
        except BaseException:
            self._own.clear()
            raise
        for statement, key, row in self._own:
            self._waiting.setdefault(statement, {})[key] = row
        self._own.clear()

    def write(self, statement: Statement, key: Hashable, row: Row) -> None:
        """One row, written with the others of its kind; a later one of the same key takes its place."""
        self._own.append((statement, key, row))

    def send(self) -> None:
        """Everything that waits is in the database."""
        waiting, self._waiting = self._waiting, {}
        self._is_writing = True
        try:
            with self._writing():
                # Whatever changes a row comes after whatever makes one.
                for statement in sorted(waiting, key=lambda each: each[0].startswith("UPDATE")):
                    _send(statement, list(waiting[statement].values()))
        finally:
            self._is_writing = False

    def watch(self, execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: Any) -> Any:
        """A statement that was not foreseen: it sees what those before wrote, and may write nothing itself."""
        if not self._is_writing:
            if self._own or not str(sql).lstrip().startswith("SELECT"):
                raise Apart
            if self._waiting:
                self.send()
        return execute(sql, params, many, context)


_together: ContextVar[Together | None] = ContextVar("together", default=None)
_is_whole: ContextVar[bool] = ContextVar("whole", default=False)


@contextmanager
def working(writing: Writing = nullcontext) -> Iterator[Together]:
    """While this holds, in a transaction that is open, pieces are done together; in the end all of it is written.

    Where nobody else writes, the transaction may be `writing`'s: it is then open only while rows go out.
    """
    work = Together(writing)
    token = _together.set(work)
    try:
        with connections[USING].execute_wrapper(work.watch):
            yield work
            if connections[USING].needs_rollback:
                # A piece went through a part of the transaction that can't be undone alone.
                raise Apart
            work.send()
    finally:
        _together.reset(token)


@contextmanager
def whole() -> Iterator[None]:
    """While this holds, a transaction stays or goes as a whole: its parts need no way back of their own."""
    token = _is_whole.set(True)
    try:
        yield
    finally:
        _is_whole.reset(token)


def now() -> Together | None:
    """The work in which a piece is being done, if there is any."""
    return _together.get()


def apart() -> None:
    """From here on a piece is done by itself, and in parts that can be undone."""
    if _is_bound():
        raise Apart


def learn(question: Hashable, answer: Any) -> None:
    """From now on this is the answer for the pieces that follow, where any do."""
    work = _together.get()
    if work is not None:
        work.known[question] = answer


def known(question: Hashable, ask: Callable[[], Answer]) -> Answer:
    """What was read ahead, else asked now."""
    work = _together.get()
    if work is None or question not in work.known:
        return ask()
    answer: Answer = work.known[question]
    return answer


def atomic(*, savepoint: bool = True) -> AbstractContextManager[Any]:
    """A transaction, or a part of one that can be undone; of a piece nothing stays anyway."""
    return nullcontext() if _is_bound() else transaction.atomic(savepoint=savepoint)


def _is_bound() -> bool:
    return _together.get() is not None or _is_whole.get()


def _send(statement: Statement, rows: list[Row]) -> None:
    head, places, tail = statement
    with connections[USING].cursor() as cursor:
        if head.startswith("UPDATE"):
            for row in rows:
                cursor.execute(f"{head}{places}{tail}", row)
            return
        size = max(1, MOST_VALUES // max(1, len(rows[0])))
        for chunk in _chunks(rows, size):
            values = [value for row in chunk for value in row]
            cursor.execute(f"{head}{', '.join([places] * len(chunk))}{tail}", values)


def _chunks(rows: list[Row], size: int) -> Iterable[list[Row]]:
    return (rows[start : start + size] for start in range(0, len(rows), size))
