"""A day's receipt: what was sealed since the one before, signed here and countersigned elsewhere.

Whoever has the receipts and the two public keys checks them without this program and without any data.
"""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from django.utils import timezone

from tongxin.ledger import canonical, heads, merkle
from tongxin.ledger.heads import Head
from tongxin.ledger.models import Leaf, Seal
from tongxin.lib import places, receipts, secrets, signing, whole_files
from tongxin.lib.faults import Fault
from tongxin.lib.receipts import Receipt

FOLDER = "receipts"


class Proof(NamedTuple):
    """That the row of a digest lies under one receipt: the way up from it to the receipt's root."""

    receipt: int
    digest: str
    path: list[list[str]]


def folder() -> Path:
    """Where receipts are exported to, beside the heads; copied from there to whoever countersigns."""
    return places.heads_folder() / FOLDER


def files() -> list[Path]:
    """All exported receipts, in their order."""
    return sorted(folder().glob("[0-9]*-????-??-??.json"))


def newest() -> Receipt | None:
    """The last receipt that was exported."""
    found = files()
    return receipts.read(found[-1]) if found else None


def export_daily(*, now: datetime) -> Path | None:
    """Today's receipt as a file, once a day; None when today has one or nothing was ever sealed."""
    today = timezone.localdate(now)
    found = files()
    if found and found[-1].stem.partition("-")[2] >= today.isoformat():
        return None
    return export(now=now)


def export(*, now: datetime) -> Path | None:
    """A receipt of everything sealed since the one before, as a file; None when nothing was ever sealed."""
    made = _next(newest(), now)
    if made is None:
        return None
    file = folder() / f"{made['number']:06}-{made['day']}.json"
    folder().mkdir(parents=True, exist_ok=True)
    whole_files.write(file, receipts.text(made))
    return file


def public_key() -> str:
    """The installation's public key, which an outsider must get by another way than the receipts."""
    return signing.public_key(seed=secrets.read("ledger"), profile=heads.profile()).hex()


def prove(row: str) -> Proof:
    """How one entry, event or look lies under a receipt; refused when no receipt covers it yet."""
    try:
        leaf = Leaf.objects.filter(row_id=row).select_related("batch").get()
    except (Leaf.DoesNotExist, Leaf.MultipleObjectsReturned, ValueError, TypeError):
        raise Fault("账本里没有封存过这个编号的一行。请核对编号，刚记下的内容过几秒再试。") from None
    receipt = next((each for each in map(receipts.read, reversed(files())) if _covers(each, leaf.position)), None)
    if receipt is None:
        raise Fault("这一行还没有被任何一天的回执覆盖。请明天再试，或先运行 tongxin ledger receipt --now。")
    leaves = list(Leaf.objects.filter(batch=leaf.batch).order_by("position").values_list("digest", flat=True))
    inside = merkle.path([bytes(each) for each in leaves], leaf.position - leaf.batch.first)
    seals = list(
        Seal.objects.filter(first__gte=receipt["first"], last__lte=receipt["last"]).order_by("batch")
        .values_list("batch", "root")
    )
    place = [batch for batch, _ in seals].index(leaf.batch_id)
    above = merkle.path([bytes(root) for _, root in seals], place)
    steps = [[side, digest.hex()] for side, digest in inside] + [["up", ""]]
    steps += [[side, digest.hex()] for side, digest in above]
    return Proof(receipt["number"], bytes(leaf.digest).hex(), steps)


def _covers(receipt: Mapping[str, Any], position: int) -> bool:
    return bool(receipt["first"] <= position <= receipt["last"])


def _next(before: Receipt | None, now: datetime) -> Receipt | None:
    seals = _since(before)
    found = heads.seals("ORDER BY batch") if seals is None else seals
    if before is None and not found:
        return None
    base: Receipt = before if before and seals is not None else {"last": 0, "head": ""}
    body: Receipt = {
        "format": receipts.FORMAT,
        "number": before["number"] + 1 if before else 1,
        "day": timezone.localdate(now).isoformat(),
        "made_at": canonical.moment(now),
        "first": base["last"] + 1,
        "last": found[-1].last if found else base["last"],
        "root": merkle.root([bytes.fromhex(seal.root) for seal in found]).hex(),
        "head": _digest(found[-1]) if found else base["head"],
        "previous": receipts.digest(before) if before else receipts.GENESIS,
        "anew": seals is None,
        "profile": heads.profile(),
        "key": public_key(),
    }
    signature = signing.sign(receipts.signed(body), seed=secrets.read("ledger"), profile=heads.profile())
    return {**body, "signature": signature.hex()}


def _since(before: Receipt | None) -> list[Head] | None:
    """The seals after a receipt; None when the ledger isn't the one it was given for, as after a restore."""
    if before is None or not before["last"]:
        return heads.seals("ORDER BY batch")
    last = heads.seals("WHERE last = %s", [before["last"]])
    if not last or _digest(last[0]) != before["head"]:
        return None
    return heads.seals("WHERE batch > %s ORDER BY batch", [last[0].batch])


def _digest(head: Head) -> str:
    return hashlib.sha256(head.signed()).hexdigest()

