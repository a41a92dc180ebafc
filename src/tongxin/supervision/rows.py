"""What the looks of supervision read: recorded entries as plain rows, and what a look comes to. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

POST, VILLAGE, TOWN = "post", "village", "town"


@dataclass(frozen=True, slots=True)
class Row:
    """One entry that stands: about whom, by which post and person, when, and its clear outcome."""

    id: UUID
    child_id: UUID
    home_id: UUID
    kind: str
    post_id: UUID
    person_id: UUID | None
    occurred_at: datetime
    recorded_at: datetime
    data: Mapping[str, Any]
    marks: bytes = b""


@dataclass(frozen=True, slots=True)
class PostSeen:
    """A post with who has held it and since when, how many open files lie where it serves, and about how many of these
    children a step of its role is overdue."""

    id: UUID
    role: str
    person_id: UUID | None
    since: datetime | None
    children: int
    waiting: int = 0


@dataclass(frozen=True, slots=True)
class Place:
    """A village or town: its open files, those of each level, when anything was last recorded about them.

    `town` of a village; `waiting`: about how many of its children a step is overdue.
    """

    id: int
    over: str
    children: int
    levels: Mapping[str, int]
    last_at: datetime | None
    town: int | None = None
    waiting: int = 0


@dataclass(frozen=True, slots=True)
class Closed:
    """A task that was done: when it was due, when its record came in and of when the record tells."""

    post_id: UUID
    person_id: UUID | None
    entry_id: UUID
    child_id: UUID
    due_at: datetime
    recorded_at: datetime
    occurred_at: datetime


@dataclass(frozen=True, slots=True)
class County:
    """All that one county's looks are made of, up to a moment."""

    at: datetime
    rows: tuple[Row, ...]
    posts: tuple[PostSeen, ...]
    places: tuple[Place, ...]
    closed: tuple[Closed, ...]
    # Corrections that gave a visit a later day.
    moved: tuple[Row, ...] = ()


@dataclass(frozen=True, slots=True)
class Hit:
    """Something out of the usual that somebody is asked about: numbers and the entries behind them, no words."""

    over: str
    since: date
    figures: Mapping[str, int]
    post_id: UUID | None = None
    division_id: int | None = None
    person_id: UUID | None = None
    entries: tuple[tuple[UUID, UUID], ...] = field(default=())
