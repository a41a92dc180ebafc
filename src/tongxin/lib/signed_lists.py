"""A list kept outside the database, beside the ledger's exported heads: one line a fact, each with a keyed digest.

An older backup must not undo what such a list holds. Nobody but this installation can write a line; a list with a line
of another is refused whole. Lines hold ids, moments, codes and sealed bytes, never a name.
"""

import hashlib
import hmac
import json
import logging
import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Generic, TypeVar

from django.utils.dateparse import parse_datetime

from tongxin.lib import places, secrets, whole_files
from tongxin.lib.faults import Fault

Row = TypeVar("Row")
Content = dict[str, Any]
log = logging.getLogger("tongxin.lists")


@dataclass(frozen=True, slots=True)
class SignedList(Generic[Row]):
    """One kind of list.

    `name` is the file's; `zh` what a message calls it; `written` and `parse` turn a row into the content of a line and
    back (`parse` raises ValueError or LookupError for what is none); `signed` gives the words that the digest covers.
    """

    name: str
    zh: str
    written: Callable[[Row], Content]
    parse: Callable[[Content], Row]
    signed: Callable[[Content], str]

    def file(self) -> Path:
        """The list of this installation."""
        return places.heads_folder() / self.name

    def append(self, rows: Iterable[Row]) -> None:
        """Add lines. What was done stands even where they can't be written: the next backup writes the list anew."""
        try:
            places.heads_folder().mkdir(parents=True, exist_ok=True)
            handle = os.open(self.file(), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            with os.fdopen(handle, "a", encoding="utf-8") as stream:
                stream.write("".join(map(self._line, rows)))
        except OSError as error:
            log.error("the list %s was not written (%s)", self.name, type(error).__name__)

    def read(self, from_file: Path, *, may_lack: bool = True) -> list[Row]:
        """A saved list, empty where there is none and it `may_lack`; Fault, and nothing of it, when it can't be read
        or a line of it was not written here."""
        if may_lack and not from_file.exists():
            return []
        try:
            return [self._row(line) for line in from_file.read_text(encoding="utf-8").splitlines() if line.strip()]
        except (OSError, ValueError, TypeError, LookupError):
            raise Fault(
                f"{self.zh} {from_file.name} 读不出，或不是本系统所写。没有作任何改动，请换一份完整的清单。"
            ) from None

    def save(self, to: Path, rows: Iterable[Row]) -> None:
        """Write a list whole, in the order given; Fault, and the former one stays, where that can't be done."""
        try:
            to.parent.mkdir(parents=True, exist_ok=True)
            whole_files.write(to, "".join(map(self._line, rows)), mode=whole_files.PRIVATE)
        except OSError:
            raise Fault(f"写不进 {to}，{self.zh}没有保存。请换一个位置。") from None

    def _line(self, row: Row) -> str:
        content = self.written(row)
        return json.dumps({**content, "mac": self._mac(content)}) + "\n"

    def _row(self, line: str) -> Row:
        content = json.loads(line)
        mac = content.pop("mac")
        if not hmac.compare_digest(mac, self._mac(content)):
            raise ValueError
        return self.parse(content)

    def _mac(self, content: Content) -> str:
        return hmac.digest(secrets.read("ledger"), self.signed(content).encode(), hashlib.sha256).hex()


def moment(text: str) -> datetime:
    """A moment as a line holds it; ValueError for anything else."""
    found = parse_datetime(text)
    if found is None:
        raise ValueError(text)
    return found
