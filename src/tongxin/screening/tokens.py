"""One-time tokens: shown once to whoever hands them out, kept as a keyed digest only."""

import hashlib
import hmac
import secrets

from tongxin import vault

BYTES = 16


def fresh() -> str:
    """A token that nobody can guess."""
    return secrets.token_urlsafe(BYTES)


def digest_of(token: str) -> str:
    """What is stored of a token; without the installation's key nobody can make or check one."""
    return hmac.digest(vault.tokens.key("screening links"), token.encode(), hashlib.sha256).hex()
