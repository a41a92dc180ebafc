"""Giving several children to one post in one action: all of them, or none."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID, uuid5

from django.db import transaction

from tongxin.accounts.viewers import Viewer
from tongxin.flows.record import ASSIGNMENT, Sheet, record
from tongxin.flows.refusals import Held, NotAllowed, Refused
from tongxin.people.models import Child

NOT_YOURS = "不在您的职责范围内，或另有一份不同的记录待核对。"


def give(
    *, children: Iterable[Child], post: str, note: str, shown_at: datetime, actor: Viewer, at: datetime
) -> dict[UUID, str]:
    """Each child's record that this post answers for it, with the reason; what hindered it, by child.

    With one hindrance nothing is kept. Sent twice for what was shown once, it is kept once.
    """
    wrong: dict[UUID, str] = {}
    with transaction.atomic():
        for child in children:
            if said := _give(child, post, note, shown_at, actor, at):
                wrong[child.id] = said
        if wrong:
            transaction.set_rollback(True)
    return wrong


def _give(child: Child, post: str, note: str, shown_at: datetime, actor: Viewer, at: datetime) -> str:
    entry_id = uuid5(child.id, f"{ASSIGNMENT}:{post}:{shown_at.isoformat()}:{actor.person_id}")
    answers = {"to_post": post, "note": note}
    sheet = Sheet(entry_id=entry_id, form_id=ASSIGNMENT, answers=answers, occurred_at=shown_at)
    try:
        record(child_id=child.id, sheet=sheet, actor=actor, at=at)
    except Refused as refusal:
        return "；".join(problem.zh for problem in refusal.problems)
    except (Held, NotAllowed):
        return NOT_YOURS
    return ""
