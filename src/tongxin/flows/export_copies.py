"""Copies of an export: each an archive with a password and marks of its own; taken back, and destroyed in time."""

import hashlib
import secrets
from collections.abc import Callable
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from django.db import transaction

from tongxin import vault
from tongxin.accounts.models import Person, Post
from tongxin.accounts.viewers import WORKER, Viewer
from tongxin.core.pathway import CHINA
from tongxin.exports import archive, selectors, sheets, writing
from tongxin.exports.models import BY_REQUEST, Content, Copy, Export
from tongxin.exports.table import table_of
from tongxin.flows import export_ending, recalls
from tongxin.flows.export_asking import record, rules_of
from tongxin.flows.export_rows import PURPOSE, ROUTE
from tongxin.flows.looking import person_of
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.lib import ids
from tongxin.rulebook import rules
from tongxin.rulebook.foreign import Sheet, sheets_in

NO_MORE = "没有下载：这份导出最多下载 {copies} 次，已经用完。还需要的，请重新申请。"
SECRET = 16
Made = TypeVar("Made")
WARNING = "未成年人信息：只用于所批准的用途，不得转发、不得公开；用完或到期即删。"


def download(*, export_id: UUID, actor: Viewer, at: datetime) -> tuple[Copy, bytes]:
    """A new copy for its requester, written down with its hash before a byte leaves; none of an export that holds
    somebody who has no place in it any more."""
    return copied(export_id, "archive", _copied, actor=actor, at=at)


def copied(
    export_id: UUID, way: str, copy: Callable[[Export, Viewer, datetime], tuple[Copy, Made]], *, actor: Viewer,
    at: datetime,
) -> tuple[Copy, Made]:
    """What `copy` makes of an export of that way, for its requester; recalled instead when it was overtaken."""
    with transaction.atomic():
        row = Export.objects.select_for_update().filter(id=export_id, state=Export.MADE, way=way).first()
        if row is None or actor.person_id != row.person_id or is_over(row, at):
            raise NotAllowed
        why = export_ending.overtaken(row, at=at)
        if not why:
            return copy(row, actor, at)
        export_ending.recall(row, why, at=at)
    raise Refused.because(export_ending.told(why))


def _copied(row: Export, actor: Viewer, at: datetime) -> tuple[Copy, bytes]:
    found = rules_of(row, at)
    if row.copies.count() >= found.copies:
        raise Refused.because(NO_MORE.format(copies=found.copies))
    copy = Copy(export=row, number=row.copies.count() + 1, person_id=person_of(actor), at=at)
    secret, password = secrets.token_hex(SECRET), ids.code(5, 5, 5, 5)
    made = _packed(row, copy, secret, password, actor, at)
    copy.sha256, copy.size = hashlib.sha256(made).hexdigest(), len(made)
    vault.put(copy, {"secret": secret, "password": password}, keyring=vault.keyring([copy.key_owner]))
    copy.save(force_insert=True)
    record("export.downloaded", row, actor, at, copy=copy.number, sha256=copy.sha256)
    return copy, made


def _packed(row: Export, copy: Copy, secret: str, password: str, actor: Viewer, at: datetime) -> bytes:
    content = Content.objects.get(export=row)
    sealed, words, recipient = vault.open(
        [content.table, row.words, row.recipient], viewer=actor, purpose=PURPOSE, part="export", route=ROUTE, at=at
    )
    facts = facts_of(row, copy, words or "", recipient or "", actor, at)
    trace, title = trace_of(row, copy.number), _title(row, copy, facts)
    table = table_of(sealed or "{}").marked(secret=bytes.fromhex(secret), trace=trace)
    name = f"tongxin-{trace}"
    return archive.packed({
        f"{name}.{row.form}": writing.written(table, form=row.form, title=title, facts=facts),
        **{
            f"{name}-{sheet.id}.xlsx": writing.written(
                sheets.laid_out(table, sheet), form="xlsx", title=f"{sheet.zh}　{title}",
                facts=_sheet_facts(sheet, facts),
            )
            for sheet in sheets_of(row, at=at)
        },
        f"{name}-about.txt": writing.notice(facts),
    }, password=password)


def sheets_of(row: Export, *, at: datetime) -> list[Sheet]:
    """The sheets of other systems that come along with a copy: filled from what was agreed to, nothing further."""
    if not row.is_named:
        return []
    found = sheets_in(region=rules.region_of(row.county_id), at=at)
    return sheets.fitting(found, purpose=row.purpose, fields=row.fields)


