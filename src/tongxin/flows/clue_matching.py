"""Whether a clue is about a child on file: a person looks and says so; then it stands in that child's record at once.

A match is a question, never an answer of the machine's. What the clue says of a danger acts in the same transaction.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from tongxin import vault
from tongxin.access import selectors as access
from tongxin.accounts.models import Person
from tongxin.accounts.viewers import Viewer
from tongxin.clues.models import CLOSED, Clue, Step
from tongxin.clues.rules import ClueRules
from tongxin.core.forms import Problem
from tongxin.core.pathway import CHINA
from tongxin.flows import clue_veil
from tongxin.flows.clue_owners import rules_for, settle, tell
from tongxin.flows.clues import CHANGED, PART, ROUTE, add_step, clue_for, may_work
from tongxin.flows.record import Sheet, record
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.people import search
from tongxin.people.models import Child
from tongxin.people.search import Found

FORM = "clue"
LONGEST_WANTED, LONGEST_PLACE = 460, 60
NO_CHILD = "没有保存：这份档案不在您能看到的范围里。请把线索指派给孩子所在地的岗位。"
WHICH = "没有保存：这条线索可能有危险，请选是哪一种；选了就马上进入危机处置。"


def like(text: str, *, viewer: Viewer, at: datetime) -> list[Found]:
    """The children on file whom a clue may mean, of those that the viewer may see."""
    return search.find(text, viewer=viewer, at=at, route=ROUTE) if text.strip() else []


@transaction.atomic
def match(*, clue_id: UUID, child_id: UUID, sign: str, actor: Viewer, at: datetime) -> Clue:
    """It is this child: the clue stands in the child's record, and a danger in it is a crisis from now on."""
    clue = clue_for(clue_id=clue_id, viewer=actor, at=at, for_update=True)
    if not may_work(clue, viewer=actor, at=at):
        raise NotAllowed
    if clue.child_id is not None or clue.state == CLOSED:
        raise Refused.because(CHANGED)
    rows = access.visible(Child.objects.filter(id=child_id), viewer=actor, part="roster", at=at)
    child = rows.first()
    if child is None:
        raise Refused.because(NO_CHILD)
    found = rules_for(clue, at=at)
    sheet = _sheet(clue, child, found, sign=sign, actor=actor, at=at)
    try:
        recorded = record(child_id=child.id, sheet=sheet, actor=actor, at=at)
    except NotAllowed:
        raise Refused.because(NO_CHILD) from None
    clue.child_id, clue.entry_id = child.id, recorded.entry.id
    add_step(clue, Step.MATCHED, actor=actor, at=at)
    settle(clue, found, at=at)
    clue.save()
    tell("clue.matched", clue, actor=actor, at=at, posts=[clue.owner_post_id])
    return clue


@transaction.atomic
def put_by(*, clue_id: UUID, actor: Viewer, at: datetime) -> Clue:
    """Somebody looked, and no child on file is meant."""
    clue = clue_for(clue_id=clue_id, viewer=actor, at=at, for_update=True)
    if not may_work(clue, viewer=actor, at=at):
        raise NotAllowed
    if clue.child_id is not None:
        raise Refused.because(CHANGED)
    add_step(clue, Step.UNMATCHED, actor=actor, at=at)
    return clue


def asks_which(clue: Clue, found: ClueRules) -> bool:
    """Whether the danger has no name yet: then whoever matches it says which one it is."""
    is_named = any(clue.clear.get(each) == "yes" for each in found.signs)
    return found.dangers[clue.danger].is_crisis and not is_named


def _sheet(clue: Clue, child: Child, found: ClueRules, *, sign: str, actor: Viewer, at: datetime) -> Sheet:
    (text,) = vault.open([clue.words], viewer=actor, purpose="clue", part=PART, route=ROUTE, at=at)
    words = json.loads(text or "{}")
    if asks_which(clue, found) and sign not in found.signs:
        raise Refused([Problem("sign", WHICH, True)])
    if clue.above_level:
        # Whom it is about may read the file: what acts stands there, what was said stays with the level above.
        words = {"what": clue_veil.KEPT_ABOVE}
    named = sign if asks_which(clue, found) else ""
    answers = answers_of(clue, found, words, sign=named, noticed_at=clue.received_at, actor=actor, at=at)
    return Sheet(clue_veil.entry_of(clue, child.id), FORM, answers, at)


def answers_of(
    clue: Clue, found: ClueRules, words: Mapping[str, str], *, sign: str, noticed_at: datetime, actor: Viewer,
    at: datetime,
) -> dict[str, Any]:
    """The form that stands in a child's file for a clue, with the danger that somebody named."""
    (signer,) = vault.open([_name_of(actor)], viewer=actor, purpose="clue", part=PART, route=ROUTE, at=at)
    signs = {each: str(clue.clear.get(each) or "unknown") for each in found.signs} | ({sign: "yes"} if sign else {})
    number = f"（线索 {clue.year}-{clue.number}）"
    return {
        "wanted": f"{words.get('what', '')[:LONGEST_WANTED]}{number}", "place": words.get("where", "")[:LONGEST_PLACE]
        or "没有说", "noticed_at": noticed_at.astimezone(CHINA).strftime("%Y-%m-%dT%H:%M"),
        "how": found.channels[clue.channel].how, **signs, "signature": signer or "受理人",
    }


def _name_of(actor: Viewer) -> vault.Sealed | None:
    person = Person.objects.filter(id=actor.person_id).first() if actor.person_id else None
    return person.name if person else None
