"""The decision that an answer is about: what was decided, what counts as done, by whom and until when."""

from typing import Any

from tongxin import ledger
from tongxin.assessments.forms import Asked
from tongxin.core.pathway.conferences import Decision
from tongxin.flows.conferring import PART, TASKS, is_theirs
from tongxin.people.models import Child
from tongxin.web.console.conference_words import ANSWER, Sheets, date_in
from tongxin.web.console.file import File, read_file
from tongxin.web.console.names import post_titles
from tongxin.web.doors import Request


def decision_shown(request: Request, child: Child, asked: Asked, *, about: str) -> dict[str, Any] | None:
    """The one that is answered, for whoever leads the conferences or has to do it; None for every other form."""
    if asked.form.id != ANSWER:
        return None
    file = read_file(request, child.id, is_at_work=True)
    key, known = _answered(file, about)
    leads = PART in file.parts
    if known is None or not (leads or is_theirs(known, request.viewer, file.state)):
        return None
    entry = next(each for each in file.entries if str(each.id) == known.fact.id)
    said = ledger.open_entries(
        [entry], viewer=request.viewer, purpose="conferences", at=request.at, part=PART if leads else TASKS,
        route="form",
    )
    rows = Sheets(file, {known.fact.id: said[0] or {}}, {}).decisions([known.fact])
    titles = post_titles([entry.post_id])
    return {
        **rows[int(key.rpartition(":")[2]) - 1], "held_on": date_in(str(known.fact.data.get("held_on"))),
        "asked_zh": titles.get(entry.post_id, "") if entry.post_id else "",
    }


def _answered(file: File, about: str) -> tuple[str, Decision | None]:
    """The decision of that key; without a key the only one that waits."""
    found = file.state.conferences.decisions
    if not about:
        waiting = [key for key, each in found.items() if each.is_open]
        about = waiting[0] if len(waiting) == 1 else ""
    return about, found.get(about)
