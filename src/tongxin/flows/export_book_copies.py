"""The one copy of bound books: an archive with a password, written book by book; its number is on every page."""

import hashlib
from datetime import datetime
from typing import IO
from uuid import UUID

import pyzipper

from tongxin import vault
from tongxin.accounts.viewers import Viewer
from tongxin.exports import store, writing
from tongxin.exports.models import BOOKS, Copy, Export, Included
from tongxin.flows.export_asking import record
from tongxin.flows.export_books import CONTENT, LABEL, UNBOUND
from tongxin.flows.export_copies import copied, facts_of, trace_of
from tongxin.flows.export_rows import LEFT_OUT, PURPOSE, ROUTE
from tongxin.flows.looking import person_of
from tongxin.flows.refusals import Refused
from tongxin.lib import ids
from tongxin.people.models import Child
from tongxin.vault import Sealed

AT_ONCE, PIECE = 20, 1 << 20
ONCE = "没有下载：每一页都印着这一份的编号，只能下载一次，已经下载过。还需要的，请重新申请。"
GONE = "没有下载：有一册的文件不在了。请重新申请。"


def download(*, export_id: UUID, actor: Viewer, at: datetime) -> tuple[Copy, IO[bytes]]:
    """The only copy for its requester, written down with its hash before a byte leaves; whoever gets it closes it."""
    return copied(export_id, BOOKS, _copied, actor=actor, at=at)


def _copied(row: Export, actor: Viewer, at: datetime) -> tuple[Copy, IO[bytes]]:
    if row.copies.exists():
        raise Refused.because(ONCE)
    copy = Copy(export=row, number=1, person_id=person_of(actor), at=at)
    password, archive = ids.code(5, 5, 5, 5), store.opened()
    try:
        _pack(row, copy, archive, password, actor, at)
        copy.sha256, copy.size = _measured(archive)
        vault.put(copy, {"password": password}, keyring=vault.keyring([copy.key_owner]))
        copy.save(force_insert=True)
        record("export.downloaded", row, actor, at, copy=copy.number, sha256=copy.sha256)
    except BaseException:
        archive.close()
        raise
    return copy, archive


def _pack(row: Export, copy: Copy, to: IO[bytes], password: str, actor: Viewer, at: datetime) -> None:
    """Never more than a few books in memory; names in the archive are read without the password and say nothing."""
    bound = list(row.included.filter(bound_at__isnull=False).order_by("child_id"))
    numbers = dict(Child.objects.filter(id__in=row.included.values("child_id")).values_list("id", "file_no"))
    name = f"tongxin-{trace_of(row, copy.number)}"
    words, recipient = vault.open(
        [row.words, row.recipient], viewer=actor, purpose=PURPOSE, part="export", route=ROUTE, at=at
    )
    facts = facts_of(row, copy, words or "", recipient or "", actor, at)
    told = [(f"第{at:04d}册", numbers.get(one.child_id, "")) for at, one in enumerate(bound, start=1)]
    with pyzipper.AESZipFile(to, "w", compression=pyzipper.ZIP_STORED, encryption=pyzipper.WZ_AES) as archive:
        archive.setpassword(password.encode())
        for start in range(0, len(bound), AT_ONCE):
            some = bound[start : start + AT_ONCE]
            for offset, book in enumerate(_opened(row, some, actor, at), start=start + 1):
                archive.writestr(f"{name}-{offset:04d}.pdf", book)
        archive.writestr(f"{name}-about.txt", writing.notice([*facts, *told, *_missing(row, numbers)]))


def _opened(row: Export, some: list[Included], actor: Viewer, at: datetime) -> list[bytes]:
    sealed = [
        None if (content := store.read(row.id, one.child_id)) is None
        else Sealed(content, LABEL, CONTENT, row.content_owner, one.child_id)
        for one in some
    ]
    books = vault.open_bytes(sealed, viewer=actor, purpose=PURPOSE, part="export", route=ROUTE, at=at)
    found = [each for each in books if each is not None]
    if len(found) < len(some):
        raise Refused.because(GONE)
    return found


def _missing(row: Export, numbers: dict[UUID, str]) -> list[tuple[str, str]]:
    return [
        ("没有成册", f"{numbers.get(one.child_id, '')}　{UNBOUND.get(one.failed) or LEFT_OUT.get(one.left_out, '')}")
        for one in row.included.filter(bound_at__isnull=True).order_by("child_id")
    ]


def _measured(archive: IO[bytes]) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    archive.seek(0)
    while piece := archive.read(PIECE):
        digest.update(piece)
        size += len(piece)
    archive.seek(0)
    return digest.hexdigest(), size
