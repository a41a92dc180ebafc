"""Figures that a lower installation signs for the upper one: what its own page says, small numbers withheld there.

Nothing about a child travels: the numbers are those of the joint meeting's agenda, each with what it means.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction

from tongxin.access import selectors as access
from tongxin.accounts.viewers import Viewer
from tongxin.coordination.rules import MEETINGS
from tongxin.core.pathway import CHINA
from tongxin.flows import coordinating, peers
from tongxin.flows.coordinating_figures import agenda_for, as_codes
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.instances import letters
from tongxin.instances.models import Peer, RolledUp
from tongxin.instances.rules import rules_in
from tongxin.lib.faults import Fault
from tongxin.rulebook import rules

SEND, TAKE = "send_figures", "take_figures"
OLDER = "这份汇总比已经收到的同一天的那一份旧，没有收下。请让对方发最新的一份。"
AHEAD = "这份汇总的制作时间晚于现在，没有收下。请双方核对时钟。"
STRANGER = "发来这份汇总的外地系统没有登记，或没有由第二个人核对指纹。没有收下。"
UNTRUSTED = "这个外地系统还没有由第二个人核对指纹，或已经停用，没有制作。"


@dataclass(frozen=True, slots=True)
class Place:
    """One lower installation: its newest figures, or none yet, and whether they are too old."""

    peer: Peer
    newest: RolledUp | None
    is_stale: bool


def make(*, peer: Peer, actor: Viewer, at: datetime) -> bytes:
    """Today's figures of the actor's county, signed for a peer."""
    if not access.may_do(viewer=actor, action=SEND, at=at):
        raise NotAllowed
    if not peer.is_trusted:
        raise Refused.because(UNTRUSTED)
    county = coordinating.leading(actor, at=at)
    resolved = rules.resolve("coordination", MEETINGS, region=rules.region_of(county), at=at)
    content = {
        "day": at.astimezone(CHINA).date().isoformat(), "made_at": at.isoformat(), "region": rules.region_of(county),
        "rules": resolved.hash, "numbers": as_codes(agenda_for(actor, at=at)),
    }
    return letters.plain(letters.FIGURES, content, to=peer.seal_key)


def take(*, content: bytes, actor: Viewer, at: datetime) -> RolledUp:
    """Keep figures that came; the same letter twice is one row, an older word about the same day is refused."""
    if not access.may_do(viewer=actor, action=TAKE, at=at) or actor.person_id is None:
        raise NotAllowed
    letter = letters.read_plain(content, format=letters.FIGURES)
    peer = peers.trusted(letter.sign_key)
    if peer is None:
        raise Refused.because(STRANGER)
    day, made_at, numbers = _read(letter.content)
    if made_at > at + rules_in(region="", at=at).clocks_differ:
        raise Refused.because(AHEAD)
    digest = letters.digest(content)
    with transaction.atomic():
        Peer.objects.select_for_update().get(id=peer.id)
        known = RolledUp.objects.filter(digest=digest).first()
        if known is not None:
            return known
        newest = RolledUp.objects.filter(peer=peer, day=day).order_by("-version").first()
        if newest is not None and made_at <= newest.made_at:
            raise Refused.because(OLDER)
        return RolledUp.objects.create(
            peer=peer, day=day, version=newest.version + 1 if newest else 1, made_at=made_at, received_at=at,
            received_by=actor.person_id, digest=digest, rules=str(letter.content.get("rules", ""))[:64],
            numbers=numbers,
        )


def places(*, at: datetime) -> list[Place]:
    """Every lower installation that stands, with its newest figures; one that is silent is named too."""
    found, oldest = [], rules_in(region="", at=at).stale_after
    for peer in Peer.objects.filter(confirmed_at__isnull=False, revoked_at__isnull=True).order_by("region"):
        newest = RolledUp.objects.filter(peer=peer).order_by("-day", "-version").first()
        is_stale = newest is None or at.astimezone(CHINA).date() - newest.day > oldest
        found.append(Place(peer, newest, is_stale))
    return found


def _read(said: Mapping[str, Any]) -> tuple[date, datetime, list[dict[str, Any]]]:
    try:
        day, made_at = date.fromisoformat(said["day"]), datetime.fromisoformat(said["made_at"])
        numbers = [
            {name: str(each[name])[:400] for name in ("id", "zh", "unit", "means", "said")}
            | {"more": str(each.get("more", ""))[:400], "rows": [
                {"zh": str(row["zh"])[:80], "said": str(row["said"])[:40]} for row in each.get("rows", [])
            ]}
            for each in said["numbers"]
        ]
        if made_at.tzinfo is None or not 2000 <= day.year <= 2100:
            raise ValueError
    except (ValueError, TypeError, LookupError):
        raise Fault(letters.UNREADABLE) from None
    return day, made_at, numbers
