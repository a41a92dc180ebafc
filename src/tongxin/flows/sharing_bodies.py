"""With which bodies something can be agreed: the county's own, and those above and beside it as far as a purpose
reaches."""

from datetime import date

from django.db.models import Q, QuerySet

from tongxin.accounts.models import LEVELS, Division, Organisation
from tongxin.sharing.rules import REACHES, Purpose, Rules


def distance(place: Division, county: Division) -> str:
    """The nearest level that holds both a body's place and a county; empty beyond the widest that can be written."""
    for level in REACHES:
        held = getattr(county, f"{level}_id")
        if held is not None and getattr(place, f"{level}_id") == held:
            return level
    return ""


def purposes_with(body: Organisation, *, county: Division, found: Rules) -> list[Purpose]:
    """What a county may agree on with a body: another county's or a city's only where the purpose reaches so far."""
    far = distance(body.division, county)
    return [each for each in found.purposes_for(body.kind) if far and each.reaches(far)]


def body_with(organisation_id: int | None, *, county: Division, found: Rules) -> Organisation | None:
    """A body with which a county may agree on something."""
    rows = _bodies(county, found).filter(id=organisation_id or 0)
    body = rows.first()
    return body if body is not None and purposes_with(body, county=county, found=found) else None


def bodies_at(place: Division, *, county: Division, found: Rules) -> list[Organisation]:
    """Those of one place: of a county with its towns; of a city or province its own alone."""
    inside = Q(division__county_id=place.id) if place.level == "county" else Q(division_id=place.id)
    rows = _bodies(county, found).filter(inside).order_by("name", "id")
    return [each for each in rows if purposes_with(each, county=county, found=found)]


def places_with(county: Division, found: Rules, *, on: date) -> list[Division]:
    """The places where there are such bodies: the county itself, those above it, then other counties."""
    known = {
        body.division.county_id or body.division_id for body in _bodies(county, found)
        if purposes_with(body, county=county, found=found)
    }
    rows = Division.objects.filter(id__in={county.id, *known}).exclude(valid_to__lte=on)
    return sorted(rows, key=lambda each: (each.id != county.id, each.level == "county", each.code))


def _bodies(county: Division, found: Rules) -> QuerySet[Organisation]:
    kinds = {kind for each in found.purposes.values() for kind in each.receivers} - set(LEVELS)
    here = Q(division__county_id=county.id)
    if county.province_id is not None:
        here |= Q(division__province_id=county.province_id)
    return Organisation.objects.filter(here, kind__in=sorted(kinds)).select_related("division")
