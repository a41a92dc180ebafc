"""Whether an impact assessment stands behind an activity: what others ask before they begin."""

from collections.abc import Iterable
from datetime import datetime

from tongxin.registers.models import IMPACT, PROCESSING, Line
from tongxin.registers.rules import Gate, Register, fits, register_at
from tongxin.registers.standing import standing_of
from tongxin.rulebook import rules


def pia_in_force(activity: str, *, county_id: int, at: datetime) -> Line | None:
    """The assessment of an activity that another person agreed to, that admits it and isn't due again; else nothing."""
    found = register_at(IMPACT, region=rules.region_of(county_id), at=at)
    lines = Line.objects.filter(register=IMPACT, county_id=county_id, topic=activity).order_by("-opened_at")
    return next((line for line in lines.prefetch_related("versions", "steps") if _admits(found, line, at)), None)


def _admits(found: Register, line: Line, at: datetime) -> bool:
    versions = sorted(line.versions.all(), key=lambda each: each.number)
    steps = sorted(line.steps.all(), key=lambda each: each.at)
    standing = standing_of(found, versions, steps, at=at)
    if standing.in_force is None or standing.agreed_at is None or not fits(found.admits, standing.in_force.clear):
        return False
    again = found.again_after(standing.in_force.clear)
    return again is None or standing.agreed_at + again > at


def gate_without(act: str, *, county_id: int | None, at: datetime) -> Gate | None:
    """The gate before something that a county does without an assessment in force; nothing where there is one, or
    where the rules don't ask."""
    if county_id is None or not act:
        return None
    gate = register_at(IMPACT, region=rules.region_of(county_id), at=at).gates.get(act)
    if gate is None or not gate.degree or pia_in_force(gate.activity, county_id=county_id, at=at) is not None:
        return None
    return gate


def lacking(*, county_id: int, at: datetime) -> list[str]:
    """The activities that need an assessment and have none in force."""
    region = rules.region_of(county_id)
    topics: Iterable[str] = (
        each.id for each in register_at(PROCESSING, region=region, at=at).topics.values() if each.impact
    )
    return [each for each in topics if pia_in_force(each, county_id=county_id, at=at) is None]
