"""Where an agreement stands, read from its versions, both sides' words, its end and a day; nothing is stored here."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from tongxin.sharing.models import SIDES, Agreement, Approval, Version


@dataclass(frozen=True, slots=True)
class Standing:
    """`current` is in force or the last that was; `pending` waits for words of the sides in `missing`."""

    state: str
    current: Version | None
    pending: Version | None
    missing: tuple[str, ...]
    changes_on: date | None


def standing_of(
    agreement: Agreement, versions: Sequence[Version], approvals: Iterable[Approval], *, on: date
) -> Standing:
    """How it stands on a day."""
    said: dict[object, dict[str, bool]] = {}
    for each in approvals:
        said.setdefault(each.version_id, {})[each.side] = each.agrees
    rows = sorted(versions, key=lambda each: each.number)
    agreed = [each for each in rows if all(said.get(each.id, {}).get(side) for side in SIDES)]
    begun = [each for each in agreed if each.begins_on <= on]
    current = begun[-1] if begun else None
    newest = rows[-1]
    words = said.get(newest.id, {})
    is_decided = newest in agreed or False in words.values()
    if agreement.state in (Agreement.REVOKED, Agreement.EXPIRED):
        return Standing(agreement.state, current, None, (), None)
    if current is not None and current.ends_on < on:
        return Standing(Agreement.EXPIRED, current, None, (), None)
    missing = () if is_decided else tuple(side for side in SIDES if side not in words)
    pending = None if is_decided else newest
    later = [each.begins_on for each in agreed if each.begins_on > on]
    if current is not None:
        return Standing(Agreement.IN_FORCE, current, pending, missing, min([*later, current.ends_on]))
    if later:
        return Standing(Agreement.AGREED, None, pending, missing, min(later))
    if pending is None:
        return Standing(Agreement.REFUSED, None, None, (), None)
    return Standing(Agreement.DRAFTED, None, pending, missing, None)
