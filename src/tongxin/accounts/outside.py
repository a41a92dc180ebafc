"""A province's sign-in (OpenID Connect): where it is, whom it vouches for. It never gives anybody a right."""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode, urlsplit

from authlib.integrations.base_client import OAuthError
from authlib.integrations.django_client import DjangoOAuth2App, OAuth
from authlib.integrations.requests_client import OAuth2Session
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from joserfc.errors import JoseError

from tongxin.accounts.models import OutsideIdentity, Person
from tongxin.lib import outgoing, secrets
from tongxin.lib.outgoing import RequestException

NAME = "province"
SCOPE, PATIENCE = "openid", 10
WELL_KNOWN = "/.well-known/openid-configuration"
# How whoever vouches says that they asked for more than a password (RFC 8176).
MORE = frozenset({"mfa", "otp", "hwk", "swk", "fpt", "face", "pop", "sc"})
HERE = frozenset({"localhost", "127.0.0.1", "::1"})


class Unreachable(Exception):
    """The province's sign-in doesn't answer, or not as one should."""


class NotVouched(Exception):
    """What came back isn't good: `reason` is the code that the standard has for it."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Province:
    """How this installation is known there."""

    issuer: str
    client: str
    secret: str
    zh: str
    claim: str
    is_only_way: bool

    @property
    def is_safe(self) -> bool:
        """Whether what is said there can't be read on the way."""
        parts = urlsplit(self.issuer)
        return parts.scheme == "https" or parts.hostname in HERE


@dataclass(frozen=True, slots=True)
class Vouched:
    """Somebody whom the province knows, and whether it asked for more than a password."""

    subject: str
    is_proven: bool


def province() -> Province | None:
    """The province's sign-in, where one is set up."""
    given: Mapping[str, Any] = settings.TONGXIN_OIDC
    found = Province(**given) if given.get("issuer") and given.get("client") else None
    return found if found is not None and found.is_safe else None


@lru_cache(maxsize=4)
def _app(there: Province) -> Any:
    """How it is asked: through the door for requests that leave; only the host that was set up may be within."""
    host = urlsplit(there.issuer).hostname or ""

    class Guarded(OAuth2Session):  # type: ignore[misc]
        def __init__(self, *args: Any, **named: Any) -> None:
            super().__init__(*args, **named)
            outgoing.guard(self, trusted=[host])

    class Asked(DjangoOAuth2App):  # type: ignore[misc]
        client_cls = Guarded

    return OAuth().register(
        NAME, client_cls=Asked, client_id=there.client, client_secret=there.secret or None,
        server_metadata_url=there.issuer.rstrip("/") + WELL_KNOWN,
        client_kwargs={"scope": SCOPE, "code_challenge_method": "S256", "default_timeout": PATIENCE},
    )


def _metadata(there: Province) -> Mapping[str, Any]:
    try:
        found: Mapping[str, Any] = _app(there).load_server_metadata()
    except (RequestException, ValueError) as error:
        raise Unreachable from error
    if str(found.get("issuer", "")).rstrip("/") != there.issuer.rstrip("/"):
        raise Unreachable
    return found


def send_there(request: HttpRequest, there: Province, *, back: str) -> HttpResponse:
    """The browser goes there with a question of its own: state, nonce and the hash of a secret (PKCE)."""
    _metadata(there)
    answer: HttpResponse = _app(there).authorize_redirect(request, back)
    return answer


def vouched(request: HttpRequest, there: Province) -> Vouched:
    """Whom the province vouches for in what came back; nobody, unless every signature and number fits."""
    _metadata(there)
    try:
        found = _app(there).authorize_access_token(request).get("userinfo")
    except OAuthError as error:
        raise NotVouched(str(error.error or "")) from None
    except (RequestException, OSError) as error:
        raise Unreachable from error
    except (JoseError, ValueError, KeyError, TypeError, AttributeError):
        raise NotVouched("invalid_token") from None
    subject = str((found or {}).get(there.claim) or "")
    if not subject:
        raise NotVouched("no_subject")
    ways = found.get("amr")
    return Vouched(subject, not MORE.isdisjoint(ways) if isinstance(ways, list) else False)


def leave_address(there: Province, *, back: str) -> str:
    """Where the browser signs out there too; empty where there is no such page."""
    end = str(_metadata(there).get("end_session_endpoint") or "")
    return f"{end}?{urlencode({'client_id': there.client, 'post_logout_redirect_uri': back})}" if end else ""


def digest_of(there: Province, subject: str) -> str:
    """Under which somebody is found again; the account itself is kept nowhere."""
    said = "\n".join(("outside", there.issuer.rstrip("/"), subject)).encode()
    return hmac.digest(secrets.read("pepper"), said, "sha256").hex()


def person_of(there: Province, subject: str) -> Person | None:
    """Whoever is linked to that account and still works here."""
    rows = OutsideIdentity.objects.filter(digest=digest_of(there, subject), person__is_active=True)
    found = rows.select_related("person").first()
    return found.person if found else None


def is_linked(person: Person) -> bool:
    """Whether somebody comes in through the province."""
    return OutsideIdentity.objects.filter(person=person).exists()
