"""Lists for pay-outs as files: taken in by identity or file number, handed out to the bank with a password."""

import io
import json
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import xlsxwriter
from django.db import transaction

from tongxin import vault
from tongxin.access import selectors as access
from tongxin.accounts.viewers import Viewer
from tongxin.core.forms import Problem
from tongxin.exports import archive
from tongxin.exports.writing import OPTIONS
from tongxin.flows import export_noting
from tongxin.flows.funds import paying
from tongxin.flows.funds.booking import ASK, SEND, rules_of
from tongxin.flows.funds.paying import PART, Row, children_seen, payout_for
from tongxin.flows.pairing_companions import must
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.funds.models import Grant, Payout
from tongxin.intake.reading.refusal import RosterError
from tongxin.intake.reading.workbook import read_workbook
from tongxin.lib.money import fen_in, yuan
from tongxin.people import matching
from tongxin.people.models import Child
from tongxin.rulebook import rules

PURPOSE, ROUTE, WAY = "payout", "payouts", "bank_file"
HEADS = {
    "name": ("姓名", "学生姓名", "儿童姓名"), "id_no": ("身份证号", "证件号码", "身份证号码"), "file_no": ("档案编号",),
    "amount": ("金额", "金额（元）", "资助金额"), "payee": ("户名", "收款人"), "account": ("账号", "银行账号", "卡号"),
    "again": ("再发原因",), "sure": ("金额核对",),
}
NO_COLUMNS = "没有读：第一行要有“姓名”“金额”，还要有“身份证号”或“档案编号”。银行转账的再加“户名”“账号”。"
TOO_MANY = "没有读：一份名单最多 {most} 行。请分成几份。"
NOBODY = "第 {row} 行：没有找到这个孩子的档案，或者您看不到。整份没有加。"
OTHER_NAME = "第 {row} 行：姓名和档案里的不一样，请核对证件号。整份没有加。"
BAD_AMOUNT = "第 {row} 行：金额写得不对，例如 1611.50。整份没有加。"
TOO_SHORT = "没有生成：密码至少 12 个字，收件人要另外告诉。"
LEAST = 12
NOT_BANK = "没有生成：同意以后才能生成名单文件。"


@transaction.atomic
def take_in(*, payout_id: UUID, content: bytes, name: str, actor: Viewer, at: datetime) -> list[Grant]:
    """Everybody of a file on the list, or nobody; each fault names its row."""
    must(actor, ASK, at=at)
    payout = payout_for(payout_id=payout_id, viewer=actor, at=at)
    rows = _read(content, name, most=rules_of(payout.county_id, at=at).rows_at_most)
    again, sure = (
        {zh: id for id, zh in rules_of(payout.county_id, at=at).lists[name].items()} for name in ("again", "sure")
    )
    found = _found(rows, payout.county_id)
    seen = children_seen([each for each in found if each], actor, at=at)
    names = _names(seen, actor, at)
    wanted: list[Row] = []
    problems: list[Problem] = []
    for number, (row, child_id) in enumerate(zip(rows, found, strict=True), start=2):
        amount = fen_in(row["amount"])
        if child_id is None or child_id not in seen:
            problems.append(Problem("file", NOBODY.format(row=number), False))
        elif names[child_id] != row["name"]:
            problems.append(Problem("file", OTHER_NAME.format(row=number), False))
        elif amount is None:
            problems.append(Problem("file", BAD_AMOUNT.format(row=number), False))
        else:
            wanted.append(Row(
                seen[child_id], amount, row["payee"], row["account"], again.get(row["again"], ""),
                sure.get(row["sure"], ""),
            ))
    if problems:
        raise Refused(problems)
    return paying.add(payout_id=payout_id, rows=wanted, actor=actor, at=at)


def _read(content: bytes, name: str, *, most: int) -> list[dict[str, str]]:
    try:
        sheet = next(iter(read_workbook(content, name)))
    except RosterError as wrong:
        raise Refused([Problem("file", str(wrong), False)]) from None
    rows = [[_text(cell) for cell in row] for row in sheet.rows if any(_text(cell) for cell in row)]
    heads = rows[0] if rows else []
    places = {key: next((heads.index(zh) for zh in named if zh in heads), -1) for key, named in HEADS.items()}
    if min(places["name"], places["amount"]) < 0 or max(places["id_no"], places["file_no"]) < 0:
        raise Refused([Problem("file", NO_COLUMNS, False)])
    if len(rows) - 1 > most:
        raise Refused([Problem("file", TOO_MANY.format(most=most), False)])
    return [{key: row[at] if 0 <= at < len(row) else "" for key, at in places.items()} for row in rows[1:]]


