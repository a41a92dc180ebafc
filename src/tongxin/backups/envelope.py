"""The sealed file: a mark, a clear header, then chunks that open only in their order and up to their end.

Layout: MARK, header length (4 bytes, big endian), header (JSON), chunks. A chunk is its length (4 bytes) and
AES-256-GCM of at most CHUNK bytes; nonce = number of the chunk (11 bytes) and 1 for the last, else 0; additional
data = SHA-256 of mark and header. A file cut short has no last chunk, and says so.
"""

import hashlib
import io
import json
import secrets as chance
import struct
from collections.abc import Mapping
from typing import Any, BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from tongxin.backups import locks
from tongxin.backups.locks import Openers
from tongxin.lib.faults import Fault

MARK = b"TONGXIN BACKUP 1\n"
CHUNK, TAG, LONGEST_HEADER = 2**20, 16, 2**16
NOT_ONE = "这不是同心的备份文件，没有作任何改动。请核对选的是哪一个文件。"
CUT = "备份文件不完整，后面一段缺失，没有作任何改动。请换一份备份。"
CHANGED = "备份文件已损坏或被改动，没有作任何改动。请换一份备份。"


class Writer(io.RawIOBase):
    """Takes bytes and writes them sealed; `finish` writes the chunk without which nothing opens."""

    def __init__(self, stream: BinaryIO, *, head: Mapping[str, Any], openers: Openers) -> None:
        super().__init__()
        file_key, salt = chance.token_bytes(32), chance.token_bytes(16)
        content = {**head, "salt": salt.hex(), "locks": locks.lock(file_key, openers=openers)}
        header = json.dumps(content, ensure_ascii=False).encode()
        stream.write(MARK + struct.pack(">I", len(header)) + header)
        self._stream, self._number, self._waiting = stream, 0, bytearray()
        self._cipher, self._context = _cipher(file_key, salt), _context(header)

    def writable(self) -> bool:
        return True

    def write(self, content: Any) -> int:
        self._waiting += content
        # One whole chunk is kept back: the last one carries its own mark.
        while len(self._waiting) > CHUNK:
            self._put(bytes(self._waiting[:CHUNK]), is_last=False)
            del self._waiting[:CHUNK]
        return len(content)

    def finish(self) -> None:
        self._put(bytes(self._waiting), is_last=True)
        self._waiting.clear()

    def _put(self, content: bytes, *, is_last: bool) -> None:
        sealed = self._cipher.encrypt(_nonce(self._number, is_last), content, self._context)
        self._stream.write(struct.pack(">I", len(sealed)) + sealed)
        self._number += 1


class Reader(io.RawIOBase):
    """Gives back what was written, or raises a Fault at the first byte that is not as it was."""

    def __init__(self, stream: BinaryIO, *, openers: Openers) -> None:
        super().__init__()
        header = _header(stream)
        self.head = _parsed(header)
        file_key = locks.unlock(self.head.get("locks", []), openers=openers)
        self._cipher, self._context = _cipher(file_key, _salt(self.head)), _context(header)
        self._stream, self._number, self._waiting, self._is_over = stream, 0, bytearray(), False

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        while not self._is_over and (size < 0 or len(self._waiting) < size):
            self._take()
        wanted = len(self._waiting) if size < 0 else size
        content = bytes(self._waiting[:wanted])
        del self._waiting[:wanted]
        return content

    def _take(self) -> None:
        length = self._stream.read(4)
        if len(length) < 4:
            raise Fault(CUT)
        size = struct.unpack(">I", length)[0]
        if not TAG <= size <= CHUNK + TAG:
            raise Fault(CHANGED)
        sealed = self._stream.read(size)
        if len(sealed) < size:
            raise Fault(CUT)
        following = self._stream.peek(1)[:1] if isinstance(self._stream, io.BufferedReader) else b""
        try:
            self._waiting += self._cipher.decrypt(_nonce(self._number, not following), sealed, self._context)
        except InvalidTag:
            raise Fault(CHANGED if following else self._why_at_the_end(sealed)) from None
        self._number += 1
        self._is_over = not following

    def _why_at_the_end(self, sealed: bytes) -> str:
        try:
            self._cipher.decrypt(_nonce(self._number, False), sealed, self._context)
        except InvalidTag:
            return CHANGED
        return CUT


def head_of(stream: BinaryIO) -> dict[str, Any]:
    """What a backup says of itself without being opened; believed only once it was opened."""
    return _parsed(_header(stream))


def _header(stream: BinaryIO) -> bytes:
    if stream.read(len(MARK)) != MARK:
        raise Fault(NOT_ONE)
    length = stream.read(4)
    size = struct.unpack(">I", length)[0] if len(length) == 4 else 0
    if size > LONGEST_HEADER:
        raise Fault(CHANGED)
    header = stream.read(size)
    if len(header) < size or not header:
        raise Fault(CUT)
    return header


def _parsed(header: bytes) -> dict[str, Any]:
    try:
        content = json.loads(header)
        if isinstance(content, dict) and isinstance(content.get("locks"), list):
            return content
    except ValueError:
        pass
    raise Fault(CHANGED)


def _salt(head: Mapping[str, Any]) -> bytes:
    try:
        return bytes.fromhex(head["salt"])
    except (ValueError, TypeError, LookupError):
        raise Fault(CHANGED) from None


def _cipher(file_key: bytes, salt: bytes) -> AESGCM:
    return AESGCM(HKDF(algorithm=SHA256(), length=32, salt=salt, info=b"tongxin backup payload").derive(file_key))


def _context(header: bytes) -> bytes:
    return hashlib.sha256(MARK + header).digest()


def _nonce(number: int, is_last: bool) -> bytes:
    return number.to_bytes(11, "big") + (b"\1" if is_last else b"\0")
