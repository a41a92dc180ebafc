"""A process that holds the master key and nothing else: it wraps and unwraps data keys, and writes down for whom."""

import os
import socket
import socketserver
import struct
from collections.abc import Collection
from pathlib import Path
from typing import Any

from tongxin.lib import secrets
from tongxin.lib.faults import Fault
from tongxin.vault import kms_wire
from tongxin.vault.faults import MissingKey
from tongxin.vault.kms_audit import Audit
from tongxin.vault.kms_wire import content_of, text
from tongxin.vault.masters import FILE, Fresh, Wrapped

PEER = struct.Struct("3i")


class Server(socketserver.ThreadingUnixStreamServer):
    """Listens at a socket for the accounts that may ask."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, socket_file: Path, *, audit: Audit, accounts: Collection[int]) -> None:
        secrets.masters()
        self.audit, self.accounts = audit, frozenset(accounts)
        socket_file.parent.mkdir(parents=True, exist_ok=True)
        socket_file.unlink(missing_ok=True)
        super().__init__(str(socket_file), _Client)
        # The account is asked of the kernel at each connection; the file's mode need not tell them apart.
        socket_file.chmod(0o666)


class _Client(socketserver.BaseRequestHandler):
    server: Server

    def handle(self) -> None:
        pid, account, _ = PEER.unpack(self.request.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, PEER.size))
        while True:
            try:
                message = kms_wire.receive(self.request)
                if message is None:
                    return
                kms_wire.send(self.request, self._answer(message, pid, account))
            except (OSError, kms_wire.Broken):
                return

    def _answer(self, message: dict[str, Any], pid: int, account: int) -> dict[str, Any]:
        asked = str(message.get("do"))[:16]
        is_let_in = account in self.server.accounts
        try:
            owners = [content_of(key[2]).decode() for key in message.get("keys", ())]
            if asked != "masters" or not is_let_in:
                self.server.audit.note(asked=asked, account=account, pid=pid, owners=owners, let_in=is_let_in)
            return _done(asked, message) if is_let_in else {"refused": "account"}
        except MissingKey:
            return {"refused": "missing"}
        except (OSError, Fault, ValueError, TypeError, LookupError):
            # What can't be written down isn't done.
            return {"refused": "failed"}


def _done(asked: str, message: dict[str, Any]) -> dict[str, Any]:
    if asked == "masters":
        return {"masters": list(secrets.masters())}
    if asked == "wrap":
        made = FILE.wrap([Fresh(content_of(key), profile, content_of(at)) for key, profile, at in message["keys"]])
        return {"master": made.master_id, "keys": [text(each) for each in made.wrapped]}
    if asked == "unwrap":
        found = FILE.unwrap([
            Wrapped(content_of(blob), profile, content_of(at), master) for blob, profile, at, master in message["keys"]
        ])
        return {"keys": [text(each) for each in found]}
    return {"refused": "unknown"}


def accounts_of(named: str) -> list[int]:
    """The numbers of accounts named by a list with commas; without a list, one's own."""
    import pwd

    if not named:
        return [os.getuid()]
    try:
        return [int(each) if each.isdigit() else pwd.getpwnam(each).pw_uid for each in named.split(",")]
    except KeyError:
        raise Fault("这台机器上没有其中一个账户，没有启动。请核对 --allow 里的账户名。") from None
