"""Reports: made with the figures of the moment, written under, read by a second person, then issued for good."""

import json
from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from tongxin import ledger, vault
from tongxin.access import selectors as access
from tongxin.accounts.models import Division
from tongxin.accounts.viewers import Viewer
from tongxin.core.forms import Problem
from tongxin.core.pathway import CHINA
from tongxin.flows.made_once import made_before, made_once
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.flows.reporting import frozen
from tongxin.indicators import service
from tongxin.reports.models import Report, Words
from tongxin.reports.periods import Period, over
from tongxin.reports.rules import Kind, reports_in

SEE, MAKE, ISSUE = "see_reports", "make_reports", "issue_reports"
BACK = {"month": 24, "quarter": 8, "year": 5}
NO_PERIOD = "没有生成：请选一个已经过完的期间。"
NO_PLACE = "没有生成：请选您管的地方。"
TOO_LONG = "没有保存：“{zh}”最多 {most} 字，现在 {many} 字。"
NOT_NOW = "没有保存：这份报告已经交出去了，请看最新的情况。"
NO_REASON = "没有退回：请写要改什么。"
OWN = "没有发出：写的人不能自己核对，请另一个人看。"


def kinds_for(viewer: Viewer, *, at: datetime) -> Mapping[str, Kind]:
    """The reports that can be made at the viewer's place."""
    return reports_in(region=service.region_of(viewer), at=at).kinds


def periods_for(kind: Kind, *, at: datetime) -> list[Period]:
    """The periods of a kind that are over, the newest first."""
    return over(kind.every, on=at.astimezone(CHINA).date(), most=BACK[kind.every])


def seen_by(viewer: Viewer, *, at: datetime) -> QuerySet[Report]:
    """The reports of the viewer's area, the newest first."""
    inside = Q()
    for seat in viewer.seats:
        if access.may_do(viewer=Viewer(viewer.person_id, (seat,)), action=SEE, at=at):
            inside |= service.within(seat, "division__")
    return Report.objects.filter(inside).order_by("-made_at") if inside else Report.objects.none()


@made_once
@transaction.atomic
def make(
    *, report_id: UUID, kind_id: str, first: str, division: str, actor: Viewer, at: datetime
) -> Report:
    """A report with its figures as they stand now."""
    person_id, post_id = _hand(actor, MAKE, at)
    if made := made_before(Report, report_id, person_id=person_id):
        return made
    kind = kinds_for(actor, at=at).get(kind_id)
    period = next((each for each in periods_for(kind, at=at) if each.code == first), None) if kind else None
    if kind is None or period is None:
        raise Refused([Problem("first", NO_PERIOD, True)])
    place = service.place_for(actor, division)
    row = Division.objects.filter(code=place.code).order_by("id").last() if place else None
    if place is None or row is None:
        raise Refused([Problem("division", NO_PLACE, True)])
    found = frozen.figures(kind=kind, place=place, period=period, viewer=actor, at=at)
    made = Report(
        id=report_id, kind=kind.id, division=row, first=period.first, last=period.last,
        period=period.zh, title=f"{place.zh}{period.zh}{kind.title}", figures=found, person_id=person_id,
        post_id=post_id, made_at=at,
    )
    made.save(force_insert=True)
    note_deed("report.counted", made, actor, at)
    return made


@transaction.atomic
def write(*, report_id: UUID, texts: Mapping[str, str], hands_in: bool, actor: Viewer, at: datetime) -> None:
    """What is said under each heading; handed in, it waits for somebody else to read it."""
    person_id, _post = _hand(actor, MAKE, at)
    row = _mine(report_id, actor, at)
    if row.state != Report.DRAFT:
        raise Refused([Problem("", NOT_NOW, True)])
    most = reports_in(region=service.region_of(actor), at=at).words_most
    kept = {each["id"]: texts.get(each["id"], "").strip() for each in row.figures}
    for each in row.figures:
        if len(kept[each["id"]]) > most:
            said = TOO_LONG.format(zh=each["zh"], most=most, many=len(kept[each["id"]]))
            raise Refused([Problem(each["id"], said, True)])
    _add(row, Words.WRITTEN, json.dumps(kept, ensure_ascii=False), person_id, at)
    if hands_in:
        _move(row, Report.WAITING)


@transaction.atomic
def settle(*, report_id: UUID, agrees: bool, reason: str, actor: Viewer, at: datetime) -> None:
    """A second person issues the report, or gives it back with what to change."""
    person_id, _post = _hand(actor, ISSUE, at)
    row = _mine(report_id, actor, at)
    if row.state != Report.WAITING:
        raise Refused([Problem("", NOT_NOW, True)])
    if person_id in writers(row):
        raise Refused([Problem("", OWN, True)])
    if agrees:
        row.issued_at, row.issued_by_id = at, person_id
        _move(row, Report.ISSUED)
        note_deed("report.issued", row, actor, at)
        return
    if not reason.strip():
        raise Refused([Problem("reason", NO_REASON, True)])
    _add(row, Words.RETURNED, reason.strip()[:1000], person_id, at)
    _move(row, Report.DRAFT)


def writers(row: Report) -> set[UUID]:
    """Whoever made the report, wrote in it or put a figure into it."""
    wrote = row.words.filter(deed=Words.WRITTEN).values_list("person_id", flat=True)
    added = (each for section in row.figures for name in ("rows", "places") for each in section[name])
    return {row.person_id, *wrote, *(UUID(each["by"]) for each in added if "by" in each)}


def newest(row: Report, deed: str) -> Words | None:
    """The last thing written, or the last reason it came back."""
    return row.words.filter(deed=deed).order_by("at", "id").last()


def texts_in(said: str | None) -> dict[str, str]:
    """What stands under each heading."""
    found: dict[str, str] = json.loads(said) if said else {}
    return found


def _hand(actor: Viewer, action: str, at: datetime) -> tuple[UUID, UUID]:
    if not access.may_do(viewer=actor, action=action, at=at) or actor.person_id is None or actor.post_id is None:
        raise NotAllowed
    return actor.person_id, actor.post_id


def _mine(report_id: UUID, actor: Viewer, at: datetime) -> Report:
    row = seen_by(actor, at=at).order_by().select_for_update(of=("self",)).filter(id=report_id).first()
    if row is None:
        raise NotAllowed
    return row


def _add(row: Report, deed: str, said: str, person_id: UUID, at: datetime) -> None:
    made = Words(report=row, deed=deed, person_id=person_id, at=at)
    vault.put(made, {"said": said}, keyring=vault.create_keys([made.key_owner], at=at))
    made.save()


def _move(row: Report, state: str) -> None:
    row.state = state
    row.save(update_fields=["state", "issued_at", "issued_by"])


def note_deed(kind: str, row: Report, actor: Viewer, at: datetime, **more: str) -> None:
    """Put on record what was done to a report."""
    vault.create_keys([row.key_owner], at=at)
    clear = {"report": row.kind, **more}
    ledger.record(kind=kind, subject=row.key_owner, actor=actor, at=at, is_fact=True, clear=clear)
