"""What the holder of the master key and its clients say to each other: a length, then a JSON object."""

import base64
import json
import socket
from typing import Any

LENGTH = 4
MOST = 4 * 1024 * 1024


class Broken(Exception):
    """The other side went away, or said something else."""


def send(line: socket.socket, message: dict[str, Any]) -> None:
    """Say one thing."""
    content = json.dumps(message, separators=(",", ":")).encode()
    line.sendall(len(content).to_bytes(LENGTH, "big") + content)


def receive(line: socket.socket) -> dict[str, Any] | None:
    """What the other side says next; None when it has gone."""
    head = _exactly(line, LENGTH)
    if head is None:
        return None
    length = int.from_bytes(head, "big")
    content = _exactly(line, length) if length <= MOST else None
    try:
        message = json.loads(content or b"")
    except ValueError:
        raise Broken from None
    if not isinstance(message, dict):
        raise Broken
    return message


def text(content: bytes) -> str:
    """Bytes as JSON can hold them."""
    return base64.b64encode(content).decode()


def content_of(said: str) -> bytes:
    """The bytes again."""
    return base64.b64decode(said, validate=True)


def _exactly(line: socket.socket, length: int) -> bytes | None:
    parts = bytearray()
    while len(parts) < length:
        piece = line.recv(length - len(parts))
        if not piece:
            return None
        parts += piece
    return bytes(parts)
