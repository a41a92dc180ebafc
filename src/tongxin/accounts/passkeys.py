"""Passkeys: what a browser is asked to sign, and whether it did (WebAuthn, by fido2)."""

import base64
import ipaddress
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fido2.server import Fido2Server
from fido2.utils import websafe_decode
from fido2.webauthn import (
    AttestedCredentialData,
    AuthenticationResponse,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialUserEntity,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from tongxin.accounts import factors
from tongxin.accounts.entrance import PASSKEY, Factor
from tongxin.accounts.models import Person

# The browser asks for the screen lock, the finger or the face: the key alone is not enough.
VERIFIED = UserVerificationRequirement.REQUIRED
# What an answer that is none can make the library say.
UNREADABLE = (ValueError, TypeError, KeyError, AttributeError, IndexError)
Options = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Site:
    """Where passkeys belong: a passkey made for one address is good at no other."""

    host: str
    origin: str
    name: str

    @property
    def takes_passkeys(self) -> bool:
        """Browsers make passkeys for names only, never for a bare address of the network."""
        try:
            ipaddress.ip_address(self.host.strip("[]"))
        except ValueError:
            return True
        return False

    def server(self) -> Fido2Server:
        """Whoever verifies here."""
        entity = PublicKeyCredentialRpEntity(id=self.host, name=self.name)
        return Fido2Server(entity, verify_origin=lambda origin: origin == self.origin)


def ask_to_add(*, site: Site, person: Person, known: Iterable[AttestedCredentialData]) -> tuple[Options, Any]:
    """What the browser is given to make a passkey, and what is remembered until it answers."""
    user = PublicKeyCredentialUserEntity(id=person.id.bytes, name=person.login, display_name=person.login)
    options, state = site.server().register_begin(
        user, list(known), resident_key_requirement=ResidentKeyRequirement.PREFERRED, user_verification=VERIFIED
    )
    return dict(options)["publicKey"], state


def added(*, site: Site, state: Any, answer: Mapping[str, Any]) -> tuple[str, str] | None:
    """The new passkey as it is kept and its handle; None when the answer isn't good."""
    try:
        found = site.server().register_complete(state, answer).credential_data
    except UNREADABLE:
        return None
    if found is None:
        return None
    return base64.b64encode(bytes(found)).decode(), factors.handle_of(found.credential_id)


def ask_to_show(*, site: Site, known: Iterable[AttestedCredentialData] | None) -> tuple[Options, Any]:
    """What the browser is given to sign; without `known` any passkey for this site will do."""
    options, state = site.server().authenticate_begin(list(known) if known else None, user_verification=VERIFIED)
    return dict(options)["publicKey"], state


def named(answer: Mapping[str, Any]) -> Factor | None:
    """The passkey that an answer names, whoever's it is."""
    try:
        handle = factors.handle_of(websafe_decode(str(answer["rawId"])))
    except UNREADABLE:
        return None
    rows = Factor.objects.filter(handle=handle, kind=PASSKEY, person__is_active=True)
    found: Factor | None = rows.select_related("person").first()
    return found


def is_shown(*, site: Site, state: Any, answer: Mapping[str, Any], row: Factor, at: datetime) -> bool:
    """Whether an answer is signed by that passkey, for this site and this question, and for the first time."""
    credential = factors.credentials([row], person=row.person, at=at)[row.id]
    try:
        site.server().authenticate_complete(state, [credential], answer)
        count = AuthenticationResponse.from_dict(answer).response.authenticator_data.counter
    except UNREADABLE:
        return False
    # Keys that are carried from one device to another count nothing; a count that goes back is a copy.
    return factors.use(row, up_to=count, at=at) if count else _uncounted(row, at)


def _uncounted(row: Factor, at: datetime) -> bool:
    return Factor.objects.filter(id=row.id, used_up_to=0).update(used_at=at) == 1
