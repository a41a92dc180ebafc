"""The signed head of the chain, kept outside the database (B10)."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from tongxin.ledger import stored
from tongxin.lib import places, secrets, signing, whole_files
from tongxin.lib.faults import Fault

COLUMNS = (
    ("batch", stored.NUMBER), ("first", stored.NUMBER), ("last", stored.NUMBER), ("root", stored.BYTES),
    ("previous", stored.BYTES), ("sealed_at", stored.MOMENT), ("signature", stored.BYTES),
)
GENESIS = bytes(32)
# Before a signature by SM2; one by Ed25519 stands bare.
SM2_MARK = b"\x02"
ED25519_LENGTH = 64


@dataclass(frozen=True, slots=True)
class Head:
    """One batch's seal; whoever keeps the newest can prove later that nothing before it was touched."""

    batch: int
    first: int
    last: int
    root: str
    previous: str
    sealed_at: str
    signature: str = ""

    def signed(self) -> bytes:
        """The bytes under the signature."""
        parts = ("tongxin", self.batch, self.first, self.last, self.root, self.previous, self.sealed_at)
        return "|".join(map(str, parts)).encode()


def sign(head: Head) -> bytes:
    """The installation's signature; its key lies outside the database."""
    return sign_bytes(head.signed())


def sign_bytes(content: bytes) -> bytes:
    """The same under any content; whoever asks keeps its kinds apart by how they begin."""
    made = signing.sign(content, seed=secrets.read("ledger"), profile=profile())
    return SM2_MARK + made if profile() == signing.SM2 else made


def profile() -> str:
    """By which algorithm this installation signs from now on."""
    named: str = settings.TONGXIN_SIGNATURE_PROFILE
    return named


def is_signed(head: Head) -> bool:
    """Whether this installation signed the head, by whichever algorithm it used then."""
    try:
        signature = bytes.fromhex(head.signature)
    except ValueError:
        return False
    return is_signed_bytes(head.signed(), signature)


def is_signed_bytes(content: bytes, signature: bytes) -> bool:
    """Whether this installation put that signature under that content."""
    is_sm2 = len(signature) > ED25519_LENGTH and signature[:1] == SM2_MARK
    return signing.is_signed(
        content, signature[1:] if is_sm2 else signature,
        key=_public(secrets.read("ledger"), signing.SM2 if is_sm2 else signing.ED25519),
        profile=signing.SM2 if is_sm2 else signing.ED25519,
    )


def seals(rest: str, params: Sequence[object] = ()) -> list[Head]:
    """Stored seals, as they stand."""
    columns = [(_quoted(name), kind) for name, kind in COLUMNS]
    return [_head(row) for row in stored.select(columns, f"FROM ledger_seal {rest}", params)]


def head() -> Head | None:
    """The newest seal."""
    newest = seals("ORDER BY batch DESC LIMIT 1")
    return newest[0] if newest else None


def export_head() -> Path | None:
    """The newest seal as a file beside the database; a day's last one stays under its date."""
    newest = head()
    if newest is None:
        return None
    folder = places.heads_folder()
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(asdict(newest), indent=1)
    for name in (f"{newest.sealed_at[:10]}.json", "head.json"):
        whole_files.write(folder / name, text)
    return folder / "head.json"


def read_head(file: Path) -> Head:
    """A saved head, refused when it isn't one or was not signed here."""
    try:
        saved = Head(**json.loads(file.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        raise Fault(f"读不出保存的账本签名 {file.name}。没有核验，请换一份 head.json。") from None
    if not is_signed(saved):
        raise Fault(f"保存的账本签名 {file.name} 不是本系统签发，或已被改动。没有核验，请换一份。")
    return saved


@lru_cache(maxsize=4)
def _public(seed: bytes, algorithm: str) -> bytes:
    return signing.public_key(seed=seed, profile=algorithm)


def _quoted(name: str) -> str:
    return f'"{name}"'


def _head(row: stored.Row) -> Head:
    batch, first, last, root, previous, sealed_at, signature = row
    return Head(
        _number(batch), _number(first), _number(last), (root or b"").hex(), (previous or b"").hex(),
        (sealed_at or b"").decode(errors="replace"), (signature or b"").hex(),
    )


def _number(value: bytes | None) -> int:
    try:
        return int(value or b"-1")
    except ValueError:
        return -1
