"""Adding another installation: one person enters its card, a second compares the fingerprint; either may stop it."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from tongxin.access import selectors as access
from tongxin.accounts.viewers import Viewer
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.instances import keys
from tongxin.instances.models import Peer

ACTION = "keep_peers"
KNOWN = "这个外地系统已经登记过（{name}），没有再登记。"
SELF = "这是本系统自己的名片，没有登记。请换对方发来的那一份。"
ALONE = "登记和核对不能是同一个人，没有保存。请让另一位同事与对方电话核对指纹。"
STOPPED = "没有这个外地系统，或它已经停用。"


def add(*, content: bytes, actor: Viewer, at: datetime) -> Peer:
    """A peer by its card; nothing goes there before somebody else compared the fingerprint."""
    _allow(actor, at)
    card = keys.read_card(content)
    if card.sign_key == bytes(keys.signing_key().verify_key).hex():
        raise Refused.because(SELF)
    with transaction.atomic():
        known = Peer.objects.filter(sign_key=card.sign_key).first()
        if known is not None:
            raise Refused.because(KNOWN.format(name=known.name))
        return Peer.objects.create(
            region=card.region, name=card.name, sign_key=card.sign_key, seal_key=card.seal_key, url=card.url,
            added_at=at, added_by=_person(actor),
        )


def confirm(*, peer_id: UUID, actor: Viewer, at: datetime) -> Peer:
    """A second person heard the same fingerprint from the other side."""
    _allow(actor, at)
    with transaction.atomic():
        return _confirmed(_one(peer_id), actor, at)


def _confirmed(peer: Peer, actor: Viewer, at: datetime) -> Peer:
    if peer.added_by == actor.person_id:
        raise Refused.because(ALONE)
    if peer.confirmed_at is None:
        peer.confirmed_at, peer.confirmed_by = at, actor.person_id
        peer.save(update_fields=["confirmed_at", "confirmed_by"])
    return peer


def revoke(*, peer_id: UUID, actor: Viewer, at: datetime) -> Peer:
    """Nothing goes there or is taken from there any more."""
    _allow(actor, at)
    with transaction.atomic():
        peer = _one(peer_id)
        peer.revoked_at, peer.revoked_by = at, actor.person_id
        peer.save(update_fields=["revoked_at", "revoked_by"])
        return peer


def fingerprint(peer: Peer) -> str:
    """What both sides read out to each other."""
    return keys.Card(peer.name, peer.region, peer.sign_key, peer.seal_key).fingerprint


def trusted(sign_key: str) -> Peer | None:
    """The peer that signs with a key, if two people stand for it and nobody stopped it."""
    peer = Peer.objects.filter(sign_key=sign_key).first()
    return peer if peer is not None and peer.is_trusted else None


def _one(peer_id: UUID) -> Peer:
    peer = Peer.objects.select_for_update().filter(id=peer_id, revoked_at__isnull=True).first()
    if peer is None:
        raise Refused.because(STOPPED)
    return peer


def _person(actor: Viewer) -> UUID:
    if actor.person_id is None:
        raise NotAllowed
    return actor.person_id


def _allow(actor: Viewer, at: datetime) -> None:
    if not access.may_do(viewer=actor, action=ACTION, at=at):
        raise NotAllowed
