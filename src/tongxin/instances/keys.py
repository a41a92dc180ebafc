"""This installation's two key pairs towards others, and what it tells of itself so that they can add it.

Both come of the ledger's key file: there is nothing more to back up or to lose.
"""

import hashlib
import hmac
import json
from dataclasses import asdict, dataclass

from nacl.public import PrivateKey
from nacl.signing import SigningKey

from tongxin.lib import secrets
from tongxin.lib.faults import Fault

FORMAT = "tongxin-card-1"
UNREADABLE = "不是另一套系统的名片，或不完整。没有登记，请让对方重新发送。"


@dataclass(frozen=True, slots=True)
class Card:
    """What others need to know of an installation; nothing of it is secret."""

    name: str
    region: str
    sign_key: str
    seal_key: str
    url: str = ""
    format: str = FORMAT

    @property
    def fingerprint(self) -> str:
        """Both keys in eight groups of five digits, to be compared by telephone."""
        digest = hashlib.sha256(f"{self.sign_key} {self.seal_key}".encode()).digest()
        return " ".join(f"{int.from_bytes(digest[at : at + 4]) % 100_000:05d}" for at in range(0, 32, 4))


def signing_key() -> SigningKey:
    """The key under what this installation sends."""
    return SigningKey(_seed("signing"))


def sealing_key() -> PrivateKey:
    """The key for which others seal what they send here."""
    return PrivateKey(_seed("sealing"))


def own_card(*, name: str, region: str, url: str = "") -> Card:
    """What others add us by."""
    return Card(
        name=name, region=region, url=url, sign_key=bytes(signing_key().verify_key).hex(),
        seal_key=bytes(sealing_key().public_key).hex(),
    )


def written(card: Card) -> bytes:
    """A card as a file."""
    return json.dumps(asdict(card), ensure_ascii=False, indent=1).encode()


def read_card(content: bytes) -> Card:
    """The card of a file; Fault for anything else."""
    try:
        given = json.loads(content)
        card = Card(**{name: str(given[name]) for name in Card.__slots__})
        is_sound = len(bytes.fromhex(card.sign_key)) == len(bytes.fromhex(card.seal_key)) == 32
    except (ValueError, TypeError, LookupError, RecursionError):
        raise Fault(UNREADABLE) from None
    is_region = len(card.region) == 6 and card.region.isascii() and card.region.isdigit()
    if not is_sound or not is_region or card.format != FORMAT or not 0 < len(card.name) <= 120:
        raise Fault(UNREADABLE)
    return card


def _seed(purpose: str) -> bytes:
    return hmac.digest(secrets.read("ledger"), f"tongxin instance {purpose}".encode(), hashlib.sha256)
