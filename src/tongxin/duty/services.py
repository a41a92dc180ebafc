"""Writing the duty roster."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from uuid import UUID

from tongxin.accounts.models import Division
from tongxin.duty.models import Shift, Template, Turn
from tongxin.duty.selectors import OnCall


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a template: the days as their codes, the hours, who answers and who next."""

    days: str
    starts: time
    ends: time
    first: OnCall
    second: OnCall | None


def write_turn(
    *, division: Division, from_at: datetime, to_at: datetime, first: OnCall | None, second: OnCall | None,
    by: UUID, at: datetime, template: Template | None = None,
) -> Turn:
    """One more turn; it takes the place of whatever stood for these hours."""
    return Turn.objects.create(
        division=division, from_at=from_at, to_at=to_at, post_id=_post(first), person_id=_person(first),
        stand_in_post_id=_post(second), stand_in_id=_person(second), written_by_id=by, written_at=at,
        template=template,
    )


def write_template(
    *, division: Division, valid_from: date, lines: Sequence[Line], by: UUID, at: datetime
) -> Template:
    """A week as it is planned from a day on; without a line nothing more is filled from that day."""
    template = Template.objects.create(division=division, valid_from=valid_from, written_by_id=by, written_at=at)
    Shift.objects.bulk_create([
        Shift(
            template=template, line=number, days=each.days, starts=each.starts, ends=each.ends,
            post_id=each.first.post_id, person_id=each.first.person_id, stand_in_post_id=_post(each.second),
            stand_in_id=_person(each.second),
        )
        for number, each in enumerate(lines)
    ])
    return template


def _post(named: OnCall | None) -> UUID | None:
    return named.post_id if named else None


def _person(named: OnCall | None) -> UUID | None:
    return named.person_id if named else None
