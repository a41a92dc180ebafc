"""The door for what phones bring: each entry once, recorded or kept for a person, never dropped and never doubled.

One transaction for each entry. Its receipt stands in the same one: whoever lost the answer asks again and gets it.
"""

import logging
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import OperationalError, transaction

from tongxin import vault
from tongxin.access import selectors as access
from tongxin.accounts.viewers import WORKER
from tongxin.assessments.forms import Asked
from tongxin.core.forms import Field, Form, Problem
from tongxin.core.pathway import WITHDRAWN
from tongxin.flows import arriving_children as children
from tongxin.flows import arriving_conflicts as conflicts
from tongxin.flows import arriving_holding as holding
from tongxin.flows import shelved
from tongxin.flows.arriving_holding import Holding
from tongxin.flows.arriving_reading import Sender, Sent, read
from tongxin.flows.arriving_sealed import unsealed
from tongxin.flows.carrying_frame import sent_hash
from tongxin.flows.opening import open_file, place_for
from tongxin.flows.record import Sheet, asked_of, record_about
from tongxin.flows.refusals import Held, NotAllowed, Refused
from tongxin.ledger.subjects import lock_subject
from tongxin.lib import together
from tongxin.people.models import Child
from tongxin.rulebook import rules
from tongxin.sync import receipts
from tongxin.sync.limits import Limits, limits_at, version_of
from tongxin.sync.models import Arrival, Carried, Device, Receipt
from tongxin.vault import Keyring

log = logging.getLogger("tongxin.field")
OPENS, EARLY, ERASED = children.OPENS, "early", holding.ERASED
REFUSALS: Mapping[type[Exception], str] = {
    NotAllowed: "not_allowed", Held: "different_copy", vault.Destroyed: ERASED, rules.NotAdopted: "retired_form",
}
# What was seen or heard of a child whom nobody has on file: its form, and why it waits.
CLUE = "clue"


def take(payload: Mapping[str, Any], *, sender: Sender, at: datetime) -> Receipt:
    """The receipt of one entry as it was sent; the same entry again has the same one."""
    payload, sender = unsealed(payload, sender=sender, at=at)
    sent = read(payload, otherwise=lambda: receipts.own_id(payload, sender.device))
    try:
        # Most are recorded as they are; what isn't begins anew, so that its parts can be undone.
        with transaction.atomic(), together.whole():
            return _once(sent, sender=sender, at=at)
    except together.Apart:
        with transaction.atomic():
            return _once(sent, sender=sender, at=at)


def _once(sent: Sent, *, sender: Sender, at: datetime) -> Receipt:
    receipts.lock_entry(sent.id)
    copies = receipts.copies_of(sent.id)
    known = receipts.known(copies, sent.payload)
    return known or take_read(sent, sender=sender, at=at, has_other_copy=bool(copies))


def keep_unread(payload: Mapping[str, Any], *, sender: Sender, at: datetime) -> Receipt:
    """The receipt of an entry on which the program itself failed: kept whole, for a person."""
    sent = read(payload, otherwise=lambda: receipts.own_id(payload, sender.device))
    sent = replace(sent, is_readable=False, form="")
    with transaction.atomic():
        receipts.lock_entry(sent.id)
        known = receipts.known(receipts.copies_of(sent.id), payload)
        return known or holding.keep(sent, why=Holding("unreadable"), child=None, sender=sender, at=at)


def take_read(
    sent: Sent, *, sender: Sender, at: datetime, has_other_copy: bool = False, keys: Keyring | None = None
) -> Receipt:
    """The receipt of an entry that wasn't known, under the lock of its id."""
    child = children.child_for(sent.child)
    keys = keys or vault.keyring([child.key_owner] if child else [])
    if child is not None and children.is_gone(child, keys):
        # As of an unknown child: its danger rings, and somebody says whose file it is now.
        child = None
    if child is None:
        together.apart()
    try:
        _refuse_sender(sent, sender, limits_at(at), has_other_copy=has_other_copy)
        subject = take_in(sent, child=child, sender=sender, at=at, keys=keys)
    except Holding as why:
        together.apart()
        receipt = holding.keep(sent, why=why, child=child, sender=sender, at=at)
        if why.reason == "duplicate_child":
            let_in_those_who_wait(sent.child, at=at)
        return receipt
    receipt = receipts.give(
        entry_id=sent.id, payload=sent.payload, owner=subject.key_owner, device=sender.device,
        state=Receipt.ARRIVED, at=at, shifted=_shift(sender, limits_at(at)), keyring=keys,
    )
    if child is None:
        let_in_those_who_wait(sent.child, at=at)
    return receipt


