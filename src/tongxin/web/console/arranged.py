"""What a file page says of conferences, disputes and entrusted care, by codes and days only."""

from typing import Any

from tongxin.core.pathway import CHINA
from tongxin.core.pathway.arrangements import Mediation
from tongxin.flows import mediating
from tongxin.flows.conferring import PART, TASKS, is_theirs
from tongxin.web.console.conference_words import date_in
from tongxin.web.console.file import File
from tongxin.web.console.options import words_of

MEDIATED = {"open": "正在调解", "agreed": "已达成，按期回访", "ended": "已办结", "failed": "没有调解成，走下一步"}


# By where a dispute stands, the form that comes next.
NEXT = {"open": ("mediation_result", "写调解协议"), "agreed": ("mediation_follow", "写回访")}


def _mediations(file: File) -> list[Mediation]:
    """The disputes, of a body from outside its own."""
    posts = mediating.posts_read(viewer=file.request.viewer, child_id=file.child.id, at=file.request.at)
    found = file.state.arrangements.mediations.values()
    return [each for each in found if posts is None or each.fact.post in {str(post) for post in posts}]


def _next(file: File, each: Mediation) -> dict[str, str]:
    form, zh = NEXT.get(each.state, ("", ""))
    if form not in file.may_record:
        return {}
    return {"next_zh": zh, "next_url": f"/children/{file.child.id}/forms/{form}/?about={each.fact.id}"}


def arranged_part(file: File) -> dict[str, Any] | None:
    """Where conferences, disputes and entrusted care stand; None where there is nothing to tell."""
    state, child = file.state, file.child
    reads = TASKS in file.parts
    last = state.conferences.last
    open_ones = [each for each in state.conferences.decisions.values() if each.is_open]
    leads, today = PART in file.parts, file.request.at.astimezone(CHINA).date().isoformat()
    shown = open_ones if leads else [each for each in open_ones if is_theirs(each, file.request.viewer, state)]
    kinds = words_of(file.request, "dispute_kind", region=file.region)
    contacts = words_of(file.request, "entrust_contact", region=file.region)
    entrusted = state.arrangements.entrusted if "family" in file.parts else None
    found = {
        "called": [date_in(day) for _, day in state.conferences.called.values()] if leads else [],
        "open": len(shown), "late": sum(each.due_on < today for each in shown),
        "last_on": date_in(str(last.data.get("held_on"))) if leads and last else None,
        "url": f"/children/{child.id}/conferences/" if reads and (leads or shown) else "",
        "mediations": [
            {"kind_zh": kinds.get(str(each.fact.data.get("kind")), ""), "state_zh": MEDIATED[each.state],
             "since": each.fact.at, "due_on": date_in(each.due_on) if each.state == "agreed" else None,
             "url": f"/children/{child.id}/entries/{each.last.id}/", **_next(file, each)}
            for each in _mediations(file)
        ] if mediating.PART in file.parts else [],
        "entrusted": {
            "from_on": date_in(str(entrusted.fact.data.get("starts_on"))), "to_on": date_in(entrusted.ends_on),
            "contact_zh": contacts.get(str(entrusted.fact.data.get("contact")), ""), "is_silent": entrusted.is_silent,
            "untold": entrusted.untold, "url": f"/children/{child.id}/entries/{entrusted.fact.id}/",
        } if entrusted else None,
    }
    is_any = found["called"] or found["open"] or found["last_on"] or found["mediations"] or found["entrusted"]
    return found if is_any else None
