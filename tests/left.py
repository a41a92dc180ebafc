"""Everything that entries leave behind, so that two ways of recording them can be compared row by row."""

import re
from typing import Any

from django.db import models

from tongxin.assessments.models import Result
from tongxin.cases.models import Alarm, Case, Decision, Proposal, Task
from tongxin.ledger.models import Entry, Event, HeldEntry, Subject, Work
from tongxin.people.models import Child
from tongxin.sync.models import Arrival, Receipt

# Made anew each time: ids and numbers of rows, sealed bytes, and what follows from an id of its own.
MADE: dict[type[models.Model], frozenset[str]] = {
    Entry: frozenset({"sealed"}), Event: frozenset({"id", "digest"}), Result: frozenset(), Subject: frozenset(),
    Case: frozenset(), Task: frozenset({"id"}), Alarm: frozenset({"id"}), Proposal: frozenset({"id"}),
    Decision: frozenset({"id"}), Work: frozenset({"id", "event_id"}), HeldEntry: frozenset({"id", "content"}),
    Receipt: frozenset({"id", "number", "settled_event"}),
    Arrival: frozenset({"id", "receipt_id", "content", "found", "held_id"}),
    Child: frozenset({"name", "phone", "address", "id_no", "birth"}),
}
ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
DIGEST = re.compile(r"'[0-9a-f]{64}'")


def known_ids() -> set[str]:
    """All ids that there are before."""
    found: set[str] = set()
    for model in MADE:
        for row in model._default_manager.values_list():
            found |= set(ID.findall(repr(row)))
    return found


def left(known: set[str]) -> dict[str, list[str]]:
    """All rows that there are, without what is made anew each time: ids, and digests over them."""
    found = {}
    for model, made in MADE.items():
        names = [field.attname for field in model._meta.concrete_fields if field.attname not in made]
        if model is Work:
            names += ["event__kind", "event__subject_id", "event__clear"]
        found[model.__name__] = sorted(_plain(row, known) for row in model._default_manager.values_list(*names))
    return found


def _plain(row: tuple[Any, ...], known: set[str]) -> str:
    text = repr([bytes(each).hex() if isinstance(each, bytes | memoryview) else each for each in row])
    plain = ID.sub(lambda each: each[0] if each[0] in known else "made", text)
    has_own_key = "made" in plain or "'intake'" in plain
    return DIGEST.sub("over made", plain) if has_own_key else plain
