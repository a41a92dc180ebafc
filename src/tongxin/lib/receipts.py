"""What a receipt of the ledger is, for whoever makes, countersigns or checks one: a file, no database."""

import hashlib
import json
from pathlib import Path
from typing import Any

from tongxin.lib import signing
from tongxin.lib.faults import Fault

FORMAT = "tongxin-receipt-1"
GENESIS = "0" * 64
BODY = (
    "format", "number", "day", "made_at", "first", "last", "root", "head", "previous", "anew", "profile", "key",
)
COUNTERSIGNED = b"tongxin countersigned\n"
Receipt = dict[str, Any]


def signed(receipt: Receipt) -> bytes:
    """The bytes under the installation's signature."""
    return _canonical({name: receipt[name] for name in BODY})


def countersigned(receipt: Receipt) -> bytes:
    """The bytes under a second office's signature: the receipt with the first one's."""
    return COUNTERSIGNED + _canonical({name: receipt[name] for name in (*BODY, "signature")})


def digest(receipt: Receipt) -> str:
    """What the next receipt says of this one; a countersignature may come later and is not in it."""
    return hashlib.sha256(_canonical({name: receipt[name] for name in (*BODY, "signature")})).hexdigest()


def read(file: Path) -> Receipt:
    """A receipt as it was saved, refused when it isn't one."""
    try:
        found: Receipt = json.loads(file.read_text(encoding="utf-8"))
        if found["format"] != FORMAT or not all(name in found for name in (*BODY, "signature")):
            raise ValueError
    except (OSError, ValueError, TypeError, LookupError):
        raise Fault(f"{file.name} 读不出，或不是账本回执。没有作任何改动，请换一份。") from None
    return found


def text(receipt: Receipt) -> str:
    """A receipt as a file holds it."""
    return json.dumps(receipt, indent=1, sort_keys=True) + "\n"


def is_signed(receipt: Receipt, *, key: str) -> bool:
    """Whether the owner of a public key made exactly this receipt."""
    try:
        signature = bytes.fromhex(receipt["signature"])
        return receipt["key"] == key and signing.is_signed(
            signed(receipt), signature, key=bytes.fromhex(key), profile=receipt["profile"]
        )
    except (ValueError, TypeError):
        return False


def countersign(receipt: Receipt, *, seed: bytes, profile: str) -> Receipt:
    """The receipt with a second office's signature."""
    signature = signing.sign(countersigned(receipt), seed=seed, profile=profile)
    key = signing.public_key(seed=seed, profile=profile).hex()
    return {**receipt, "countersignature": {"profile": profile, "key": key, "signature": signature.hex()}}


def _canonical(content: dict[str, Any]) -> bytes:
    return json.dumps(content, sort_keys=True, separators=(",", ":")).encode()
