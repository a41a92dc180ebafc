"""How passwords are kept: argon2id over a keyed hash, so that a database alone, without the key files, is no list to
guess from."""

import hashlib
import hmac

from django.contrib.auth.hashers import Argon2PasswordHasher

from tongxin.lib import secrets

ABOUT = b"tongxin password"


class KeyedArgon2(Argon2PasswordHasher):
    """Passwords kept before by argon2 alone are kept by this one from the next sign-in on."""

    algorithm = "argon2_keyed"

    def encode(self, password: str, salt: str) -> str:
        """What is kept of a password."""
        return super().encode(_keyed(password), salt)

    def verify(self, password: str, encoded: str) -> bool:
        """Whether it is this password."""
        return super().verify(_keyed(password), encoded)


def _keyed(password: str) -> str:
    key = hmac.digest(secrets.read("pepper"), ABOUT, hashlib.sha256)
    return hmac.digest(key, password.encode(), hashlib.sha256).hex()
