"""What a copy that waits for a person says, as far as it stands until then: whatever is safer than the record."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from tongxin.assessments.forms import Asked
from tongxin.assessments.outcomes import clear_of
from tongxin.people.models import Child
from tongxin.sync.limits import limits_at


def meanwhile_of(*, child: Child, asked: Asked, answers: Mapping[str, Any], at: datetime) -> dict[str, Any]:
    """The codes of a copy that name the higher risk or the longer protection, as the definition ranks them."""
    limits, said = limits_at(at), clear_of(asked.form, answers)
    found = {name: kept for name, codes in limits.stands_at_once.items() if (kept := _among(said.get(name), codes))}
    if asked.form.id in limits.owns:
        stands = {"state": child.state}
        found |= {
            name: said[name] for name, ranks in limits.safer.items()
            if name in said and name in stands and _is_safer(said[name], stands[name], ranks)
        }
    return found


def _among(said: Any, codes: Sequence[str]) -> Any:
    if isinstance(said, list):
        return [each for each in said if each in codes]
    return said if said in codes else None


def _is_safer(said: str, stands: str, ranks: Sequence[Sequence[str]]) -> bool:
    """Whether it ranks above what stands; what nobody ranked is below everything."""
    places = {code: place for place, codes in enumerate(ranks) for code in codes}
    return places.get(said, len(ranks)) < places.get(stands, len(ranks))
