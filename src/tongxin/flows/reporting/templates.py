"""Offices' own Word layouts: added, used from then on, taken out of use again; the older ones stay."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from tongxin.access import selectors as access
from tongxin.accounts.models import Division
from tongxin.accounts.viewers import Viewer
from tongxin.core.forms import Problem
from tongxin.flows.made_once import made_before, made_once
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.flows.reporting import word
from tongxin.flows.reporting.adding import ADDED
from tongxin.flows.reporting.making import kinds_for
from tongxin.indicators import service
from tongxin.indicators.rules import groups_in
from tongxin.reports.models import Template

CHANGE = "change_report_templates"
NO_KIND = "没有保存：请选一种报告。"
SAMPLE = {
    "title": "某县2025年8月月报", "place": "某县", "period": "2025年8月", "state": "在写", "note": "说明",
    "sections": [{
        "id": "children", "zh": "一、底数", "text": "写在数后面的话。", "lines": ["写在数后面的话。"],
        "rows": [{"zh": "在册儿童", "said": "576 人", "note": "统计期最后一天在册的孩子。"}],
        "places": [{"zh": "在册儿童", "rows": [{"zh": "某镇", "said": "41 人"}]}],
    }],
    "maker": "某岗位", "checker": "某岗位", "day": "2025年9月30日", "n": {}, "t": {},
}


def in_use(*, kind: str, division: Division) -> Template | None:
    """The newest layout of a place for a kind, looked for upwards; nothing where the program's own is used."""
    for level in ("village", "town", "county", "city", "province"):
        place = division.ancestors.get(f"{level}_id")
        if place is None:
            continue
        newest = Template.objects.filter(kind=kind, division_id=place).order_by("added_at", "id").last()
        if newest is not None:
            return newest if newest.is_used else None
    return None


@made_once
@transaction.atomic
def add(*, template_id: UUID, kind: str, file: bytes | None, actor: Viewer, at: datetime) -> Template:
    """An office's layout for a kind of report; without a file the program's own is used again."""
    seat = actor.seat
    if not access.may_do(viewer=actor, action=CHANGE, at=at) or seat is None or actor.person_id is None:
        raise NotAllowed
    if made := made_before(Template, template_id, person_id=actor.person_id):
        return made
    if kind not in kinds_for(actor, at=at):
        raise Refused([Problem("kind", NO_KIND, True)])
    if file is not None:
        try:
            word.check(file, sample=_sample(kind, actor, at))
        except word.BadTemplate as wrong:
            raise Refused([Problem("file", str(wrong), True)]) from None
    made = Template(
        id=template_id, kind=kind, division_id=seat.division_id, file=file or b"", is_used=file is not None,
        person_id=actor.person_id, added_at=at,
    )
    made.save()
    return made


def _sample(kind: str, actor: Viewer, at: datetime) -> dict[str, object]:
    """A report to try a layout on, with every figure and heading that it may name."""
    groups = groups_in(region=service.region_of(actor), at=at)
    sections = (each.id for each in kinds_for(actor, at=at)[kind].sections)
    return {
        **SAMPLE, "n": word.Named({each.id: "576 人" for group in groups for each in group.indicators}),
        "t": word.Named(dict.fromkeys((*sections, ADDED), "写在数后面的话。")),
    }


def layout(*, kind: str, division: Division) -> bytes | None:
    """The bytes of the layout in use; None for the program's own."""
    found = in_use(kind=kind, division=division)
    return bytes(found.file) if found else None


__all__ = ["CHANGE", "SAMPLE", "add", "in_use", "layout"]
