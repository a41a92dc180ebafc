"""One entry as a phone sent it, read without trusting a word of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from tongxin.accounts.viewers import Viewer
from tongxin.core.pathway import CHINA
from tongxin.ledger.models import CORRECTIONS
from tongxin.lib.ids import id_in
from tongxin.sync.models import Device

LONGEST_WORD = 120


@dataclass(frozen=True, slots=True)
class Sender:
    """Whose phone it is, and by how much its clock is behind the server's."""

    device: Device
    viewer: Viewer
    app: str = ""
    behind: int = 0
    # An entry that waited is not held back again for what it waited for.
    knows_clock: bool = True
    # Who opens what only the device's key opens, where it isn't the phone's person.
    opener: Viewer | None = None
    # Who has the phone now, where somebody else wrote on it before.
    carrier: Device | None = None


@dataclass(frozen=True, slots=True)
class Sent:
    """An entry that can be looked at; `payload` is all of it, as it was sent."""

    id: UUID
    payload: Mapping[str, Any]
    child: UUID | None = None
    form: str = ""
    form_hash: str = ""
    answers: Mapping[str, Any] = field(default_factory=dict)
    occurred_at: datetime | None = None
    about: str = ""
    supersedes: UUID | None = None
    correction_kind: str = ""
    based_on: Mapping[str, Any] = field(default_factory=dict)
    # What a child answers goes off by itself; the form around it comes later under this id.
    sitting: UUID | None = None
    is_readable: bool = True


def read(payload: Mapping[str, Any], *, otherwise: Callable[[], UUID]) -> Sent:
    """The entry; what isn't one is still something sent, under its own id or `otherwise`."""
    given = _id(payload, "id")
    try:
        if given is None:
            raise ValueError
        return Sent(
            id=given, payload=payload, child=_needed_id(payload, "child"), form=_word(payload, "form"),
            form_hash=_word(payload, "form_hash"), answers=_mapping(payload, "answers"),
            occurred_at=_moment(payload["occurred_at"]), about=_word(payload, "about"),
            supersedes=_needed_id(payload, "supersedes") if payload.get("supersedes") else None,
            correction_kind=_one_of(payload, "correction_kind", {kind for kind, _ in CORRECTIONS}),
            based_on=_mapping(payload, "based_on"),
            sitting=_needed_id(payload, "sitting") if payload.get("sitting") else None,
        )
    except (KeyError, ValueError, TypeError, OverflowError):
        return Sent(id=given or otherwise(), payload=payload, child=_id(payload, "child"), is_readable=False)


def _id(payload: Mapping[str, Any], name: str) -> UUID | None:
    value = payload.get(name)
    return id_in(value) if isinstance(value, str) else None


def _needed_id(payload: Mapping[str, Any], name: str) -> UUID:
    found = _id(payload, name)
    if found is None:
        raise ValueError(name)
    return found


def _word(payload: Mapping[str, Any], name: str) -> str:
    value = payload.get(name) or ""
    if not isinstance(value, str) or len(value) > LONGEST_WORD or "\x00" in value:
        raise ValueError(name)
    return value


def _one_of(payload: Mapping[str, Any], name: str, known: set[str]) -> str:
    word = _word(payload, name)
    if word and word not in known:
        raise ValueError(name)
    return word


def _mapping(payload: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = payload.get(name) or {}
    if not isinstance(value, dict):
        raise TypeError(name)
    return value


def _moment(text: object) -> datetime:
    moment = datetime.fromisoformat(str(text))
    return moment if moment.tzinfo else moment.replace(tzinfo=CHINA)
