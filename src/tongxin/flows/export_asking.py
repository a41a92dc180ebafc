"""An export is a decision: asked for with a purpose, agreed to by another person, and refused in words otherwise."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from tongxin import ledger, vault
from tongxin.access import selectors as access
from tongxin.accounts.models import Division, Post
from tongxin.accounts.viewers import Viewer
from tongxin.cases.models import Case
from tongxin.core.pathway import CHINA
from tongxin.exports import selectors
from tongxin.exports.models import BOOKS, FHIR, Export, Included
from tongxin.exports.rules import BOOK_FORM, DEIDENTIFIED, FORMS, KIND, NAMED, Field, Purpose, Rules, rules_at
from tongxin.flows import agreements, export_recipients
from tongxin.flows.export_recipients import Recipient
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.ledger.models import Event
from tongxin.lib import ids
from tongxin.notices import services as notices
from tongxin.registers import impact
from tongxin.rulebook import rules
from tongxin.vault import Owner

CHUNK = 500
# The gate of the impact assessments before this.
GATE = "export"
NO_PURPOSE = "没有提交：请选用途，写清楚为什么要导出、交给谁。"
NO_NAMES = "没有提交：这个用途只能去标识导出，不能带姓名。"
NO_FIELDS = "没有提交：请至少选一项内容。"
NOT_OFFERED = "没有提交：选了您看不到、或这个用途不能带出的内容。请重新选。"
NO_AGREEMENT = (
    "没有提交：登记簿里没有和“交给谁”所写单位正在有效的委托处理协议。请把单位全称写成和协议上一样；还没有协议的，"
    "先在“登记簿”里登记协议，由另一个人核对同意。"
)
AGREEMENT_OVER = "没有批准：和接收单位的委托处理协议已经结束。请不批准，让申请人先续签协议。"
NO_FORM = "没有提交：请选文件格式。"
NO_DAY = "没有提交：“用到哪天”要在今天到 {days} 天以内。"
FILTERED = (
    "没有提交：名单是按这个用途不能带出的情况（等级、危机、阶段或有限制的类别）筛出来的，名单本身就会说出它。"
    "请换一个筛选条件。"
)
NOBODY = "没有提交：这个名单里没有您看得到的儿童。请换一个筛选条件。"
TOO_FEW = "没有提交：去标识导出至少要有 {k} 名儿童，这个名单不足。请把范围放大。"
TOO_MANY = "没有提交：一次最多装订 {most} 名儿童的整份档案，这个名单有 {count} 名。请按镇街、年份分几次提交。"
ONLY_NAMED = "没有提交：整份档案只能具名装订。请改选“具名”。"
NO_WORDS = "没有保存：不批准请写明为什么。"


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody asks to take out."""

    purpose: str
    words: str
    recipient: str
    fields: tuple[str, ...]
    form: str
    is_named: bool
    until_on: date | None
    filters: dict[str, str] = field(default_factory=dict)
    filters_zh: str = ""
    # Whom of the list it goes to (`post:…`, `body:…`, `other`), and on what basis where it is nobody of the list.
    to: str = ""
    basis: str = ""


def fields_for(purpose: Purpose, found: Rules, *, is_named: bool, viewer: Viewer, at: datetime) -> list[Field]:
    """The fields somebody may ask for: of the purpose, of parts they read, no names for who reads none in lists."""
    names = access.sees_listed_names(viewer=viewer, at=at)
    return [
        each for each in found.offered(purpose, is_named=is_named)
        if access.reads(viewer=viewer, part=each.part, at=at)
        and (names or not each.is_direct or each.source in {"file_no", "village"})
    ]


