"""A batch of entries taken in together: read ahead in sets, thought about one by one, written in sets, one commit.

Each goes through the same door as by itself (`arriving`), under the same locks. An entry about which anything else has
to be asked or written than an ordinary one's (a danger, a conflict, a new child, another copy, …) ends the set: what
came before it is committed, it is taken in by itself as ever, and a new set begins.
"""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from tongxin import vault
from tongxin.access import relations
from tongxin.access import selectors as access
from tongxin.accounts import posts
from tongxin.accounts.models import places_of
from tongxin.cases import derivation
from tongxin.drafts import services as drafts
from tongxin.flows import arriving, facts, joined, sharing_sending
from tongxin.flows import arriving_children as children
from tongxin.flows.arriving_reading import Sender, Sent, read
from tongxin.flows.record import asked_of
from tongxin.ledger import entries, subjects
from tongxin.lib import together
from tongxin.lib.together import Together
from tongxin.people import siblings
from tongxin.people.models import Child
from tongxin.rulebook import rules
from tongxin.sync import receipts
from tongxin.sync.models import Device, Receipt
from tongxin.vault import Keyring

log = logging.getLogger("tongxin.field")
Alone = Callable[[object], Receipt | None]
# So many in a row that had to be taken in by themselves show that the batch is not one of ordinary entries.
MOST_APART = 3


def take_all(payloads: Sequence[object], *, sender: Sender, at: datetime, alone: Alone) -> list[Receipt | None]:
    """The receipt of each entry in turn; `alone` takes in one by itself, and says None where it couldn't just now."""
    taken: list[Receipt | None] = []
    apart = 0 if sender.device.state == Device.ACTIVE else MOST_APART
    while len(taken) < len(payloads):
        rest = payloads[len(taken) :]
        if apart < MOST_APART and len(rest) > 1:
            done = _taken(rest, sender=sender, at=at)
            apart = 0 if done else apart + 1
            taken += done
        if len(taken) < len(payloads):
            taken.append(alone(payloads[len(taken)]))
    return taken


def _taken(payloads: Sequence[object], *, sender: Sender, at: datetime) -> list[Receipt]:
    """The receipts of the first ones, as far as they are ordinary."""
    sents = _readable(payloads)
    done: list[Receipt] = []
    try:
        with transaction.atomic(), together.working() as work:
            keys = _read_ahead(sents, sender=sender, at=at)
            for sent in sents:
                _read_again(work)
                try:
                    with work.piece():
                        done.append(_taken_in(sent, sender=sender, at=at, keys=keys))
                except together.Apart:
                    break
    except together.Apart:
        # What came before can't be kept without the one that was no ordinary entry, so it is taken in once more.
        return _taken(payloads[: len(done)], sender=sender, at=at) if done else []
    except Exception as why:
        log.warning("a batch is taken in one by one: %s", type(why.__cause__ or why).__name__)
        return []
    return done


def _readable(payloads: Sequence[object]) -> list[Sent]:
    """The entries up to the first that is none or that somebody else has to open."""
    found: list[Sent] = []
    for each in payloads:
        if not isinstance(each, dict) or "sealed" in each:
            break
        sent = read(each, otherwise=lambda: UUID(int=0))
        if not sent.is_readable:
            break
        found.append(sent)
    return found


def _taken_in(sent: Sent, *, sender: Sender, at: datetime, keys: Keyring) -> Receipt:
    copies = receipts.copies_of(sent.id)
    known = receipts.known(copies, sent.payload)
    return known or arriving.take_read(sent, sender=sender, at=at, has_other_copy=bool(copies), keys=keys)


def _read_ahead(sents: Sequence[Sent], *, sender: Sender, at: datetime) -> Keyring:
    """Everything that ordinary entries ask, under the locks of the entries and of their children."""
    ids = list(dict.fromkeys(sent.id for sent in sents))
    receipts.read_ahead(ids)
    about = children.read_ahead(sent.child for sent in sents if sent.child)
    mine = list({child.id: child for child in about.values()}.values())
    keys = vault.keyring([child.key_owner for child in mine])
    if not mine:
        return keys
    mates = siblings.read_ahead(mine)
    subjects.lock_ahead([child.key_owner for child in [*mine, *mates]])
    # Nobody writes about them from here on; what was read of them before may have changed meanwhile.
    about = children.read_ahead(about)
    mine = list({child.id: child for child in about.values()}.values())
    named = [child.id for child in mine]
    entries.read_ahead(ids)
    drafts.read_ahead(ids)
    facts.read_ahead(named)
    joined.read_ahead(named)
    derivation.read_ahead(named)
    relations.read_ahead(named, at=at)
    sharing_sending.read_ahead(mine)
    for child in mine:
        posts.read_ahead(places_of(child), at=at)
    for action in _actions(sents, about, at):
        access.may_ahead(viewer=sender.viewer, children=named, part="", action=action, at=at)
    return keys


def _actions(sents: Sequence[Sent], about: dict[UUID, Child], at: datetime) -> set[str]:
    """What recording these entries asks of the post."""
    forms: dict[str, Child] = {}
    for sent in sents:
        if sent.child in about:
            forms.setdefault(sent.form, about[sent.child])
    found = set()
    for form, child in forms.items():
        try:
            found.add(asked_of(child, form_id=form, at=at).action)
        except rules.NotAdopted:
            continue
    return found


def _read_again(work: Together) -> None:
    """Rows to which the database gave numbers meanwhile."""
    if work.stale:
        work.send()
        for reader, cases in work.stale.items():
            reader(list(cases))
        work.stale.clear()
