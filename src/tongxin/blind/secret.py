"""What one side keeps until the next letter comes, and its file under a password for those who have no Tongxin."""

import json
from dataclasses import dataclass
from typing import Any

from nacl import pwhash, secret, utils
from nacl.exceptions import CryptoError

from tongxin.blind.marks import Marks
from tongxin.lib.faults import Fault

SHORTEST = 12
WRONG = "密码不对，或文件不是隐私比对的私密文件。没有处理。"
SHORT = f"密码至少 {SHORTEST} 个字。没有保存。"


@dataclass(frozen=True, slots=True)
class Secret:
    """The number, the list, and which text stands behind each hidden point in the order sent ("" for filling).

    `theirs` are the asker's points multiplied by both, as the answerer computed them; `seed` signs this side's letters.
    """

    session: str
    number: bytes
    marks: Marks
    order: tuple[str, ...]
    step: int = 0
    until: str = ""
    other_key: str = ""
    theirs: tuple[bytes, ...] = ()
    seed: bytes = b""
    sent: str = ""


def packed(kept: Secret) -> bytes:
    """As bytes, to be sealed by whoever keeps it."""
    texts = list(kept.marks.keys)
    place = {text: at for at, text in enumerate(texts)}
    return json.dumps({
        "session": kept.session, "number": kept.number.hex(), "step": kept.step, "until": kept.until,
        "other_key": kept.other_key, "seed": kept.seed.hex(), "sent": kept.sent,
        "rows": [[text, *kept.marks.keys[text]] for text in texts],
        "order": [place.get(text, -1) for text in kept.order],
        "theirs": b"".join(kept.theirs).hex(),
    }, ensure_ascii=False).encode()


def unpacked(content: bytes) -> Secret:
    """What `packed` made; ValueError or LookupError for anything else."""
    given: dict[str, Any] = json.loads(content)
    texts = [row[0] for row in given["rows"]]
    theirs = bytes.fromhex(given["theirs"])
    return Secret(
        session=given["session"], number=bytes.fromhex(given["number"]), step=given["step"], until=given["until"],
        other_key=given["other_key"], seed=bytes.fromhex(given["seed"]), sent=given["sent"],
        marks=Marks({row[0]: tuple(row[1:]) for row in given["rows"]}, ()),
        order=tuple("" if at < 0 else texts[at] for at in given["order"]),
        theirs=tuple(theirs[at : at + 32] for at in range(0, len(theirs), 32)),
    )


def lock(kept: Secret, *, password: str) -> bytes:
    """The file of a secret: its key comes of the password by Argon2id."""
    if len(password) < SHORTEST:
        raise Fault(SHORT)
    salt = utils.random(pwhash.argon2id.SALTBYTES)
    return salt + secret.SecretBox(_key(password, salt)).encrypt(packed(kept))


def unlock(content: bytes, *, password: str) -> Secret:
    """The secret of a file; Fault for a wrong password or another file."""
    salt, rest = content[: pwhash.argon2id.SALTBYTES], content[pwhash.argon2id.SALTBYTES :]
    try:
        return unpacked(secret.SecretBox(_key(password, salt)).decrypt(rest))
    except (CryptoError, ValueError, LookupError, TypeError):
        raise Fault(WRONG) from None


def _key(password: str, salt: bytes) -> bytes:
    return pwhash.argon2id.kdf(
        secret.SecretBox.KEY_SIZE, password.encode(), salt,
        opslimit=pwhash.argon2id.OPSLIMIT_INTERACTIVE, memlimit=pwhash.argon2id.MEMLIMIT_INTERACTIVE,
    )
