"""A settled answer taken back by a person, with why: it waits again as before; what was done stays readable."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from tongxin import ledger, vault
from tongxin.accounts.models import Division, places_of
from tongxin.accounts.viewers import WORKER, Viewer
from tongxin.comparisons.models import Answer, Apart, Settling
from tongxin.flows import comparing, comparing_run
from tongxin.flows.refusals import NotAllowed, Refused

SAME, DIFFERENT, ASK = "same", "different", "ask"
# What made something elsewhere (a file, a clue, a flag) is taken back there.
MADE_ELSEWHERE = ("opened", "clue", ASK)
NO_REASON = "请写明为什么撤销。没有保存。"
NOT_SETTLED = "这一行现在没有可以撤销的处理，没有再改。请看最新的情况。"
LABEL, LONGEST = Settling._meta.label_lower, 500


def note(answer: Answer, *, decision: str, reason: str, actor: Viewer, at: datetime) -> Settling:
    """What is about to be made of an answer, with what it said until now."""
    row = Settling(
        answer=answer, decision=decision, verdict=answer.verdict, child_id=answer.child_id,
        person_id=actor.person_id, post_id=actor.post_id, at=at,
    )
    row.reason = _sealed(row, "reason", reason)
    row.save(force_insert=True)
    return row


def last_of(answer: Answer) -> Settling | None:
    """What stands of an answer and can be taken back; nothing where it made something elsewhere."""
    if answer.settlings.filter(decision="expired").exists():
        return None
    found = answer.settlings.filter(undone_at__isnull=True).order_by("-at", "-id").first()
    return None if found is None or found.decision in MADE_ELSEWHERE else found


def may_undo(answer: Answer) -> bool:
    """Whether something stands that a person may take back: a decision, or what the comparison found by itself."""
    alone = answer.verdict == Answer.SAME and answer.state == Answer.SETTLED and not answer.decision
    return alone or last_of(answer) is not None


def words_of(rows: Sequence[Settling], *, viewer: Viewer, at: datetime) -> list[tuple[str, str]]:
    """Why each was decided, and why it was taken back, by one look."""
    sealed = [words for each in rows for words in (each.reason, each.undo_reason)]
    opened = vault.open(
        sealed, viewer=viewer, purpose=comparing.PURPOSE, at=at, part=comparing.PART, route="comparisons/review"
    )
    return [(opened[2 * number] or "", opened[2 * number + 1] or "") for number in range(len(rows))]


@transaction.atomic
def undo(*, answer: Answer, reason: str, actor: Viewer, at: datetime) -> Answer:
    """The answer as before the last decision; `answer` was found for this actor. What was said of two is forgotten."""
    row = Answer.objects.select_for_update().select_related("comparison").get(id=answer.id)
    if not reason.strip():
        raise Refused.because(NO_REASON)
    if not may_undo(row):
        raise Refused.because(NOT_SETTLED)
    found_alone = row.comparison.received_at
    last = last_of(row) or note(row, decision=SAME, reason="", actor=WORKER, at=found_alone)
    # What the comparison held for certain, a person doubts now.
    row.verdict = Answer.PROBABLE if last.verdict == Answer.SAME else last.verdict
    row.child_id, row.decision, row.state, row.settled_at = last.child_id, "", Answer.OPEN, None
    row.settled_by = None
    if row.owner_post_id is None:
        _give_an_owner(row, at)
    row.save()
    last.undone_by, last.undone_at, last.undo_reason = actor.person_id, at, _sealed(last, "undo_reason", reason)
    last.save(update_fields=["undone_by", "undone_at", "undo_reason"])
    if last.decision == DIFFERENT and row.mark is not None and row.child_id is not None:
        Apart.objects.filter(child_id=row.child_id, mark=bytes(row.mark), undone_at__isnull=True).update(
            undone_by=actor.person_id, undone_at=at
        )
    ledger.record(
        kind="answer.reopened", subject=row.key_owner, actor=actor, at=at, is_fact=True,
        clear={"decision": last.decision, "verdict": row.verdict, "answer": str(row.id)},
    )
    return row


def _give_an_owner(row: Answer, at: datetime) -> None:
    county = comparing_run.county_at(row.comparison.county_id, at=at)
    place = Division.objects.filter(id=row.town_id).first() if row.town_id else None
    row.owner_post_id, row.due_at = county.owner_of(places_of(place or county.division)), county.until(row.verdict)


def _sealed(row: Settling, field: str, words: str) -> bytes | None:
    if not words.strip():
        return None
    return vault.seal(words.strip()[:LONGEST], owner=row.key_owner, place=(LABEL, field, row.id))


def undo_apart(*, pair: Apart | None, reason: str, actor: Viewer, at: datetime) -> None:
    """Two files of which somebody said that they are two children may be asked about again."""
    if not reason.strip():
        raise Refused.because(NO_REASON)
    if pair is None:
        raise NotAllowed
    with transaction.atomic():
        row = Apart.objects.select_for_update().get(id=pair.id)
        if row.undone_at is not None:
            raise Refused.because(NOT_SETTLED)
        place = (Apart._meta.label_lower, "undo_reason", row.id)
        row.undo_reason = vault.seal(reason.strip()[:LONGEST], owner=row.key_owner, place=place)
        row.undone_by, row.undone_at = actor.person_id, at
        row.save(update_fields=["undo_reason", "undone_by", "undone_at"])
