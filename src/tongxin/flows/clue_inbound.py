"""A message that came through a signed door becomes a clue, once, however often the sender repeats it."""

import hashlib
import hmac
from datetime import datetime, timedelta

from django.db import transaction

from tongxin import vault
from tongxin.accounts.models import Division
from tongxin.clues import inbound
from tongxin.clues.inbound import Call, Message, Unsigned
from tongxin.clues.models import Clue, Inbound
from tongxin.clues.rules import ClueRules, clues_in
from tongxin.flows.clue_public import OUTSIDE
from tongxin.flows.clues import Taken, keep
from tongxin.registers.answers import Answers
from tongxin.rulebook import rules

CHANNEL = "message"


def rules_for(door: str, *, at: datetime) -> ClueRules:
    """The rules for clues of a door's county; Unsigned while the door is shut."""
    county = _county(door)
    return clues_in(region=rules.region_of(county.id), at=at)


def take(door: str, call: Call, *, at: datetime) -> Clue:
    """The clue that a message is; the same message again is the same clue."""
    found = rules_for(door, at=at)
    setting = inbound.setting_of(door)
    if setting is None or len(call.body) > int(found.inbound["most"]):
        raise Unsigned
    message = inbound.read(door, call, setting=setting, clock=timedelta(**found.inbound["clock"]), at=at)
    digest = _digest(door, message)
    known = Inbound.objects.select_related("clue").filter(digest=digest).first()
    if known is not None and known.clue is not None:
        return known.clue
    words = {"what": message.text, "reporter_phone": message.sender}
    taken = Taken(found.channels[CHANNEL], Answers({"caller": "anonymous"}, words, []), at)
    with transaction.atomic():
        clue = keep(taken, found=found, county=_county(door), actor=OUTSIDE, at=at)
        Inbound.objects.create(digest=digest, door=door, received_at=at, clue=clue)
    return clue


def _county(door: str) -> Division:
    setting = inbound.setting_of(door)
    code = str(setting["county"]) if setting else ""
    found = Division.objects.filter(code__startswith=code, level="county", valid_to__isnull=True).first()
    if not code or found is None:
        raise Unsigned
    return found


def _digest(door: str, message: Message) -> str:
    """What is kept of a message's number: nobody finds the sender by it."""
    text = f"{door}\n{message.sender}\n{message.number}"
    return hmac.digest(vault.tokens.key("clue messages"), text.encode(), hashlib.sha256).hex()
