"""How far a phone has heard: the last answer that came in, and a place in the record (spine C2)."""

import base64
import json
from dataclasses import dataclass
from uuid import UUID

from tongxin.ledger.models import Entry, Event, Leaf

CHUNK = 500


@dataclass(frozen=True, slots=True)
class Cursor:
    """Answers up to `turn` came in; whatever they brought is as the record stood at `position`, or newer."""

    turn: int = 0
    position: int = 0


def written(cursor: Cursor) -> str:
    """The cursor as a phone keeps it."""
    text = json.dumps([cursor.turn, cursor.position], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode()


def read(text: object) -> Cursor:
    """The cursor that a phone sent; what can't be read begins anew."""
    try:
        turn, position = json.loads(base64.urlsafe_b64decode(str(text)))
        return Cursor(max(0, int(turn)), max(0, int(position)))
    except (ValueError, TypeError):
        return Cursor()


def head() -> int:
    """The last place that the record has given."""
    return Leaf.objects.order_by("-position").values_list("position", flat=True).first() or 0


def changed_since(position: int, *, upto: int) -> set[UUID]:
    """Whom or what something was recorded about after one place in the record, up to another."""
    found: set[UUID] = set()
    for source, model in (("entry", Entry), ("event", Event)):
        rows = Leaf.objects.filter(source=source, position__gt=position, position__lte=upto).values("row_id")
        found.update(model.objects.filter(id__in=rows).values_list("subject_id", flat=True).distinct())
    return found


def events_between(events: list[UUID], *, after: int, upto: int) -> set[UUID]:
    """Those of some events that stand after one place in the record, up to another."""
    found: set[UUID] = set()
    for start in range(0, len(events), CHUNK):
        rows = Leaf.objects.filter(
            source="event", row_id__in=events[start : start + CHUNK], position__gt=after, position__lte=upto
        )
        found.update(rows.values_list("row_id", flat=True))
    return found
