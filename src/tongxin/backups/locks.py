"""Who can open a backup: whoever has the passphrase, or the secret key of the recipient it was made for."""

import os
import secrets as chance
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from tongxin.lib.faults import Fault

PUBLIC, SECRET = "tongxin-backup-public:", "tongxin-backup-secret:"
SHORTEST = 12
# What a header may ask of memory: scrypt takes 128 * n * r bytes.
COST, BLOCK, HIGHEST_COST = 2**15, 8, 2**18
NOTHING_GIVEN = (
    "没有说明用什么加密，没有备份。请设 TONGXIN_BACKUP_PASSPHRASE（口令文件）"
    "或 TONGXIN_BACKUP_RECIPIENT（公钥，见 tongxin backup key）。"
)
WRONG = "口令或私钥不符，打不开这份备份，没有作任何改动。请核对口令文件或私钥文件。"


@dataclass(frozen=True, slots=True, repr=False)
class Openers:
    """What is at hand to lock or open with; each may be missing."""

    passphrase: bytes | None = None
    recipient: bytes | None = None
    secret: bytes | None = None


def at_hand(*, passphrase: Path | None = None, secret: Path | None = None) -> Openers:
    """The files named, else those of the environment."""
    named = os.environ.get("TONGXIN_BACKUP_PASSPHRASE", "")
    recipient = os.environ.get("TONGXIN_BACKUP_RECIPIENT", "")
    file = passphrase or (Path(named) if named else None)
    return Openers(
        passphrase=_passphrase(file) if file else None,
        recipient=_hex(recipient, PUBLIC) if recipient else None,
        secret=_hex(_text(secret), SECRET) if secret else None,
    )


def new_pair() -> tuple[str, str]:
    """A recipient's public text for the server, and the secret text that belongs into a safe."""
    secret = X25519PrivateKey.generate()
    public = secret.public_key().public_bytes_raw()
    return PUBLIC + public.hex(), SECRET + secret.private_bytes_raw().hex()


def lock(file_key: bytes, *, openers: Openers) -> list[dict[str, Any]]:
    """The file key wrapped once for each way of opening."""
    locks = []
    if openers.passphrase:
        salt = chance.token_bytes(16)
        key = _from_passphrase(openers.passphrase, salt, COST)
        locks.append({"way": "passphrase", "salt": salt.hex(), "cost": COST, "wrapped": _wrap(key, file_key)})
    if openers.recipient:
        once = X25519PrivateKey.generate()
        public = once.public_key().public_bytes_raw()
        key = _shared(once, openers.recipient, public + openers.recipient)
        locks.append({
            "way": "x25519", "recipient": openers.recipient.hex(), "once": public.hex(),
            "wrapped": _wrap(key, file_key),
        })
    if not locks:
        raise Fault(NOTHING_GIVEN)
    return locks


def unlock(locks: Sequence[Mapping[str, Any]], *, openers: Openers) -> bytes:
    """The file key, by whatever fits."""
    for each in locks:
        try:
            if (key := _key_for(each, openers)) is not None:
                return AESGCM(key).decrypt(bytes(12), bytes.fromhex(each["wrapped"]), None)
        except (InvalidTag, ValueError, TypeError, LookupError):
            continue
    raise Fault(WRONG)


def _key_for(each: Mapping[str, Any], openers: Openers) -> bytes | None:
    if each["way"] == "passphrase" and openers.passphrase and 1 < each["cost"] <= HIGHEST_COST:
        return _from_passphrase(openers.passphrase, bytes.fromhex(each["salt"]), each["cost"])
    if each["way"] == "x25519" and openers.secret:
        secret = X25519PrivateKey.from_private_bytes(openers.secret)
        once, own = bytes.fromhex(each["once"]), secret.public_key().public_bytes_raw()
        return _shared(secret, once, once + own)
    return None


def _from_passphrase(passphrase: bytes, salt: bytes, cost: int) -> bytes:
    return Scrypt(salt=salt, length=32, n=cost, r=BLOCK, p=1).derive(passphrase)


def _shared(secret: X25519PrivateKey, public: bytes, context: bytes) -> bytes:
    shared = secret.exchange(X25519PublicKey.from_public_bytes(public))
    return HKDF(algorithm=SHA256(), length=32, salt=context, info=b"tongxin backup recipient").derive(shared)


def _wrap(key: bytes, file_key: bytes) -> str:
    # Each wrapping key is used once, so its nonce may be fixed.
    return AESGCM(key).encrypt(bytes(12), file_key, None).hex()


def _passphrase(file: Path) -> bytes:
    passphrase = _text(file).encode()
    if len(passphrase) < SHORTEST:
        raise Fault(f"口令文件 {file.name} 中的口令太短，没有使用。请写至少 {SHORTEST} 个字符。")
    return passphrase


def _text(file: Path) -> str:
    try:
        if file.stat().st_mode & 0o077:
            raise Fault(f"{file.name} 可被其他账户读取，已拒绝使用。请运行 chmod 600 后重试。")
        return file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        raise Fault(f"读不出 {file}，没有作任何改动。请核对口令文件或私钥文件的位置。") from None


def _hex(text: str, head: str) -> bytes:
    try:
        if not text.startswith(head) or len(content := bytes.fromhex(text.removeprefix(head))) != 32:
            raise ValueError
    except ValueError:
        raise Fault(f"备份密钥的写法不对，应以 {head} 开头。没有作任何改动，请核对后重试。") from None
    return content
