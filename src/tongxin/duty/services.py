"""Writing the duty roster."""

from datetime import datetime
from uuid import UUID

from tongxin.accounts.models import Division
from tongxin.duty.models import Turn
from tongxin.duty.selectors import OnCall


def write_turn(
    *, division: Division, from_at: datetime, to_at: datetime, first: OnCall | None, second: OnCall | None,
    by: UUID, at: datetime,
) -> Turn:
    """One more turn; it takes the place of whatever stood for these hours."""
    return Turn.objects.create(
        division=division, from_at=from_at, to_at=to_at, post_id=_post(first), person_id=_person(first),
        stand_in_post_id=_post(second), stand_in_id=_person(second), written_by_id=by, written_at=at,
    )


def _post(named: OnCall | None) -> UUID | None:
    return named.post_id if named else None


def _person(named: OnCall | None) -> UUID | None:
    return named.person_id if named else None
