"""Who was given something of one child: under an agreement, in an export, by a referral; one list, the newest first."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from tongxin.accounts.models import Organisation, Post
from tongxin.core.pathway import CHINA
from tongxin.exports.models import FHIR, Export, Included
from tongxin.exports.rules import rules_at as exports_at
from tongxin.flows import sharing_duties as duties
from tongxin.flows import sharing_told
from tongxin.flows.sharing_told import Given
from tongxin.people.models import Child
from tongxin.referrals.models import Referral
from tongxin.rulebook import rules
from tongxin.sharing.models import Delivery

HELD, ENDED, CLOSED = "还在对方", "已了结", "对方没有打开过，已关闭"
NOT_YET = "送到了，还没有打开"
OUTSIDE = "名单以外的单位"


def given_of(child: Child, *, at: datetime) -> list[Given]:
    """Everything that left this office by name, the newest first."""
    rows = [*_shared(child, at), *_exported(child, at), *_referred(child, at), *sharing_told.told_of(child, at=at)]
    return sorted(rows, key=lambda each: each.at, reverse=True)


def _shared(child: Child, at: datetime) -> Iterator[Given]:
    rows = list(Delivery.objects.filter(child_id=child.id, sent_at__isnull=False)
                .select_related("agreement", "version", "duty"))
    bodies = _bodies({row.agreement.to_organisation_id for row in rows})
    for row in rows:
        found = duties.rules_of(row.agreement, at=at)
        purpose = found.purposes.get(row.version.purpose)
        yield Given(
            at=row.sent_at or row.queued_at, to=bodies.get(row.agreement.to_organisation_id, ""),
            what="、".join(each.zh for each in found.chosen(row.fields)), why=purpose.zh if purpose else "",
            under=f"{row.agreement.number_zh}　第{row.code}份", held=_held(row, found.outcomes), until=row.until_on,
            opened_at=row.opened_at, received_at=row.received_at,
        )


def _held(row: Delivery, outcomes: Any) -> str:
    if row.state == Delivery.WAITING:
        return NOT_YET
    if row.is_taken:
        return HELD
    why = Delivery.REASONS.get(row.reason, "")
    if row.state == Delivery.DUE:
        return f"{why}，等对方确认退回或销毁"
    if row.state == Delivery.DISPOSED and row.duty is not None:
        outcome = outcomes.get(row.duty.outcome)
        return f"{why}；{outcome.zh if outcome else ENDED}"
    return f"{why}；{CLOSED}" if row.state == Delivery.CLOSED else ENDED


def _bodies(wanted: set[int]) -> dict[int, str]:
    return dict(Organisation.objects.filter(id__in=wanted).values_list("id", "name"))


def _exported(child: Child, at: datetime) -> Iterator[Given]:
    found = exports_at(at, region=rules.region_of(child.county_id))
    held = Included.objects.filter(child_id=child.id, left_out="").select_related("export")
    for row in held.filter(export__is_named=True):
        export = row.export
        taken = export.copies.order_by("at").values_list("at", flat=True).first()
        sent = taken or (export.made_at if export.way == FHIR and export.state == Export.NOTED else None)
        if sent is None:
            continue
        purpose = found.purposes.get(export.purpose)
        recall = export.recalls.order_by("-at").first()
        outcome = found.recall_outcomes.get(recall.outcome) if recall else None
        asked_back = outcome.zh if outcome else "已要求对方退回或销毁" if recall else ""
        yield Given(
            at=sent, to=_exported_to(export.report.get("to"), found.bases), why=purpose.zh if purpose else "",
            what="、".join(each.zh for each in found.chosen(export.fields)), under=f"数据导出 {export.number}",
            held=asked_back or HELD, until=export.until_on,
        )


def _exported_to(kept: Any, bases: Any) -> str:
    """The body or post that was chosen; who else it was stands in the register of exports."""
    if not isinstance(kept, dict):
        return OUTSIDE
    which = str(kept.get("id", ""))
    if kept.get("kind") == "body" and which.isdigit():
        return _bodies({int(which)}).get(int(which), OUTSIDE)
    if kept.get("kind") == "post":
        return Post.objects.filter(id=UUID(which)).values_list("title", flat=True).first() or OUTSIDE
    return f"{OUTSIDE}（{bases[kept['basis']]}）" if kept.get("basis") in bases else OUTSIDE


def _referred(child: Child, at: datetime) -> Iterator[Given]:
    rows = list(Referral.objects.filter(child_id=child.id).exclude(state="draft"))
    bodies = _bodies({row.to_organisation_id for row in rows if row.to_organisation_id})
    for row in rows:
        ended = row.ended_at is not None and row.ended_at <= at
        yield Given(
            at=row.sent_at, to=bodies.get(row.to_organisation_id or 0, OUTSIDE), what="转介单", why="转介",
            under=f"转介 {row.sent_at.astimezone(CHINA):%Y%m%d}", url=f"/children/{child.id}/referrals/{row.entry_id}/",
            held="转介已结束，对方按期看不到" if ended else "转介在办，对方看得到转介单",
        )
