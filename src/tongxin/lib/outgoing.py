"""The one door for requests that leave this machine: whom they may reach, how long, and how much comes back.

Addresses are judged when the connection is made, so that a name that points elsewhere a moment later gains nothing.
"""

import os
import socket
import time
from collections.abc import Iterable, Mapping
from ipaddress import IPv6Address, ip_address
from typing import Any

from requests import PreparedRequest, Response, Session
from requests.adapters import HTTPAdapter
from requests.exceptions import ConnectionError as NoConnection
from requests.exceptions import RequestException
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import NewConnectionError

__all__ = ["Door", "Refused", "RequestException", "connect", "guard"]
MEGABYTE = 1_000_000
PIECE = 16_384


class Refused(NoConnection):
    """A request that may not be made, or an answer that may not be read."""


class _Within(Exception):
    """An address that is no public one; no fault of the connection, so that nothing takes it for one."""


class Door(HTTPAdapter):
    """Requests over HTTPS to public addresses; `trusted` hosts, named by whoever runs this, may be within."""

    def __init__(self, *, trusted: Iterable[str] = (), seconds: float = 10.0, most: int = MEGABYTE) -> None:
        self._trusted, self._seconds, self._most = frozenset(trusted), seconds, most
        super().__init__(max_retries=0)

    def init_poolmanager(self, *args: Any, **named: Any) -> None:
        """Connections that look at the address before they are made."""
        super().init_poolmanager(*args, **named)
        self.poolmanager.pool_classes_by_scheme = _pools(self._trusted)

    def send(
        self, request: PreparedRequest, stream: bool = False, timeout: Any = None, verify: Any = True,
        cert: Any = None, proxies: Mapping[str, str] | None = None,
    ) -> Response:
        """The answer, read whole: within the time for all of it, and no larger than it may be."""
        scheme, _, rest = (request.url or "").partition("://")
        if scheme != "https" and not _is_named(rest, self._trusted):
            raise Refused("not by https", request=request)
        until = time.monotonic() + self._seconds
        # Nobody in between: neither what the surroundings name as a proxy nor what the caller does.
        try:
            answer = super().send(request, stream=True, timeout=self._seconds, verify=verify, cert=cert, proxies=None)
        except _Within:
            raise Refused("not a public address", request=request) from None
        try:
            return _read(answer, until=until, most=self._most)
        except Exception:
            answer.close()
            raise


def guard(session: Session, *, trusted: Iterable[str] = (), seconds: float = 10.0) -> None:
    """Let everything that a session asks go through the door."""
    session.trust_env = False
    # The only thing taken from the surroundings: whose certificates a province's own network goes by.
    session.verify = os.environ.get("REQUESTS_CA_BUNDLE") or True
    session.max_redirects = 0
    door = Door(trusted=trusted, seconds=seconds)
    for scheme in list(session.adapters):
        session.mount(scheme, door)


def _read(answer: Response, *, until: float, most: int) -> Response:
    if answer.is_redirect:
        raise Refused("sent elsewhere", response=answer)
    pieces, size = [], 0
    while piece := answer.raw.read1(PIECE, decode_content=True):
        size += len(piece)
        if size > most or time.monotonic() > until:
            raise Refused("too much or too slow", response=answer)
        pieces.append(piece)
    answer._content = b"".join(pieces)
    return answer


def _is_named(rest: str, trusted: frozenset[str]) -> bool:
    host = rest.partition("/")[0].rpartition("@")[2]
    name = host.partition("]")[0].lstrip("[") if host.startswith("[") else host.partition(":")[0]
    return name.lower() in trusted


def _pools(trusted: frozenset[str]) -> dict[str, Any]:
    class Plain(HTTPConnection):
        def _new_conn(self) -> socket.socket:
            return _connected(self, trusted)

    class Safe(HTTPSConnection):
        def _new_conn(self) -> socket.socket:
            return _connected(self, trusted)

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = Plain

    class SafePool(HTTPSConnectionPool):
        ConnectionCls = Safe

    return {"http": PlainPool, "https": SafePool}


def connect(host: str, port: int, *, seconds: float, trusted: Iterable[str] = ()) -> socket.socket:
    """A connection for another protocol than HTTP, to an address judged as theirs are."""
    try:
        return _reached(host.lower(), port, seconds, frozenset(trusted))
    except _Within:
        raise Refused("not a public address") from None


def _connected(asked: HTTPConnection, trusted: frozenset[str]) -> socket.socket:
    """A connection for a request."""
    timeout = asked.timeout if isinstance(asked.timeout, (int, float)) else None
    try:
        return _reached(asked.host.strip("[]").lower(), asked.port, timeout, trusted)
    except OSError as error:
        raise NewConnectionError(asked, f"no connection: {type(error).__name__}") from error


def _reached(host: str, port: int | None, seconds: float | None, trusted: frozenset[str]) -> socket.socket:
    """A connection to the very address that was judged."""
    last: OSError | None = None
    for family, kind, protocol, _, place in _found(host, port):
        if not _may(str(place[0]), is_trusted=host in trusted):
            raise _Within
        made = socket.socket(family, kind, protocol)
        try:
            made.settimeout(seconds)
            made.connect(place)
        except OSError as error:
            made.close()
            last = error
            continue
        return made
    raise last or OSError("no address")


def _found(host: str, port: int | None) -> list[Any]:
    try:
        return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except UnicodeError as error:
        raise OSError("no address") from error


def _may(address: str, *, is_trusted: bool) -> bool:
    found = ip_address(address.partition("%")[0])
    if isinstance(found, IPv6Address) and found.ipv4_mapped is not None:
        found = found.ipv4_mapped
    # Where clouds keep the machine's own secrets is nobody's address, whoever names it.
    if found.is_link_local or found.is_multicast or found.is_unspecified:
        return False
    return is_trusted or (found.is_global and not _is_wrapped(found))


def _is_wrapped(found: Any) -> bool:
    """Whether an address of the newer kind carries one of the older (6to4, Teredo, NAT64)."""
    if not isinstance(found, IPv6Address):
        return False
    is_translated = found.packed.startswith(bytes.fromhex("0064ff9b"))
    return found.sixtofour is not None or found.teredo is not None or is_translated
