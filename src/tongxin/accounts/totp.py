"""Codes that change every half minute, as phones show them (RFC 6238, RFC 4226)."""

import base64
import hashlib
import hmac
import secrets
import struct
from urllib.parse import quote, urlencode

STEP, DIGITS, LENGTH = 30, 6, 20
# A phone's clock may be a step behind or ahead.
AROUND = (0, -1, 1)


def new_secret() -> str:
    """A secret as a phone takes it."""
    return base64.b32encode(secrets.token_bytes(LENGTH)).decode()


def code_at(secret: str, step: int, *, digits: int = DIGITS) -> str:
    """The code that is shown during one step of time."""
    digest = hmac.digest(base64.b32decode(secret), struct.pack(">Q", step), hashlib.sha1)
    start = digest[-1] & 0x0F
    number = struct.unpack(">I", digest[start : start + 4])[0] & 0x7FFFFFFF
    return f"{number % 10**digits:0{digits}}"


def step_of(code: str, *, secret: str, seconds: float, after: int) -> int | None:
    """The step that a code belongs to, when it is near and comes after all that were used; else None."""
    now = int(seconds) // STEP
    fitting = (now + each for each in AROUND if hmac.compare_digest(code_at(secret, now + each), code))
    return next((step for step in fitting if step > after), None)


def address(secret: str, *, login: str, issuer: str) -> str:
    """What a phone reads from the square picture."""
    query = urlencode({"secret": secret, "issuer": issuer, "digits": DIGITS, "period": STEP}, quote_via=quote)
    return f"otpauth://totp/{quote(issuer)}:{quote(login)}?{query}"