def take_in(
    sent: Sent, *, child: Child | None, sender: Sender, at: datetime, is_decided: bool = False,
    keys: Keyring | None = None,
) -> Child:
    """The child in whose record it now stands; `Holding` says why it doesn't.

    What somebody decided is recorded though others wrote meanwhile: they saw both.
    """
    limits = limits_at(at)
    if not sent.is_readable or sent.occurred_at is None:
        raise Holding("unreadable")
    sheet = _sheet(sent, sender, limits, at=at)
    if child is None:
        child = _child_to_open_or(sent, sheet, sender=sender, at=at, is_decided=is_decided)
        if child is None:
            return _open(sent, sheet, sender=sender, at=at)
    asked = _asked_of(sent, child, at=at)
    if not is_decided:
        _refuse_conflict(sent, child, asked, limits=limits, sender=sender, at=at)
        sheet = replace(sheet, echoes=conflicts.echoes_in(sent=sent, asked=asked))
    _record(sent, child, asked, sheet, sender=sender, at=at, keys=keys or vault.keyring([child.key_owner]))
    return child


def _refuse_sender(sent: Sent, sender: Sender, limits: Limits, *, has_other_copy: bool) -> None:
    if not sent.is_readable:
        raise Holding("unreadable")
    if has_other_copy:
        raise Holding("different_copy")
    if sender.carrier is not None:
        raise Holding("handed_on")
    if sender.device.state != Device.ACTIVE or not sender.viewer.person_id:
        raise Holding("revoked")
    if version_of(sender.app) < version_of(limits.oldest_app):
        raise Holding("old_app")


def _shift(sender: Sender, limits: Limits) -> int:
    return sender.behind if abs(sender.behind) > limits.clock.total_seconds() else 0


def _sheet(sent: Sent, sender: Sender, limits: Limits, *, at: datetime) -> Sheet:
    """The entry with its moment put right; never in the future, never before anybody could have written it."""
    shifted = _shift(sender, limits)
    assert sent.occurred_at is not None  # noqa: S101
    occurred = sent.occurred_at + timedelta(seconds=shifted)
    if occurred > at + limits.clock or occurred < at - limits.oldest:
        if sender.knows_clock:
            raise Holding("wrong_clock")
        occurred = at
    return Sheet(
        entry_id=sent.id, form_id=sent.form, answers=sent.answers, occurred_at=min(occurred, at),
        device=str(sender.device.id), supersedes=sent.supersedes, correction_kind=sent.correction_kind,
        about=sent.about, shifted=shifted, sitting=sent.sitting,
    )


def _child_to_open_or(
    sent: Sent, sheet: Sheet, *, sender: Sender, at: datetime, is_decided: bool
) -> Child | None:
    """The child on file who this is after all; None when a file is to be opened."""
    if sent.child is not None and children.is_erased(sent.child):
        raise Holding(ERASED)
    if sent.form == CLUE:
        raise Holding(CLUE)
    if sent.form != OPENS or sent.correction_kind:
        raise Holding(EARLY)
    try:
        place = place_for(sheet, sender.viewer)
    except Refused as refused:
        raise Holding("refused", problems=refused.problems) from None
    children.lock_marks(sent.answers, place)
    if is_decided or sent.child is None:
        return None
    same = children.same_number(sent.answers, place)
    if same is None:
        like = children.same_person(sent.answers, place)
        if like is not None:
            raise _perhaps(like)
        return None
    children.stand_for(named=sent.child, child=same, device=sender.device, at=at)
    lock_subject(same.key_owner)
    # Somebody is there to do something for this child: a file that is only stored is in use again.
    shelved.end(same, at=at)
    differing = _differing(sent, same, at=at)
    if differing or not access.may(
        viewer=sender.viewer, child_id=same.id, part="", action=f"record.{OPENS}", at=at
    ):
        raise Holding("duplicate_child", child=same, fields=differing)
    return same


def _perhaps(like: Child) -> Holding:
    """It waits for a person; a file that is only stored doesn't get it, and nobody sees whose that is."""
    if shelved.of(like.id) is None:
        return Holding("duplicate_child", child=like)
    return Holding("duplicate_child", problems=[Problem("name", children.STORED, True)])


def _differing(sent: Sent, child: Child, *, at: datetime) -> list[str]:
    """What a second file says otherwise than the first."""
    asked = asked_of(child, form_id=sent.form, at=at)
    return conflicts.conflicts_of(child=child, sent=sent, asked=asked, limits=limits_at(at), at=at)