def _sheet_facts(sheet: Sheet, facts: writing.Facts) -> writing.Facts:
    """What this copy is, and which columns have to be held against the other system's own sheet first."""
    more = [("表样", f"{sheet.zh}（{sheet.agency}）"), ("依据", sheet.source), ("待核对的列", "、".join(sheet.unsure))]
    return [*facts, *more]


def trace_of(row: Export, number: int) -> str:
    """What stands on every row and page of one copy."""
    return f"{row.number}-{number}"


def facts_of(
    row: Export, copy: Copy, words: str, recipient: str, actor: Viewer, at: datetime
) -> list[tuple[str, str]]:
    """What a copy says of itself, in words."""
    purpose = rules_of(row, at).purposes.get(row.purpose)
    post = Post.objects.filter(id=row.post_id).values_list("title", flat=True).first() or ""
    name = _name_of(actor, at)
    return [
        ("编号", f"{row.number} 第 {copy.number} 份"), ("申请人", f"{post} {name}".strip()),
        ("下载时间", f"{at.astimezone(CHINA):%Y年%-m月%-d日 %H:%M}"), ("用途", purpose.zh if purpose else ""),
        ("为什么", words), ("交给", recipient), ("用到", f"{row.until_on:%Y年%-m月%-d日}"),
        ("方式", "具名" if row.is_named else "去标识"), ("行数", str(row.rows)), ("提醒", WARNING),
    ]


def _name_of(actor: Viewer, at: datetime) -> str:
    person = Person.objects.get(id=person_of(actor))
    (name,) = vault.open([person.name], viewer=actor, purpose=PURPOSE, part="staff", route=ROUTE, at=at)
    return name or ""


def _title(row: Export, copy: Copy, facts: list[tuple[str, str]]) -> str:
    told = dict(facts)
    return f"{told['编号']}　{told['申请人']}　{copy.at.astimezone(CHINA):%Y-%m-%d}　不得转发"


def show_password(*, copy_id: UUID, actor: Viewer, at: datetime) -> str:
    """The password of a copy, once; after that nobody has it here. None for what may not leave any more."""
    with transaction.atomic():
        copy = Copy.objects.select_for_update().filter(id=copy_id, shown_at__isnull=True).first()
        if copy is None or copy.person_id != actor.person_id or copy.password is None:
            raise NotAllowed
        row = Export.objects.select_for_update().get(id=copy.export_id)
        why = export_ending.overtaken(row, at=at)
        if not why:
            return _shown(copy, row, actor, at)
        export_ending.recall(row, why, at=at)
    raise Refused.because(export_ending.told(why))


def _shown(copy: Copy, row: Export, actor: Viewer, at: datetime) -> str:
    (password,) = vault.open([copy.password], viewer=actor, purpose=PURPOSE, part="export", route=ROUTE, at=at)
    copy.password, copy.shown_at = None, at
    copy.save(update_fields=["password", "shown_at"])
    record("export.unlocked", row, actor, at, copy=copy.number)
    return password or ""


def revoke(*, export_id: UUID, actor: Viewer, at: datetime) -> Export:
    """Nothing more is made or downloaded of it, and what is here is destroyed; by its requester or who decides."""
    with transaction.atomic():
        row = Export.objects.select_for_update().filter(id=export_id).first()
        live = {Export.ASKED, Export.AGREED, Export.READING, Export.MADE}
        if row is None or row.state not in live or row.way not in BY_REQUEST:
            raise NotAllowed
        is_own = actor.person_id is not None and actor.person_id == row.person_id
        if not is_own and not selectors.may_decide(row, rules_of(row, at), viewer=actor, at=at):
            raise NotAllowed
        export_ending.end(row, Export.REVOKED, actor, at)
        recalls.of_export(row, at=at)
    vault.destroy(row.content_owner, at=at)
    return row


def destroy_expired(*, at: datetime, limit: int = 20) -> int:
    """How many exports whose last day has passed were destroyed."""
    over = Export.objects.filter(
        until_on__lt=at.astimezone(CHINA).date(), way__in=BY_REQUEST,
        state__in=[Export.ASKED, Export.AGREED, Export.READING, Export.MADE],
    )
    done = 0
    for export_id in list(over.order_by("until_on").values_list("id", flat=True)[:limit]):
        with transaction.atomic():
            row = Export.objects.select_for_update().get(id=export_id)
            if not is_over(row, at):
                continue
            export_ending.end(row, Export.DESTROYED, WORKER, at)
        vault.destroy(row.content_owner, at=at)
        done += 1
    return done


def is_over(row: Export, at: datetime) -> bool:
    """Whether the last day of an export has passed."""
    return row.until_on < at.astimezone(CHINA).date()
