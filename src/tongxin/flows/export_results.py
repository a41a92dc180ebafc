"""Answers and scores as a request like any other export: asked for with a purpose, agreed to by another person, then
handed out once, for the children it was asked for."""

import hashlib
from collections.abc import Callable
from datetime import date, datetime, timedelta

from django.db import transaction

from tongxin.access import selectors as access
from tongxin.accounts.models import Division
from tongxin.accounts.viewers import Viewer
from tongxin.assessments.models import Result
from tongxin.core.instruments import Instrument
from tongxin.core.pathway import CHINA
from tongxin.exports.models import FHIR, Export
from tongxin.exports.rules import rules_at
from tongxin.flows import export_recipients
from tongxin.flows.export_asking import (
    NO_DAY,
    NO_PURPOSE,
    NOBODY,
    deciders,
    hash_of,
    keep,
    record,
    refuse_unassessed,
)
from tongxin.flows.exporting import ACTION, PART, PURPOSES, SUBJECT
from tongxin.flows.looking import person_of
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.lib import ids
from tongxin.notices import services as notices
from tongxin.people.models import Child
from tongxin.rulebook import rules

UNKNOWN = "没有导出：没有您申请过的这个编号，或者它不是申请这份量表、这个用途的。"
NOT_AGREED = {
    Export.ASKED: "没有导出：这份申请还没有人批准。请另一位有权的同事在“数据导出”里决定。",
    Export.REFUSED: "没有导出：这份申请没有批准，意见在“数据导出”里。",
    Export.NOTED: "没有导出：这份申请已经用过一次。还需要的，请重新申请。",
    Export.REVOKED: "没有导出：这份申请已收回。还需要的，请重新申请。",
}
OVER = "没有导出：这份申请已经到期。还需要的，请重新申请。"


@transaction.atomic
def ask(
    *, instrument: Instrument, purpose: str, with_names: bool, words: str, to: str, said: str, basis: str,
    until_on: date | None, actor: Viewer, at: datetime,
) -> Export:
    """A request for the standing results of an instrument; another person decides, however few they are.

    Whom it goes to is chosen as for any other export that leaves: `body:ID`, `other` with `basis` and the body's name
    in `said`; for what somebody asked for themselves `person:self` or `person:guardian`.
    """
    seat, today = actor.seat, at.astimezone(CHINA).date()
    may = access.may_do(viewer=actor, action=ACTION, at=at)
    if not may or purpose not in PURPOSES or actor.person_id is None or actor.post_id is None or seat is None:
        raise NotAllowed
    region = rules.region_of(seat.division_id)
    found = rules_at(at, region=region)
    last = today + timedelta(days=found.days)
    if not words.strip() or not to:
        raise Refused.because(NO_PURPOSE)
    if until_on is not None and not today <= until_on <= last:
        raise Refused.because(NO_DAY.format(days=found.days))
    county_id = Division.objects.filter(id=seat.division_id).values_list("county_id", flat=True).first()
    refuse_unassessed(county_id, at)
    chosen = export_recipients.person(to=to) if purpose == SUBJECT else export_recipients.outside(
        to=to, said=said.strip(), basis=basis, found=found, viewer=actor
    )
    scored = Result.objects.filter(data__scores__has_key=instrument.id).values("child_id")
    asked = Child.objects.filter(id__in=scored)
    children = list(access.visible(asked, viewer=actor, part=PART, at=at).order_by("id").values_list("id", flat=True))
    if not children:
        raise Refused.because(NOBODY)
    row = Export(
        number=f"{at.astimezone(CHINA):%Y%m%d}-{ids.code(4).upper()}", division_id=seat.division_id,
        county_id=county_id, person_id=actor.person_id, post_id=actor.post_id, asked_at=at, purpose=purpose, way=FHIR,
        filters={"instrument": instrument.id, "names": with_names}, filters_zh=f"有“{instrument.zh}”结果的儿童"[:200],
        form="json", is_named=True, children=len(children), until_on=until_on or last,
        definition_hash=hash_of(region, at), report={"to": chosen.kept},
    )
    keep(row, words=words, recipient=chosen.zh, children=children)
    event = record("export.asked", row, actor, at, way=FHIR)
    notices.tell_posts(posts=deciders(row, found, actor), event=event, at=at)
    return row


def bases_for(*, viewer: Viewer, at: datetime) -> dict[str, str]:
    """On what basis a body that isn't known here may get something, where the viewer works."""
    region = rules.region_of(viewer.seat.division_id) if viewer.seat else ""
    return dict(rules_at(at, region=region).bases)


def agreed(*, number: str, instrument_id: str, purpose: str, actor: Viewer, at: datetime) -> Export:
    """The requester's own request that another person agreed to and that wasn't used; Refused says what is missing."""
    row = Export.objects.filter(number=number, way=FHIR, person_id=person_of(actor)).first()
    if row is None or row.filters.get("instrument") != instrument_id or purpose not in {"", row.purpose}:
        raise Refused.because(UNKNOWN)
    if row.state != Export.AGREED:
        raise Refused.because(NOT_AGREED.get(row.state, OVER))
    if row.until_on < at.astimezone(CHINA).date():
        raise Refused.because(OVER)
    return row


@transaction.atomic
def hand_out(
    *, row: Export, content: bytes, rows: int, write: Callable[[bytes], None], actor: Viewer, at: datetime
) -> Export:
    """The file, once: in the register with its hash before it is written; if it can't be written, not used."""
    held = Export.objects.select_for_update().filter(id=row.id, state=Export.AGREED).first()
    if held is None:
        raise Refused.because(NOT_AGREED[Export.NOTED])
    held.state, held.made_at, held.rows = Export.NOTED, at, rows
    held.digest = hashlib.sha256(content).hexdigest()
    held.save(update_fields=["state", "made_at", "rows", "digest"])
    record("export.noted", held, actor, at, way=FHIR, rows=rows, sha256=held.digest)
    write(content)
    return held
