"""Who a companion is: the number of the paper, written by two people each for themselves, sealed, never shown whole."""

import json
import re
from datetime import datetime
from uuid import UUID

from django.db import transaction

from tongxin import vault
from tongxin.accounts.viewers import WORKER, Viewer
from tongxin.core.forms import Problem
from tongxin.core.pathway import CHINA
from tongxin.flows import pairing_known
from tongxin.flows.pairing_companions import HAS_LEFT, KEEP, companion_for, must, rules_in, tell, until_of
from tongxin.flows.refusals import Refused
from tongxin.intake.reading.identity import read_id
from tongxin.pairings.models import Companion

RESIDENT, OTHER_PAPER = 18, re.compile(r"[A-Z0-9]{6,20}")
WRONG = "没有保存：号码不对，请看着证件再填一次。"
UNLIKE = "没有核对上：您填的和前一位同事填的不一样。请看着证件再填；还不一样的，请前一位同事改。"
OWN = "没有保存：号码是您填的，请另一位同事看着证件再填一次。"
DONE = "没有保存：号码已经由两个人核对过，不能再改。填错的人请退出后重新登记。"
TAKEN = "没有保存：这个号码已经登记给第 {number} 号陪伴者，不用再登记一次。"
BEFORE = "没有保存：这个号码的人以前审查不合格或有不合适的言行，已退出，那一次是您办的。请另一位同事核实后再填。"


@transaction.atomic
def identify(*, companion_id: UUID, id_no: str, actor: Viewer, at: datetime) -> Companion:
    """The number as one person reads it from the paper; the second person who reads the same confirms it."""
    person_id = must(actor, KEEP, at=at)
    row = companion_for(companion_id=companion_id, viewer=actor, at=at, for_update=True)
    said = "".join(id_no.split()).upper()
    if row.ended_at is not None:
        raise Refused.because(HAS_LEFT)
    known = _opened(row, at) if row.id_no is not None else ""
    if row.confirmed_at is not None:
        if said == known and person_id in {row.id_no_by, row.confirmed_by}:
            return row
        raise Refused([Problem("id_no", DONE, True)])
    _refuse(said, row, person_id, at)
    if known and row.id_no_by != person_id:
        return _confirm(row, said, known, person_id, actor, at)
    if known == said:
        raise Refused([Problem("id_no", OWN, True)])
    vault.put(row, {"id_no": said})
    row.id_no_by, row.id_no_at = person_id, at
    row.save(update_fields=["id_no", "id_no_by", "id_no_at"])
    tell("companion.identified", row, actor, at)
    return row


def _refuse(said: str, row: Companion, person_id: UUID, at: datetime) -> None:
    today = at.astimezone(CHINA).date()
    sound = read_id(said, today=today).state == "valid" if len(said) == RESIDENT else OTHER_PAPER.fullmatch(said)
    if not sound:
        raise Refused([Problem("id_no", WRONG, True)])
    others = list(Companion.objects.filter(
        county_id=row.county_id, ended_at__isnull=True, id_no__isnull=False
    ).exclude(id=row.id))
    numbers = vault.open(
        [each.id_no for each in others], viewer=WORKER, purpose=pairing_known.PURPOSE, part="staff",
        route=pairing_known.ROUTE, at=at,
    )
    same = next((each for each, number in zip(others, numbers, strict=True) if number == said), None)
    if same is not None:
        raise Refused([Problem("id_no", TAKEN.format(number=same.number), True)])
    for earlier in pairing_known.refused_before({}, at=at, but=row.id, id_no=said):
        if person_id in pairing_known.keepers_of(earlier):
            raise Refused([Problem("id_no", BEFORE, True)])


def _confirm(row: Companion, said: str, known: str, person_id: UUID, actor: Viewer, at: datetime) -> Companion:
    if said != known:
        raise Refused([Problem("id_no", UNLIKE, True)])
    row.confirmed_by, row.confirmed_at = person_id, at
    row.checked_until = until_of(row, rules_in(row.county_id, at=at))
    row.save(update_fields=["confirmed_by", "confirmed_at", "checked_until"])
    tell("companion.confirmed", row, actor, at)
    return row


def refused_before(row: Companion, *, at: datetime) -> list[Companion]:
    """Earlier companions who are this person by name and phone or by number, and were refused or left for a concern."""
    said = vault.open(
        [row.words, row.id_no], viewer=WORKER, purpose=pairing_known.PURPOSE, part="staff", route=pairing_known.ROUTE,
        at=at,
    )
    words = json.loads(said[0]) if said[0] else {}
    return pairing_known.refused_before(words, at=at, but=row.id, id_no=said[1] or "")


def _opened(row: Companion, at: datetime) -> str:
    (said,) = vault.open(
        [row.id_no], viewer=WORKER, purpose=pairing_known.PURPOSE, part="staff", route=pairing_known.ROUTE, at=at
    )
    return said or ""