@transaction.atomic
def ask(*, wish: Wish, cases: QuerySet[Case], parts: Sequence[str], actor: Viewer, at: datetime) -> Export:
    """A request with its children fixed; agreed at once where the rules say that so few need nobody's word.

    `parts` are those of the file by which the children were chosen: the list itself tells of them.
    """
    seat = actor.seat
    may = access.may_do(viewer=actor, action=selectors.ASK, at=at)
    if actor.person_id is None or actor.post_id is None or seat is None or not may:
        raise NotAllowed
    region = rules.region_of(seat.division_id)
    found = rules_at(at, region=region)
    chosen, until_on = _refuse_wish(wish, found, actor, at)
    county_id = Division.objects.filter(id=seat.division_id).values_list("county_id", flat=True).first()
    refuse_unassessed(county_id, at)
    purpose = found.purposes[wish.purpose]
    to = _recipient(wish, purpose, chosen, found, actor, at)
    line_id = _agreement(purpose, to.zh, county_id, at)
    told = purpose.parts
    if set(parts) - told or wish.filters.get("category") in restricted(at):
        raise Refused.because(FILTERED)
    seen = access.visible(cases, viewer=actor, part=parts[0], at=at).order_by("id")
    children = list(seen.values_list("id", flat=True))
    if not children:
        raise Refused.because(NOBODY)
    if not wish.is_named and len(children) < found.k:
        raise Refused.because(TOO_FEW.format(k=found.k))
    if purpose.is_books and len(children) > found.most_books:
        raise Refused.because(TOO_MANY.format(most=found.most_books, count=len(children)))
    row = Export(
        number=f"{at.astimezone(CHINA):%Y%m%d}-{ids.code(4).upper()}", division_id=seat.division_id,
        county_id=county_id, person_id=actor.person_id, post_id=actor.post_id, asked_at=at, purpose=wish.purpose,
        filters=wish.filters, filters_zh=wish.filters_zh[:200], fields=[each.id for each in chosen],
        form="pdf" if purpose.is_books else wish.form, way=BOOKS if purpose.is_books else "archive",
        is_named=wish.is_named, children=len(children), until_on=until_on, definition_hash=hash_of(region, at),
        report=({"agreement": line_id} if line_id else {}) | ({"to": to.kept} if to.kept else {}),
    )
    keep(row, words=wish.words, recipient=to.zh, children=children)
    if kept_here := export_recipients.unshared(row, purpose, at=at):
        row.report |= {"unshared": kept_here}
        row.save(update_fields=["report"])
    event = record("export.asked", row, actor, at)
    if len(children) <= found.no_approval[NAMED if wish.is_named else DEIDENTIFIED]:
        row.state, row.decided_at = Export.AGREED, at
        row.save(update_fields=["state", "decided_at"])
    else:
        notices.tell_posts(posts=deciders(row, found, actor), event=event, at=at)
    return row


def books_parts(purpose: Purpose, *, viewer: Viewer, at: datetime) -> list[Field]:
    """The parts of the files that somebody's books hold, as whoever gets them has to read them too."""
    known = rules.access_rules(at=at)
    recorded = set(known.form_parts.values())
    return [
        Field(part, zh.partition("（")[0], zh, part, "file_no", False, False, False, False, "", "")
        for part, zh in known.parts.items()
        if part in purpose.parts & recorded and access.reads(viewer=viewer, part=part, at=at)
    ]


def restricted(at: datetime) -> frozenset[str]:
    """The categories that leave with nobody."""
    content = rules.resolve("categories", "categories", at=at).content["categories"]
    return frozenset(str(each["id"]) for each in content if each.get("restricted"))


def _refuse_wish(wish: Wish, found: Rules, actor: Viewer, at: datetime) -> tuple[list[Field], date]:
    purpose, today = found.purposes.get(wish.purpose), at.astimezone(CHINA).date()
    if purpose is None or not wish.words.strip() or not (wish.recipient.strip() or wish.to):
        raise Refused.because(NO_PURPOSE)
    if wish.is_named and not purpose.may_name:
        raise Refused.because(NO_NAMES)
    if purpose.is_books and not wish.is_named:
        raise Refused.because(ONLY_NAMED)
    if wish.form not in (BOOK_FORM if purpose.is_books else FORMS):
        raise Refused.because(NO_FORM)
    if wish.until_on is None or not today <= wish.until_on <= today + timedelta(days=found.days):
        raise Refused.because(NO_DAY.format(days=found.days))
    if purpose.is_books:
        return books_parts(purpose, viewer=actor, at=at), wish.until_on
    if not wish.fields:
        raise Refused.because(NO_FIELDS)
    offered = fields_for(purpose, found, is_named=wish.is_named, viewer=actor, at=at)
    if set(wish.fields) - {each.id for each in offered}:
        raise Refused.because(NOT_OFFERED)
    return [each for each in offered if each.id in wish.fields], wish.until_on


