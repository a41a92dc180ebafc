"""Keys for search tokens, one a county: tokens of two counties can't be compared (spine B5)."""

import hashlib
import hmac

from tongxin.lib import secrets


def key(county_code: str) -> bytes:
    """The key that turns a county's name pieces into search tokens."""
    return hmac.digest(secrets.read("pepper"), b"tongxin tokens " + county_code.encode(), hashlib.sha256)
