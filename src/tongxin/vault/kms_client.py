"""The master key in another process: this one sends data keys and gets them back, and never reads the key."""

import socket
import threading
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from tongxin.lib.faults import Fault
from tongxin.vault import kms_wire
from tongxin.vault.faults import MissingKey
from tongxin.vault.kms_wire import content_of, text
from tongxin.vault.masters import Fresh, Made, Wrapped

PATIENCE = 10.0
AWAY = "密钥服务连不上，没有打开或保存任何封存的内容。请确认 tongxin kms serve 在运行，再试一次。"
REFUSED = "密钥服务没有答应这次请求，没有打开或保存任何封存的内容。请看密钥服务自己的记录。"


class Service:
    """Whoever listens at a socket; one line to it for each thread, kept open."""

    def __init__(self, socket_file: str) -> None:
        self._file = socket_file
        self._own = threading.local()

    def current(self) -> str:
        return str(self._ask({"do": "masters"})["masters"][0])

    def has(self, master_id: str) -> bool:
        return master_id in self._ask({"do": "masters"})["masters"]

    def wrap(self, keys: Sequence[Fresh]) -> Made:
        asked = [[text(key.content), key.profile, text(key.context)] for key in keys]
        said = self._ask({"do": "wrap", "keys": asked})
        return Made(said["master"], [content_of(each) for each in said["keys"]])

    def unwrap(self, keys: Sequence[Wrapped]) -> list[bytes]:
        asked = [[text(key.blob), key.profile, text(key.context), key.master_id] for key in keys]
        said = self._ask({"do": "unwrap", "keys": asked})
        return [content_of(each) for each in said["keys"]]

    def _ask(self, message: dict[str, Any]) -> dict[str, Any]:
        try:
            said = self._said(message) or self._said(message)
        except (OSError, kms_wire.Broken):
            self._own.line = None
            raise Fault(AWAY) from None
        if said is None:
            raise Fault(AWAY)
        if said.get("refused") == "missing":
            raise MissingKey
        if "refused" in said:
            raise Fault(REFUSED)
        return said

    def _said(self, message: dict[str, Any]) -> dict[str, Any] | None:
        """The answer; None when a line kept from before has gone meanwhile."""
        line = getattr(self._own, "line", None)
        is_kept = line is not None
        if line is None:
            line = self._own.line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            line.settimeout(PATIENCE)
            line.connect(self._file)
        try:
            kms_wire.send(line, message)
            said = kms_wire.receive(line)
        except ConnectionError:
            if not is_kept:
                raise
            said = None
        if said is None:
            line.close()
            self._own.line = None
        return said


@lru_cache(maxsize=4)
def at(socket_file: str) -> Service:
    """The service at a socket."""
    return Service(socket_file)