def refuse_unassessed(county_id: int | None, at: datetime, *, said: str = "没有提交") -> None:
    """Where the rules want an impact assessment first, there is one in force."""
    gate = impact.gate_without(GATE, county_id=county_id, at=at)
    if gate is not None and gate.refuses:
        raise Refused.because(f"{said}：{gate.zh}")


def _recipient(
    wish: Wish, purpose: Purpose, fields: Sequence[Field], found: Rules, actor: Viewer, at: datetime
) -> Recipient:
    said = wish.recipient.strip()
    if not export_recipients.must_choose(purpose, is_named=wish.is_named):
        if not said:
            raise Refused.because(NO_PURPOSE)
        return Recipient(said, {})
    return export_recipients.chosen(
        to=wish.to, said=said, basis=wish.basis, purpose=purpose, fields=fields, found=found, viewer=actor, at=at
    )


def _agreement(purpose: Purpose, recipient: str, county_id: int | None, at: datetime) -> str:
    """The agreement under which something is handed to somebody entrusted; refused where there is none."""
    if not purpose.needs_agreement:
        return ""
    line = agreements.in_force_with(recipient, county_id=county_id, at=at) if county_id is not None else None
    if line is None:
        raise Refused.because(NO_AGREEMENT)
    return str(line.id)


def keep(row: Export, *, words: str, recipient: str, children: Sequence[UUID]) -> None:
    """A new request with what was said, sealed, and its children."""
    said = {"words": words.strip(), "recipient": recipient.strip()}
    vault.put(row, said, keyring=vault.keyring([row.key_owner]))
    row.save(force_insert=True)
    Included.objects.bulk_create(
        [Included(export=row, child_id=child_id) for child_id in children], batch_size=CHUNK
    )


def hash_of(region: str, at: datetime) -> str:
    """Which definition a request stands under."""
    try:
        return rules.resolve(KIND, KIND, region=region, at=at).hash
    except rules.NotAdopted:
        return ""


def deciders(row: Export, found: Rules, actor: Viewer) -> list[UUID]:
    """The posts that may agree: of the approving roles, at the place of the request or above it."""
    place = Division.objects.filter(id=row.division_id).first()
    above = [each for each in place.ancestors.values() if each] if place else []
    posts = Post.objects.filter(role__in=sorted(found.approvers), division_id__in=[*above, row.division_id])
    return [each for each in posts.values_list("id", flat=True) if each not in actor.post_ids]


@transaction.atomic
def decide(*, export_id: UUID, agrees: bool, words: str, actor: Viewer, at: datetime) -> Export:
    """Another person's word on a request; a no says why."""
    row = Export.objects.select_for_update().filter(id=export_id, state=Export.ASKED).first()
    if row is None or row.until_on < at.astimezone(CHINA).date():
        raise NotAllowed
    if not selectors.may_decide(row, rules_of(row, at), viewer=actor, at=at):
        raise NotAllowed
    if not agrees and not words.strip():
        raise Refused.because(NO_WORDS)
    if agrees and (line := row.report.get("agreement")) and not agreements.stands(UUID(line), at=at):
        raise Refused.because(AGREEMENT_OVER)
    if agrees:
        refuse_unassessed(row.county_id, at, said="没有批准")
    if agrees and row.way in {"archive", FHIR, BOOKS}:
        export_recipients.refuse_unchosen(row, rules_of(row, at).purposes.get(row.purpose))
    vault.put(row, {"answer": words.strip() or None}, keyring=vault.keyring([row.key_owner]))
    row.state = Export.AGREED if agrees else Export.REFUSED
    row.decided_at, row.decided_by, row.decided_post_id = at, actor.person_id, actor.post_id
    row.save(update_fields=["state", "answer", "decided_at", "decided_by", "decided_post_id"])
    event = record("export.decided", row, actor, at, outcome="agreed" if agrees else "refused")
    notices.tell_posts(posts=[row.post_id], event=event, at=at)
    return row


def rules_of(row: Export, at: datetime) -> Rules:
    """The rules that an export stands under: those of the place it was asked from."""
    return rules_at(at, region=rules.region_of(row.division_id))


def record(kind: str, row: Export, actor: Viewer, at: datetime, **clear: Any) -> Event:
    """A fact about an export on the ledger."""
    return ledger.record(
        kind=kind, subject=Owner("export", row.id), actor=actor, at=at, is_fact=True,
        clear={"export": str(row.id), "number": row.number, **clear},
    )
