"""What a backup holds, signed by the installation that made it: only its own backups can be restored there."""

import json
from dataclasses import asdict, dataclass, field
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tongxin.lib import secrets
from tongxin.lib.faults import Fault

NAME, SIGNATURE = "manifest.json", "manifest.sig"
MAIN, KEYS = "main", "keys"
ALIASES = {MAIN: "default", KEYS: "keys"}
FOREIGN = "这份备份不是本系统用现有密钥签发的，没有作任何改动。请核对密钥文件夹，或换一份备份。"


@dataclass(frozen=True, slots=True)
class Manifest:
    """Versions, counts, the ledger's head and the digest of each part."""

    set: str
    kind: str
    created_at: str
    version: str
    engine: str
    is_encrypted: bool
    migrations: list[str]
    counts: dict[str, int]
    head: dict[str, Any] | None
    destroyed: int
    parts: dict[str, dict[str, Any]] = field(default_factory=dict)

    def content(self) -> bytes:
        """The bytes under the signature."""
        return json.dumps(asdict(self), ensure_ascii=False, indent=1, sort_keys=True).encode()

    @property
    def alias(self) -> str:
        return ALIASES[self.kind]


def sign(content: bytes) -> bytes:
    """The installation's signature over a manifest."""
    return _key().sign(_said(content))


def read(content: bytes, signature: bytes) -> Manifest:
    """The manifest, refused when another installation signed it."""
    try:
        _key().public_key().verify(signature, _said(content))
        manifest = Manifest(**json.loads(content))
    except (InvalidSignature, ValueError, TypeError):
        raise Fault(FOREIGN) from None
    if manifest.kind not in ALIASES:
        raise Fault(FOREIGN)
    return manifest


def _said(content: bytes) -> bytes:
    return b"tongxin backup manifest|" + content


def _key() -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(secrets.read("ledger"))