def _open(sent: Sent, sheet: Sheet, *, sender: Sender, at: datetime) -> Child:
    try:
        return open_file(sheet=sheet, actor=sender.viewer, at=at, child_id=sent.child)
    except Refused as refused:
        raise Holding("refused", problems=refused.problems) from None
    except NotAllowed:
        raise Holding("not_allowed") from None


def _refuse_conflict(
    sent: Sent, child: Child, asked: Asked, *, limits: Limits, sender: Sender, at: datetime
) -> None:
    """Asked under the child's lock, so that nobody writes between the question and the entry."""
    if sent.correction_kind in WITHDRAWN or not conflicts.may_contest(sent=sent, asked=asked, limits=limits):
        return
    lock_subject(child.key_owner)
    child.refresh_from_db()
    found = conflicts.conflicts_of(child=child, sent=sent, asked=asked, limits=limits, at=at)
    if found and access.may(viewer=sender.viewer, child_id=child.id, part="", action=asked.action, at=at):
        raise Holding("conflict", fields=found)


def _asked_of(sent: Sent, child: Child, *, at: datetime) -> Asked:
    try:
        return asked_of(child, form_id=sent.form, at=at)
    except rules.NotAdopted:
        raise Holding("retired_form") from None


def _record(
    sent: Sent, child: Child, asked: Asked, sheet: Sheet, *, sender: Sender, at: datetime, keys: Keyring
) -> None:
    try:
        record_about(child=child, asked=asked, sheet=sheet, actor=sender.viewer, at=at, keys=keys)
    except Refused as refused:
        raise _refusal(sent, asked, refused, sheet, region=rules.region_of(child.county_id), at=at) from None
    except Held:
        raise Holding("different_copy", is_in_record=True) from None
    except NotAllowed:
        was_here = Carried.objects.filter(device=sender.device, child_id=child.id).exists()
        raise Holding("moved_child" if was_here else "not_allowed") from None
    except vault.Destroyed:
        raise Holding(ERASED) from None


def _refusal(
    sent: Sent, asked: Asked, refused: Refused, sheet: Sheet, *, region: str, at: datetime
) -> Holding:
    reason = "refused"
    if sheet.shifted:
        reason = "wrong_clock"
    elif sent.form_hash not in {asked.form_hash, sent_hash(asked, region=region, at=at)}:
        is_option = any(_is_retired(asked.form, sent.answers, each.path) for each in refused.problems)
        reason = "retired_option" if is_option else "retired_form"
    return Holding(reason, problems=refused.problems)


def _is_retired(form: Form, answers: Mapping[str, Any], path: str) -> bool:
    """Whether the problem at a place is a choice that is no longer among the choices."""
    named = path.partition(".")[0].partition("[")[0]
    field: Field | None = next((each for each in form.fields if each.id == named), None)
    if field is None or not field.options:
        return False
    said = answers.get(named)
    codes = {option.code for option in (*field.options, *field.escape)}
    chosen = said if isinstance(said, list) else [said]
    return any(isinstance(code, str) and code not in codes for code in chosen)


def let_in_those_who_wait(named: UUID | None, *, at: datetime) -> None:
    """Entries that came before the file of their child are taken in now, as whoever wrote them."""
    child = children.file_for(named)
    if child is None:
        return
    waiting = Arrival.objects.filter(named_id=named, settled_at__isnull=True, receipt__reason__in=(EARLY, ERASED))
    for arrival in waiting.select_related("receipt", "device"):
        try:
            with transaction.atomic():
                _let_in(arrival, child, at=at)
        except OperationalError:
            raise
        except Exception:
            # The file that it waited for stands whatever is wrong with this one, and it waits for a person.
            log.exception("what waited for a file could not be looked at")


def _let_in(arrival: Arrival, child: Child, *, at: datetime) -> None:
    sent = holding.sent_in(arrival, viewer=WORKER, at=at)
    sender = holding.sender_of(arrival, at=at)
    try:
        with transaction.atomic():
            take_in(sent, child=child, sender=sender, at=at)
            arrival.child_id = child.id
            holding.settle(arrival, outcome=Arrival.RECORDED, actor=WORKER, at=at)
        return
    except OperationalError:
        raise
    except Holding as found:
        why = found
    except Exception as error:
        why = _reason_of(error)
    holding.wait_on(arrival, sent, why=why, child=child, sender=sender, at=at)


def _reason_of(error: Exception) -> Holding:
    """Why it goes on waiting, for a refusal that doesn't say so itself."""
    if isinstance(error, Refused):
        return Holding("refused", problems=error.problems)
    for kind, reason in REFUSALS.items():
        if isinstance(error, kind):
            return Holding(reason)
    log.error("what waited for a file could not be taken in", exc_info=error)
    return Holding("unreadable")
