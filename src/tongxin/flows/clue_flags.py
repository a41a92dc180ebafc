"""The flag that a matched clue left in a child's file ends with the clue: what was done is written once."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID, uuid5

from tongxin import vault
from tongxin.access import selectors as access
from tongxin.accounts.models import Person
from tongxin.accounts.viewers import WORKER, Viewer
from tongxin.cases.models import Task
from tongxin.cases.tasks import LIVE
from tongxin.clues.models import Clue
from tongxin.flows.record import Sheet, record

FORM = "flag_answer"
ENTRY = UUID("0d6a6a0b-6f3e-4c55-8f0e-3c1c3c9c8f27")
# What handling a clue comes to, as the answer to a flag says it; everything else was arranged elsewhere.
OUTCOMES: Mapping[str, str] = {"unfounded": "unfounded", "answered": "solved"}
LONGEST = 500
DONE_ABOVE = "已由上一级办理"


def answer(clue: Clue, *, result: str, words: str, actor: Viewer, at: datetime) -> None:
    """The flag's own answer, with the words of the clue's; the worker writes it for whoever may not in that file."""
    if clue.child_id is None or clue.entry_id is None:
        return
    if not Task.objects.filter(case_id=clue.child_id, key=f"resolve_flag:{clue.entry_id}", state__in=LIVE).exists():
        return
    may = access.may(viewer=actor, child_id=clue.child_id, part="", action=f"record.{FORM}", at=at)
    answers = {
        "outcome": OUTCOMES.get(result, "arranged"), "signature": _name(actor, at) or "办理人",
        "done": DONE_ABOVE if clue.above_level else words[:LONGEST],
    }
    entry_id = uuid5(ENTRY, f"{clue.id}:{clue.entry_id}:{at.isoformat()}")
    sheet = Sheet(entry_id, FORM, answers, at, about=str(clue.entry_id))
    record(child_id=clue.child_id, sheet=sheet, actor=actor if may else WORKER, at=at)


def _name(actor: Viewer, at: datetime) -> str | None:
    person = Person.objects.filter(id=actor.person_id).first() if actor.person_id else None
    if person is None:
        return None
    (name,) = vault.open([person.name], viewer=actor, purpose="clue", part="clues", route="clues", at=at)
    return name
