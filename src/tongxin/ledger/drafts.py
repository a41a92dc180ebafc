"""What somebody hands to the ledger."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from tongxin.ledger import canonical
from tongxin.vault import Owner


class Actor(Protocol):
    """Who does it, from which post; the worker has neither."""

    @property
    def person_id(self) -> UUID | None: ...

    @property
    def post_id(self) -> UUID | None: ...


@dataclass(frozen=True, slots=True)
class Draft:
    """An entry as it was written down. `clear` follows from `answers`, so a second copy has the same."""

    entry_id: UUID
    subject: Owner
    kind: str
    form_hash: str
    occurred_at: datetime
    clear: Mapping[str, Any] = field(default_factory=dict)
    answers: Mapping[str, Any] = field(default_factory=dict)
    device: str = ""
    supersedes: UUID | None = None
    correction_kind: str = ""

    def payload(self) -> bytes:
        """Canonical bytes of everything its author decided: two copies with these equal are one entry."""
        return canonical.text(
            [
                self.entry_id, self.subject.kind, self.subject.id, self.kind, self.form_hash,
                self.occurred_at, self.device, self.supersedes, self.correction_kind,
                self.clear, self.answers,
            ]
        ).encode()


@dataclass(frozen=True, slots=True)
class EventDraft:
    """Something that happened to a subject; `kind` reads `noun.done`."""

    kind: str
    subject: Owner
    clear: Mapping[str, Any] = field(default_factory=dict)
    entry_id: UUID | None = None
    is_fact: bool = False