def _text(cell: object) -> str:
    if isinstance(cell, float):
        # A spreadsheet keeps 1611.5 as a number of its own; written out shortest it is what was typed.
        return f"{cell:.0f}" if cell == int(cell) else repr(cell)
    return str(cell).strip()


def _found(rows: Sequence[dict[str, str]], county_id: int) -> list[UUID | None]:
    """By row the child: by the whole identity number, else by the file's own."""
    key = vault.tokens.key(rules.region_of(county_id))
    marks = [matching.id_mark(key, row["id_no"]) if row["id_no"] else None for row in rows]
    by_mark = {
        each.id_token: each.id
        for each in matching.sharing("id_token", [mark for mark in marks if mark], county_id=county_id)
        if not each.is_stored
    }
    wanted = [row["file_no"] for row in rows if row["file_no"]]
    by_file = dict(Child.objects.filter(file_no__in=wanted, county_id=county_id).values_list("file_no", "id"))
    return [
        by_mark.get(mark) if mark else by_file.get(row["file_no"]) for row, mark in zip(rows, marks, strict=True)
    ]


def _names(seen: dict[UUID, Child], actor: Viewer, at: datetime) -> dict[UUID, str]:
    words = vault.open(
        [child.name for child in seen.values()], viewer=actor, purpose=PURPOSE, part=PART, route=ROUTE, at=at
    )
    return {id: word or "" for id, word in zip(seen, words, strict=True)}


@transaction.atomic
def bank_file(*, payout_id: UUID, password: str, actor: Viewer, at: datetime) -> bytes:
    """The list with names, accounts and amounts as an archive that opens with the password only; in the register of
    what left, with its hash and its children."""
    must(actor, SEND, at=at)
    payout = payout_for(payout_id=payout_id, viewer=actor, at=at)
    if not access.sees_listed_names(viewer=actor, at=at):
        raise NotAllowed
    if payout.state not in (Payout.AGREED, Payout.SENT):
        raise Refused.because(NOT_BANK)
    if len(password) < LEAST:
        raise Refused([Problem("password", TOO_SHORT, True)])
    grants = list(payout.grants.exclude(state=Grant.REMOVED).order_by("number"))
    seen = children_seen([each.child_id for each in grants], actor, at=at)
    if len(seen) < len({each.child_id for each in grants}):
        raise NotAllowed
    names = _names(seen, actor, at)
    words = vault.open(
        [each.words for each in grants], viewer=actor, purpose=PURPOSE, part=PART, route=ROUTE, at=at
    )
    content = _workbook(payout, grants, names, [json.loads(each or "{}") for each in words])
    made = archive.packed({f"tongxin-payout-{payout.number}.xlsx": content}, password=password)
    export_noting.note(
        way=WAY, content=made, rows=len(grants), actor=actor, at=at, purpose=PURPOSE, children=sorted(seen)
    )
    return made


def _workbook(
    payout: Payout, grants: Sequence[Grant], names: dict[UUID, str], words: Sequence[dict[str, str]]
) -> bytes:
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, OPTIONS) as book:
        sheet = book.add_worksheet("发放名单")
        for column, zh in enumerate(("序号", "姓名", "户名", "账号", "金额（元）", "签收", "结果", "原因")):
            sheet.write_string(0, column, zh)
        for at, (grant, said) in enumerate(zip(grants, words, strict=True), start=1):
            row = (str(grant.number), names[grant.child_id], said.get("payee", ""), said.get("account", ""),
                   yuan(grant.amount))
            for column, word in enumerate(row):
                sheet.write_string(at, column, word)
        total = yuan(sum(each.amount for each in grants))
        sheet.write_string(len(grants) + 1, 3, "合计")
        sheet.write_string(len(grants) + 1, 4, total)
    return content.getvalue()
